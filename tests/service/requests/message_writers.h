#pragma once

#include <deque>
#include <functional>
#include <mutex>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/token.h"

namespace onbehalf::test {

// Who wrote the messages, as the service finds out: each read's capture takes the next one that is queued,
// and Windows' own answer (this process, which the clients of these tests are in) once none is left. A client
// that writes one message at a time and waits for its answer knows which capture is whose. Any thread.
// Outlives the server.
class MessageWriters {
 public:
  // A writer with a token like this one. Throws Win32Error.
  void Add(const win32::Token& token);
  // A writer whose capture does this: TRUE with a token on the thread, or FALSE and the last error.
  void Add(std::function<BOOL(HANDLE pipe)> capture);

  // For TokenHooks::impersonate_named_pipe_client.
  BOOL Capture(HANDLE pipe);
  // Whether every writer that was queued has been captured.
  bool IsEmpty() const;

 private:
  mutable std::mutex mutex_;
  std::deque<std::function<BOOL(HANDLE)>> next_;
};

}  // namespace onbehalf::test
