#include "answer_reader.h"

#include <cstddef>
#include <string>
#include <system_error>
#include <utility>
#include <variant>

#include "connection_error.h"

namespace onbehalf::client {
namespace {

// Deeper than any response of the service, whose own parameters are limited to 64.
constexpr std::size_t kAnswerDepth = 128;

protocol::FrameLimits FrameLimitsOf(const Options& options) {
  protocol::FrameLimits limits;
  limits.frame_bytes = options.max_answer_bytes;
  return limits;
}

// The frame's size bounds its content; the service's narrower limits are for what it receives.
protocol::JsonLimits JsonLimitsOf(const Options& options) {
  protocol::JsonLimits limits;
  limits.depth = kAnswerDepth;
  limits.string_bytes = options.max_answer_bytes;
  limits.array_elements = options.max_answer_bytes;
  limits.object_members = options.max_answer_bytes;
  return limits;
}

}  // namespace

AnswerReader::AnswerReader(const Options& options)
    : json_limits_(JsonLimitsOf(options)), frames_(FrameLimitsOf(options), kAnswerDepth) {}

std::optional<protocol::ParsedFrame> AnswerReader::Next() {
  std::string_view frame;
  switch (frames_.Next(unread_, frame)) {
    case protocol::FrameReader::Result::kNeedMore:
      return std::nullopt;
    case protocol::FrameReader::Result::kFrame:
      break;
    case protocol::FrameReader::Result::kError: {
      const bool too_large = frames_.error() == protocol::FrameError::kFrameTooLarge;
      throw ConnectionError(
          too_large ? std::errc::message_size : std::errc::bad_message,
          "the response cannot be read: " + std::string(protocol::Describe(frames_.error())));
    }
  }
  if (frames_.framing() != protocol::Framing::kHeader) {
    throw ConnectionError(std::errc::bad_message,
                          "the other end of the pipe does not respond in the framing of the request");
  }
  protocol::ParsedFrame parsed = protocol::ParseFrame(frame, json_limits_, json_limits_.array_elements);
  if (parsed.fault)
    throw ConnectionError(std::errc::bad_message, "the response is not JSON-RPC: " + parsed.fault->message);
  return parsed;
}

RpcError ToRpcError(protocol::Response& response) {
  auto& error = response.outcome.error();
  return RpcError(response.error_code, error.message, error.data);
}

std::optional<ProgressReport> ToProgress(protocol::Notification& notification) {
  if (!notification.params.is_object()) return std::nullopt;
  const auto token = notification.params.find("token");
  const auto value = notification.params.find("value");
  if (token == notification.params.end() || value == notification.params.end()) return std::nullopt;
  const std::optional<protocol::Id> id = protocol::ToId(*token);
  const auto* number = id ? std::get_if<std::int64_t>(&*id) : nullptr;
  if (number == nullptr) return std::nullopt;
  return ProgressReport{*number, std::move(*value)};
}

}  // namespace onbehalf::client
