#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "onbehalf/protocol/json_text.h"
#include "text/escaped_text.h"

namespace onbehalf::service {

using protocol::Json;

// Values and names as JSON Schema sees them.

inline const Json* Member(const Json& object, std::string_view name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

inline const std::string& TextOf(const Json& text) { return text.get_ref<const std::string&>(); }

// JSON Schema counts 1.0 as an integer. Beyond 2^53 a double cannot hold every integer, so none of them counts.
inline bool IsInteger(const Json& value) {
  if (value.is_number_integer()) return true;
  if (!value.is_number_float()) return false;
  const auto number = value.get<double>();
  return std::trunc(number) == number && std::abs(number) <= 9007199254740992.0;
}

inline bool IsOfType(const Json& value, std::string_view type) {
  if (type == "null") return value.is_null();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return IsInteger(value);
  if (type == "number") return value.is_number();
  if (type == "string") return value.is_string();
  if (type == "array") return value.is_array();
  return type == "object" && value.is_object();
}

// "type" is one type or a list of types: whether `is_wanted` accepts any of them.
template <typename Predicate>
inline bool AnyType(const Json& type, Predicate is_wanted) {
  if (!type.is_array()) return is_wanted(TextOf(type));
  return std::any_of(type.begin(), type.end(), [&](const Json& one) { return is_wanted(TextOf(one)); });
}

// nlohmann's comparison treats an unsigned number beyond 63 bits as negative.
inline bool IsLess(const Json& a, const Json& b) {
  if (a.is_number_unsigned() && b.is_number_unsigned())
    return a.get<std::uint64_t>() < b.get<std::uint64_t>();
  if (a.is_number_integer() && b.is_number_integer()) {
    if (a.is_number_unsigned()) return std::cmp_less(a.get<std::uint64_t>(), b.get<std::int64_t>());
    if (b.is_number_unsigned()) return std::cmp_less(a.get<std::int64_t>(), b.get<std::uint64_t>());
    return a.get<std::int64_t>() < b.get<std::int64_t>();
  }
  return a.get<double>() < b.get<double>();
}

// Equality of numbers as in JSON Schema: 1 equals 1.0, and a number beyond 63 bits is not negative.
inline bool IsEqual(const Json& a, const Json& b) {
  if (a.is_number() && b.is_number()) return !IsLess(a, b) && !IsLess(b, a);
  return a == b;
}

inline std::size_t Characters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<std::uint8_t>(c) & 0xC0u) != 0x80u; }));
}

// A name that may come from a peer, escaped and cut.
inline std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  AppendEscaped(quoted, text, Escaping::kJson, 64);
  return quoted + "\"";
}

}  // namespace onbehalf::service
