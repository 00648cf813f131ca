// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace onbehalf::protocol {

struct JsonLimits;  // onbehalf/protocol/limits.h

using Json = nlohmann::json;

struct JsonFault {
  enum class Kind {
    kNone,
    kSyntax,
    kInvalidUtf8,
    kTooDeep,
    kStringTooLong,
    kTooManyElements,
    kTooManyMembers,
    kDuplicateKey,
    kNumberOutOfRange,
  };
  Kind kind = Kind::kNone;
  std::size_t offset = 0;  // byte offset in the text, as near as it is known

  explicit operator bool() const { return kind != Kind::kNone; }
  // A plain sentence with the offset, without any of the peer's bytes in it.
  std::string Describe() const;
};

// Strict RFC 8259: valid UTF-8 without BOM, nothing after the value, no duplicate member names, within
// `limits`. No recursion: the text's depth costs no stack. `value` is discarded (Json::is_discarded) when a
// fault is returned.
JsonFault ParseJson(std::string_view text, const JsonLimits& limits, Json& value);

// Compact UTF-8. Throws std::invalid_argument if a string in `value` is not valid UTF-8 (a defect of the
// caller).
std::string ToText(const Json& value);

}  // namespace onbehalf::protocol
