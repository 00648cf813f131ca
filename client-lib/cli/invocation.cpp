#include "invocation.h"

#include <nlohmann/json.hpp>
#include <string>

#include "context.h"
#include "help_text.h"
#include "output.h"

namespace onbehalf::cli {

ExitCode Invocation::Run(Output& output) const {
  if (global.help) {
    const std::string text = HelpText(*global.help);
    output.Result(text, text);
    return ExitCode::kDone;
  }
  if (global.version) {
    output.Result({{"version", ONBEHALF_VERSION}}, "onbehalf " ONBEHALF_VERSION "\n");
    return ExitCode::kDone;
  }
  return command->handler.run({global, output}, options);
}

}  // namespace onbehalf::cli
