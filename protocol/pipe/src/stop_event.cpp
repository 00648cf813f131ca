#include "onbehalf/pipe/stop_event.h"

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::pipe {

StopEvent::StopEvent() : event_(::CreateEventW(nullptr, TRUE, FALSE, nullptr)) {
  if (event_ == nullptr) win32::ThrowLastError("CreateEventW");
}

StopEvent::~StopEvent() { ::CloseHandle(event_); }

void StopEvent::Set() noexcept { ::SetEvent(event_); }

void StopEvent::Reset() noexcept { ::ResetEvent(event_); }

bool StopEvent::IsSet() const noexcept { return ::WaitForSingleObject(event_, 0) == WAIT_OBJECT_0; }

}  // namespace onbehalf::pipe
