// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <utility>
#include <variant>

namespace onbehalf::client {

// The outcome of a call: its result, or what Call would have thrown.
template <typename J>
class BasicOutcome {
 public:
  explicit BasicOutcome(J result) : value_(std::move(result)) {}
  explicit BasicOutcome(std::exception_ptr error) : value_(std::move(error)) {}

  bool ok() const noexcept { return std::holds_alternative<J>(value_); }
  // The result. Throws the error if there is none.
  const J& result() const& {
    if (!ok()) std::rethrow_exception(error());
    return std::get<J>(value_);
  }
  J result() && {
    if (!ok()) std::rethrow_exception(error());
    return std::get<J>(std::move(value_));
  }
  // The exception; only if there is no result.
  const std::exception_ptr& error() const { return std::get<std::exception_ptr>(value_); }

 private:
  std::variant<J, std::exception_ptr> value_;
};

}  // namespace onbehalf::client
