#include "output.h"

#include <fcntl.h>
#include <io.h>

#include <algorithm>
#include <atomic>
#include <cstdio>

#include "json_layout.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::cli {
namespace {

// The console's code page before this program; global because Windows gives the handler no context. 0:
// nothing to restore.
std::atomic<UINT> code_page_before = 0;

// Ctrl+C ends the program without running destructors. Handlers registered later, which handle Ctrl+C
// themselves, run before this one.
BOOL WINAPI OnControl(DWORD /*control*/) {
  PutBackCodePage();
  return FALSE;
}

void WriteTo(std::FILE* stream, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fflush(stream);
}

}  // namespace

Output::Output(bool json) : json_(json) {
  ::_setmode(::_fileno(stdout), _O_BINARY);
  ::_setmode(::_fileno(stderr), _O_BINARY);
  const UINT before = ::GetConsoleOutputCP();
  // 0: no console.
  if (before == 0 || before == CP_UTF8) return;
  if (!::SetConsoleCtrlHandler(OnControl, TRUE)) win32::ThrowLastError("SetConsoleCtrlHandler");
  code_page_before = before;
  ::SetConsoleOutputCP(CP_UTF8);
}

Output::~Output() {
  PutBackCodePage();
  // Fails if nothing was registered.
  ::SetConsoleCtrlHandler(OnControl, FALSE);
}

void PutBackCodePage() {
  if (const UINT before = code_page_before.exchange(0); before != 0) ::SetConsoleOutputCP(before);
}

void Output::Result(const client::Json& value, std::string_view text) {
  if (json_) {
    WriteTo(stdout, JsonLine(value) + "\n");
  } else {
    WriteTo(stdout, text);
  }
}

bool Output::Continue(std::string_view text) {
  WriteTo(stdout, text);
  return std::ferror(stdout) == 0;
}

void Output::Error(std::string_view text) { WriteTo(stderr, text); }

std::optional<std::size_t> Output::ErrorColumns() const {
  CONSOLE_SCREEN_BUFFER_INFO info;
  // Fails if it is not a console.
  if (!::GetConsoleScreenBufferInfo(::GetStdHandle(STD_ERROR_HANDLE), &info)) return std::nullopt;
  return static_cast<std::size_t>(std::max(info.dwSize.X, SHORT{1}));
}

}  // namespace onbehalf::cli
