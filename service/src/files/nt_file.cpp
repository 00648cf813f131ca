#include "files/nt_file.h"

#include <cstddef>
#include <cstring>
#include <vector>

// After <windows.h>, which this header needs.
#include <winternl.h>

#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

// From wdm.h, which is not part of the application headers.
constexpr ULONG kOpen = 1;                     // FILE_OPEN
constexpr ULONG kCreate = 2;                   // FILE_CREATE
constexpr ULONG kSynchronous = 0x20;           // FILE_SYNCHRONOUS_IO_NONALERT
constexpr ULONG kOpenLink = 0x00200000;        // FILE_OPEN_REPARSE_POINT
constexpr int kRenameInformation = 10;         // FileRenameInformation
constexpr int kRenameInformationEx = 65;       // FileRenameInformationEx
constexpr int kDispositionInformation = 13;    // FileDispositionInformation
constexpr int kDispositionInformationEx = 64;  // FileDispositionInformationEx
constexpr int kDeviceInformation = 4;          // FileFsDeviceInformation
constexpr ULONG kReplaceIfExists = 1;          // FILE_RENAME_REPLACE_IF_EXISTS
constexpr ULONG kPosixSemantics = 2;   // FILE_RENAME_POSIX_SEMANTICS and FILE_DISPOSITION_POSIX_SEMANTICS
constexpr ULONG kDelete = 1;           // FILE_DISPOSITION_DELETE
constexpr ULONG kRemoteDevice = 0x10;  // FILE_REMOTE_DEVICE

// FILE_RENAME_INFORMATION: its first member is a BOOLEAN in the older form and flags in the Ex form.
struct RenameInformation {
  ULONG flags;
  HANDLE folder;
  ULONG name_bytes;
  WCHAR name[1];
};

// FILE_FS_DEVICE_INFORMATION
struct DeviceInformation {
  ULONG type;
  ULONG characteristics;
};

using SetInformationFile = NTSTATUS(NTAPI*)(HANDLE, IO_STATUS_BLOCK*, void*, ULONG, int);
using QueryVolumeInformationFile = NTSTATUS(NTAPI*)(HANDLE, IO_STATUS_BLOCK*, void*, ULONG, int);
SetInformationFile set_information_file = nullptr;
QueryVolumeInformationFile query_volume_information_file = nullptr;

template <typename Function>
void Find(HMODULE module, const char* name, Function& function) {
  const FARPROC found = ::GetProcAddress(module, name);
  if (found == nullptr) win32::ThrowLastError("GetProcAddress");
  // The cast through void* avoids compiler warnings: the two function types are unrelated.
  function = reinterpret_cast<Function>(reinterpret_cast<void*>(found));
}

// The codes for an unsupported Ex form; the caller then uses the older one.
bool IsUnknown(DWORD code) {
  return code == ERROR_INVALID_FUNCTION || code == ERROR_INVALID_PARAMETER || code == ERROR_NOT_SUPPORTED;
}

}  // namespace

void PrepareNtFiles() {
  const HMODULE ntdll = ::GetModuleHandleW(L"ntdll.dll");
  if (ntdll == nullptr) win32::ThrowLastError("GetModuleHandleW");
  Find(ntdll, "NtSetInformationFile", set_information_file);
  Find(ntdll, "NtQueryVolumeInformationFile", query_volume_information_file);
}

DWORD OpenNtFile(const NtOpen& open, win32::UniqueFile& opened) {
  UNICODE_STRING name{};
  name.Buffer = const_cast<WCHAR*>(open.name.data());  // not modified
  name.Length = name.MaximumLength = static_cast<USHORT>(open.name.size() * sizeof(WCHAR));
  // If a link leads to a pipe, its server can identify the caller but not impersonate.
  SECURITY_QUALITY_OF_SERVICE quality{};
  quality.Length = sizeof(quality);
  quality.ImpersonationLevel = SecurityIdentification;
  OBJECT_ATTRIBUTES object{};
  object.Length = sizeof(object);
  object.RootDirectory = open.folder;
  object.ObjectName = &name;
  object.Attributes = OBJ_CASE_INSENSITIVE;
  object.SecurityDescriptor = open.descriptor;
  object.SecurityQualityOfService = &quality;
  IO_STATUS_BLOCK status_block{};
  HANDLE handle = nullptr;
  const ULONG options = open.kind | (open.follow ? 0 : kOpenLink) | (open.overlapped ? 0 : kSynchronous);
  const NTSTATUS status =
      ::NtCreateFile(&handle, open.access | FILE_READ_ATTRIBUTES | SYNCHRONIZE, &object, &status_block,
                     nullptr, open.attributes, open.share, open.make ? kCreate : kOpen, options, nullptr, 0);
  if (status >= 0) {
    opened.reset(handle);
    return ERROR_SUCCESS;
  }
  const DWORD code = ::RtlNtStatusToDosError(status);
  return code == ERROR_ALREADY_EXISTS && open.make && open.kind != kDirectory ? ERROR_FILE_EXISTS : code;
}

DWORD RenameNtFile(HANDLE file, HANDLE folder, const std::wstring& name, bool replace) {
  const std::size_t name_bytes = name.size() * sizeof(WCHAR);
  // Allocated in units of the most strictly aligned member.
  std::vector<HANDLE> memory((sizeof(RenameInformation) + name_bytes) / sizeof(HANDLE) + 1);
  auto* const information = reinterpret_cast<RenameInformation*>(memory.data());
  information->folder = folder;
  information->name_bytes = static_cast<ULONG>(name_bytes);
  std::memcpy(reinterpret_cast<char*>(information) + offsetof(RenameInformation, name), name.data(),
              name_bytes);
  const auto size = static_cast<ULONG>(memory.size() * sizeof(HANDLE));
  IO_STATUS_BLOCK status_block{};
  if (replace) {
    information->flags = kReplaceIfExists | kPosixSemantics;
    const NTSTATUS status =
        set_information_file(file, &status_block, information, size, kRenameInformationEx);
    if (status >= 0) return ERROR_SUCCESS;
    const DWORD code = ::RtlNtStatusToDosError(status);
    if (!IsUnknown(code)) return code;
  }
  information->flags = replace ? TRUE : FALSE;
  const NTSTATUS status = set_information_file(file, &status_block, information, size, kRenameInformation);
  return status >= 0 ? static_cast<DWORD>(ERROR_SUCCESS) : ::RtlNtStatusToDosError(status);
}

DWORD DeleteNtFile(HANDLE file) {
  IO_STATUS_BLOCK status_block{};
  ULONG flags = kDelete | kPosixSemantics;
  NTSTATUS status =
      set_information_file(file, &status_block, &flags, sizeof(flags), kDispositionInformationEx);
  if (status >= 0) return ERROR_SUCCESS;
  const DWORD code = ::RtlNtStatusToDosError(status);
  if (!IsUnknown(code)) return code;
  BOOLEAN gone = TRUE;
  status = set_information_file(file, &status_block, &gone, sizeof(gone), kDispositionInformation);
  return status >= 0 ? static_cast<DWORD>(ERROR_SUCCESS) : ::RtlNtStatusToDosError(status);
}

bool IsRemote(HANDLE file) {
  IO_STATUS_BLOCK status_block{};
  DeviceInformation device{};
  const NTSTATUS status =
      query_volume_information_file(file, &status_block, &device, sizeof(device), kDeviceInformation);
  if (status < 0) throw win32::Win32Error(::RtlNtStatusToDosError(status), "NtQueryVolumeInformationFile");
  return (device.characteristics & kRemoteDevice) != 0;
}

}  // namespace onbehalf::service
