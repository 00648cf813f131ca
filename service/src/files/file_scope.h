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

// InvalidParams that says what is wrong with a member of the parameters.
protocol::Error InvalidMember(std::string_view member, std::string_view what);

// A path from a caller, and the name of its parameter for errors.
struct NamedPath {
  FilePath path;
  std::string member;
};

// An open disk file that the settings allow.
struct OpenedFile {
  win32::UniqueFile handle;
  NamedPath path;  // the path by which it was opened
};

// A name in a folder where something is created or moved to. With file.roots, holds a handle to the folder.
class Place {
 public:
  // Opens or creates the file of that name. Does not follow links. ERROR_SUCCESS, or an error as from OpenNtFile.
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

// What a request may reach, by the settings in force when it began. All calls are made while the thread impersonates
// the caller, so Windows decides on access.
//
// Guarantees with `file.roots`, whatever changes on the disk at the same time: nothing is read, changed or created
// before the final path of the open object is known to be in a root, and that very object is then read or changed,
// through its handle. Creating and renaming is relative to the handle of the folder, so a link placed into the path
// cannot redirect it; the handle does not share deletion and requests FILE_TRAVERSE, so that the folder cannot be
// moved or removed while it is open (NTFS refuses that also for the folders above it: "ZwSetInformationFile",
// FileRenameInformation). A renamed object is checked against the roots again. In a race, the request fails or acts
// on what was in a root at the time of the check. A file in a root may also have names outside of it (hard links):
// creating such a link requires rights to the file itself. Only opening (which truncates, overwrites or creates
// nothing) happens before the check.
//
// Throws win32::Win32Error for what Windows refuses. Any thread.
class FileScope {
 public:
  explicit FileScope(std::shared_ptr<const Settings> settings) : settings_(std::move(settings)) {}

  const Settings& settings() const { return *settings_; }

  // Parses the string parameter `member`.
  Result<NamedPath> PathOf(const std::string& path, const char* member) const;

  // Opens an existing file. `open` gives the options; its name is replaced by the path.
  Result<OpenedFile> Open(const NamedPath& path, NtOpen open) const;
  // The same, but nullopt if nothing has that name (ERROR_FILE_NOT_FOUND or ERROR_PATH_NOT_FOUND).
  Result<std::optional<OpenedFile>> OpenIfThere(const NamedPath& path, NtOpen open) const;

  // The place for a new file. The folder must exist; with roots the caller needs FILE_TRAVERSE on it.
  Result<Place> PlaceOf(const NamedPath& path) const;
  // Creates the file and checks it against the roots again before anything is written to it. `open` must request
  // DELETE.
  Result<OpenedFile> Make(const NamedPath& path, const Place& place, NtOpen open) const;

  // Why the settings do not allow the open file; nullopt if they do.
  std::optional<protocol::Error> CheckAllowed(const NamedPath& path, HANDLE file) const;
  // For a file to be moved or deleted, after CheckAllowed: refuses a root itself.
  std::optional<protocol::Error> CheckRemovable(const NamedPath& path, HANDLE file) const;
  // For a file moved to `path` from `back`: some file systems allow a folder to be moved while its handle is open, so
  // the file may now be elsewhere. Moves it back if it is not allowed there; a file that it replaced is lost.
  std::optional<protocol::Error> CheckMoved(const NamedPath& path, HANDLE file, const Place& back) const;

 private:
  Result<OpenedFile> Check(const NamedPath& path, win32::UniqueFile handle) const;

  std::shared_ptr<const Settings> settings_;
};

// The final path of the file (GetFinalPathNameByHandleW), as `C:\…` in UTF-8; `path` if Windows cannot give one:
// there is none on volumes without a drive letter or mount folder, and it requires rights to the folders above.
std::string ShownPath(HANDLE file, const FilePath& path);

}  // namespace onbehalf::service
