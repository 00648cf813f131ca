#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace onbehalf::service {

// The longest line that is returned whole. A longer one is not an audit line.
inline constexpr std::size_t kLongestLine = 64 * 1024 * 1024;

// The bytes of a file that may be written at the same time.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual std::uint64_t Size() = 0;
  // Reads from `offset` into all of `into`, or up to the end; returns the number of bytes read.
  virtual std::size_t Read(std::uint64_t offset, std::span<char> into) = 0;
  // Reads into all of `into`; reaching the end is a failure: the file was truncated since Size was called.
  virtual void ReadAll(std::uint64_t offset, std::span<char> into) = 0;
};

// The lines of a file, from an offset to the end as it is when reached. Keeps one line in memory. Throws what its ByteSource
// throws.
class LineReader {
 public:
  explicit LineReader(std::unique_ptr<ByteSource> bytes, std::uint64_t offset = 0);

  // The next line without its newline, valid until the next call; nullopt at the end. The last line may lack its newline.
  std::optional<std::string_view> Next();
  // Whether the last returned line ended in a newline.
  bool ended_in_newline() const { return ended_in_newline_; }
  // The offset of the next line.
  std::uint64_t offset() const { return offset_; }

 private:
  std::unique_ptr<ByteSource> bytes_;
  std::uint64_t offset_;
  std::string buffer_;
  std::size_t begin_ = 0;  // of the next line in buffer_
  bool ended_in_newline_ = false;
};

// The whole lines of a file, last one first.
class ReverseLineReader {
 public:
  // `end`: reads only what is before it; must be the beginning of a line.
  explicit ReverseLineReader(std::unique_ptr<ByteSource> bytes,
                             std::optional<std::uint64_t> end = std::nullopt);

  // The end of the last whole line, including its newline: an incomplete line follows.
  std::uint64_t end() const { return end_; }
  // The previous line, without its newline, valid until the next call; nullopt at the beginning.
  std::optional<std::string_view> Previous();
  // The offset of the last returned line.
  std::uint64_t offset() const { return line_start_; }

 private:
  void ReadBefore();

  std::unique_ptr<ByteSource> bytes_;
  std::uint64_t end_ = 0;
  std::uint64_t start_ = 0;       // offset of buffer_ in the file
  std::uint64_t line_start_ = 0;  // offset of the last returned line, or end_
  std::string buffer_;            // up to and including the newline of the next line to return
};

}  // namespace onbehalf::service
