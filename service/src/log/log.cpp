#include "log/log.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>

#include "log/event_log.h"
#include "log/log_output.h"
#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/lock.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "text/escaped_text.h"
#include "text/utc_time.h"

namespace onbehalf::service {
namespace {

using std::chrono::system_clock;

constexpr std::size_t kValueBytes = 1024;
constexpr std::size_t kMessageBytes = 4096;
// The retry interval for a log that cannot be written: an attempt may take tens of milliseconds, and the lines come from the
// request path.
constexpr std::chrono::seconds kRetryAfter{1};

std::string_view Word(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "DEBUG";
    case LogLevel::kInfo:
      return "INFO";
    case LogLevel::kWarning:
      return "WARNING";
    case LogLevel::kError:
      break;
  }
  return "ERROR";
}

// Whether a value needs no quotation marks: it contains no separators and nothing that is escaped inside quotation marks (a
// backslash is not escaped, so that paths and account names are easy to read).
bool IsBare(std::string_view value) {
  if (value.empty()) return false;
  for (const char c : value) {
    if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7F || c == '"' ||
        c == '=') {
      return false;
    }
  }
  return true;
}

std::string Line(LogLevel level, system_clock::time_point time, std::string_view message,
                 std::initializer_list<LogField> fields) {
  std::string line = UtcText(time, UtcText::Fraction::kMilliseconds).ToString();
  line += ' ';
  line += Word(level);
  line += ' ';
  AppendEscaped(line, message, Escaping::kLog, kMessageBytes);
  for (const LogField& field : fields) {
    line += ' ';
    line += field.name;
    line += '=';
    const bool bare = field.value.size() <= kValueBytes && IsBare(field.value);
    if (bare) {
      line += field.value;
    } else {
      line += '"';
      AppendEscaped(line, field.value, Escaping::kLog, kValueBytes);
      line += '"';
    }
  }
  return line;
}

// spdlog would create missing folders, retry for 50 ms and then report only "failed opening": Windows opens the file first.
std::unique_ptr<LogOutput> OpenFile(const std::filesystem::path& file, const Settings::LogFile& settings) {
  {
    const win32::UniqueFile probe(::CreateFileW(file.c_str(), FILE_APPEND_DATA | FILE_READ_ATTRIBUTES,
                                                FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                                nullptr, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr));
    if (!probe) win32::ThrowLastError("CreateFileW", win32::ToUtf8Lossy(file.native()));
  }
  return OpenLogFile(file, static_cast<std::size_t>(settings.file_bytes), settings.files);
}

}  // namespace

struct Log::Sink {
  std::string event_source;
  std::filesystem::path path;  // empty: no log file
  Settings::LogFile settings;
  win32::Lock mutex;
  std::unique_ptr<LogOutput> file;  // null after a failure, until the next retry
  std::unique_ptr<LogOutput> console;
  std::uint64_t lost_lines = 0;
  system_clock::time_point failed_at;
  std::atomic<LogLevel> level{LogLevel::kInfo};
  // The time of the last error line, in ticks of the system clock; 0: none.
  std::atomic<system_clock::rep> last_error{0};

  // After a failure the sink has no open file (spdlog 1.10 would write through a null pointer), so it is recreated.
  void WriteToFile(system_clock::time_point now, std::string_view line) {
    if (path.empty()) return;
    if (!file && now - failed_at < kRetryAfter && now >= failed_at) {
      ++lost_lines;
      return;
    }
    try {
      if (!file) file = OpenFile(path, settings);
      if (lost_lines != 0) {
        file->Write(Line(LogLevel::kWarning, now, "log lines were lost", {{"lines", lost_lines}}));
        lost_lines = 0;
      }
      file->Write(line);
    } catch (const std::exception& error) {
      file.reset();
      failed_at = now;
      if (lost_lines++ == 0)
        ReportToEventLog(event_source, Event::kInternalError, {"the log cannot be written", error.what()});
    }
  }

  void WriteToConsole(system_clock::time_point now, std::string_view line) {
    if (!console) return;
    try {
      console->Write(line);
    } catch (const std::exception& error) {
      console.reset();
      WriteToFile(now, Line(LogLevel::kWarning, now, "standard error can no longer be written",
                            {{"error", error.what()}}));
    }
  }
};

LogField::LogField(std::string_view field, std::string_view text) : name(field), value(text) {}
LogField::LogField(std::string_view field, std::uint64_t number)
    : name(field), value(std::to_string(number)) {}

Log::Log() : sink_(std::make_unique<Sink>()) {}

Log::Log(const std::filesystem::path& folder, const Settings::LogFile& settings, Console console,
         const protocol::ServiceName& service)
    : service_(service), sink_(std::make_unique<Sink>()) {
  pipe::AssertNotImpersonating();
  sink_->event_source = service_.EventSource();
  sink_->path = folder / L"service.log";
  sink_->settings = settings;
  sink_->level = settings.level;
  sink_->file = OpenFile(sink_->path, settings);
  if (console == Console::kYes) {
    sink_->console = OpenLogConsole();
  }
}

Log::~Log() = default;

void Log::Report(Event event, std::initializer_list<std::string_view> strings) const noexcept {
  ReportToEventLog(service_.EventSource(), event, strings);
}

void Log::SetLevel(LogLevel level) { sink_->level = level; }

void Log::Write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  pipe::AssertNotImpersonating();
  if (level < sink_->level.load(std::memory_order_relaxed)) return;
  const system_clock::time_point now = system_clock::now();
  if (level == LogLevel::kError) sink_->last_error = now.time_since_epoch().count();
  const std::string line = Line(level, now, message, fields);
  const std::lock_guard lock(sink_->mutex);
  sink_->WriteToFile(now, line);
  sink_->WriteToConsole(now, line);
}

std::string Log::TimeOfLastError() const {
  const system_clock::rep ticks = sink_->last_error;
  if (ticks == 0) return {};
  return UtcText(system_clock::time_point(system_clock::duration(ticks)), UtcText::Fraction::kMilliseconds)
      .ToString();
}

}  // namespace onbehalf::service
