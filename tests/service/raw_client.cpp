#include "raw_client.h"

#include <array>
#include <stdexcept>

#include "onbehalf/win32/win32_error.h"
#include "support/open_pipe.h"

namespace onbehalf::test {
namespace {

constexpr std::size_t kMaxDepth = 128;

protocol::FrameLimits GenerousLimits() {
  protocol::FrameLimits limits;
  limits.frame_bytes = 64 * 1024 * 1024;
  return limits;
}

}  // namespace

RawClient::RawClient(std::string_view pipe_path, const pipe::ClientSecurity& security)
    : stream_(OpenPipe(pipe_path, security, win32::Clock::now() + kPatience)),
      reader_(GenerousLimits(), kMaxDepth) {}

void RawClient::Write(std::string_view bytes) {
  const pipe::IoResult written = stream_.Write(bytes, pipe::Clock::now() + kPatience);
  if (!written) throw win32::Win32Error(written.code, "WriteFile");
}

void RawClient::Send(const Json& message) {
  Write(protocol::ToFrame(protocol::Framing::kHeader, message.dump()));
}

std::optional<std::string> RawClient::ReadText(std::chrono::milliseconds limit) {
  const auto deadline = win32::Clock::now() + limit;
  std::array<char, 64 * 1024> buffer;
  for (;;) {
    std::string_view rest = unread_;
    std::string_view frame;
    const auto result = reader_.Next(rest, frame);
    if (result == protocol::FrameReader::Result::kError) throw std::runtime_error("the server sent no frame");
    if (result == protocol::FrameReader::Result::kFrame) {
      std::string text(frame);
      unread_ = std::string(rest);
      return text;
    }
    unread_.clear();
    const pipe::IoResult read = stream_.Read(buffer, deadline);
    if (read.status == pipe::Status::kClosed) return std::nullopt;
    if (!read && read.status != pipe::Status::kMoreData) throw win32::Win32Error(read.code, "ReadFile");
    unread_.assign(buffer.data(), read.bytes);
  }
}

std::optional<Json> RawClient::Read(std::chrono::milliseconds limit) {
  const std::optional<std::string> text = ReadText(limit);
  if (!text) return std::nullopt;
  return Json::parse(*text);
}

std::vector<Json> RawClient::ReadToAnswer() {
  std::vector<Json> messages;
  do {
    std::optional<Json> message = Read();
    if (!message) throw std::runtime_error("the server closed the connection");
    messages.push_back(*std::move(message));
  } while (messages.back().contains("params"));
  return messages;
}

Json RawClient::Call(std::string_view method, const Json& params) {
  Json request{{"jsonrpc", "2.0"}, {"id", ++last_id_}, {"method", method}};
  if (!params.is_null()) request["params"] = params;
  Send(request);
  std::optional<Json> answer = Read();
  if (!answer) throw std::runtime_error("the server closed the connection");
  return *answer;
}

}  // namespace onbehalf::test
