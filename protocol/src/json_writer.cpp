#include "json_writer.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include "onbehalf/protocol/plain_bytes.h"
#include "onbehalf/protocol/utf8.h"

namespace onbehalf::protocol {
namespace {

template <typename Integer>
void AppendInteger(std::string& out, Integer value) {
  std::array<char, 24> digits;  // the longest is -9223372036854775808
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

void AppendEscape(std::string& out, char character) {
  switch (character) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default: {
      constexpr std::string_view kHex = "0123456789abcdef";
      const auto code = static_cast<unsigned char>(character);
      out += "\\u00";
      out += kHex[code >> 4];
      out += kHex[code & 0xF];
    }
  }
}

}  // namespace

void AppendString(std::string& out, std::string_view text) {
  out += '"';
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size();) {
    i += PlainBytes(text.substr(i));
    if (i == text.size()) break;
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x80) {
      const std::size_t bytes = Utf8SequenceBytes(text.substr(i));
      if (bytes == 0) {
        throw std::invalid_argument("a string to be written as JSON is not valid UTF-8");
      }
      i += bytes;
      continue;
    }
    if (byte < 0x20 || byte == '"' || byte == '\\') {
      out.append(text, copied, i - copied);
      AppendEscape(out, text[i]);
      copied = i + 1;
    }
    ++i;
  }
  out.append(text, copied);
  out += '"';
}

void AppendJson(std::string& out, const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      out += "null";
      return;
    case Json::value_t::boolean:
      out += value.get_ref<const Json::boolean_t&>() ? "true" : "false";
      return;
    case Json::value_t::number_integer:
      AppendInteger(out, value.get_ref<const Json::number_integer_t&>());
      return;
    case Json::value_t::number_unsigned:
      AppendInteger(out, value.get_ref<const Json::number_unsigned_t&>());
      return;
    case Json::value_t::number_float:
      // The library's format: the shortest that reads back the same, and always recognisable as not an integer.
      out += value.dump();
      return;
    case Json::value_t::string:
      AppendString(out, value.get_ref<const std::string&>());
      return;
    case Json::value_t::array: {
      char separator = '[';
      for (const Json& element : value.get_ref<const Json::array_t&>()) {
        out += separator;
        separator = ',';
        AppendJson(out, element);
      }
      out += value.empty() ? "[]" : "]";
      return;
    }
    case Json::value_t::object: {
      char separator = '{';
      for (const auto& [name, member] : value.get_ref<const Json::object_t&>()) {
        out += separator;
        separator = ',';
        AppendString(out, name);
        out += ':';
        AppendJson(out, member);
      }
      out += value.empty() ? "{}" : "}";
      return;
    }
    case Json::value_t::binary:
    case Json::value_t::discarded:
      break;
  }
  throw std::invalid_argument("a value that JSON cannot represent");
}

}  // namespace onbehalf::protocol
