#include "generate/schema_types.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "json_layout.h"

namespace onbehalf::cli::generate {
namespace {

struct TypeWord {
  std::string_view word;
  Type::Kind kind;
};
constexpr std::array kTypeWords = {
    TypeWord{"null", Type::Kind::kNull},       TypeWord{"boolean", Type::Kind::kBoolean},
    TypeWord{"integer", Type::Kind::kInteger}, TypeWord{"number", Type::Kind::kNumber},
    TypeWord{"string", Type::Kind::kString},   TypeWord{"array", Type::Kind::kArray},
    TypeWord{"object", Type::Kind::kObject},
};
// Keywords that restrict a value in ways that a Type cannot express.
constexpr std::array<std::string_view, 7> kNotExpressed = {"$ref",  "$dynamicRef", "allOf", "anyOf",
                                                           "oneOf", "not",         "if"};

[[noreturn]] void Fail(const std::string& place, const std::string& what) {
  throw DocumentError(place + ": " + what);
}

const Json* Find(const Json& object, std::string_view name) {
  const auto found = object.find(std::string(name));
  return found == object.end() ? nullptr : &*found;
}

// A value for an error or a remark, truncated if it is long.
std::string Shown(const Json& value) {
  constexpr std::size_t kMax = 80;
  std::string text = JsonAscii(value);
  if (text.size() > kMax) text.replace(kMax, std::string::npos, "...");
  return text;
}

void Remark(Type& type, const std::string& remark) {
  type.remark += (type.remark.empty() ? "" : " ") + remark;
}

Type Any(const std::string& remark) {
  Type type;
  type.remark = remark;
  return type;
}

Type::Kind KindOf(const Json& word, const std::string& place) {
  if (word.is_string()) {
    const auto found = std::find_if(kTypeWords.begin(), kTypeWords.end(), [&](const TypeWord& entry) {
      return word.get_ref<const std::string&>() == entry.word;
    });
    if (found != kTypeWords.end()) return found->kind;
  }
  Fail(place, "\"type\" is " + Shown(word) + ", which is not a JSON Schema type");
}

// The kinds that "type" names, without duplicates.
std::vector<Type::Kind> KindsOf(const Json& type, const std::string& place) {
  if (!type.is_array()) return {KindOf(type, place)};
  if (type.empty()) Fail(place, "\"type\" is an empty array");
  std::vector<Type::Kind> kinds;
  for (const Json& word : type) {
    const Type::Kind kind = KindOf(word, place);
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) kinds.push_back(kind);
  }
  return kinds;
}

bool TakeAway(std::vector<Type::Kind>& kinds, Type::Kind kind) { return std::erase(kinds, kind) > 0; }

// For anyOf and oneOf with two alternatives of which one is null: the other one. nullptr otherwise.
const Json* OneOrNull(const Json& alternatives) {
  static const Json kNullSchema = {{"type", "null"}};
  if (!alternatives.is_array() || alternatives.size() != 2) return nullptr;
  if (alternatives[0] == kNullSchema) return &alternatives[1];
  if (alternatives[1] == kNullSchema) return &alternatives[0];
  return nullptr;
}

// The schema's "enum" as words. nullopt if it contains values other than strings and null.
std::optional<Type> ReadEnum(const Json& values, const std::string& place) {
  if (!values.is_array() || values.empty()) Fail(place, "\"enum\" is not an array of values");
  Type type;
  type.kind = Type::Kind::kEnum;
  for (const Json& value : values) {
    if (value.is_null()) {
      type.nullable = true;
    } else if (!value.is_string()) {
      return std::nullopt;
    } else if (auto word = value.get<std::string>();
               std::find(type.words.begin(), type.words.end(), word) == type.words.end()) {
      CheckName(word, place);
      type.words.push_back(std::move(word));
    }
  }
  if (type.words.empty()) type.kind = Type::Kind::kNull;
  if (type.kind == Type::Kind::kNull) type.nullable = false;
  return type;
}

Type ReadArray(const Json& schema, const std::string& place) {
  Type type;
  type.kind = Type::Kind::kArray;
  const Json* const items = Find(schema, "items");
  if (Find(schema, "prefixItems") != nullptr || (items != nullptr && items->is_array())) {
    type.element = {Any("Elements at fixed positions are not expressed.")};
  } else {
    type.element = {items == nullptr ? Type() : ReadSchema(*items, place + "[]")};
  }
  return type;
}

std::vector<std::string> RequiredOf(const Json& schema, const std::string& place) {
  std::vector<std::string> names;
  const Json* const required = Find(schema, "required");
  if (required == nullptr) return names;
  if (!required->is_array()) Fail(place, "\"required\" is not an array of names");
  for (const Json& name : *required) {
    if (!name.is_string()) Fail(place, "\"required\" contains " + Shown(name) + ", which is not a name");
    if (auto text = name.get<std::string>(); std::find(names.begin(), names.end(), text) == names.end()) {
      names.push_back(std::move(text));
    }
  }
  return names;
}

// Members in the order of "required", which the schema's author chose; optional ones after them.
Type ReadObject(const Json& schema, const std::string& place) {
  Type type;
  type.kind = Type::Kind::kObject;
  const Json* const properties = Find(schema, "properties");
  if (properties != nullptr && !properties->is_object()) Fail(place, "\"properties\" is not an object");
  const std::vector<std::string> required = RequiredOf(schema, place);
  const auto add = [&](const std::string& name, const Json* property, bool is_required) {
    CheckName(name, place);
    ApiMember member;
    member.name = name;
    member.required = is_required;
    if (property != nullptr) member.type = ReadSchema(*property, place + "." + name);
    member.summary = std::exchange(member.type.summary, {});
    type.members.push_back(std::move(member));
  };
  for (const std::string& name : required) {
    add(name, properties == nullptr ? nullptr : Find(*properties, name), true);
  }
  if (properties != nullptr) {
    for (const auto& [name, property] : properties->items()) {
      if (std::find(required.begin(), required.end(), name) == required.end()) add(name, &property, false);
    }
  }
  const Json* const others = Find(schema, "additionalProperties");
  if (Find(schema, "patternProperties") != nullptr || (others != nullptr && others->is_object())) {
    Remark(type, "The types of further members are not expressed.");
  }
  return type;
}

Type ReadKind(Type::Kind kind, const Json& schema, const std::string& place) {
  if (kind == Type::Kind::kArray) return ReadArray(schema, place);
  if (kind == Type::Kind::kObject) return ReadObject(schema, place);
  Type type;
  type.kind = kind;
  return type;
}

Type ReadType(const Json& schema, const std::string& place) {
  const Json* const type_member = Find(schema, "type");
  if (type_member == nullptr) {
    if (Find(schema, "properties") != nullptr) return ReadObject(schema, place);
    if (Find(schema, "items") != nullptr) return ReadArray(schema, place);
    return Type();
  }
  std::vector<Type::Kind> kinds = KindsOf(*type_member, place);
  const bool nullable = TakeAway(kinds, Type::Kind::kNull);
  if (kinds.empty()) return ReadKind(Type::Kind::kNull, schema, place);
  if (std::find(kinds.begin(), kinds.end(), Type::Kind::kNumber) != kinds.end()) {
    TakeAway(kinds, Type::Kind::kInteger);
  }
  if (kinds.size() > 1) return Any("One of the types " + Shown(*type_member) + ".");
  Type type = ReadKind(kinds.front(), schema, place);
  type.nullable = nullable;
  return type;
}

Type Read(const Json& schema, const std::string& place) {
  for (const std::string_view keyword : kNotExpressed) {
    const Json* const value = Find(schema, keyword);
    if (value == nullptr) continue;
    const bool is_choice = keyword == "anyOf" || keyword == "oneOf";
    if (const Json* const one = is_choice ? OneOrNull(*value) : nullptr) {
      Type type = ReadSchema(*one, place);
      type.nullable = type.kind != Type::Kind::kAny && type.kind != Type::Kind::kNull;
      return type;
    }
    return Any("The schema's \"" + std::string(keyword) + "\" is not expressed.");
  }
  if (const Json* const values = Find(schema, "enum")) {
    if (std::optional<Type> type = ReadEnum(*values, place)) return *std::move(type);
    Type type = ReadType(schema, place);
    Remark(type, "One of " + Shown(*values) + ".");
    return type;
  }
  if (const Json* const value = Find(schema, "const")) {
    if (value->is_string()) return *ReadEnum(Json::array({*value}), place);
    Type type = ReadType(schema, place);
    Remark(type, "Always " + Shown(*value) + ".");
    return type;
  }
  return ReadType(schema, place);
}

}  // namespace

void CheckName(const std::string& name, const std::string& place) {
  if (name.find('\0') != std::string::npos)
    Fail(place, "the name " + Shown(name) + " contains the character NUL");
}

Type ReadSchema(const Json& schema, const std::string& place) {
  if (schema.is_boolean()) return schema.get<bool>() ? Type() : Any("The schema allows no value at all.");
  if (!schema.is_object()) Fail(place, "the schema is not an object but " + Shown(schema));
  Type type = Read(schema, place);
  if (const Json* const description = Find(schema, "description")) {
    if (!description->is_string()) Fail(place, "\"description\" is not a string");
    type.summary = description->get<std::string>();
  }
  return type;
}

}  // namespace onbehalf::cli::generate
