#include "database/statement_cancel.h"

#include <chrono>

#include "impersonation.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

constexpr std::chrono::milliseconds kAgain{250};

}  // namespace

StatementCancel::StatementCancel(HANDLE stop, SQLHSTMT statement) : statement_(statement) {
  AssertNotImpersonating();
  const auto on_stop = [](PTP_CALLBACK_INSTANCE, void* context, PTP_WAIT, TP_WAIT_RESULT) {
    auto& self = *static_cast<StatementCancel*>(context);
    self.Cancel();
    try {
      self.again_.emplace([&self] { self.Cancel(); });
      self.again_->Start(kAgain, kAgain);
    } catch (const win32::Win32Error&) {
      // Once is what there is then. The request is answered at its deadline all the same.
    }
  };
  wait_ = ::CreateThreadpoolWait(on_stop, this, nullptr);
  if (wait_ == nullptr) win32::ThrowLastError("CreateThreadpoolWait");
  ::SetThreadpoolWait(wait_, stop, nullptr);
}

StatementCancel::~StatementCancel() {
  AssertNotImpersonating();
  ::SetThreadpoolWait(wait_, nullptr, nullptr);
  ::WaitForThreadpoolWaitCallbacks(wait_, TRUE);
  ::CloseThreadpoolWait(wait_);
  // From here on nobody makes it any more; the timer's end waits for its own call.
  again_.reset();
}

// What it returns is of no use: the call that it ends says so, and one that it cannot end goes on.
void StatementCancel::Cancel() {
  sent_ = true;
  ::SQLCancel(statement_);
}

}  // namespace onbehalf::service
