#pragma once

#include <atomic>
#include <optional>

#include "database/odbc_handle.h"
#include "threads/thread_pool.h"

namespace onbehalf::service {

// While this object lives, the end of a request cancels its statement: SQLCancel is called on a thread of the
// process's pool as soon as `stop` is set, and then four times a second, because a call that begins just after a
// cancel is unaffected by it (SQLCancel, "Canceling Functions that Execute on Another Thread"). The destructor waits
// for a running SQLCancel, so none can hit the next statement. Created, ended and destroyed by a thread that does not
// impersonate.
class StatementCancel {
 public:
  // Both handles are borrowed. Throws win32::Win32Error.
  StatementCancel(HANDLE stop, SQLHSTMT statement);
  ~StatementCancel();
  StatementCancel(const StatementCancel&) = delete;
  StatementCancel& operator=(const StatementCancel&) = delete;

  // Ends it: no SQLCancel runs or starts afterwards. True if one was called, whatever its result.
  bool End();
  // Whether SQLCancel has been called so far. Any thread.
  bool sent() const { return sent_; }

 private:
  void OnStop();
  void Cancel();

  const SQLHSTMT statement_;
  std::atomic<bool> sent_{false};
  std::optional<PoolTimer> again_;  // runs once `stop` is set
  // Destroyed first: after it has waited for its callback, nothing creates the timer any more, which then waits for
  // its own.
  std::optional<PoolWait> wait_;
};

}  // namespace onbehalf::service
