// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/protocol/limits.h"

namespace onbehalf::protocol {

// A JSON-RPC message as StreamJsonRpc's LengthHeaderMessageHandler writes it: four bytes, big endian, say the length of what
// follows, JSON or MessagePack. This protocol does not have it. It is recognised only so that the error can be written in the
// same form: otherwise the client's library reports a broken stream and not what is wrong.
// Source: StreamJsonRpc 2.x; MessagePackFormatter writes a map of JSON-RPC's members.
struct ForeignMessage {
  bool is_message_pack = false;
  Id id;  // null if it could not be read
};

// What the first bytes of a connection are when they can start no frame. nullopt if they are not the beginning of such a
// message. The whole message need not be there, but without it the id of one in JSON is null. Never throws for what the bytes
// hold.
std::optional<ForeignMessage> ReadForeignMessage(std::string_view bytes, const JsonLimits& limits);

// What to use instead, for the developer of the client.
std::string Describe(const ForeignMessage& message);

// The response to `message`, with its length before it.
std::string ForeignErrorFrame(const ForeignMessage& message, const Error& error);

}  // namespace onbehalf::protocol
