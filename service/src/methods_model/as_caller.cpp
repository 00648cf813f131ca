#include "onbehalf/service/as_caller.h"

#include "identity/impersonation_error.h"
#include "methods_model/request_error.h"
#include "onbehalf/pipe/impersonation.h"

namespace onbehalf::service {

std::optional<protocol::Error> AsCaller(const CallerIdentity& caller, win32::ImpersonationLevel required,
                                        const std::function<void()>& work) {
  std::optional<pipe::ImpersonationFailure> failure;
  {
    const pipe::Impersonation as_caller(caller.token(), required);
    if (as_caller) {
      work();
    } else {
      failure = as_caller.failure();
    }
  }
  if (!failure) return std::nullopt;
  if (failure->code != ERROR_SUCCESS) throw ImpersonationError(*failure);
  return ToError(*failure);
}

}  // namespace onbehalf::service
