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
    // Of ParseJsonWithComments only (json_with_comments.h).
    kUnclosedComment,
    kUnopenedComment,
  };
  Kind kind = Kind::kNone;
  std::size_t offset = 0;  // byte offset in the text, as close as known

  explicit operator bool() const { return kind != Kind::kNone; }
  // A sentence with the offset, without the peer's bytes.
  std::string Describe() const;
};

// Strict RFC 8259: valid UTF-8 without BOM, nothing after the value, no duplicate member names, within `limits`. Not
// recursive: nesting does not use stack. `value` is discarded (Json::is_discarded) when a fault is returned.
JsonFault ParseJson(std::string_view text, const JsonLimits& limits, Json& value);

// Compact UTF-8. Throws std::invalid_argument if a string in `value` is not valid UTF-8 (a bug in the caller).
std::string ToText(const Json& value);

}  // namespace onbehalf::protocol
