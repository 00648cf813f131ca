#pragma once

#include <deque>
#include <functional>
#include <mutex>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/token.h"

namespace onbehalf::test {

// Decides who wrote the messages, as the service sees it: each read's capture takes the next queued writer,
// and Windows' own result (this process, which contains the tests' clients) once none is queued. A client
// that writes one message at a time and waits for the response knows which capture belongs to it. Any thread.
// Must outlive the server.
class MessageWriters {
 public:
  // A writer with a duplicate of this token. Throws Win32Error.
  void Add(const win32::Token& token);
  // A writer whose capture calls this: returns TRUE with a token on the thread, or FALSE and the last error.
  void Add(std::function<BOOL(HANDLE pipe)> capture);

  // For TokenHooks::impersonate_named_pipe_client.
  BOOL Capture(HANDLE pipe);
  // Whether every queued writer has been captured.
  bool IsEmpty() const;

 private:
  mutable std::mutex mutex_;
  std::deque<std::function<BOOL(HANDLE)>> next_;
};

}  // namespace onbehalf::test
