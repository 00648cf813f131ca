#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace onbehalf::cli::shell {

// The lines entered so far, oldest first, at most kMaxLines. One thread.
class History {
 public:
  static constexpr std::size_t kMaxLines = 500;

  // Reads a file's text, one entry per line: the last ones that may be kept.
  static History FromText(std::string_view text);

  // Adds the line unless it is empty, repeats the last one or may hold a secret. Returns whether it did.
  bool Add(std::string_view line);
  const std::deque<std::string>& lines() const { return lines_; }
  // The text that FromText reads.
  std::string ToText() const;

 private:
  std::deque<std::string> lines_;
};

}  // namespace onbehalf::cli::shell
