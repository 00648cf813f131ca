#include <algorithm>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "support/restricted_token.h"

// onbehalf-run-restricted.exe [--account SID] PROGRAM [ARGUMENTS]: runs a program without Administrators'
// rights (a deny-only group), as the same account or another (see TokenOfAnotherAccount), on the same console
// and streams, and returns its exit code. 125: the program could not be started.
namespace {

using onbehalf::win32::ThrowLastError;
using onbehalf::win32::UniqueObject;

// This process's command line without its first word, unchanged.
std::wstring RestOfCommandLine() {
  const std::wstring line = ::GetCommandLineW();
  std::size_t end = line.front() == L'"' ? line.find(L'"', 1) : line.find_first_of(L" \t");
  if (end == std::wstring::npos) return {};
  if (line[end] == L'"') ++end;
  const std::size_t rest = line.find_first_not_of(L" \t", end);
  return rest == std::wstring::npos ? std::wstring() : line.substr(rest);
}

HANDLE Inheritable(DWORD standard_handle) {
  HANDLE handle = ::GetStdHandle(standard_handle);
  // If a stream is missing or closed, the program lacks it as well.
  if (handle == nullptr || handle == INVALID_HANDLE_VALUE) return nullptr;
  if (!::SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT))
    ThrowLastError("SetHandleInformation");
  return handle;
}

// Removes "--account SID" from the front of the command line.
onbehalf::win32::Token TakeToken(std::wstring& command_line) {
  constexpr std::wstring_view kOption = L"--account ";
  if (!command_line.starts_with(kOption)) return onbehalf::test::AdministratorsDenyOnlyToken();
  const std::size_t begin =
      std::min(command_line.find_first_not_of(L' ', kOption.size()), command_line.size());
  const std::size_t end = std::min(command_line.find(L' ', begin), command_line.size());
  const std::string text = onbehalf::win32::ToUtf8(command_line.substr(begin, end - begin));
  const auto sid = onbehalf::win32::Sid::FromString(text);
  if (!sid) throw std::invalid_argument("--account: \"" + text + "\" is not a SID");
  command_line.erase(0, std::min(command_line.find_first_not_of(L' ', end), command_line.size()));
  return onbehalf::test::TokenOfAnotherAccount(*sid);
}

int Run(std::wstring command_line) {
  const onbehalf::win32::Token token = TakeToken(command_line);
  STARTUPINFOW startup{};
  startup.cb = sizeof(startup);
  startup.dwFlags = STARTF_USESTDHANDLES;
  startup.hStdInput = Inheritable(STD_INPUT_HANDLE);
  startup.hStdOutput = Inheritable(STD_OUTPUT_HANDLE);
  startup.hStdError = Inheritable(STD_ERROR_HANDLE);
  PROCESS_INFORMATION started{};
  if (!::CreateProcessAsUserW(token.get(), nullptr, command_line.data(), nullptr, nullptr, TRUE, 0, nullptr,
                              nullptr, &startup, &started)) {
    ThrowLastError("CreateProcessAsUserW");
  }
  const UniqueObject process(started.hProcess);
  const UniqueObject thread(started.hThread);
  if (::WaitForSingleObject(process.get(), INFINITE) != WAIT_OBJECT_0) ThrowLastError("WaitForSingleObject");
  DWORD code = 0;
  if (!::GetExitCodeProcess(process.get(), &code)) ThrowLastError("GetExitCodeProcess");
  return static_cast<int>(code);
}

}  // namespace

int wmain() {
  std::wstring command_line = RestOfCommandLine();
  if (command_line.empty()) {
    std::fputs("usage: onbehalf-run-restricted.exe [--account SID] PROGRAM [ARGUMENTS]\n", stderr);
    return 125;
  }
  try {
    return Run(std::move(command_line));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "onbehalf-run-restricted: %s\n", error.what());
    return 125;
  }
}
