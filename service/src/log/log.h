#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "onbehalf/service/settings.h"

namespace onbehalf::service {

// One name=value of a log line. Values are escaped and bounded (1,024 bytes), so what a peer sent can neither
// forge a line nor flood one.
struct LogField {
  std::string_view name;
  std::string value;

  // Not inline: what is logged is rare, and there is much of it.
  LogField(std::string_view field, std::string_view text);
  LogField(std::string_view field, std::uint64_t number);
};

// The service's log for people: logs\service.log, rotating, and standard error in console mode. Errors and
// the few events an administrator has to know also go to the Windows event log (event_log.h). Any thread,
// except one that impersonates: then the process ends (impersonation.h), because the file would be written as
// the caller.
class Log {
 public:
  enum class Console { kNo, kYes };

  // Writes nothing anywhere: for what is put together to be looked at, and never runs.
  Log();
  // Opens (or makes) service.log in `folder`, which must exist. Throws win32::Win32Error with the file's path
  // otherwise.
  Log(const std::filesystem::path& folder, const Settings::LogFile& settings, Console console);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // The least important lines that are written from now on.
  void SetLevel(LogLevel level);
  // The line is in the file system when this returns. Never throws because the file cannot be written: the
  // lines are counted, the event log gets one event, and the count is the first line once the file can be
  // written again.
  void Write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});
  // When the last line of level error was written, as UTC text; empty if there was none since the start.
  std::string TimeOfLastError() const;

 private:
  struct Sink;
  std::unique_ptr<Sink> sink_;
};

}  // namespace onbehalf::service
