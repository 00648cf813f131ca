#include "generate/whole_file.h"

#include <algorithm>
#include <cstddef>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "usage_error.h"

namespace onbehalf::cli::generate {
namespace {

// A file whose name only this process uses. Deleted unless it was renamed.
class NewFile {
 public:
  explicit NewFile(const std::string& path)
      : name_(win32::ToWide(path + "." + std::to_string(::GetCurrentProcessId()) + ".new")),
        file_(::CreateFileW(name_.c_str(), GENERIC_WRITE, 0, nullptr, CREATE_NEW, FILE_ATTRIBUTE_NORMAL,
                            nullptr)) {
    if (!file_) win32::ThrowLastError("CreateFileW", win32::ToUtf8Lossy(name_));
  }
  ~NewFile() {
    file_.reset();
    if (!has_moved_) ::DeleteFileW(name_.c_str());
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void Write(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto part = static_cast<DWORD>(std::min<std::size_t>(bytes.size(), 1024 * 1024));
      DWORD written = 0;
      if (!::WriteFile(file_.get(), bytes.data(), part, &written, nullptr))
        win32::ThrowLastError("WriteFile");
      if (written == 0) throw win32::Win32Error(ERROR_WRITE_FAULT, "WriteFile");
      bytes.remove_prefix(written);
    }
  }
  void MoveTo(const std::string& path) {
    file_.reset();
    if (!::MoveFileExW(name_.c_str(), win32::ToWide(path).c_str(), MOVEFILE_REPLACE_EXISTING)) {
      win32::ThrowLastError("MoveFileExW", path);
    }
    has_moved_ = true;
  }

 private:
  std::wstring name_;
  win32::UniqueFile file_;
  bool has_moved_ = false;
};

}  // namespace

void WriteWholeFile(const std::string& path, std::string_view text) {
  try {
    NewFile file(path);
    file.Write(text);
    file.MoveTo(path);
  } catch (const win32::Win32Error& error) {
    throw UsageError(path + " cannot be written: " + error.what());
  }
}

}  // namespace onbehalf::cli::generate
