#pragma once

#include <cstddef>

namespace onbehalf::cli {

// Follows JSON text character by character and reports whether a string, object or array is still open. Does
// not validate: a surplus closing bracket has no effect.
class JsonNesting {
 public:
  void Take(char c) {
    if (in_string_) {
      if (is_escaped_) {
        is_escaped_ = false;
      } else if (c == '\\') {
        is_escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
      }
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if ((c == '}' || c == ']') && depth_ > 0) {
      --depth_;
    }
  }
  bool is_open() const { return in_string_ || depth_ > 0; }

 private:
  std::size_t depth_ = 0;
  bool in_string_ = false;
  bool is_escaped_ = false;  // the next character of the string
};

}  // namespace onbehalf::cli
