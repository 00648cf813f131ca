#pragma once

#include <any>

#include "command.h"
#include "exit_code.h"
#include "global_options.h"
#include "output.h"

namespace onbehalf::cli {

// A parsed command line.
struct Invocation {
  GlobalOptions global;
  const Command* command = nullptr;  // nullptr with --help or --version
  std::any options;                  // the command's own

  ExitCode Run(Output& output) const;
};

}  // namespace onbehalf::cli
