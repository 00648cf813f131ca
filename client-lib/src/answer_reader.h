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

// Parses the bytes from the service into messages. One thread at a time.
class AnswerReader {
 public:
  explicit AnswerReader(const Options& options);

  // Adds bytes, which must stay valid until Next returns nullopt.
  void Take(std::string_view bytes) { unread_ = bytes; }
  // The next frame; nullopt if more bytes are needed. Throws std::system_error for invalid input (bad_message,
  // message_size): the stream is then out of sync.
  std::optional<protocol::ParsedFrame> Next();

 private:
  const protocol::JsonLimits json_limits_;
  protocol::FrameReader frames_;
  std::string_view unread_;
};

// The service's error, moved out of the response.
RpcError ToRpcError(protocol::Response& response);

// The content of a $/progress, moved out of it; nullopt if it does not belong to a request of this client.
struct ProgressReport {
  std::int64_t id;
  Json value;
};
std::optional<ProgressReport> ToProgress(protocol::Notification& notification);

}  // namespace onbehalf::client
