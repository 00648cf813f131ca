#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace onbehalf::service {

// How bytes are encoded in a JSON string.
enum class Encoding { kText, kBase64 };
constexpr std::array<std::string_view, 2> NamesOf(Encoding) { return {"text", "base64"}; }

// The bytes that the string encodes; nullopt if it is not base64.
std::optional<std::string> Decode(std::string_view data, Encoding encoding);

struct EncodedPiece {
  std::string data;
  std::size_t bytes = 0;  // how many of the input's first bytes are in `data`
  // Text only: the offset of the first byte that is not UTF-8. Nothing else is set then.
  std::optional<std::size_t> not_utf8;
};
// Encodes as many of `bytes` as fit into `most` bytes of JSON. `more`: further bytes follow, so a character cut at
// the end is left out; at the end of a file it is not valid UTF-8.
EncodedPiece Encode(std::string_view bytes, Encoding encoding, bool more, std::size_t most);

}  // namespace onbehalf::service
