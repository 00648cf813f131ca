#include "onbehalf/protocol/service_name.h"

#include <algorithm>
#include <stdexcept>

#include "onbehalf/protocol/ascii.h"

namespace onbehalf::protocol {
namespace {

constexpr std::string_view kAuditSuffix = "-AUDIT";

bool IsNameCharacter(char c) {
  return IsAsciiLetter(c) || IsAsciiDigit(c) || c == '-' || c == '_' || c == '.';
}

// CON, PRN, AUX, NUL, COM0 to COM9 and LPT0 to LPT9, also with an extension ("Naming Files, Paths, and Namespaces").
bool IsDeviceName(std::string_view name) {
  const std::string stem = AsciiUpper(name.substr(0, name.find('.')));
  if (stem == "CON" || stem == "PRN" || stem == "AUX" || stem == "NUL") return true;
  return stem.size() == 4 && (stem.starts_with("COM") || stem.starts_with("LPT")) && IsAsciiDigit(stem[3]);
}

std::string Checked(std::string_view text) {
  if (const auto fault = ServiceName::FaultOf(text)) throw std::invalid_argument(*fault);
  return std::string(text);
}

}  // namespace

ServiceName::ServiceName(std::string_view text) : text_(Checked(text)) {}

std::optional<std::string> ServiceName::FaultOf(std::string_view text) {
  if (text.empty()) return "a service's name must not be empty";
  if (text.size() > kMaxLength) {
    return "a service's name has at most " + std::to_string(kMaxLength) + " characters, not " +
           std::to_string(text.size());
  }
  const auto wrong = std::find_if_not(text.begin(), text.end(), IsNameCharacter);
  if (wrong != text.end()) {
    return "a service's name consists of ASCII letters, digits, '-', '_' and '.'; character " +
           std::to_string(wrong - text.begin() + 1) + " is something else";
  }
  if (text.front() == '.' || text.back() == '.') return "a service's name must not begin or end with '.'";
  if (text.find("..") != std::string_view::npos)
    return "a service's name must not have \"..\" in it, which no pipe can have";
  if (IsDeviceName(text)) {
    return "\"" + std::string(text) +
           "\" is the name of a device, so no folder can have it: choose another name";
  }
  if (AsciiUpper(text).ends_with(kAuditSuffix)) {
    return "a service's name must not end in \"-Audit\": NAME-Audit is the audit's event log of the service NAME";
  }
  return std::nullopt;
}

std::string ServiceName::PipeName() const { return DefaultPipeName(text_); }

bool operator==(const ServiceName& a, const ServiceName& b) {
  return IsSameIgnoringAsciiCase(a.text_, b.text_);
}

std::string DefaultPipeName(std::string_view service) { return AsciiLower(service); }

}  // namespace onbehalf::protocol
