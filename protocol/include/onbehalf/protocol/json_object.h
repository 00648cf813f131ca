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

// A member for MakeObject. It refers to its value and must not outlive the call: no copies, no destructor, and the
// conversion to Json is in one place. A Json passed as a temporary or moved is moved from.
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

// Creates an object from its members, like Json{{"name", value}, ...}. Such nested initializer lists take several
// times as long to compile and as much code: each member is built, converted and destroyed inline. Use another
// MakeObject for a nested object.
Json MakeObject(std::initializer_list<JsonMember> members);

}  // namespace onbehalf::protocol
