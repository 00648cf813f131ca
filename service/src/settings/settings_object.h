#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/protocol/json_text.h"
#include "onbehalf/service/settings.h"

namespace onbehalf::service {

// Reads one object of a settings file member by member and collects its faults, each under its full key
// ("database.sources.orders.connection") and none with the text of a string, which may be a secret. Members never
// read are reported as unknown keys.
class SettingsObject {
 public:
  // If `value` is not an object, that is the first fault. Both references are borrowed.
  SettingsObject(std::string key, const protocol::Json& value, std::vector<SettingsFault>& faults);
  // Reports the members that were never read.
  ~SettingsObject();
  SettingsObject(const SettingsObject&) = delete;
  SettingsObject& operator=(const SettingsObject&) = delete;

  // Each leaves `target` unchanged if the member is missing, or reports why its value is invalid. True if `target`
  // was set. Lengths are in bytes.
  bool Text(std::string_view name, std::size_t max_bytes, std::string& target);
  bool Boolean(std::string_view name, bool& target);
  bool Integer(std::string_view name, std::uint64_t minimum, std::uint64_t maximum, std::uint64_t& target);
  // `name` is empty for the object as a whole.
  void Fault(std::string_view name, std::string message);

 private:
  // The member of any type, or null if there is none.
  const protocol::Json* Any(std::string_view name);
  std::string KeyOf(std::string_view name) const;

  const std::string key_;
  const protocol::Json& value_;
  std::vector<SettingsFault>& faults_;
  std::vector<std::string> known_;
};

}  // namespace onbehalf::service
