#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "command_table.h"
#include "file/file_options.h"
#include "generate/generate_options.h"
#include "onbehalf/client/client.h"
#include "usage_error.h"

namespace onbehalf::cli {

// How `call` calls. `notify` and `repeat` each stand alone.
struct CallPlan {
  bool notify = false;
  bool progress = false;
  std::optional<std::chrono::milliseconds> cancel_after;
  std::optional<std::int64_t> repeat;
};

struct CommandLine {
  client::Options options;
  bool has_timeout = false;  // --timeout was given
  bool json = false;
  Command command = Command::kHelp;
  std::string help_of;                // of help: the command; empty: all of them
  std::int64_t connections = 1;       // of ping
  std::string method;                 // of methods (may be empty), call, access and audit ("access.show")
  std::optional<std::string> params;  // of call, as given: JSON, @FILE or -
  CallPlan plan;                      // of call
  client::Json arguments = client::Json::object();  // of access and audit: the method's parameters, by name
  bool follow = false;                              // of audit
  std::optional<std::string> bundle;                // of doctor: the archive to write
  std::string shell;                                // of completions
  std::vector<std::string> words;                   // of complete: what was given to it
  std::optional<GenerateOptions> generate;          // of generate
  std::string module;                               // of new-module
  std::optional<std::string> folder;                // of new-module: where to write it
  std::optional<FileOptions> file;                  // of file
};

// `arguments` are UTF-8, without the program's name. Throws UsageError.
CommandLine ParseCommandLine(std::span<const std::string> arguments);

// The words before the command that are the connection's options, as far as they are whole and right. For
// completion: never throws UsageError. Gives how many words they are.
std::size_t TakeConnectionOptions(std::span<const std::string> arguments, CommandLine& line);

}  // namespace onbehalf::cli
