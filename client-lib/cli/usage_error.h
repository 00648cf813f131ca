#pragma once

#include <stdexcept>

namespace onbehalf::cli {

// What the person at the prompt got wrong, with what would be right. Exit code 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace onbehalf::cli
