#include "onbehalf/win32/process.h"

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

// From ntdll. <winternl.h> declares it with an enumeration that lacks the class used here.
extern "C" LONG NTAPI NtQuerySystemInformation(ULONG kind, void* information, ULONG size, ULONG* returned);

namespace onbehalf::win32 {
namespace {

// The longest Windows path, with its NUL.
constexpr DWORD kLongestPath = 32768;
// SystemProcessIdInformation: the NT path of a process's file, by process id alone. In Windows since Vista, but not
// in the SDK headers.
constexpr ULONG kProcessIdInformation = 88;
// SYSTEM_PROCESS_ID_INFORMATION; all but the first member are a UNICODE_STRING.
struct ProcessIdInformation {
  HANDLE process_id;
  USHORT name_bytes;
  USHORT name_room_bytes;
  wchar_t* name;
};
constexpr USHORT kLongestNameBytes = 0xFFFE;
constexpr auto kInvalidInfoClass = static_cast<LONG>(0xC0000003);  // STATUS_INVALID_INFO_CLASS

// \Device\HarddiskVolume3\x.exe becomes C:\x.exe, and \Device\Mup\SERVER\SHARE\x.exe becomes \\SERVER\SHARE\x.exe. A
// path on a volume without a drive letter stays unchanged.
std::wstring DosPath(std::wstring_view nt_path) {
  constexpr std::wstring_view kNetwork = LR"(\Device\Mup\)";
  if (nt_path.starts_with(kNetwork)) {
    return std::wstring(LR"(\\)").append(nt_path.substr(kNetwork.size()));
  }
  const DWORD drives = ::GetLogicalDrives();
  std::array<wchar_t, MAX_PATH + 1> device{};
  for (DWORD i = 0; i < 26; ++i) {
    const wchar_t drive[] = {static_cast<wchar_t>(L'A' + i), L':', L'\0'};
    if ((drives & (DWORD{1} << i)) == 0 ||
        ::QueryDosDeviceW(drive, device.data(), static_cast<DWORD>(device.size())) == 0)
      continue;
    const std::wstring_view name = device.data();
    if (nt_path.starts_with(name) && nt_path.substr(name.size()).starts_with(L'\\')) {
      return std::wstring(drive).append(nt_path.substr(name.size()));
    }
  }
  return std::wstring(nt_path);
}

// For systems without ProcessIdInformation (Wine 8).
std::optional<std::string> ImagePathOfOpened(DWORD process_id) {
  UniqueObject process(::OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, process_id));
  if (!process) return std::nullopt;
  std::wstring path(kLongestPath, L'\0');
  DWORD length = kLongestPath;
  if (!::QueryFullProcessImageNameW(process.get(), 0, path.data(), &length)) return std::nullopt;
  return ToUtf8Lossy(std::wstring_view(path).substr(0, length));
}

}  // namespace

std::optional<std::string> ImagePath(DWORD process_id) {
  std::vector<wchar_t> name(kLongestNameBytes / sizeof(wchar_t));
  ProcessIdInformation information{reinterpret_cast<HANDLE>(static_cast<ULONG_PTR>(process_id)), 0,
                                   kLongestNameBytes, name.data()};
  const LONG status =
      ::NtQuerySystemInformation(kProcessIdInformation, &information, sizeof(information), nullptr);
  if (status == kInvalidInfoClass) return ImagePathOfOpened(process_id);
  // Processes without a file, such as System, have an empty name.
  if (status < 0 || information.name_bytes == 0) return std::nullopt;
  return ToUtf8Lossy(DosPath({name.data(), information.name_bytes / sizeof(wchar_t)}));
}

std::wstring ModulePath(HMODULE module) {
  std::wstring path(MAX_PATH, L'\0');
  for (;;) {
    const DWORD length = ::GetModuleFileNameW(module, path.data(), static_cast<DWORD>(path.size()));
    if (length == 0) ThrowLastError("GetModuleFileNameW");
    if (length < path.size()) {
      path.resize(length);
      return path;
    }
    // The path was truncated.
    if (path.size() >= kLongestPath) throw Win32Error(ERROR_INSUFFICIENT_BUFFER, "GetModuleFileNameW");
    path.resize(kLongestPath);
  }
}

std::string OwnImagePath() { return ToUtf8Lossy(ModulePath(nullptr)); }

}  // namespace onbehalf::win32
