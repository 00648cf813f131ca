#include "file/file_error.h"

#include <utility>

#include "onbehalf/win32/win32_error.h"

namespace onbehalf::cli {

FileError::FileError(const std::string& what, std::string advice, std::optional<DWORD> code)
    : std::runtime_error(what), advice_(std::move(advice)), code_(code) {}

void ThrowFileError(std::string_view operation, std::string_view path, DWORD code) {
  throw FileError(std::string(operation) + "(" + std::string(path) + "): " + win32::ErrorMessage(code), {},
                  code);
}

FileError ExistsAlready(const std::string& path, std::optional<DWORD> code) {
  return FileError(path + " already exists", "--force replaces it.", code);
}

FileError PartIsThere(const std::string& part) {
  return FileError(part + " exists from an unfinished copy", "--resume continues it, --force starts over.");
}

FileError NotTheBeginning(const std::string& part, const std::string& of) {
  return FileError(part + " is not the beginning of " + of,
                   "Check it, or start over with --force and without --resume.");
}

}  // namespace onbehalf::cli
