#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "onbehalf/protocol/json_text.h"

namespace onbehalf::protocol {

// A member as MakeObject takes it. It refers to its value, and so lives only as long as the call: no copies, no destructor, and
// what is converted to Json is converted in one place. A Json that is given as a temporary or moved is moved from.
class JsonMember {
 public:
  JsonMember(std::string_view name, std::nullptr_t) : name_(name), kind_(Kind::kNull) {}
  template <typename Number, typename = std::enable_if_t<std::is_arithmetic_v<Number>>>
  JsonMember(std::string_view name, Number value) : name_(name) {
    if constexpr (std::is_same_v<Number, bool>) {
      kind_ = Kind::kBoolean;
      value_.boolean = value;
    } else if constexpr (std::is_floating_point_v<Number>) {
      kind_ = Kind::kReal;
      value_.real = value;
    } else if constexpr (std::is_signed_v<Number>) {
      kind_ = Kind::kSigned;
      value_.number = value;
    } else {
      kind_ = Kind::kUnsigned;
      value_.count = value;
    }
  }
  JsonMember(std::string_view name, std::string_view value) : name_(name), kind_(Kind::kText) {
    value_.text = value;
  }
  JsonMember(std::string_view name, const std::string& value) : JsonMember(name, std::string_view(value)) {}
  JsonMember(std::string_view name, const char* value) : JsonMember(name, std::string_view(value)) {}
  JsonMember(std::string_view name, const Json& value) : name_(name), kind_(Kind::kCopied) {
    value_.copied = &value;
  }
  JsonMember(std::string_view name, Json&& value) : name_(name), kind_(Kind::kMoved) {
    value_.moved = &value;
  }
  JsonMember(const JsonMember&) = delete;
  JsonMember& operator=(const JsonMember&) = delete;

 private:
  friend Json MakeObject(std::initializer_list<JsonMember> members);

  enum class Kind : unsigned char { kNull, kBoolean, kSigned, kUnsigned, kReal, kText, kCopied, kMoved };
  union Value {
    Value() : copied(nullptr) {}
    bool boolean;
    std::int64_t number;
    std::uint64_t count;
    double real;
    std::string_view text;
    const Json* copied;
    Json* moved;
  };

  Json Take() const;

  std::string_view name_;
  Kind kind_;
  Value value_;
};

// An object out of its members, as Json{{"name", value}, ...} is. A list of lists of Json is several times as long to compile, and as
// large: each of its members is built, converted and cleaned up in line. An object in another is a MakeObject of its own.
Json MakeObject(std::initializer_list<JsonMember> members);

}  // namespace onbehalf::protocol
