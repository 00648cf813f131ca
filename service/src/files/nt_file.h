#pragma once

#include <string>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::service {

// Native file calls for what Win32 cannot express: a name relative to an open folder, and opening a folder without
// FILE_OPEN_FOR_BACKUP_INTENT, which CreateFileW requires for folders and which would let a caller's backup privilege
// bypass access checks. Any thread, also an impersonating one: nothing is loaded.

struct NtOpen {
  // Absolute (`\??\C:\…`), or relative to `folder`, which is borrowed.
  std::wstring name;
  HANDLE folder = nullptr;
  ACCESS_MASK access = 0;  // FILE_READ_ATTRIBUTES and SYNCHRONIZE are added, as by CreateFileW
  ULONG share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
  bool make = false;        // the file must not exist; otherwise it must
  bool follow = true;       // follow a link in the last component; links before it are always
                            // followed
  bool overlapped = false;  // otherwise one thread at a time
  ULONG kind = 0;           // FILE_DIRECTORY_FILE, FILE_NON_DIRECTORY_FILE, or either
  ULONG attributes = FILE_ATTRIBUTE_NORMAL;   // of a new file
  PSECURITY_DESCRIPTOR descriptor = nullptr;  // of a new file, borrowed; null: inherited
};

inline constexpr ULONG kDirectory = 0x00000001;      // FILE_DIRECTORY_FILE
inline constexpr ULONG kNotADirectory = 0x00000040;  // FILE_NON_DIRECTORY_FILE

// NtCreateFile. ERROR_SUCCESS and `opened`, or an error in CreateFileW's codes (ERROR_FILE_EXISTS when the file to be
// created exists).
DWORD OpenNtFile(const NtOpen& open, win32::UniqueFile& opened);

// Renames `file`, opened with DELETE, to `name` (relative to `folder`, as in NtOpen). With `replace` an existing file
// of that name is deleted in the same step; handles to it stay valid where the file system supports that (POSIX
// semantics: NTFS since Windows 10 1607), elsewhere it must not be open. Returns a Win32 code, possibly
// ERROR_SUCCESS.
DWORD RenameNtFile(HANDLE file, HANDLE folder, const std::wstring& name, bool replace);

// Deletes `file`, opened with DELETE. Where the file system supports POSIX semantics (see above) the name disappears
// when this handle is closed, even if others are open; elsewhere when the last handle is closed. Returns a Win32
// code, possibly ERROR_SUCCESS.
DWORD DeleteNtFile(HANDLE file);

// Whether the file is on another computer (FILE_REMOTE_DEVICE, which GetDriveTypeW uses for DRIVE_REMOTE), whatever
// the drive letter and names of its volume. Throws Win32Error.
bool IsRemote(HANDLE file);

// Looks up the functions used here that no import library has. Call once before using them, on a thread that does not
// impersonate. Throws Win32Error.
void PrepareNtFiles();

}  // namespace onbehalf::service
