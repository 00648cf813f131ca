#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/protocol/json_text.h"
#include "onbehalf/service/settings.h"

namespace onbehalf::service {

// Reads one object of a settings file member by member, and collects what is wrong with it, each fault under its whole key
// ("database.sources.orders.connection") and none with the text of a string, which may be a secret. What nobody has read at
// the end is an unknown key.
class SettingsObject {
 public:
  // `value` need be no object: that is the first fault then. Both references are borrowed.
  SettingsObject(std::string key, const protocol::Json& value, std::vector<SettingsFault>& faults);
  // Reports the members that nobody has read.
  ~SettingsObject();
  SettingsObject(const SettingsObject&) = delete;
  SettingsObject& operator=(const SettingsObject&) = delete;

  // Each leaves `target` as it is when there is no such member, or reports why it cannot be taken. True when `target` was
  // set. Lengths are in bytes.
  bool Text(std::string_view name, std::size_t max_bytes, std::string& target);
  bool Boolean(std::string_view name, bool& target);
  bool Integer(std::string_view name, std::uint64_t minimum, std::uint64_t maximum, std::uint64_t& target);
  // `name` is empty for the object as a whole.
  void Fault(std::string_view name, std::string message);

 private:
  // The member whatever it is, or null when there is none.
  const protocol::Json* Any(std::string_view name);
  std::string KeyOf(std::string_view name) const;

  const std::string key_;
  const protocol::Json& value_;
  std::vector<SettingsFault>& faults_;
  std::vector<std::string> known_;
};

}  // namespace onbehalf::service
