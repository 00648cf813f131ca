#include "database/statement_cancel.h"

#include <chrono>

#include "identity/impersonation.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

constexpr std::chrono::milliseconds kAgain{250};

}  // namespace

StatementCancel::StatementCancel(HANDLE stop, SQLHSTMT statement) : statement_(statement) {
  AssertNotImpersonating();
  wait_.emplace([this] { OnStop(); });
  wait_->Start(stop);
}

StatementCancel::~StatementCancel() { End(); }

bool StatementCancel::End() {
  AssertNotImpersonating();
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
    // Once is what there is then. The request is answered at its deadline all the same.
  }
}

// What it returns is of no use: the call that it ends says so, and one that it cannot end goes on.
void StatementCancel::Cancel() {
  sent_ = true;
  ::SQLCancel(statement_);
}

}  // namespace onbehalf::service
