#include "files/file_content.h"

#include <algorithm>

#include "onbehalf/protocol/base64.h"
#include "onbehalf/protocol/plain_bytes.h"
#include "onbehalf/protocol/utf8.h"

namespace onbehalf::service {
namespace {

// Bytes of a UTF-8 character, at most.
constexpr std::size_t kLongest = 4;

// The size of a byte below 0x80 in JSON.
std::size_t JsonBytes(unsigned char byte) {
  if (byte >= 0x20) return byte == '"' || byte == '\\' ? 2 : 1;
  return byte == '\b' || byte == '\f' || byte == '\n' || byte == '\r' || byte == '\t' ? 2 : 6;
}

// Whether `text`, an incomplete character, can be the start of a valid one.
bool IsCut(std::string_view text) {
  if (text.size() >= kLongest) return false;
  // Any valid start can be completed by one of these; the range of the second byte depends on the first.
  for (const char second : {'\x80', '\x90', '\xA0'}) {
    std::string whole(text);
    if (whole.size() < 2) whole += second;
    while (whole.size() < kLongest) whole += '\x80';
    const std::size_t bytes = protocol::Utf8SequenceBytes(whole);
    if (bytes > text.size()) return true;
  }
  return false;
}

EncodedPiece EncodeText(std::string_view bytes, bool more, std::size_t most) {
  EncodedPiece piece;
  std::size_t at = 0;
  for (std::size_t left = most; at < bytes.size();) {
    // Each of these takes one byte.
    const std::size_t plain = protocol::PlainBytes(bytes.substr(at, left));
    at += plain;
    left -= plain;
    if (at == bytes.size()) break;
    const auto byte = static_cast<unsigned char>(bytes[at]);
    std::size_t size = 1;
    std::size_t cost = 0;
    if (byte < 0x80) {
      cost = JsonBytes(byte);
    } else {
      size = cost = protocol::Utf8SequenceBytes(bytes.substr(at));
      if (size == 0) {
        if (more && IsCut(bytes.substr(at))) break;
        piece.not_utf8 = at;
        return piece;
      }
    }
    if (cost > left) break;
    left -= cost;
    at += size;
  }
  piece.data = bytes.substr(0, at);
  piece.bytes = at;
  return piece;
}

}  // namespace

std::optional<std::string> Decode(std::string_view data, Encoding encoding) {
  if (encoding == Encoding::kBase64) return protocol::FromBase64(data);
  return std::string(data);
}

EncodedPiece Encode(std::string_view bytes, Encoding encoding, bool more, std::size_t most) {
  if (encoding == Encoding::kText) return EncodeText(bytes, more, most);
  const std::string_view taken = bytes.substr(0, std::min(bytes.size(), most / 4 * 3));
  return {protocol::ToBase64(taken), taken.size(), std::nullopt};
}

}  // namespace onbehalf::service
