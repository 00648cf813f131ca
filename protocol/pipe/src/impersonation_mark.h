#pragma once

namespace onbehalf::pipe {

// Only for the two places that change a thread's token (caller.cpp and impersonation.cpp).

// Records whether this thread carries a client's token from now on.
void MarkImpersonating(bool impersonating) noexcept;
// RevertToSelf and unmark. If Windows refuses, the process ends at once, without logging, because anything that ran next would
// run as the caller.
void RevertOrEndProcess() noexcept;

}  // namespace onbehalf::pipe
