#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "onbehalf/client/client.h"
#include "onbehalf/protocol/framing.h"
#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/protocol/limits.h"

namespace onbehalf::client {

// Makes messages of the bytes that come from the service. One thread at a time.
class AnswerReader {
 public:
  explicit AnswerReader(const Options& options);

  // Takes bytes, which stay where they are until Next has said that there is no more.
  void Take(std::string_view bytes) { unread_ = bytes; }
  // The next frame; nullopt if more bytes are needed. Throws std::system_error for what is no answer (bad_message,
  // message_size): nobody knows then where the next one begins.
  std::optional<protocol::ParsedFrame> Next();

 private:
  const protocol::JsonLimits json_limits_;
  protocol::FrameReader frames_;
  std::string_view unread_;
};

// The error that the service has answered with, moved out of the answer.
RpcError ToRpcError(protocol::Response& response);

// What a $/progress says of a request, moved out of it; nullopt if it is no progress of a client's request.
struct ProgressReport {
  std::int64_t id;
  Json value;
};
std::optional<ProgressReport> ToProgress(protocol::Notification& notification);

}  // namespace onbehalf::client
