#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/pipe/client.h"
#include "onbehalf/protocol/framing.h"
#include "support/patience.h"

namespace onbehalf::test {

using Json = nlohmann::json;

// A client that writes arbitrary bytes, divided into writes as the test wants, and reads messages. One
// thread.
class RawClient {
 public:
  // Waits for a free instance. Throws Win32Error.
  explicit RawClient(std::string_view pipe_path, const pipe::ClientSecurity& security = {
                                                     win32::ImpersonationLevel::kImpersonation, true});

  pipe::ClientEnd& stream() { return stream_; }

  void Write(std::string_view bytes);
  // Writes one message as a header-delimited frame, in one write.
  void Send(const Json& message);
  // The next frame's text; nullopt when the server has closed the connection.
  std::optional<std::string> ReadText(std::chrono::milliseconds limit = kPatience);
  // The same as JSON.
  std::optional<Json> Read(std::chrono::milliseconds limit = kPatience);
  // The messages up to and including the first that is not a notification. Throws std::runtime_error if the
  // connection is closed before.
  std::vector<Json> ReadToAnswer();
  // Sends a request with the next id and reads its response. Throws std::runtime_error if the connection is
  // closed.
  Json Call(std::string_view method, const Json& params = nullptr);
  // No more messages come and the server has closed the connection.
  bool IsClosedByServer(std::chrono::milliseconds limit = kPatience) { return !ReadText(limit).has_value(); }

 private:
  pipe::ClientEnd stream_;
  protocol::FrameReader reader_;
  std::string unread_;
  int last_id_ = 0;
};

}  // namespace onbehalf::test
