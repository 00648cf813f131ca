#pragma once

#include <atomic>
#include <optional>

#include "database/odbc_handle.h"
#include "threads/thread_pool.h"

namespace onbehalf::service {

// While it lives, the end of a request reaches the statement that works for it: SQLCancel is called on a thread of the
// process's pool as soon as `stop` is set, and again four times a second, because a call that begins just after one is not
// touched by it (SQLCancel, "Canceling Functions that Execute on Another Thread"). Destroying it waits for a SQLCancel that is
// under way: afterwards none can hit what the statement does next. Made, ended and destroyed by a thread that does not
// impersonate.
class StatementCancel {
 public:
  // Both are borrowed. Throws win32::Win32Error.
  StatementCancel(HANDLE stop, SQLHSTMT statement);
  ~StatementCancel();
  StatementCancel(const StatementCancel&) = delete;
  StatementCancel& operator=(const StatementCancel&) = delete;

  // Ends it: no SQLCancel is under way, or comes any more. True if one was called, whatever came of it.
  bool End();
  // SQLCancel was called, so far. Any thread.
  bool sent() const { return sent_; }

 private:
  void OnStop();
  void Cancel();

  const SQLHSTMT statement_;
  std::atomic<bool> sent_{false};
  std::optional<PoolTimer> again_;  // from `stop` on
  // Ends first: when that has waited for its call, nobody makes the timer any more, whose end waits for its own.
  std::optional<PoolWait> wait_;
};

}  // namespace onbehalf::service
