#include "onbehalf/service/schema.h"

#include <string>
#include <utility>

namespace onbehalf::service {

using protocol::Json;

Json Described(std::string_view type, std::string_view description) {
  Json schema = Json::object();
  schema["type"] = type;
  if (!description.empty()) schema["description"] = description;
  return schema;
}

Json Text(std::string_view description) { return Described("string", description); }

Json Integer(std::string_view description) { return Described("integer", description); }

Json Boolean(std::string_view description) { return Described("boolean", description); }

Json OrNull(Json schema) {
  schema["type"] = Json::array({schema.at("type"), "null"});
  return schema;
}

Json Object(std::initializer_list<SchemaMember> members, std::string_view description) {
  Json schema = Described("object", description);
  Json& properties = schema["properties"] = Json::object();
  Json& required = schema["required"] = Json::array();
  for (const SchemaMember& member : members) {
    properties[std::string(member.name)] = member.schema;
    required.push_back(member.name);
  }
  return schema;
}

Json Closed(Json object) {
  object["additionalProperties"] = false;
  return object;
}

Json ListOf(Json element, std::string_view description) {
  Json schema = Described("array", description);
  schema["items"] = std::move(element);
  return schema;
}

}  // namespace onbehalf::service
