#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace onbehalf::service {

// The longest line that is given whole. What is longer is not a line of the audit.
inline constexpr std::size_t kLongestLine = 64 * 1024 * 1024;

// The bytes of a file that others may be writing.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual std::uint64_t Size() = 0;
  // Reads from `offset` into all of `into`, or to the end: how many bytes there were.
  virtual std::size_t Read(std::uint64_t offset, std::span<char> into) = 0;
  // Reads into all of `into`; an end before is a failure: the file was cut since its size was asked for.
  virtual void ReadAll(std::uint64_t offset, std::span<char> into) = 0;
};

// The lines of a file, from a place in it to its end as that is when it gets there. One line is in memory.
// Throws what its ByteSource does.
class LineReader {
 public:
  explicit LineReader(std::unique_ptr<ByteSource> bytes, std::uint64_t offset = 0);

  // The next line without its newline, until the next call; nullopt at the end. The last one may lack its
  // newline.
  std::optional<std::string_view> Next();
  // Whether the line given last ended in a newline.
  bool ended_in_newline() const { return ended_in_newline_; }
  // Where the next line begins.
  std::uint64_t offset() const { return offset_; }

 private:
  std::unique_ptr<ByteSource> bytes_;
  std::uint64_t offset_;
  std::string buffer_;
  std::size_t begin_ = 0;  // of the next line in buffer_
  bool ended_in_newline_ = false;
};

// The whole lines of a file, the last one first.
class ReverseLineReader {
 public:
  // `end`: only what is before it; it must be where a line begins.
  explicit ReverseLineReader(std::unique_ptr<ByteSource> bytes,
                             std::optional<std::uint64_t> end = std::nullopt);

  // Where the last whole line ends, its newline included: what follows is half a line.
  std::uint64_t end() const { return end_; }
  // The line before, without its newline, until the next call; nullopt at the beginning.
  std::optional<std::string_view> Previous();
  // Where the line given last begins.
  std::uint64_t offset() const { return line_start_; }

 private:
  void ReadBefore();

  std::unique_ptr<ByteSource> bytes_;
  std::uint64_t end_ = 0;
  std::uint64_t start_ = 0;       // of buffer_ in the file
  std::uint64_t line_start_ = 0;  // of the line given last, or end_
  std::string buffer_;            // up to and with the newline that ends the line to be given next
};

}  // namespace onbehalf::service
