#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::cli {

// A local file cannot be used, a file exists already, or a copy differs from its source. Reported with kind
// "file" and exit code 1.
class FileError : public std::runtime_error {
 public:
  explicit FileError(const std::string& what, std::string advice = {},
                     std::optional<DWORD> code = std::nullopt);

  const std::string& advice() const noexcept { return advice_; }       // empty: the message is enough
  const std::optional<DWORD>& code() const noexcept { return code_; }  // the Windows error

 private:
  std::string advice_;
  std::optional<DWORD> code_;
};

// Throws FileError: `operation` (a Windows function) failed for the file `path`.
[[noreturn]] void ThrowFileError(std::string_view operation, std::string_view path,
                                 DWORD code = ::GetLastError());

// The error for a file that exists and may not be replaced.
FileError ExistsAlready(const std::string& path, std::optional<DWORD> code = std::nullopt);

// The error for a part file that exists but should be created.
FileError PartIsThere(const std::string& part);

// The error for a part file to be resumed that is not the beginning of the file `of`.
FileError NotTheBeginning(const std::string& part, const std::string& of);

}  // namespace onbehalf::cli
