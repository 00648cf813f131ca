#include "database/statement_cancel.h"

#include <chrono>

#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

constexpr std::chrono::milliseconds kAgain{250};

}  // namespace

StatementCancel::StatementCancel(HANDLE stop, SQLHSTMT statement) : statement_(statement) {
  pipe::AssertNotImpersonating();
  wait_.emplace([this] { OnStop(); });
  wait_->Start(stop);
}

StatementCancel::~StatementCancel() { End(); }

bool StatementCancel::End() {
  pipe::AssertNotImpersonating();
  wait_.reset();
  again_.reset();
  return sent_;
}

void StatementCancel::OnStop() {
  Cancel();
  try {
    again_.emplace([this] { Cancel(); });
    again_->Start(kAgain, kAgain);
  } catch (const win32::Win32Error&) {
    // Then there is only one cancel. The request still ends at its deadline.
  }
}

// The result is ignored: a cancelled call reports it itself, and one that cannot be cancelled continues.
void StatementCancel::Cancel() {
  sent_ = true;
  ::SQLCancel(statement_);
}

}  // namespace onbehalf::service
