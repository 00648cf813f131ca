#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "files/file_path.h"
#include "files/nt_file.h"
#include "onbehalf/protocol/error.h"
#include "onbehalf/protocol/result.h"
#include "onbehalf/service/settings.h"
#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::service {

using protocol::Result;

// InvalidParams: what is wrong with a member of the parameters.
protocol::Error InvalidMember(std::string_view member, std::string_view what);

// A path that a caller gave, and the member of the parameters that it came in, for errors.
struct NamedPath {
  FilePath path;
  std::string member;
};

// Something of a disk that is open and that the settings allow.
struct OpenedFile {
  win32::UniqueFile handle;
  NamedPath path;  // by which it was opened
};

// A name in a folder, for something that is made there or moved there. Held by its handle where there are roots.
class Place {
 public:
  // Opens what has the name, or makes it. Links are not followed. ERROR_SUCCESS, or as OpenNtFile.
  DWORD Open(NtOpen open, win32::UniqueFile& opened) const;
  // As RenameNtFile.
  DWORD Rename(HANDLE file, bool replace) const;
  // Another name in the same folder.
  Place Beside(std::wstring_view name) const;

 private:
  friend class FileScope;
  std::shared_ptr<win32::UniqueFile> folder_;  // null: name_ is absolute
  std::wstring name_;
};

// What a request may reach, by the settings in force when it began. Whether the caller may is Windows' to say: all of this
// is done while the thread carries the caller's token.
//
// What holds with `file.roots`, whatever else happens on the disk meanwhile: nothing is read, changed or made before the
// final path of the object that is held open has been found to be in a root, and it is that object, by its handle, which is
// then read or changed. What is made, and what gets another name, gets it relative to the handle of its folder, so that no
// link put in the folder's way leads elsewhere; the handle does not share deletion and asks for FILE_TRAVERSE, so that the
// folder cannot be moved or removed while it is held (NTFS refuses that also for the folders above it: "ZwSetInformationFile",
// FileRenameInformation). What has got another name is compared with the roots once more. A race makes a request fail or act
// on what was in a root when it was looked at. What was in a
// root may be known by another name outside of it (hard links): to make such a link, one needs rights to the file itself.
// Opening alone (nothing is truncated, overwritten or made by it) happens before the comparison.
//
// Throws win32::Win32Error for what Windows refuses. Any thread.
class FileScope {
 public:
  explicit FileScope(std::shared_ptr<const Settings> settings) : settings_(std::move(settings)) {}

  const Settings& settings() const { return *settings_; }

  // The parameter `member`, which is a string.
  Result<NamedPath> PathOf(const std::string& path, const char* member) const;

  // What is there. `open` says how; its name is the path's.
  Result<OpenedFile> Open(const NamedPath& path, NtOpen open) const;
  // The same, but nullopt if nothing has the name (ERROR_FILE_NOT_FOUND or ERROR_PATH_NOT_FOUND).
  Result<std::optional<OpenedFile>> OpenIfThere(const NamedPath& path, NtOpen open) const;

  // For what is made. The folder must be there; with roots the caller needs FILE_TRAVERSE to it.
  Result<Place> PlaceOf(const NamedPath& path) const;
  // Makes it, and compares what was made with the roots once more, before anything is written to it. `open` asks for DELETE.
  Result<OpenedFile> Make(const NamedPath& path, const Place& place, NtOpen open) const;

  // Why the settings do not allow what is open; nullopt if they do.
  std::optional<protocol::Error> CheckAllowed(const NamedPath& path, HANDLE file) const;
  // For what is to be moved or deleted, after CheckAllowed: a root itself is not.
  std::optional<protocol::Error> CheckRemovable(const NamedPath& path, HANDLE file) const;
  // For what has been moved to `path` from `back`: where a file system lets a folder be moved whose handle is held, that may
  // be elsewhere than it was. Moves it back if it is not allowed there; what it has replaced is gone.
  std::optional<protocol::Error> CheckMoved(const NamedPath& path, HANDLE file, const Place& back) const;

 private:
  Result<OpenedFile> Check(const NamedPath& path, win32::UniqueFile handle) const;

  std::shared_ptr<const Settings> settings_;
};

// Where the file is in the end (GetFinalPathNameByHandleW), as `C:\…` in UTF-8; `path` where Windows cannot say: it knows no
// such path on volumes that the mount manager has given no letter or folder, and needs rights to the folders above.
std::string ShownPath(HANDLE file, const FilePath& path);

}  // namespace onbehalf::service
