#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "onbehalf/service/settings.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/win32_error.h"
#include "settings/settings_faults.h"

namespace onbehalf::service {
namespace {

// Far larger than any settings file.
constexpr std::size_t kFileBytes = 1024 * 1024;

}  // namespace

SettingsResult ReadSettings(const std::filesystem::path& file, const Settings& defaults) {
  const win32::UniqueFile handle(::CreateFileW(file.c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr,
                                               OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr));
  if (!handle) {
    const DWORD error = ::GetLastError();
    if (error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND) return {defaults, {}};
    return WholeFileFault("the file cannot be opened: " + win32::ErrorMessage(error));
  }
  std::string text;
  std::array<char, 16 * 1024> buffer;
  for (;;) {
    DWORD bytes = 0;
    if (!::ReadFile(handle.get(), buffer.data(), static_cast<DWORD>(buffer.size()), &bytes, nullptr)) {
      return WholeFileFault("the file cannot be read: " + win32::ErrorMessage(::GetLastError()));
    }
    if (bytes == 0) break;
    text.append(buffer.data(), bytes);
    if (text.size() > kFileBytes)
      return WholeFileFault("the file is larger than 1 MiB, so it is not a settings file");
  }
  return ParseSettings(text, defaults);
}

}  // namespace onbehalf::service
