// SPDX-License-Identifier: MIT
// Structs that say once how they stand in JSON: from that come JSON Schema, reading and writing. For the parameters and results
// of methods, in a service (onbehalf/service/typed_method.h) and in a module. Header only; needs nlohmann/json, of any version.
//
//   struct GreetParams {
//     std::string name;
//     bool loud = false;
//     static constexpr auto Describe() {
//       return std::array{
//           onbehalf::Required<&GreetParams::name>("name", "Whom.", {.max_length = 64}).Audited(),
//           onbehalf::Optional<&GreetParams::loud>("loud", "Whether in capitals (false).").Audited()};
//     }
//   };
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace onbehalf {

// Whether JSON is taken from a peer, where what is not described is refused, or given.
enum class Direction { kTaken, kGiven };

// What is asked of a value beside what its type says. Lengths are in characters.
struct Bounds {
  std::optional<std::int64_t> minimum = {};
  std::optional<std::uint64_t> maximum = {};
  std::optional<std::size_t> min_length = {};
  std::optional<std::size_t> max_length = {};
  std::optional<std::size_t> min_items = {};
  std::optional<std::size_t> max_items = {};
  // Other words of JSON Schema, which replace those of the type.
  nlohmann::json (*words)() = nullptr;
};

// One member of a struct. The texts are literals.
struct Field {
  std::string_view name;
  std::string_view summary;
  Bounds bounds;
  bool is_required = true;
  bool is_audited = false;
  bool is_nullable = false;  // a std::optional
  // Of one object, the member.
  void* (*member)(void* object) = nullptr;
  // Of its type, so that members of one type share them.
  nlohmann::json (*schema)(Direction direction) = nullptr;
  void (*read)(void* member, const nlohmann::json& value) = nullptr;
  // Moves the value out of the member. Gives null for an optional that has no value.
  nlohmann::json (*write)(void* member) = nullptr;

  // Its value may stand in the audit: it is no secret and not the caller's content.
  constexpr Field Audited() const {
    Field audited = *this;
    audited.is_audited = true;
    return audited;
  }
  // A std::optional that may be left out of what is taken, and not be null.
  constexpr Field NotNull() const {
    Field field = *this;
    field.is_nullable = false;
    return field;
  }
};

using Fields = std::span<const Field>;

// The parameters, or the result, of a method that has none.
struct Nothing {
  static constexpr std::array<Field, 0> Describe() { return {}; }
};

template <typename T>
concept HasFields = requires {
  Fields(T::Describe());
};

template <HasFields T>
Fields FieldsOf() {
  static constexpr auto fields = T::Describe();
  return fields;
}

// The names of an enumeration's values in JSON, in the order of their numbers, which begin with 0. A function of this name beside
// the enumeration: constexpr std::array<std::string_view, 2> NamesOf(Colour) { return {"red", "green"}; }
template <typename T>
concept Named = std::is_enum_v<T> && requires(T value) {
  { NamesOf(value).size() } -> std::convertible_to<std::size_t>;
};

namespace fields {

using Json = nlohmann::json;

inline Json Type(const char* type) {
  Json schema = Json::object();
  schema["type"] = type;
  return schema;
}

inline Json OrNull(Json schema) {
  if (const auto type = schema.find("type"); type != schema.end()) *type = Json::array({*type, "null"});
  if (const auto names = schema.find("enum"); names != schema.end()) names->push_back(nullptr);
  return schema;
}

Json ObjectSchema(Fields fields, Direction direction);
void ReadObject(Fields fields, void* object, const Json& value);
Json WriteObject(Fields fields, void* object);

// Without null, and without the summary.
inline Json SchemaOf(const Field& field, Direction direction) {
  Json schema = field.schema(direction);
  const Bounds& bounds = field.bounds;
  const auto add = [&schema](const char* word, const auto& bound) {
    if (bound) schema[word] = *bound;
  };
  add("minimum", bounds.minimum);
  add("maximum", bounds.maximum);
  add("minLength", bounds.min_length);
  add("maxLength", bounds.max_length);
  add("minItems", bounds.min_items);
  add("maxItems", bounds.max_items);
  if (bounds.words != nullptr) schema.update(bounds.words());
  return schema;
}

// How a type stands in JSON: Schema, Read and Write.
template <typename T>
struct Value;

template <>
struct Value<bool> {
  static Json Schema(Direction) { return Type("boolean"); }
  static void Read(const Json& json, bool& value) { value = json.get<bool>(); }
  static Json Write(bool value) { return value; }
};

template <std::integral T>
requires(!std::same_as<T, bool>) struct Value<T> {
  // What is taken fits the type.
  static Json Schema(Direction direction) {
    Json schema = Type("integer");
    if (direction == Direction::kGiven) return schema;
    if (std::is_unsigned_v<T>) schema["minimum"] = 0;
    if (sizeof(T) < sizeof(std::int64_t)) {
      schema["minimum"] = (std::numeric_limits<T>::min)();
      schema["maximum"] = (std::numeric_limits<T>::max)();
    }
    return schema;
  }
  static void Read(const Json& json, T& value) {
    if (json.is_number_unsigned()) {
      const auto number = json.get<std::uint64_t>();
      if (!std::in_range<T>(number)) throw std::out_of_range("an integer does not fit its type");
      value = static_cast<T>(number);
    } else {
      const auto number = json.get<std::int64_t>();
      if (!std::in_range<T>(number)) throw std::out_of_range("an integer does not fit its type");
      value = static_cast<T>(number);
    }
  }
  static Json Write(T value) { return value; }
};

template <std::floating_point T>
struct Value<T> {
  static Json Schema(Direction) { return Type("number"); }
  static void Read(const Json& json, T& value) { value = json.get<T>(); }
  static Json Write(T value) { return value; }
};

template <>
struct Value<std::string> {
  static Json Schema(Direction) { return Type("string"); }
  static void Read(const Json& json, std::string& value) { value = json.get_ref<const std::string&>(); }
  static Json Write(std::string&& value) { return std::move(value); }
};

// Borrowed: as long as the JSON that it was read from.
template <>
struct Value<std::string_view> {
  static Json Schema(Direction) { return Type("string"); }
  static void Read(const Json& json, std::string_view& value) { value = json.get_ref<const std::string&>(); }
  static Json Write(std::string_view value) { return value; }
};

// Any value, or what the words say of it.
template <>
struct Value<Json> {
  static Json Schema(Direction) { return Json::object(); }
  static void Read(const Json& json, Json& value) { value = json; }
  static Json Write(Json&& value) { return std::move(value); }
};

// The same, borrowed.
template <>
struct Value<const Json*> {
  static Json Schema(Direction) { return Json::object(); }
  static void Read(const Json& json, const Json*& value) { value = &json; }
};

template <Named T>
struct Value<T> {
  static Json Schema(Direction) {
    Json schema = Type("string");
    Json& names = schema["enum"] = Json::array();
    for (const std::string_view name : NamesOf(T{})) names.push_back(name);
    return schema;
  }
  static void Read(const Json& json, T& value) {
    const auto& text = json.get_ref<const std::string&>();
    const auto names = NamesOf(T{});
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] != text) continue;
      value = static_cast<T>(i);
      return;
    }
    throw std::out_of_range("a text is not a name of its enumeration");
  }
  static Json Write(T value) { return NamesOf(value)[static_cast<std::size_t>(value)]; }
};

