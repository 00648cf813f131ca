#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string_view>

namespace onbehalf::service {

// The destination of the log's finished lines. Hides spdlog, whose headers cost more to compile than any file of the service.
class LogOutput {
 public:
  virtual ~LogOutput() = default;

  // `line` has no line end. It has left the process's own buffers when this returns. Throws std::exception if it cannot be
  // written; the output must not be used afterwards.
  virtual void Write(std::string_view line) = 0;
};

// A file that is appended to. At `file_bytes` it is renamed (service.log, service.1.log, …; `files` of them in addition to the
// current one). Throws std::exception if the file cannot be opened, after 50 ms and without the reason: try to open it before.
std::unique_ptr<LogOutput> OpenLogFile(const std::filesystem::path& file, std::size_t file_bytes,
                                       std::size_t files);

// Standard error.
std::unique_ptr<LogOutput> OpenLogConsole();

}  // namespace onbehalf::service
