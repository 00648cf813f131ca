#include "onbehalf/service/schema.h"

#include <string>
#include <utility>

#include "onbehalf/fields.h"

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

Json TextOfLength(std::size_t least, std::optional<std::size_t> most) {
  Json schema = Text("");
  if (least != 0) schema["minLength"] = least;
  if (most) schema["maxLength"] = *most;
  return schema;
}

Json IntegerFrom(std::int64_t least, std::optional<std::uint64_t> most) {
  Json schema = Integer("");
  schema["minimum"] = least;
  if (most) schema["maximum"] = *most;
  return schema;
}

Json OneOf(std::initializer_list<std::string_view> strings) {
  Json schema = Text("");
  Json& allowed = schema["enum"] = Json::array();
  for (const std::string_view string : strings) allowed.push_back(string);
  return schema;
}

Json WithDefault(Json schema, Json value) {
  schema["default"] = std::move(value);
  return schema;
}

Json OrNull(Json schema) { return fields::OrNull(std::move(schema)); }

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
