// Accepted JSON means the same after it is written and read again, agrees with the library's own parser and
// keeps the limits; refused JSON is refused with a message; nothing throws.

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "invariant.h"
#include "onbehalf/protocol/foreign_message.h"
#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/protocol/json_text.h"
#include "onbehalf/protocol/limits.h"

namespace {

using namespace onbehalf::protocol;

// Small, so that short inputs reach them.
constexpr JsonLimits kSmall{.depth = 6, .string_bytes = 32, .array_elements = 8, .object_members = 6};
constexpr std::size_t kMaxBatch = 4;

void CheckText(std::string_view text) {
  Json value;
  const JsonFault fault = ParseJson(text, JsonLimits{}, value);
  ONBEHALF_INVARIANT(fault.offset <= text.size());
  ONBEHALF_INVARIANT(value.is_discarded() == static_cast<bool>(fault));
  ONBEHALF_INVARIANT(!fault.Describe().empty());

  const Json reference = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (fault) {
    // The library accepts only two syntax errors that the project refuses: a BOM, and bytes after a NUL.
    ONBEHALF_INVARIANT(fault.kind != JsonFault::Kind::kSyntax || reference.is_discarded() ||
                       text.starts_with("\xEF\xBB\xBF") || text.find('\0') != std::string_view::npos);
    ONBEHALF_INVARIANT(fault.kind != JsonFault::Kind::kInvalidUtf8 || reference.is_discarded() ||
                       text.find('\0') != std::string_view::npos);
    return;
  }
  ONBEHALF_INVARIANT(value == reference);
  const std::string written = ToText(value);
  ONBEHALF_INVARIANT(written == value.dump());
  Json again;
  ONBEHALF_INVARIANT(!ParseJson(written, JsonLimits{}, again));
  ONBEHALF_INVARIANT(again == value);
}

void CheckMessage(const Message& message) {
  ParsedFrame again;
  if (const auto* request = std::get_if<Request>(&message)) {
    again = ParseFrame(RequestText(request->id, request->method, request->params), JsonLimits{}, kMaxBatch);
    const auto& read = std::get<Request>(again.messages.at(0));
    ONBEHALF_INVARIANT(read.id == request->id && read.method == request->method &&
                       read.params == request->params);
  } else if (const auto* notification = std::get_if<Notification>(&message)) {
    again = ParseFrame(NotificationText(notification->method, notification->params), JsonLimits{}, kMaxBatch);
    const auto& read = std::get<Notification>(again.messages.at(0));
    ONBEHALF_INVARIANT(read.method == notification->method && read.params == notification->params);
  } else if (const auto* response = std::get_if<Response>(&message)) {
    if (response->outcome.ok()) {
      again = ParseFrame(ResultText(response->id, *response->outcome), JsonLimits{}, kMaxBatch);
      const auto& read = std::get<Response>(again.messages.at(0));
      ONBEHALF_INVARIANT(read.id == response->id && *read.outcome == *response->outcome);
    }
  } else {
    const auto& invalid = std::get<InvalidMessage>(message);
    again = ParseFrame(ErrorText(invalid.id, invalid.error), JsonLimits{}, kMaxBatch);
    const auto& read = std::get<Response>(again.messages.at(0));
    ONBEHALF_INVARIANT(read.id == invalid.id && read.error_code == static_cast<int>(invalid.error.code));
  }
}

void CheckFrame(std::string_view text, const JsonLimits& limits) {
  const ParsedFrame parsed = ParseFrame(text, limits, kMaxBatch);
  ONBEHALF_INVARIANT(parsed.fault.has_value() == parsed.messages.empty());
  ONBEHALF_INVARIANT(parsed.fault || !parsed.stream_broken);
  ONBEHALF_INVARIANT(parsed.is_batch || parsed.messages.size() <= 1);
  ONBEHALF_INVARIANT(parsed.messages.size() <= kMaxBatch);
  if (parsed.fault) {
    ONBEHALF_INVARIANT(!ErrorText({}, *parsed.fault).empty());
  }
  for (const Message& message : parsed.messages) {
    CheckMessage(message);
  }
}

// The response to a message of another protocol has the id that was read, in that protocol.
void CheckForeign(std::string_view bytes) {
  const std::optional<ForeignMessage> message = ReadForeignMessage(bytes, kSmall);
  if (!message) return;
  const std::string answer =
      ForeignErrorFrame(*message, {ErrorCode::kParseError, Describe(*message), nullptr}).substr(4);
  const Json read = message->is_message_pack ? Json::from_msgpack(answer) : Json::parse(answer);
  ONBEHALF_INVARIANT(read.at("id") == ToJson(message->id));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<char> bytes(data, data + size);
  const std::string_view text(bytes.data(), bytes.size());
  CheckText(text);
  CheckFrame(text, JsonLimits{});
  CheckFrame(text, kSmall);
  CheckForeign(text);
  return 0;
}
