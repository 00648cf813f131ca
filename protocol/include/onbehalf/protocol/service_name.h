// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace onbehalf::protocol {

// The name of an installed service. Several services of one computer differ by it alone: the folder below
// %ProgramData%, the event sources, the pipe and the service SID are named after it. Any thread.
class ServiceName {
 public:
  static constexpr std::size_t kMaxLength = 64;

  // "OnBehalf".
  ServiceName() : text_("OnBehalf") {}
  // Throws std::invalid_argument with the fault.
  explicit ServiceName(std::string_view text);

  // Why `text` cannot be a service's name; nullopt if it can. A name has 1 to 64 ASCII letters, digits, '-', '_' and
  // '.', no '.' at its ends, and is neither one of DOS' device names (no folder can have these) nor ends in "-Audit"
  // (it would be the event log of another service).
  static std::optional<std::string> FaultOf(std::string_view text);

  const std::string& text() const noexcept { return text_; }
  // The pipe's default name (settings: pipe.name).
  std::string PipeName() const;
  // The source in the Application log.
  const std::string& EventSource() const noexcept { return text_; }
  // The event log, and its only source, of the audit's anchors.
  std::string AuditEventSource() const { return text_ + "-Audit"; }

  // Windows compares names of services, files, pipes and registry keys without regard to case.
  friend bool operator==(const ServiceName& a, const ServiceName& b);

 private:
  std::string text_;
};

// The default name of the pipe of any service, including one that another program installs: its name in lower case.
std::string DefaultPipeName(std::string_view service);

}  // namespace onbehalf::protocol
