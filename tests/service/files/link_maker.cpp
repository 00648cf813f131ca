#include "link_maker.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "onbehalf/win32/lean_windows.h"
// After <windows.h>, which it needs.
#include <winioctl.h>

#include "onbehalf/win32/unique_handle.h"
#include "temporary_folder.h"

namespace onbehalf::test {

bool MakeJunction(const std::filesystem::path& link, const std::filesystem::path& target) {
  if (!::CreateDirectoryW(link.c_str(), nullptr)) return false;
  const win32::UniqueFile opened(::CreateFileW(link.c_str(), GENERIC_WRITE, 0, nullptr, OPEN_EXISTING,
                                               FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT,
                                               nullptr));
  if (!opened) return false;
  // REPARSE_DATA_BUFFER of a mount point: tag, number of following bytes, reserved; offset and size of the
  // substitute name, and of the print name; the names, each followed by a null.
  const std::wstring substitute = L"\\??\\" + target.native();
  const std::wstring shown = target.native();
  const auto bytes_of = [](const std::wstring& text) {
    return static_cast<std::uint16_t>(text.size() * sizeof(wchar_t));
  };
  constexpr std::size_t kHead = 8;
  constexpr std::size_t kNames = kHead + 8;
  std::vector<char> data(kNames + bytes_of(substitute) + bytes_of(shown) + 2 * sizeof(wchar_t));
  const auto put = [&data](std::size_t at, auto number) {
    std::memcpy(data.data() + at, &number, sizeof(number));
  };
  put(0, static_cast<std::uint32_t>(IO_REPARSE_TAG_MOUNT_POINT));
  put(4, static_cast<std::uint16_t>(data.size() - kHead));
  put(10, bytes_of(substitute));
  put(12, static_cast<std::uint16_t>(bytes_of(substitute) + sizeof(wchar_t)));
  put(14, bytes_of(shown));
  std::memcpy(data.data() + kNames, substitute.data(), bytes_of(substitute));
  std::memcpy(data.data() + kNames + bytes_of(substitute) + sizeof(wchar_t), shown.data(), bytes_of(shown));
  DWORD size = 0;
  return ::DeviceIoControl(opened.get(), FSCTL_SET_REPARSE_POINT, data.data(),
                           static_cast<DWORD>(data.size()), nullptr, 0, &size, nullptr) != FALSE;
}

bool JunctionsAreSupported() {
  static const bool are_there = [] {
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder.path() / "target");
    WriteAll(folder.path() / "target" / "file", "x");
    return MakeJunction(folder.path() / "link", folder.path() / "target") &&
           ReadAll(folder.path() / "link" / "file") == "x";
  }();
  return are_there;
}

bool HardLinksAreSupported() {
  static const bool are_there = [] {
    const TemporaryFolder folder;
    WriteAll(folder.path() / "a", "x");
    if (!::CreateHardLinkW((folder.path() / "b").c_str(), (folder.path() / "a").c_str(), nullptr))
      return false;
    WriteAll(folder.path() / "a", "y");
    return ReadAll(folder.path() / "b") == "y";
  }();
  return are_there;
}

bool AlternateStreamsAreSupported() {
  static const bool are_there = [] {
    const TemporaryFolder folder;
    WriteAll(folder.path() / "a", "x");
    WriteAll(folder.path() / "a:b", "y");
    std::size_t names = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path())) ++names;
    return names == 1 && ReadAll(folder.path() / "a:b") == "y" && ReadAll(folder.path() / "a") == "x";
  }();
  return are_there;
}

}  // namespace onbehalf::test
