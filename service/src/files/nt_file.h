#pragma once

#include <string>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::service {

// Windows' native calls for files, for what Win32's have no form for: a name in a folder that is held open, and no
// FILE_OPEN_FOR_BACKUP_INTENT, which CreateFileW needs for a folder and with which the caller's backup privilege would
// open what their rights do not. Any thread, also one that impersonates: nothing is loaded.

struct NtOpen {
  // Absolute (`\??\C:\…`), or relative to `folder`, which is borrowed.
  std::wstring name;
  HANDLE folder = nullptr;
  ACCESS_MASK access = 0;  // FILE_READ_ATTRIBUTES and SYNCHRONIZE come with it, as with CreateFileW
  ULONG share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
  bool make = false;                          // it must not exist; else it must
  bool follow = true;                         // links as the last component; those before are always followed
  bool overlapped = false;                    // else one thread at a time
  ULONG kind = 0;                             // FILE_DIRECTORY_FILE, FILE_NON_DIRECTORY_FILE, or either
  ULONG attributes = FILE_ATTRIBUTE_NORMAL;   // of what is made
  PSECURITY_DESCRIPTOR descriptor = nullptr;  // of what is made, borrowed; null: as it is inherited
};

inline constexpr ULONG kDirectory = 0x00000001;      // FILE_DIRECTORY_FILE
inline constexpr ULONG kNotADirectory = 0x00000040;  // FILE_NON_DIRECTORY_FILE

// NtCreateFile. ERROR_SUCCESS and `opened`, or why not, in CreateFileW's codes (ERROR_FILE_EXISTS for a file that is to be
// made and is there).
DWORD OpenNtFile(const NtOpen& open, win32::UniqueFile& opened);

// Gives `file`, which was opened with DELETE, the name `name` (as NtOpen's). With `replace` what has it goes in the same
// step, and whoever has that open goes on with it where the file system can do so (POSIX semantics: NTFS from Windows 10,
// 1607); elsewhere it must not be open. Returns a Win32 code, ERROR_SUCCESS too.
DWORD RenameNtFile(HANDLE file, HANDLE folder, const std::wstring& name, bool replace);

// Deletes `file`, which was opened with DELETE. Its name is gone when the handle is closed, whoever else has it open, where
// the file system can do so (POSIX semantics: as above); elsewhere when the last handle is. Returns a Win32 code,
// ERROR_SUCCESS too.
DWORD DeleteNtFile(HANDLE file);

// Whether it is a file of another computer (FILE_REMOTE_DEVICE, by which GetDriveTypeW tells DRIVE_REMOTE), whatever letters
// and names its volume has. Throws Win32Error.
bool IsRemote(HANDLE file);

// Finds what these call, which no import library has. To be called once before, on a thread that does not
// impersonate. Throws Win32Error.
void PrepareNtFiles();

}  // namespace onbehalf::service
