#pragma once

namespace onbehalf::service {

// For the two places that change a thread's token (caller_identity.cpp and impersonation.cpp), and no others.

// Says whether this thread carries a client's token from now on.
void MarkImpersonating(bool impersonating) noexcept;
// RevertToSelf and unmark. When Windows refuses, the thread would go on as somebody else: the process ends at once,
// without logging, because whatever ran next would run as the caller.
void RevertOrEndProcess() noexcept;

}  // namespace onbehalf::service
