#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <string_view>
#include <vector>

#include "audit/audit_line.h"
#include "onbehalf/service/method.h"

namespace onbehalf::service {

// Replaces a value that its method does not mark as audited.
inline constexpr std::string_view kRedacted = "(redacted)";

// Writes a request's parameters to a line: the values of those that their method marks (Parameter::audited), and kRedacted for
// the others. Does not allocate. Together they have at most kParamsBytes of text and kParamsPieces values; any excess is
// replaced by "…".
template <typename Line>
class ParamsWriter {
 public:
  explicit ParamsWriter(Line& line) : line_(line) {}

  // `params` is the object that BindParameters returned.
  void Write(const std::vector<Parameter>& parameters, const Json& params) {
    line_.Name("params");
    line_.Put("{");
    bool first = true;
    for (const Parameter& parameter : parameters) {
      const auto value = params.find(parameter.name);
      if (value == params.end()) continue;
      if (!Member(parameter.name, first)) break;
      if (parameter.audited) {
        Value(*value, 0);
      } else {
        line_.Quoted(kRedacted, kRedacted.size());
      }
    }
    line_.Put("}");
  }

 private:
  // Maximum nesting depth that is written.
  static constexpr int kDepth = 4;
  // Limit for one string, so that it leaves room for the others.
  static constexpr std::size_t kValueBytes = 256;
  static constexpr std::string_view kMore = "\xE2\x80\xA6";

  // Call before writing a member's value. Returns false if there is no room: then a member with a reserved name says so.
  bool Member(std::string_view name, bool& first) {
    if (!first) line_.Put(",");
    first = false;
    const bool fits = name.size() <= bytes_left_ && name != kMore && TakePiece();
    if (fits) {
      line_.Quoted(name, name.size());
      bytes_left_ -= name.size();
    } else {
      More();
    }
    line_.Put(fits ? ":" : ":true");
    return fits;
  }
  bool TakePiece() {
    if (pieces_left_ == 0) return false;
    --pieces_left_;
    return true;
  }
  void More() { line_.Quoted(kMore, kMore.size()); }

  void Text(std::string_view text) {
    const std::size_t most = std::min(bytes_left_, kValueBytes);
    line_.Quoted(text, most);
    bytes_left_ -= std::min(most, text.size());
  }

  void Value(const Json& value, int depth) {
    switch (value.type()) {
      case Json::value_t::string:
        return Text(value.get_ref<const std::string&>());
      case Json::value_t::boolean:
        return line_.Put(value.get<bool>() ? "true" : "false");
      case Json::value_t::number_integer:
        return Number(value.get<std::int64_t>());
      case Json::value_t::number_unsigned:
        return Number(value.get<std::uint64_t>());
      case Json::value_t::number_float:
        return Number(value.get<double>());
      case Json::value_t::array:
        return Array(value, depth);
      case Json::value_t::object:
        return Object(value, depth);
      default:
        return line_.Put("null");
    }
  }
  template <typename T>
  void Number(T value) {
    std::array<char, 40> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    line_.Put({digits.data(), static_cast<std::size_t>(end - digits.data())});
  }
  void Array(const Json& array, int depth) {
    if (depth == kDepth) return More();
    line_.Put("[");
    bool first = true;
    for (const Json& element : array) {
      if (!first) line_.Put(",");
      first = false;
      if (!TakePiece()) {
        More();
        break;
      }
      Value(element, depth + 1);
    }
    line_.Put("]");
  }
  void Object(const Json& object, int depth) {
    if (depth == kDepth) return More();
    line_.Put("{");
    bool first = true;
    for (auto member = object.begin(); member != object.end(); ++member) {
      if (!Member(member.key(), first)) break;
      Value(member.value(), depth + 1);
    }
    line_.Put("}");
  }

  Line& line_;
  std::size_t bytes_left_ = kParamsBytes;
  std::size_t pieces_left_ = kParamsPieces;
};

}  // namespace onbehalf::service
