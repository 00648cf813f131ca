#include "onbehalf/protocol/json_rpc.h"

#include <limits>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "json_writer.h"
#include "onbehalf/protocol/limits.h"

namespace onbehalf::protocol {
namespace {

constexpr std::string_view kOpen = R"({"jsonrpc":"2.0")";

ErrorCode CodeOf(JsonFault::Kind kind) {
  switch (kind) {
    case JsonFault::Kind::kTooDeep:
    case JsonFault::Kind::kStringTooLong:
    case JsonFault::Kind::kTooManyElements:
    case JsonFault::Kind::kTooManyMembers:
      return ErrorCode::kTooLarge;
    case JsonFault::Kind::kDuplicateKey:
    case JsonFault::Kind::kNumberOutOfRange:
      return ErrorCode::kInvalidRequest;
    case JsonFault::Kind::kNone:
    case JsonFault::Kind::kSyntax:
    case JsonFault::Kind::kInvalidUtf8:
    case JsonFault::Kind::kUnclosedComment:
    case JsonFault::Kind::kUnopenedComment:
      break;
  }
  return ErrorCode::kParseError;
}

InvalidMessage Invalid(Id id, std::string message) {
  return {std::move(id), Error{ErrorCode::kInvalidRequest, std::move(message), nullptr}};
}

std::optional<int> ToInt(const Json& value) {
  if (!value.is_number_integer()) {
    return std::nullopt;
  }
  const std::optional<Id> number = ToId(value);
  const auto* integer = std::get_if<std::int64_t>(&*number);
  if (integer == nullptr || *integer < std::numeric_limits<int>::min() ||
      *integer > std::numeric_limits<int>::max()) {
    return std::nullopt;
  }
  return static_cast<int>(*integer);
}

Message ParseResponse(Id id, Json::object_t& members) {
  Response response;
  response.id = std::move(id);
  if (const auto result = members.find("result"); result != members.end()) {
    response.outcome = std::move(result->second);
    return response;
  }
  Json& error = members.find("error")->second;
  if (!error.is_object()) {
    return Invalid(std::move(response.id), "error must be an object.");
  }
  auto& fields = error.get_ref<Json::object_t&>();
  const auto code = fields.find("code");
  const auto message = fields.find("message");
  const std::optional<int> number = code == fields.end() ? std::nullopt : ToInt(code->second);
  if (!number) {
    return Invalid(std::move(response.id), "error.code must be a 32-bit integer.");
  }
  if (message == fields.end() || !message->second.is_string()) {
    return Invalid(std::move(response.id), "error.message must be a string.");
  }
  response.error_code = *number;
  Error outcome;
  if (const ErrorInfo* info = FindError(response.error_code)) {
    outcome.code = info->code;
  }
  outcome.message = std::move(message->second.get_ref<std::string&>());
  if (const auto data = fields.find("data"); data != fields.end()) {
    outcome.data = std::move(data->second);
  }
  response.outcome = std::move(outcome);
  return response;
}

Message ParseMessage(Json& value) {
  if (!value.is_object()) {
    return Invalid({}, "A message must be an object.");
  }
  auto& members = value.get_ref<Json::object_t&>();
  const auto none = members.end();

  const auto id_member = members.find("id");
  Id id;
  if (id_member != none) {
    std::optional<Id> read = ToId(id_member->second);
    if (!read) {
      return Invalid({}, "id must be a string, a 64-bit number or null.");
    }
    id = std::move(*read);
  }
  const auto version = members.find("jsonrpc");
  const auto* version_text = version == none ? nullptr : version->second.get_ptr<const std::string*>();
  if (version_text == nullptr || *version_text != "2.0") {
    return Invalid(std::move(id), "jsonrpc must be \"2.0\".");
  }

  const auto method = members.find("method");
  const bool has_result = members.contains("result");
  const bool has_error = members.contains("error");
  if (method == none) {
    if (has_result == has_error) {
      return Invalid(std::move(id), has_result ? "A response must not have both result and error."
                                               : "A message must have a method, a result or an error.");
    }
    if (id_member == none) {
      return Invalid({}, "A response must have an id.");
    }
    return ParseResponse(std::move(id), members);
  }
  if (has_result || has_error) {
    return Invalid(std::move(id), "A message with a method must have neither result nor error.");
  }
  if (!method->second.is_string()) {
    return Invalid(std::move(id), "method must be a string.");
  }
  Json params;
  if (const auto member = members.find("params"); member != none) {
    if (!member->second.is_structured()) {
      return Invalid(std::move(id), "params must be an object, an array or absent.");
    }
    params = std::move(member->second);
  }
  std::string name = std::move(method->second.get_ref<std::string&>());
  if (id_member == none) {
    return Notification{std::move(name), std::move(params)};
  }
  return Request{std::move(id), std::move(name), std::move(params)};
}

void AppendId(std::string& out, const Id& id) {
  if (const auto* text = std::get_if<std::string>(&id)) {
    AppendString(out, *text);
  } else {
    AppendJson(out, ToJson(id));
  }
}

void AppendCall(std::string& out, std::string_view method, const Json& params) {
  out += R"(,"method":)";
  AppendString(out, method);
  if (params.is_structured()) {
    out += R"(,"params":)";
    AppendJson(out, params);
  } else if (!params.is_null()) {
    throw std::invalid_argument("params must be an object, an array or null (absent)");
  }
  out += '}';
}

}  // namespace

Json ToJson(const Id& id) {
  return std::visit(
      [](const auto& value) -> Json {
        if constexpr (std::is_same_v<decltype(value), const std::monostate&>) {
          return nullptr;
        } else {
          return value;
        }
      },
      id);
}

std::optional<Id> ToId(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      return Id();
    case Json::value_t::string:
      return value.get_ref<const std::string&>();
    case Json::value_t::number_integer:
      return value.get<std::int64_t>();
    case Json::value_t::number_unsigned: {
      const auto number = value.get<std::uint64_t>();
      if (number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        return static_cast<std::int64_t>(number);
      }
      return number;
    }
    case Json::value_t::number_float: {
      // 2^63: from here on a double may be a rounded integer.
      constexpr double kRounded = 9223372036854775808.0;
      const auto number = value.get<double>();
      if (number > -kRounded && number < kRounded) {
        return number;
      }
      return std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

ParsedFrame ParseFrame(std::string_view text, const JsonLimits& limits, std::size_t max_batch) {
  ParsedFrame parsed;
  Json value;
  if (const JsonFault fault = ParseJson(text, limits, value)) {
    parsed.fault = Error{CodeOf(fault.kind), fault.Describe(), nullptr};
    parsed.stream_broken = true;
    return parsed;
  }
  if (!value.is_array()) {
    parsed.messages.push_back(ParseMessage(value));
    return parsed;
  }
  auto& batch = value.get_ref<Json::array_t&>();
  parsed.is_batch = true;
  if (batch.empty()) {
    parsed.fault = Error{ErrorCode::kInvalidRequest, "A batch must not be empty.", nullptr};
  } else if (batch.size() > max_batch) {
    parsed.fault = Error{ErrorCode::kTooLarge,
                         "A batch may contain at most " + std::to_string(max_batch) + " messages.", nullptr};
  } else {
    parsed.messages.reserve(batch.size());
    for (Json& message : batch) {
      parsed.messages.push_back(ParseMessage(message));
    }
  }
  return parsed;
}

std::string RequestText(const Id& id, std::string_view method, const Json& params) {
  std::string text(kOpen);
  text += R"(,"id":)";
  AppendId(text, id);
  AppendCall(text, method, params);
  return text;
}

std::string NotificationText(std::string_view method, const Json& params) {
  std::string text(kOpen);
  AppendCall(text, method, params);
  return text;
}

std::string ResultText(const Id& id, const Json& result) {
  std::string text(kOpen);
  text += R"(,"id":)";
  AppendId(text, id);
  text += R"(,"result":)";
  AppendJson(text, result);
  text += '}';
  return text;
}

std::string ErrorText(const Id& id, const Error& error) {
  std::string text(kOpen);
  text += R"(,"id":)";
  AppendId(text, id);
  text += R"(,"error":{"code":)";
  text += std::to_string(static_cast<int>(error.code));
  text += R"(,"message":)";
  AppendString(text, error.message.empty() ? InfoOf(error.code).message : std::string_view(error.message));
  if (!error.data.is_null()) {
    text += R"(,"data":)";
    AppendJson(text, error.data);
  }
  text += "}}";
  return text;
}

std::string BatchText(const std::vector<std::string>& messages) {
  std::size_t bytes = 2;
  for (const std::string& message : messages) {
    bytes += message.size() + 1;
  }
  std::string text;
  text.reserve(bytes);
  text += '[';
  for (const std::string& message : messages) {
    if (text.size() > 1) {
      text += ',';
    }
    text += message;
  }
  text += ']';
  return text;
}

}  // namespace onbehalf::protocol
