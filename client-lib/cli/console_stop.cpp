#include "console_stop.h"

#include <atomic>

#include "onbehalf/win32/win32_error.h"
#include "output.h"

namespace onbehalf::cli {
namespace {

// The event of the one ConsoleStop: Windows gives the handler no context.
std::atomic<HANDLE> stop_event = nullptr;

// Runs on its own thread.
BOOL WINAPI OnControl(DWORD control) {
  if (control != CTRL_C_EVENT && control != CTRL_BREAK_EVENT) return FALSE;
  const HANDLE event = stop_event.load();
  if (event == nullptr) return FALSE;
  if (::WaitForSingleObject(event, 0) == WAIT_OBJECT_0) {
    PutBackCodePage();
    // The exit code of the default handler; Windows does not document it.
    ::ExitProcess(static_cast<UINT>(STATUS_CONTROL_C_EXIT));
  }
  return ::SetEvent(event);
}

}  // namespace

ConsoleStop::ConsoleStop() : event_(::CreateEventW(nullptr, TRUE, FALSE, nullptr)) {
  if (!event_) win32::ThrowLastError("CreateEventW");
  stop_event = event_.get();
  if (!::SetConsoleCtrlHandler(OnControl, TRUE)) win32::ThrowLastError("SetConsoleCtrlHandler");
}

ConsoleStop::~ConsoleStop() {
  ::SetConsoleCtrlHandler(OnControl, FALSE);
  stop_event = nullptr;
}

}  // namespace onbehalf::cli
