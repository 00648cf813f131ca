#include "onbehalf/protocol/foreign_message.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <variant>

#include "onbehalf/protocol/utf8.h"

namespace onbehalf::protocol {
namespace {

constexpr int kPrefixBytes = 4;

std::uint64_t BigEndian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

// Reads the few MessagePack types that can precede a request's id. nullopt for any other type and at the end of the
// bytes. Not recursive.
class MessagePackReader {
 public:
  explicit MessagePackReader(std::string_view bytes) : rest_(bytes) {}

  // The number of members, for a map of at most 15.
  std::optional<std::size_t> MapSize() {
    const auto tag = Take(1);
    if (!tag || (Byte(*tag) & 0xF0) != 0x80) return std::nullopt;
    return Byte(*tag) & 0x0F;
  }

  std::optional<std::string_view> String() {
    const auto tag = Take(1);
    if (!tag) return std::nullopt;
    if ((Byte(*tag) & 0xE0) == 0xA0) return Take(Byte(*tag) & 0x1F);
    if (Byte(*tag) < 0xD9 || Byte(*tag) > 0xDB) return std::nullopt;
    const auto length = Take(std::size_t{1} << (Byte(*tag) - 0xD9));
    return length ? Take(static_cast<std::size_t>(BigEndian(*length))) : std::nullopt;
  }

  std::optional<Id> RequestId() {
    if (rest_.empty()) return std::nullopt;
    const std::uint8_t tag = Byte(rest_);
    if ((tag & 0xE0) == 0xA0 || (tag >= 0xD9 && tag <= 0xDB)) {
      const auto text = String();
      if (!text || !IsUtf8(*text)) return std::nullopt;
      return Id(std::string(*text));
    }
    Take(1);
    if (tag <= 0x7F) return Id(std::int64_t{tag});
    if (tag >= 0xE0) return Id(std::int64_t{static_cast<std::int8_t>(tag)});
    if (tag < 0xCC || tag > 0xD3) return std::nullopt;
    const auto number = Take(std::size_t{1} << ((tag - 0xCC) % 4));
    if (!number) return std::nullopt;
    const std::uint64_t value = BigEndian(*number);
    if (tag >= 0xD0) {
      // Sign-extends the number.
      const auto spare = static_cast<int>(64 - 8 * number->size());
      return Id(static_cast<std::int64_t>(value << spare) >> spare);
    }
    return ToId(Json(value));
  }

 private:
  static std::uint8_t Byte(std::string_view bytes) { return static_cast<std::uint8_t>(bytes.front()); }

  std::optional<std::string_view> Take(std::size_t count) {
    if (count > rest_.size()) return std::nullopt;
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  std::string_view rest_;
};

void AppendBigEndian(std::string& to, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) to += static_cast<char>(value >> shift & 0xFF);
}

// Appends a str 32, which can hold any text.
void AppendPacked(std::string& to, std::string_view text) {
  to += '\xDB';
  AppendBigEndian(to, text.size(), 4);
  to += text;
}

void AppendPackedId(std::string& to, const Id& id) {
  if (const auto* number = std::get_if<std::int64_t>(&id)) {
    to += '\xD3';
    AppendBigEndian(to, static_cast<std::uint64_t>(*number), 8);
  } else if (const auto* large = std::get_if<std::uint64_t>(&id)) {
    to += '\xCF';
    AppendBigEndian(to, *large, 8);
  } else if (const auto* fraction = std::get_if<double>(&id)) {
    to += '\xCB';
    AppendBigEndian(to, std::bit_cast<std::uint64_t>(*fraction), 8);
  } else if (const auto* text = std::get_if<std::string>(&id)) {
    AppendPacked(to, *text);
  } else {
    to += '\xC0';
  }
}

// nlohmann's MessagePack writer would be as large as the rest of this library.
std::string PackedError(const Id& id, const Error& error) {
  std::string packed = "\x83";
  AppendPacked(packed, "jsonrpc");
  AppendPacked(packed, "2.0");
  AppendPacked(packed, "id");
  AppendPackedId(packed, id);
  AppendPacked(packed, "error");
  packed += '\x83';
  AppendPacked(packed, "code");
  packed += '\xD2';
  AppendBigEndian(packed, static_cast<std::uint32_t>(error.code), 4);
  AppendPacked(packed, "message");
  AppendPacked(packed, error.message);
  // StreamJsonRpc's MessagePackFormatter fails to read an error without it.
  AppendPacked(packed, "data");
  packed += '\xC0';
  return packed;
}

Id IdOfJson(std::string_view text, const JsonLimits& limits) {
  const ParsedFrame parsed = ParseFrame(text, limits, 1);
  if (parsed.messages.size() != 1) return {};
  const auto* request = std::get_if<Request>(&parsed.messages.front());
  return request != nullptr ? request->id : Id();
}

std::optional<ForeignMessage> ReadMessagePack(std::string_view text) {
  MessagePackReader reader(text);
  const auto members = reader.MapSize();
  if (!members) return std::nullopt;
  ForeignMessage message;
  message.is_message_pack = true;
  for (std::size_t i = 0; i < *members; ++i) {
    const auto name = reader.String();
    // Every message begins with jsonrpc; other bytes that look like the start of a map are not a message.
    if (i == 0 && name != "jsonrpc") return std::nullopt;
    if (name == "id") {
      if (auto id = reader.RequestId()) message.id = *std::move(id);
      return message;
    }
    if (!reader.String()) return message;
  }
  return message;
}

}  // namespace

std::optional<ForeignMessage> ReadForeignMessage(std::string_view bytes, const JsonLimits& limits) {
  if (bytes.size() < kPrefixBytes) return std::nullopt;
  const std::uint64_t length = BigEndian(bytes.substr(0, kPrefixBytes));
  const std::string_view text = bytes.substr(kPrefixBytes, static_cast<std::size_t>(length));
  if (auto message = ReadMessagePack(text)) return message;
  if (!text.starts_with('{') && !text.starts_with('[')) return std::nullopt;
  ForeignMessage message;
  if (text.size() == length) message.id = IdOfJson(text, limits);
  return message;
}

std::string Describe(const ForeignMessage& message) {
  std::string text = "This service reads JSON with a Content-Length header or delimited by newlines, not ";
  text += message.is_message_pack ? "MessagePack with a binary length prefix" : "with a binary length prefix";
  text += ". In StreamJsonRpc, use HeaderDelimitedMessageHandler or NewLineDelimitedMessageHandler";
  if (message.is_message_pack) text += " with SystemTextJsonFormatter or JsonMessageFormatter";
  return text + ".";
}

std::string ForeignErrorFrame(const ForeignMessage& message, const Error& error) {
  const std::string text =
      message.is_message_pack ? PackedError(message.id, error) : ErrorText(message.id, error);
  std::string frame;
  AppendBigEndian(frame, text.size(), kPrefixBytes);
  return frame + text;
}

}  // namespace onbehalf::protocol
