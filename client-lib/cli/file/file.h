#pragma once

#include <optional>
#include <string>
#include <vector>

#include "command.h"
#include "console_stop.h"
#include "context.h"
#include "file/file_calls.h"

namespace onbehalf::cli {

// Shared by the commands of `file`.

extern const CommandGroup kFileGroup;

// `file stat`, `file cat`.
struct PathOptions {
  std::string path;
};
struct ListOptions {
  std::string path;
  std::optional<std::string> glob;
  bool all = false;
};
struct WatchOptions {
  std::string path;
  bool recursive = false;
};

inline constexpr Operand kPathOperand[] = {{"PATH"}};

// The words of such a command, all of them paths. Throws UsageError for an empty one.
const std::vector<std::string>& PathsOf(const Given& given);
PathOptions ParsePath(const Given& given);

// A connection for one command; Ctrl+C stops its calls.
class FileSession {
 public:
  // Throws what Client::Connect throws.
  explicit FileSession(const Context& context) : service_(context.Connect()) {}
  FileCalls& calls() { return calls_; }

 private:
  client::Client service_;
  ConsoleStop stop_;
  FileCalls calls_{service_, stop_.event()};
};

}  // namespace onbehalf::cli
