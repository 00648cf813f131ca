#pragma once

#include <exception>

#include "onbehalf/pipe/impersonation_failure.h"

namespace onbehalf::service {

// Windows did not let a thread become the caller, for a reason other than the level. Thrown by AsCaller; the code that called
// the handler logs it and answers InternalError.
class ImpersonationError final : public std::exception {
 public:
  explicit ImpersonationError(const pipe::ImpersonationFailure& failure) noexcept : failure_(failure) {}
  const char* what() const noexcept override { return "a caller could not be impersonated"; }
  const pipe::ImpersonationFailure& failure() const noexcept { return failure_; }

 private:
  pipe::ImpersonationFailure failure_;
};

}  // namespace onbehalf::service