template <HasFields T>
struct Value<T> {
  static Json Schema(Direction direction) { return ObjectSchema(FieldsOf<T>(), direction); }
  static void Read(const Json& json, T& value) { ReadObject(FieldsOf<T>(), &value, json); }
  static Json Write(T&& value) { return WriteObject(FieldsOf<T>(), &value); }
};

// The schema is that of a value: Field::is_nullable says that there may be none.
template <typename T>
struct Value<std::optional<T>> {
  static Json Schema(Direction direction) { return Value<T>::Schema(direction); }
  static void Read(const Json& json, std::optional<T>& value) {
    if (json.is_null()) {
      value.reset();
    } else {
      Value<T>::Read(json, value.emplace());
    }
  }
  static Json Write(std::optional<T>&& value) {
    return value ? Value<T>::Write(*std::move(value)) : Json(nullptr);
  }
};

template <typename T>
struct Value<std::vector<T>> {
  static Json Schema(Direction direction) {
    Json schema = Type("array");
    schema["items"] = Value<T>::Schema(direction);
    return schema;
  }
  static void Read(const Json& json, std::vector<T>& value) {
    value.clear();
    value.reserve(json.size());
    for (const Json& element : json) Value<T>::Read(element, value.emplace_back());
  }
  static Json Write(std::vector<T>&& value) {
    Json json = Json::array();
    for (T& element : value) json.push_back(Value<T>::Write(std::move(element)));
    return json;
  }
};

