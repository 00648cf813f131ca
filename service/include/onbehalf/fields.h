// SPDX-License-Identifier: MIT
// Structs that describe their JSON form once; schema, reading and writing follow from it. For the parameters and results of
// methods, in a service (onbehalf/service/typed_method.h) and in a module. Header only; needs nlohmann/json, any version.
//
//   struct GreetParams {
//     std::string name;
//     bool loud = false;
//     static constexpr auto Describe() {
//       return std::array{
//           onbehalf::Required<&GreetParams::name>("name", "Who to greet.", {.max_length = 64}).Audited(),
//           onbehalf::Optional<&GreetParams::loud>("loud", "Greet in capitals (default: false).").Audited()};
//     }
//   };
#pragma once

#include <algorithm>
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

// Whether JSON is taken from a peer (undescribed members are refused) or given to one.
enum class Direction { kTaken, kGiven };

// Constraints on a value in addition to its type. Lengths are in characters. The initial values are no constraint.
struct Bounds {
  std::int64_t minimum = (std::numeric_limits<std::int64_t>::min)();
  std::uint64_t maximum = (std::numeric_limits<std::uint64_t>::max)();
  std::uint32_t min_length = 0;
  std::uint32_t max_length = (std::numeric_limits<std::uint32_t>::max)();
  std::uint32_t min_items = 0;
  std::uint32_t max_items = (std::numeric_limits<std::uint32_t>::max)();
  // Other JSON Schema keywords, which replace those of the type.
  nlohmann::json (*words)() = nullptr;
};

// Type-erased access to a member: one object for each type.
struct FieldType {
  nlohmann::json (*schema)(Direction direction) = nullptr;
  void (*read)(void* member, const nlohmann::json& value) = nullptr;  // null for what is only written
  // Moves the value out of the member. Returns null for an optional without a value.
  nlohmann::json (*write)(void* member) = nullptr;
};

// One member of a struct. The strings are literals.
struct Field {
  std::string_view name;
  std::string_view summary;
  Bounds bounds;
  bool is_required = true;
  bool is_audited = false;
  bool is_nullable = false;  // a std::optional
  // Returns the member of `object`.
  void* (*member)(void* object) = nullptr;
  const FieldType* type = nullptr;

  // The value may be written to the audit: it is neither a secret nor the caller's content.
  constexpr Field Audited() const {
    Field audited = *this;
    audited.is_audited = true;
    return audited;
  }
  // For a std::optional: callers may omit the member but not pass null.
  constexpr Field NotNull() const {
    Field field = *this;
    field.is_nullable = false;
    return field;
  }
};

using Fields = std::span<const Field>;

// For a method without parameters or without a result.
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

// Several arrays of fields as one: those of a base and of the struct that derives from it.
template <std::size_t... Sizes>
constexpr std::array<Field, (Sizes + ...)> Join(const std::array<Field, Sizes>&... parts) {
  std::array<Field, (Sizes + ...)> all{};
  auto next = all.begin();
  (..., (next = std::copy(parts.begin(), parts.end(), next)));
  return all;
}

namespace fields {

template <typename T>
inline constexpr bool kIsList = false;
template <HasFields T>
inline constexpr bool kIsList<std::vector<T>> = true;

}  // namespace fields

// What a whole result may be: a struct with fields, or a list of such structs.
template <typename T>
concept Describable = HasFields<T> || fields::kIsList<T>;

// The JSON names of an enumeration's values, in the order of their numbers, which start at 0. Declare a function like this next
// to the enumeration: constexpr std::array<std::string_view, 2> NamesOf(Colour) { return {"red", "green"}; }
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

// Without null and without the summary.
inline Json SchemaOf(const Field& field, Direction direction) {
  Json schema = field.type->schema(direction);
  const Bounds& bounds = field.bounds;
  constexpr Bounds kNone;
  const auto add = [&schema](const char* word, auto bound, auto none) {
    if (bound != none) schema[word] = bound;
  };
  add("minimum", bounds.minimum, kNone.minimum);
  add("maximum", bounds.maximum, kNone.maximum);
  add("minLength", bounds.min_length, kNone.min_length);
  add("maxLength", bounds.max_length, kNone.max_length);
  add("minItems", bounds.min_items, kNone.min_items);
  add("maxItems", bounds.max_items, kNone.max_items);
  if (bounds.words != nullptr) schema.update(bounds.words());
  return schema;
}

// The JSON form of a type: Schema, Read and Write.
template <typename T>
struct Value;

template <typename T>
concept Readable = requires(const Json& json, T& value) {
  Value<T>::Read(json, value);
};
// An element that Read adds.
template <typename T>
concept ReadableElement = std::default_initializable<T> && Readable<T>;

// Whether each member of a struct can be read.
template <HasFields T>
constexpr bool IsReadable() {
  for (const Field& field : T::Describe()) {
    if (field.type->read == nullptr) return false;
  }
  return true;
}

template <>
struct Value<bool> {
  static Json Schema(Direction) { return Type("boolean"); }
  static void Read(const Json& json, bool& value) { value = json.get<bool>(); }
  static Json Write(bool value) { return value; }
};

