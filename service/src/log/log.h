#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "log/event_log.h"
#include "onbehalf/protocol/service_name.h"
#include "onbehalf/service/settings.h"

namespace onbehalf::service {

// One name=value of a log line. Values are escaped and limited to 1,024 bytes, so what a peer sent can neither forge a line nor
// flood one.
struct LogField {
  std::string_view name;
  std::string value;

  // Not inline: logging is rare but has many call sites.
  LogField(std::string_view field, std::string_view text);
  LogField(std::string_view field, std::uint64_t number);
};

// The service's log for people: logs\service.log, rotating, and standard error in console mode. Errors and the few events an
// administrator must know also go to the Windows event log (event_log.h). Any thread, except one that impersonates: then the
// process ends (impersonation.h), because the file would be written as the caller.
class Log {
 public:
  enum class Console { kNo, kYes };

  // Writes nowhere: for parts that are constructed only to be inspected and never run.
  Log();
  // Opens (or creates) service.log in `folder`, which must exist. Throws win32::Win32Error with the file's path.
  // Events are of the source of `service`.
  Log(const std::filesystem::path& folder, const Settings::LogFile& settings, Console console,
      const protocol::ServiceName& service = {});
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // The lowest level that is written from now on.
  void SetLevel(LogLevel level);
  // The line is in the file system when this returns. Never throws if the file cannot be written: the lost lines are counted,
  // one event is reported, and the count is the first line once the file can be written again.
  void Write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});
  // Reports an event to the Windows event log (ReportToEventLog), as the service's own source. A failure is ignored, as there is
  // nowhere to report it.
  void Report(Event event, std::initializer_list<std::string_view> strings) const noexcept;
  // UTC time of the last line of level error; empty if there was none since the start.
  std::string TimeOfLastError() const;

 private:
  struct Sink;
  const protocol::ServiceName service_;
  std::unique_ptr<Sink> sink_;
};

}  // namespace onbehalf::service
