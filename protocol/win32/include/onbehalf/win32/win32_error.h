// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <system_error>

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::win32 {

// Windows refused something: the code, the function that failed, and its subject. what() is
// "CreateNamedPipeW(\\.\pipe\onbehalf): Access is denied. (ERROR_ACCESS_DENIED, 5)" in UTF-8. Thrown, never returned;
// caught only at the connection, the service main, the command line's main and the C boundary.
class Win32Error : public std::system_error {
 public:
  Win32Error(DWORD code, std::string_view operation, std::string_view subject = {});

  // Exactly the text above; std::system_error's own would repeat the message.
  const char* what() const noexcept override { return what_.c_str(); }
  DWORD win32_code() const noexcept { return code_; }
  // The name of the Windows function ("CreateNamedPipeW"), never a path or a secret.
  const std::string& operation() const noexcept { return operation_; }
  const std::string& subject() const noexcept { return subject_; }

 private:
  DWORD code_;
  std::string operation_;
  std::string subject_;
  std::string what_;
};

// Throws Win32Error with GetLastError(). Call it on the line after the function that failed.
[[noreturn]] void ThrowLastError(std::string_view operation, std::string_view subject = {});

// "ERROR_ACCESS_DENIED" for 5: the name in winerror.h, or "ERROR_<code>" in decimal if the table lacks it.
std::string ErrorName(DWORD code);

// Windows' message for the code, in UTF-8, without the line end. Never fails: if Windows has no message, the text
// gives the number. The first call in a process may open Windows' own resource file, so make one before
// impersonating.
std::string ErrorMessage(DWORD code);

}  // namespace onbehalf::win32
