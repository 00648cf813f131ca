#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace onbehalf::service {

// How bytes stand in a JSON string.
enum class Encoding { kText, kBase64 };
constexpr std::array<std::string_view, 2> NamesOf(Encoding) { return {"text", "base64"}; }

// The bytes of a string; nullopt if it is not base64.
std::optional<std::string> Decode(std::string_view data, Encoding encoding);

struct EncodedPiece {
  std::string data;
  std::size_t bytes = 0;  // from the beginning, that `data` stands for
  // Text only: the byte that begins no character. Nothing else is set then.
  std::optional<std::size_t> not_utf8;
};
// As much of `bytes` as takes at most `most` bytes in a JSON text. `more`: others come behind them, so that a character
// that is cut at their end is left out; at the end of a file it is not UTF-8.
EncodedPiece Encode(std::string_view bytes, Encoding encoding, bool more, std::size_t most);

}  // namespace onbehalf::service
