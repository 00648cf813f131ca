#include "settings/settings_object.h"

#include <algorithm>
#include <utility>

#include "settings/settings_faults.h"

namespace onbehalf::service {

using protocol::Json;

SettingsObject::SettingsObject(std::string key, const Json& value, std::vector<SettingsFault>& faults)
    : key_(std::move(key)), value_(value), faults_(faults) {
  if (!value_.is_object()) Fault({}, "expected an object, found " + FoundKind(value_));
}

SettingsObject::~SettingsObject() {
  if (!value_.is_object()) return;
  for (const auto& [name, value] : value_.items()) {
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    Fault(name, UnknownKey(name, known_).message);
  }
}

bool SettingsObject::Text(std::string_view name, std::size_t max_bytes, std::string& target) {
  const Json* const value = Any(name);
  if (value == nullptr) return false;
  if (!value->is_string() || value->get_ref<const std::string&>().empty() ||
      value->get_ref<const std::string&>().size() > max_bytes) {
    std::string found = FoundKind(*value);
    if (value->is_string()) found += " of " + std::to_string(value->get_ref<const std::string&>().size());
    Fault(name, "expected a string of 1 to " + std::to_string(max_bytes) + " bytes, found " + found);
    return false;
  }
  target = value->get<std::string>();
  return true;
}

bool SettingsObject::Boolean(std::string_view name, bool& target) {
  const Json* const value = Any(name);
  if (value == nullptr) return false;
  if (!value->is_boolean()) {
    Fault(name, "expected true or false, found " + FoundKind(*value));
    return false;
  }
  target = value->get<bool>();
  return true;
}

bool SettingsObject::Integer(std::string_view name, std::uint64_t minimum, std::uint64_t maximum,
                             std::uint64_t& target) {
  const Json* const value = Any(name);
  if (value == nullptr) return false;
  if (!value->is_number_unsigned() || value->get<std::uint64_t>() < minimum ||
      value->get<std::uint64_t>() > maximum) {
    Fault(name, "expected an integer from " + std::to_string(minimum) + " to " + std::to_string(maximum) +
                    ", found " + FoundKind(*value));
    return false;
  }
  target = value->get<std::uint64_t>();
  return true;
}

const Json* SettingsObject::Any(std::string_view name) {
  known_.emplace_back(name);
  if (!value_.is_object()) return nullptr;
  const auto found = value_.find(name);
  return found == value_.end() ? nullptr : &*found;
}

std::string SettingsObject::KeyOf(std::string_view name) const {
  return name.empty() ? key_ : key_ + "." + Shown(name);
}

void SettingsObject::Fault(std::string_view name, std::string message) {
  faults_.push_back({KeyOf(name), std::move(message)});
}

}  // namespace onbehalf::service
