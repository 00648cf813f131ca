#include "console_seam.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <iterator>
#include <vector>

namespace onbehalf::test {
namespace {

std::atomic<bool> g_active = false;
std::atomic<bool> g_says = false;
std::atomic<UINT> g_code_page = 0;
std::vector<PHANDLER_ROUTINE> g_handlers;

using GetFunction = UINT(WINAPI*)();
using SetFunction = BOOL(WINAPI*)(UINT);
using HandlerFunction = BOOL(WINAPI*)(PHANDLER_ROUTINE, BOOL);

template <typename Function>
Function Real(const char* name) {
  return reinterpret_cast<Function>(
      reinterpret_cast<void*>(::GetProcAddress(::GetModuleHandleW(L"kernel32.dll"), name)));
}

UINT WINAPI SeamGetCodePage() {
  static const auto real = Real<GetFunction>("GetConsoleOutputCP");
  return g_active ? g_code_page.load() : real();
}

BOOL WINAPI SeamSetCodePage(UINT code_page) {
  static const auto real = Real<SetFunction>("SetConsoleOutputCP");
  if (!g_active) return real(code_page);
  g_code_page = code_page;
  if (g_says) {
    std::printf("%u\n", code_page);
    std::fflush(stdout);
  }
  return TRUE;
}

BOOL WINAPI SeamSetHandler(PHANDLER_ROUTINE handler, BOOL add) {
  static const auto real = Real<HandlerFunction>("SetConsoleCtrlHandler");
  if (!g_active) return real(handler, add);
  if (add) {
    g_handlers.push_back(handler);
    return TRUE;
  }
  const auto found = std::find(g_handlers.rbegin(), g_handlers.rend(), handler);
  if (found == g_handlers.rend()) return FALSE;
  g_handlers.erase(std::next(found).base());
  return TRUE;
}

}  // namespace

ConsoleSeam::ConsoleSeam(UINT code_page, Says says) {
  g_says = says == Says::kEachCodePage;
  g_code_page = code_page;
  g_handlers.clear();
  g_active = true;
}

ConsoleSeam::~ConsoleSeam() { g_active = false; }

UINT ConsoleSeam::code_page() const { return g_code_page; }

bool ConsoleSeam::Press() {
  const std::vector<PHANDLER_ROUTINE> handlers = g_handlers;
  return std::any_of(handlers.rbegin(), handlers.rend(),
                     [](PHANDLER_ROUTINE handler) { return handler(CTRL_C_EVENT) != FALSE; });
}

}  // namespace onbehalf::test

// Symbols of the import library: with this object linked, every call in the executable comes here.
extern "C" {
extern onbehalf::test::GetFunction __imp_GetConsoleOutputCP;
onbehalf::test::GetFunction __imp_GetConsoleOutputCP = onbehalf::test::SeamGetCodePage;
extern onbehalf::test::SetFunction __imp_SetConsoleOutputCP;
onbehalf::test::SetFunction __imp_SetConsoleOutputCP = onbehalf::test::SeamSetCodePage;
extern onbehalf::test::HandlerFunction __imp_SetConsoleCtrlHandler;
onbehalf::test::HandlerFunction __imp_SetConsoleCtrlHandler = onbehalf::test::SeamSetHandler;
}
