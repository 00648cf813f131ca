#include "log/log_output.h"

#include <utility>

// Child processes must not inherit the log file's handle.
#define SPDLOG_PREVENT_CHILD_FD
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace onbehalf::service {
namespace {

// Wraps a spdlog sink, which only writes the finished lines.
template <typename Sink>
class SinkOutput final : public LogOutput {
 public:
  template <typename... Arguments>
  explicit SinkOutput(Arguments&&... arguments) : sink_(std::forward<Arguments>(arguments)...) {
    sink_.set_formatter(
        std::make_unique<spdlog::pattern_formatter>("%v", spdlog::pattern_time_type::utc, "\n"));
  }

  void Write(std::string_view line) override {
    sink_.log({spdlog::source_loc{}, spdlog::string_view_t(), spdlog::level::info,
               spdlog::string_view_t(line.data(), line.size())});
    sink_.flush();
  }

 private:
  Sink sink_;
};

}  // namespace

std::unique_ptr<LogOutput> OpenLogFile(const std::filesystem::path& file, std::size_t file_bytes,
                                       std::size_t files) {
  return std::make_unique<SinkOutput<spdlog::sinks::rotating_file_sink_st>>(file.native(), file_bytes, files);
}

std::unique_ptr<LogOutput> OpenLogConsole() {
  return std::make_unique<SinkOutput<spdlog::sinks::stderr_sink_st>>();
}

}  // namespace onbehalf::service
