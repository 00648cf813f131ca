// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/protocol/limits.h"

namespace onbehalf::protocol {

// A JSON-RPC message from StreamJsonRpc's LengthHeaderMessageHandler: four bytes with the big-endian length, then
// JSON or MessagePack. This protocol does not support it. It is recognised only to send the error in the same form:
// otherwise the client's library would report a broken stream instead of the reason. Source: StreamJsonRpc 2.x;
// MessagePackFormatter writes a map of JSON-RPC's members.
struct ForeignMessage {
  bool is_message_pack = false;
  Id id;  // null if it could not be read
};

// Identifies the first bytes of a connection that cannot start a frame. nullopt if they do not begin such a message.
// The message may be incomplete, but then the id of a JSON message is null. Never throws because of the bytes'
// content.
std::optional<ForeignMessage> ReadForeignMessage(std::string_view bytes, const JsonLimits& limits);

// Tells the developer of the client what to use instead.
std::string Describe(const ForeignMessage& message);

// The response to `message`, with its length prefix.
std::string ForeignErrorFrame(const ForeignMessage& message, const Error& error);

}  // namespace onbehalf::protocol
