#include "shell/history.h"

#include <algorithm>

#include "shell/shell_line.h"

namespace onbehalf::cli::shell {

History History::FromText(std::string_view text) {
  History history;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    history.Add(line);
  }
  return history;
}

bool History::Add(std::string_view line) {
  // Control characters are never typed here, and would reach the terminal when the line is recalled.
  const bool has_control = std::any_of(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (line.find_first_not_of(' ') == std::string_view::npos || has_control || HoldsSecret(line)) return false;
  if (!lines_.empty() && lines_.back() == line) return false;
  lines_.emplace_back(line);
  if (lines_.size() > kMaxLines) lines_.pop_front();
  return true;
}

std::string History::ToText() const {
  std::string text;
  for (const std::string& line : lines_) text += line + "\n";
  return text;
}

}  // namespace onbehalf::cli::shell
