#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "onbehalf/protocol/error_code.h"
#include "onbehalf/protocol/json_text.h"
#include "onbehalf/protocol/limits.h"

namespace onbehalf::protocol {

// A request's id, kept in the JSON type it came in so that it is echoed as that type. std::monostate is null.
// An integer is an int64_t wherever that holds it (so equal ids compare equal) and a uint64_t above. A number
// of 2^63 or more (or -2^63 or less) that is no 64-bit integer is refused (InvalidRequest): it could not be
// echoed exactly.
using Id = std::variant<std::monostate, std::int64_t, std::uint64_t, double, std::string>;

Json ToJson(const Id& id);

// The id that `value` is (in a message, or in the params of $/cancelRequest); nullopt if it can be none.
std::optional<Id> ToId(const Json& value);

struct Error {
  ErrorCode code = ErrorCode::kInternalError;
  std::string message;  // empty: the table's own sentence
  Json data;            // null: no `data` member is sent
};

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
  std::variant<Json, Error> outcome;  // `result`, or `error`
  int error_code = 0;  // the code as it came; Error::code holds it only when the table knows it
};

// Something that is JSON but no message of JSON-RPC 2.0, with the id to answer under (null if it had none
// that could be read).
struct InvalidMessage {
  Id id;
  Error error;
};

using Message = std::variant<Request, Notification, Response, InvalidMessage>;

// A frame's messages. `fault` is set when the frame as a whole is refused: not JSON, over a limit of the JSON
// text, an empty batch, or a batch of more than Limits::batch_requests.
struct ParsedFrame {
  bool is_batch = false;
  std::vector<Message> messages;
  std::optional<Error> fault;
  // The text was no JSON at all (or over a limit): what follows on the stream cannot be trusted to be in
  // step.
  bool stream_broken = false;
};

ParsedFrame ParseFrame(std::string_view text, const JsonLimits& limits, std::size_t max_batch);

// The texts of messages, compact, members in the order jsonrpc, id, method, params (or result, or error).
std::string RequestText(const Id& id, std::string_view method, const Json& params);
std::string NotificationText(std::string_view method, const Json& params);
std::string ResultText(const Id& id, const Json& result);
std::string ErrorText(const Id& id, const Error& error);
// "[a,b,…]" out of texts made by the functions above.
std::string BatchText(const std::vector<std::string>& messages);

}  // namespace onbehalf::protocol
