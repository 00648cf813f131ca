#pragma once

#include <initializer_list>
#include <string_view>
#include <utility>

#include "onbehalf/protocol/json_text.h"

namespace onbehalf::service {

// JSON Schemas of results, short to write: Object({{"pid", Integer("the service's process id")}, …}).

inline protocol::Json Described(std::string_view type, std::string_view description) {
  protocol::Json schema{{"type", type}};
  if (!description.empty()) schema["description"] = description;
  return schema;
}
inline protocol::Json Text(std::string_view description) { return Described("string", description); }
inline protocol::Json Integer(std::string_view description) { return Described("integer", description); }
inline protocol::Json Boolean(std::string_view description) { return Described("boolean", description); }

// null where there is none.
inline protocol::Json OrNull(protocol::Json schema) {
  schema["type"] = protocol::Json::array({schema.at("type"), "null"});
  return schema;
}

// All of the members are always there.
inline protocol::Json Object(std::initializer_list<std::pair<std::string_view, protocol::Json>> members,
                             std::string_view description = {}) {
  protocol::Json schema = Described("object", description);
  schema["properties"] = protocol::Json::object();
  schema["required"] = protocol::Json::array();
  for (const auto& [name, member] : members) {
    schema["properties"][std::string(name)] = member;
    schema["required"].push_back(name);
  }
  return schema;
}

inline protocol::Json ListOf(protocol::Json element, std::string_view description = {}) {
  protocol::Json schema = Described("array", description);
  schema["items"] = std::move(element);
  return schema;
}

}  // namespace onbehalf::service
