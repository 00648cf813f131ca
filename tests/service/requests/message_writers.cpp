#include "message_writers.h"

#include <memory>
#include <utility>

#include "support/token_seam.h"

namespace onbehalf::test {

void MessageWriters::Add(const win32::Token& token) {
  const auto copy = std::make_shared<const win32::Token>(
      token.Duplicate(TokenImpersonation, token.Facts().level, TOKEN_ALL_ACCESS));
  Add([copy](HANDLE) { return WindowsSetThreadToken(nullptr, copy->get()); });
}

void MessageWriters::Add(std::function<BOOL(HANDLE pipe)> capture) {
  const std::lock_guard lock(mutex_);
  next_.push_back(std::move(capture));
}

BOOL MessageWriters::Capture(HANDLE pipe) {
  std::function<BOOL(HANDLE)> capture;
  {
    const std::lock_guard lock(mutex_);
    if (!next_.empty()) {
      capture = std::move(next_.front());
      next_.pop_front();
    }
  }
  return capture ? capture(pipe) : WindowsImpersonateNamedPipeClient(pipe);
}

bool MessageWriters::IsEmpty() const {
  const std::lock_guard lock(mutex_);
  return next_.empty();
}

}  // namespace onbehalf::test
