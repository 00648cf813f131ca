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

// A request's id, kept in the JSON type it came in so that it is echoed as that type. std::monostate is null.
// An integer is an int64_t wherever that holds it (so equal ids compare equal) and a uint64_t above. A number
// of 2^63 or more (or -2^63 or less) that is no 64-bit integer is refused (InvalidRequest): it could not be
// echoed exactly.
using Id = std::variant<std::monostate, std::int64_t, std::uint64_t, double, std::string>;

Json ToJson(const Id& id);

// The id that `value` is (in a message, or in the params of $/cancelRequest); nullopt if it can be none.
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

// An answer, as a client reads it.
struct Response {
  Id id;
  Result<Json> outcome = Json();  // `result`, or `error`
  int error_code = 0;             // the code as it came; Error::code holds it only when the table knows it
};

// Something that is JSON but no message of JSON-RPC 2.0, with the id to answer under (null if it had none
// that could be read).
struct InvalidMessage {
  Id id;
  Error error;
};

using Message = std::variant<Request, Notification, Response, InvalidMessage>;

// A frame's messages. `fault` is set when the frame as a whole is refused; it is answered under a null id:
//   ParseError      not JSON, or not UTF-8
//   InvalidRequest  JSON, but with two members of one name or a number out of range; an empty batch
//   TooLarge        over one of JsonLimits; a batch of more messages than allowed
struct ParsedFrame {
  bool is_batch = false;
  std::vector<Message> messages;
  std::optional<Error> fault;
  // The text itself was refused (every fault but those of a batch's size): what follows on the stream cannot
  // be trusted to be in step, and no request could be read that an answer would belong to. Close after
  // answering.
  bool stream_broken = false;
};

// Never throws for what the text holds. Members that JSON-RPC does not know are tolerated, as are names that
// it reserves (rpc.*). A message is either a call (method) or a response (result or error, and an id), never
// both.
ParsedFrame ParseFrame(std::string_view text, const JsonLimits& limits, std::size_t max_batch);

// The texts of messages. Throw std::invalid_argument (a defect of the caller) for a string that is not valid
// UTF-8 and for params that are neither an object nor an array nor null, which means absent. Compact, members
// in the order jsonrpc, id, method, params (or result, or error).
std::string RequestText(const Id& id, std::string_view method, const Json& params);
std::string NotificationText(std::string_view method, const Json& params);
std::string ResultText(const Id& id, const Json& result);
std::string ErrorText(const Id& id, const Error& error);
// "[a,b,...]" out of texts made by the functions above.
std::string BatchText(const std::vector<std::string>& messages);

}  // namespace onbehalf::protocol
