#include "cancel_watch.h"

#include <array>

#include "onbehalf/win32/win32_error.h"

namespace onbehalf::cli {

CancelWatch::CancelWatch(HANDLE event, std::optional<std::chrono::milliseconds> after)
    : done_(::CreateEventW(nullptr, TRUE, FALSE, nullptr)) {
  if (!done_) win32::ThrowLastError("CreateEventW");
  const DWORD limit = after ? static_cast<DWORD>(after->count()) : INFINITE;
  thread_ = std::thread([this, event, limit] {
    const std::array<HANDLE, 2> events = {done_.get(), event};
    const DWORD woke =
        ::WaitForMultipleObjects(static_cast<DWORD>(events.size()), events.data(), FALSE, limit);
    if (woke != WAIT_OBJECT_0) source_.request_stop();
  });
}

CancelWatch::~CancelWatch() {
  ::SetEvent(done_.get());
  thread_.join();
}

}  // namespace onbehalf::cli
