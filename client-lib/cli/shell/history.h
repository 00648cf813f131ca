#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace onbehalf::cli::shell {

// The lines that were entered, oldest first, at most kMaxLines. One thread.
class History {
 public:
  static constexpr std::size_t kMaxLines = 500;

  // A file's text, a line each: those that may be kept, the last of them.
  static History FromText(std::string_view text);

  // Keeps the line, unless it is empty, as the one before it, or may hold a secret. Says whether it did.
  bool Add(std::string_view line);
  const std::deque<std::string>& lines() const { return lines_; }
  // The text of a file, which FromText reads.
  std::string ToText() const;

 private:
  std::deque<std::string> lines_;
};

}  // namespace onbehalf::cli::shell
