// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "onbehalf/protocol/error.h"
#include "onbehalf/protocol/json_text.h"
#include "onbehalf/protocol/result.h"

namespace onbehalf::protocol {

// A request id, kept in its JSON type so that it is echoed in that type. std::monostate is null. An integer is an
// int64_t if it fits (so that equal ids compare equal), otherwise a uint64_t. A number of 2^63 or more (or -2^63 or
// less) that is not a 64-bit integer is refused (InvalidRequest), because it could not be echoed exactly.
using Id = std::variant<std::monostate, std::int64_t, std::uint64_t, double, std::string>;

Json ToJson(const Id& id);

// Reads an id (of a message, or in the params of $/cancelRequest); nullopt if `value` cannot be one.
std::optional<Id> ToId(const Json& value);

struct Request {
  Id id;
  std::string method;
  Json params;  // null when absent; else an object or an array
};

struct Notification {
  std::string method;
  Json params;
};

// A response as a client reads it.
struct Response {
  Id id;
  Result<Json> outcome = Json();  // `result` or `error`
  int error_code = 0;             // the code as received; Error::code holds it only if it is in the table
};

// JSON that is not a JSON-RPC 2.0 message, with the id for the response (null if no id could be read).
struct InvalidMessage {
  Id id;
  Error error;
};

using Message = std::variant<Request, Notification, Response, InvalidMessage>;

// The messages of a frame. `fault` is set when the whole frame is refused; it is answered with a null id:
//   ParseError      not JSON, or not UTF-8
//   InvalidRequest  JSON, but with two members of one name or a number out of range; an empty batch
//   TooLarge        over one of JsonLimits; a batch of more messages than allowed
struct ParsedFrame {
  bool is_batch = false;
  std::vector<Message> messages;
  std::optional<Error> fault;
  // The text itself was refused (any fault except a batch's size), so the stream may be out of sync and the id of any
  // request is unknown. Close after answering.
  bool stream_broken = false;
};

// Never throws because of the text's content. Unknown members and reserved method names (rpc.*) are tolerated. A
// message is either a call (with method) or a response (with result or error, and an id), never both.
ParsedFrame ParseFrame(std::string_view text, const JsonLimits& limits, std::size_t max_batch);

// These return message texts. They throw std::invalid_argument (a bug in the caller) for a string that is not valid
// UTF-8 and for params that are not an object, an array or null (absent). Compact, members in the order jsonrpc, id,
// method, params (or result, or error).
std::string RequestText(const Id& id, std::string_view method, const Json& params);
std::string NotificationText(std::string_view method, const Json& params);
std::string ResultText(const Id& id, const Json& result);
std::string ErrorText(const Id& id, const Error& error);
// Combines texts from the functions above into "[a,b,...]".
std::string BatchText(const std::vector<std::string>& messages);

}  // namespace onbehalf::protocol