template <typename T>
inline constexpr bool kIsOptional = false;
template <typename T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

// Of a member whose type is only known to Value.
template <typename T>
void ReadMember(void* member, const Json& value) {
  Value<T>::Read(value, *static_cast<T*>(member));
}
template <typename T>
Json WriteMember(void* member) {
  if constexpr (requires(T && value) { Value<T>::Write(std::move(value)); }) {
    return Value<T>::Write(std::move(*static_cast<T*>(member)));
  } else {
    return nullptr;  // what is only read
  }
}

// S stands among the arguments because GCC gives a specialization internal linkage for a type of an unnamed namespace, and not for a
// pointer to its member: two files with a struct of one name would share these functions.
template <typename S, typename T, T S::*Member>
struct OfMember {
  static void* Of(void* object) { return &(static_cast<S*>(object)->*Member); }
  static constexpr Field Make(std::string_view name, std::string_view summary, const Bounds& bounds,
                              bool is_required) {
    return {name, summary,           bounds,         is_required,    false, kIsOptional<T>,
            &Of,  &Value<T>::Schema, &ReadMember<T>, &WriteMember<T>};
  }
};

template <auto Member>
struct Deduced;
template <typename S, typename T, T S::*Member>
struct Deduced<Member> {
  using Type = OfMember<S, T, Member>;
};

inline Json ObjectSchema(Fields fields, Direction direction) {
  Json schema = Type("object");
  Json& properties = schema["properties"] = Json::object();
  Json& required = schema["required"] = Json::array();
  for (const Field& field : fields) {
    Json& member = properties[std::string(field.name)] = SchemaOf(field, direction);
    if (field.is_nullable && (field.is_required || direction == Direction::kTaken))
      member = OrNull(std::move(member));
    if (!field.summary.empty()) member["description"] = field.summary;
    if (field.is_required) required.push_back(field.name);
  }
  if (direction == Direction::kTaken) schema["additionalProperties"] = false;
  return schema;
}

// `value` fits the schema. What it does not have stays as it is in `object`.
inline void ReadObject(Fields fields, void* object, const Json& value) {
  for (const Field& field : fields) {
    if (const auto found = value.find(field.name); found != value.end())
      field.read(field.member(object), *found);
  }
}

inline Json WriteObject(Fields fields, void* object) {
  Json json = Json::object();
  for (const Field& field : fields) {
    Json value = field.write(field.member(object));
    if (field.is_required || !value.is_null()) json[std::string(field.name)] = std::move(value);
  }
  return json;
}

}  // namespace fields

// A member that is always there.
template <auto Member>
constexpr Field Required(std::string_view name, std::string_view summary, const Bounds& bounds = {}) {
  return fields::Deduced<Member>::Type::Make(name, summary, bounds, true);
}

// A member that may be left out: of what is taken the struct's own value holds then, and a std::optional may be null too; of
// what is given a std::optional without a value is left out.
template <auto Member>
constexpr Field Optional(std::string_view name, std::string_view summary, const Bounds& bounds = {}) {
  return fields::Deduced<Member>::Type::Make(name, summary, bounds, false);
}

// A struct that was described, read from JSON that fits its schema. Throws std::out_of_range for an integer that its type cannot
// hold, where its bounds allow one.
template <HasFields T>
T FromJson(const nlohmann::json& json) {
  T value;
  fields::ReadObject(FieldsOf<T>(), &value, json);
  return value;
}

template <HasFields T>
nlohmann::json ToJson(T value) {
  return fields::WriteObject(FieldsOf<T>(), &value);
}

template <HasFields T>
nlohmann::json SchemaOf(Direction direction) {
  return fields::ObjectSchema(FieldsOf<T>(), direction);
}

}  // namespace onbehalf
