#include "message_parts.h"

#include <algorithm>

namespace onbehalf::pipe {
namespace {

// The first read of a message; a longer one is then asked for its length.
constexpr std::size_t kFirstRead = 16 * 1024;
// The most that one read asks for, so that a peer's long message takes memory only as it arrives.
constexpr std::size_t kMaxRead = 16 * 1024 * 1024;

// What is left of the message that a read has begun.
std::size_t LeftOfMessage(HANDLE pipe) {
  DWORD left = 0;
  if (!::PeekNamedPipe(pipe, nullptr, 0, nullptr, nullptr, &left)) return 0;
  return left;
}

}  // namespace

MessageParts::MessageParts(HANDLE pipe, std::string& message, std::size_t max_bytes)
    : pipe_(pipe), message_(message), max_bytes_(max_bytes) {
  message_.clear();
  // A buffer of no bytes would be told "more data" by an empty message too.
  size_ = (std::max<std::size_t>)(1, (std::min)(max_bytes, kFirstRead));
}

std::span<char> MessageParts::Next() {
  have_ = message_.size();
  message_.resize(have_ + size_);
  return {message_.data() + have_, size_};
}

std::optional<IoResult> MessageParts::Take(IoResult part) {
  message_.resize(have_ + part.bytes);
  if (part.status != Status::kMoreData && message_.size() <= max_bytes_) {
    part.bytes = message_.size();
    return part;
  }
  if (message_.size() >= max_bytes_) {
    message_.resize(max_bytes_);
    return IoResult{Status::kTooLarge, part.code, max_bytes_};
  }
  const std::size_t left = (std::max<std::size_t>)(LeftOfMessage(pipe_), 1);
  size_ = (std::min)({left, max_bytes_ - message_.size(), kMaxRead});
  return std::nullopt;
}

}  // namespace onbehalf::pipe
