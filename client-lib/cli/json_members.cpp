#include "json_members.h"

#include "printable.h"

namespace onbehalf::cli {

using client::Json;

const Json* Member(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

const Json* ListMember(const Json& object, const char* name) {
  const Json* list = Member(object, name);
  return list != nullptr && list->is_array() ? list : nullptr;
}

std::string TextMember(const Json& object, const char* name) {
  const Json* value = Member(object, name);
  return value == nullptr ? std::string() : Display(*value);
}

std::string Joined(const Json* list) {
  std::string text;
  if (list == nullptr) return text;
  for (const Json& each : *list) text += (text.empty() ? "" : ", ") + Display(each);
  return text;
}

bool FlagMember(const Json& object, const char* name) {
  const Json* value = Member(object, name);
  return value != nullptr && *value == true;
}

}  // namespace onbehalf::cli
