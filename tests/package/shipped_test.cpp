#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/protocol/ascii.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/process.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf {
namespace {

// A program or library, mapped as at run time but not loaded. Throws Win32Error.
class Image {
 public:
  explicit Image(const std::filesystem::path& path) {
    const win32::UniqueFile file(
        ::CreateFileW(path.c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING, 0, nullptr));
    if (!file) win32::ThrowLastError("CreateFileW", win32::ToUtf8Lossy(path.native()));
    const win32::UniqueObject mapping(
        ::CreateFileMappingW(file.get(), nullptr, PAGE_READONLY | SEC_IMAGE, 0, 0, nullptr));
    if (!mapping) win32::ThrowLastError("CreateFileMappingW", win32::ToUtf8Lossy(path.native()));
    view_ = ::MapViewOfFile(mapping.get(), FILE_MAP_READ, 0, 0, 0);
    if (view_ == nullptr) win32::ThrowLastError("MapViewOfFile", win32::ToUtf8Lossy(path.native()));
  }
  ~Image() { ::UnmapViewOfFile(view_); }
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;

  // In lower case.
  std::vector<std::string> Imports() const {
    std::vector<std::string> names;
    const IMAGE_DATA_DIRECTORY directory = Directory(IMAGE_DIRECTORY_ENTRY_IMPORT);
    if (directory.VirtualAddress == 0) return names;
    for (const auto* each = At<IMAGE_IMPORT_DESCRIPTOR>(directory.VirtualAddress); each->Name != 0; ++each) {
      names.push_back(protocol::AsciiLower(At<char>(each->Name)));
    }
    return names;
  }
  bool HasDelayedImports() const { return Directory(IMAGE_DIRECTORY_ENTRY_DELAY_IMPORT).VirtualAddress != 0; }

 private:
  template <typename T>
  const T* At(DWORD offset) const {
    return reinterpret_cast<const T*>(static_cast<const std::byte*>(view_) + offset);
  }
  IMAGE_DATA_DIRECTORY Directory(std::size_t which) const {
    const auto* headers = At<IMAGE_NT_HEADERS64>(static_cast<DWORD>(At<IMAGE_DOS_HEADER>(0)->e_lfanew));
    return headers->OptionalHeader.DataDirectory[which];
  }

  void* view_ = nullptr;
};

// Libraries of Windows itself, in every edition since Windows 10 and Server 2016. Excludes Visual C++'s
// runtime, which comes with its redistributable, and the universal one, whose version would be Windows'.
// msvcrt.dll is MinGW's runtime, and Windows' own.
bool IsOfWindows(std::string_view library) {
  constexpr std::array<std::string_view, 12> kOfWindows = {
      "advapi32.dll", "authz.dll", "bcrypt.dll",  "kernel32.dll", "msvcrt.dll",  "ntdll.dll",
      "odbc32.dll",   "ole32.dll", "shell32.dll", "user32.dll",   "userenv.dll", "version.dll"};
  return std::find(kOfWindows.begin(), kOfWindows.end(), library) != kOfWindows.end() ||
         library.starts_with("api-ms-win-core-");
}

class Shipped : public testing::TestWithParam<const wchar_t*> {
 protected:
  const Image image_{
      std::filesystem::path(win32::ToWide(win32::OwnImagePath())).replace_filename(GetParam())};
};

// It starts on a computer where nothing else was installed.
TEST_P(Shipped, NeedsNothingButWindows) {
  const std::vector<std::string> imports = image_.Imports();
  EXPECT_FALSE(imports.empty());
  for (const std::string& library : imports) EXPECT_TRUE(IsOfWindows(library)) << library;
}

// A delay-loaded library may be loaded while a handler acts as its caller.
TEST_P(Shipped, DelayLoadsNothing) { EXPECT_FALSE(image_.HasDelayedImports()); }

INSTANTIATE_TEST_SUITE_P(Files, Shipped,
                         testing::Values(L"onbehalf-service.exe", L"onbehalf.exe", L"onbehalf.dll"),
                         [](const auto& file) {
                           std::string name = win32::ToUtf8Lossy(file.param);
                           std::erase_if(name, [](char c) { return !protocol::IsAsciiLetter(c); });
                           return name;
                         });

}  // namespace
}  // namespace onbehalf
