#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::cli {

// A file on this computer that cannot be used, one that is there already, or a copy that is not what it was
// copied from. Told with kind "file" and exit code 1.
class FileError : public std::runtime_error {
 public:
  explicit FileError(const std::string& what, std::string advice = {},
                     std::optional<DWORD> code = std::nullopt);

  const std::string& advice() const noexcept { return advice_; }       // empty: the message says it all
  const std::optional<DWORD>& code() const noexcept { return code_; }  // what Windows said

 private:
  std::string advice_;
  std::optional<DWORD> code_;
};

// Throws FileError: `operation` (a Windows function) has failed for the file `path`.
[[noreturn]] void ThrowFileError(std::string_view operation, std::string_view path,
                                 DWORD code = ::GetLastError());

// The error of a file that is there already and may not be replaced.
FileError ExistsAlready(const std::string& path, std::optional<DWORD> code = std::nullopt);

// The error of a part that is to be made and is there already.
FileError PartIsThere(const std::string& part);

// The error of a part that is to be continued and holds something else than the beginning of the file `of`.
FileError NotTheBeginning(const std::string& part, const std::string& of);

}  // namespace onbehalf::cli
