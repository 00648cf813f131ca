#pragma once

#include <stdexcept>

namespace onbehalf::cli {

// A mistake on the command line; the message says what would be right. Exit code 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace onbehalf::cli