template <std::integral T>
requires(!std::same_as<T, bool>) struct Value<T> {
  // When taken, the value must fit the type.
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

// Borrowed from the JSON that it was read from.
template <>
struct Value<std::string_view> {
  static Json Schema(Direction) { return Type("string"); }
  static void Read(const Json& json, std::string_view& value) { value = json.get_ref<const std::string&>(); }
  static Json Write(std::string_view value) { return value; }
};

// Any value, or what Bounds::words allow.
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
    throw std::out_of_range("a string is not a value of its enumeration");
  }
  static Json Write(T value) { return NamesOf(value)[static_cast<std::size_t>(value)]; }
};

template <HasFields T>
struct Value<T> {
  static Json Schema(Direction direction) { return ObjectSchema(FieldsOf<T>(), direction); }
  static void Read(const Json& json, T& value) requires(IsReadable<T>()) {
    ReadObject(FieldsOf<T>(), &value, json);
  }
  static Json Write(T&& value) { return WriteObject(FieldsOf<T>(), &value); }
};

// The schema is that of the value: Field::is_nullable says whether it may be null.
template <typename T>
struct Value<std::optional<T>> {
  static Json Schema(Direction direction) { return Value<T>::Schema(direction); }
  static void Read(const Json& json, std::optional<T>& value) requires(ReadableElement<T>) {
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
  static void Read(const Json& json, std::vector<T>& value) requires(ReadableElement<T>) {
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

// Type-erased access to a member.
template <typename T>
void ReadMember(void* member, const Json& value) {
  Value<T>::Read(value, *static_cast<T*>(member));
}
// Null for what is only written, such as elements without a default constructor.
template <typename T>
constexpr auto ReadMemberIfReadable() -> void (*)(void*, const Json&) {
  if constexpr (Readable<T>) {
    return &ReadMember<T>;
  } else {
    return nullptr;
  }
}
template <typename T>
Json WriteMember(void* member) {
  if constexpr (requires(T && value) { Value<T>::Write(std::move(value)); }) {
    return Value<T>::Write(std::move(*static_cast<T*>(member)));
  } else {
    return nullptr;  // read-only types
  }
}

// Shared by all members of a type.
template <typename T>
inline constexpr FieldType kFieldType{&Value<T>::Schema, ReadMemberIfReadable<T>(), &WriteMember<T>};

// Object is S or derives from it. Both are template arguments because GCC gives a specialization internal linkage for a type in an
// unnamed namespace, but not for a pointer to its member: two files with a struct of the same name would share these functions.
template <typename Object, typename S, typename T, T S::*Member>
struct OfMember {
  static void* Of(void* object) { return &(static_cast<Object*>(object)->*Member); }
  static constexpr Field Make(std::string_view name, std::string_view summary, const Bounds& bounds,
                              bool is_required) {
    return {name, summary, bounds, is_required, false, kIsOptional<T>, &Of, &kFieldType<T>};
  }
};

template <auto Member>
struct Deduced;
template <typename S, typename T, T S::*Member>
struct Deduced<Member> {
  using Struct = S;
  template <typename Object>
  using Type = OfMember<Object, S, T, Member>;
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

// `value` matches the schema. Members it does not have are left unchanged in `object`.
inline void ReadObject(Fields fields, void* object, const Json& value) {
  for (const Field& field : fields) {
    if (const auto found = value.find(field.name); found != value.end())
      field.type->read(field.member(object), *found);
  }
}

inline Json WriteObject(Fields fields, void* object) {
  Json json = Json::object();
  for (const Field& field : fields) {
    Json value = field.type->write(field.member(object));
    if (field.is_required || !value.is_null()) json[std::string(field.name)] = std::move(value);
  }
  return json;
}

}  // namespace fields

// A member that is always present. A struct that describes a member of its base names itself as `Object`.
template <auto Member, typename Object = typename fields::Deduced<Member>::Struct>
constexpr Field Required(std::string_view name, std::string_view summary, const Bounds& bounds = {}) {
  return fields::Deduced<Member>::template Type<Object>::Make(name, summary, bounds, true);
}

// A member that may be omitted. When taken, an omitted member keeps the struct's initial value, and a std::optional may also be
// null. When given, a std::optional without a value is omitted.
template <auto Member, typename Object = typename fields::Deduced<Member>::Struct>
constexpr Field Optional(std::string_view name, std::string_view summary, const Bounds& bounds = {}) {
  return fields::Deduced<Member>::template Type<Object>::Make(name, summary, bounds, false);
}

// Reads a described struct from JSON that matches its schema. Throws std::out_of_range for an integer that its type cannot hold
// although its bounds allow it.
template <HasFields T>
T FromJson(const nlohmann::json& json) {
  static_assert(fields::IsReadable<T>(), "a member of the struct can only be written");
  T value;
  fields::ReadObject(FieldsOf<T>(), &value, json);
  return value;
}

template <Describable T>
nlohmann::json ToJson(T value) {
  return fields::Value<T>::Write(std::move(value));
}

template <Describable T>
nlohmann::json SchemaOf(Direction direction) {
  return fields::Value<T>::Schema(direction);
}

}  // namespace onbehalf
