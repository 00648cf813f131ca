#include "audit/line_reader.h"

#include <algorithm>
#include <utility>

namespace onbehalf::service {
namespace {

constexpr std::size_t kBlockBytes = 64 * 1024;
// The end of a file is read each time it is opened; a line has about 500 bytes.
constexpr std::size_t kFirstReverseBlockBytes = 4 * 1024;

}  // namespace

LineReader::LineReader(std::unique_ptr<ByteSource> bytes, std::uint64_t offset)
    : bytes_(std::move(bytes)), offset_(offset) {}

std::optional<std::string_view> LineReader::Next() {
  std::size_t searched = begin_;
  for (;;) {
    std::size_t end = buffer_.find('\n', searched);
    ended_in_newline_ = end != std::string::npos;
    if (!ended_in_newline_ && buffer_.size() - begin_ < kLongestLine) {
      buffer_.erase(0, begin_);
      begin_ = 0;
      searched = buffer_.size();
      buffer_.resize(searched + kBlockBytes);
      buffer_.resize(searched + bytes_->Read(offset_ + searched, std::span(buffer_).subspan(searched)));
      if (buffer_.size() != searched) continue;
      if (buffer_.empty()) return std::nullopt;
    }
    if (!ended_in_newline_) end = buffer_.size();
    const auto line = std::string_view(buffer_).substr(begin_, end - begin_);
    const std::size_t given = line.size() + (ended_in_newline_ ? 1 : 0);
    begin_ += given;
    offset_ += given;
    return line;
  }
}

ReverseLineReader::ReverseLineReader(std::unique_ptr<ByteSource> bytes, std::optional<std::uint64_t> end)
    : bytes_(std::move(bytes)) {
  start_ = end ? *end : bytes_->Size();
  for (;;) {
    const std::size_t newline = buffer_.rfind('\n');
    if (newline != std::string::npos) {
      buffer_.resize(newline + 1);
      break;
    }
    if (start_ == 0) {
      buffer_.clear();
      break;
    }
    // Discard the incomplete line.
    buffer_.clear();
    ReadBefore();
  }
  end_ = line_start_ = start_ + buffer_.size();
}

void ReverseLineReader::ReadBefore() {
  const std::size_t most = buffer_.empty() && end_ == 0 ? kFirstReverseBlockBytes : kBlockBytes;
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(start_, most));
  std::string block(size, '\0');
  bytes_->ReadAll(start_ - size, block);
  start_ -= size;
  buffer_.insert(0, block);
}

std::optional<std::string_view> ReverseLineReader::Previous() {
  buffer_.resize(static_cast<std::size_t>(line_start_ - start_));
  for (;;) {
    if (buffer_.empty() && start_ == 0) return std::nullopt;
    // The last byte is the newline of the wanted line itself.
    const std::size_t newline =
        buffer_.size() < 2 ? std::string::npos : buffer_.rfind('\n', buffer_.size() - 2);
    if (newline != std::string::npos || (start_ == 0 && !buffer_.empty()) || buffer_.size() > kLongestLine) {
      const std::size_t begin = newline == std::string::npos ? 0 : newline + 1;
      line_start_ = start_ + begin;
      return std::string_view(buffer_).substr(begin, buffer_.size() - 1 - begin);
    }
    ReadBefore();
  }
}

}  // namespace onbehalf::service
