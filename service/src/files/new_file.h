#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "files/file_scope.h"
#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::service {

// A file being created. Until Keep it is deleted when its handle is closed (also by the end of the process), so a
// failed or cancelled operation leaves nothing. Throws win32::Win32Error. One thread, which impersonates the caller.
class NewFile {
 public:
  // Creates a file that must not exist; for an alternate stream its file must exist (ERROR_FILE_NOT_FOUND).
  static Result<NewFile> Make(const FileScope& scope, const NamedPath& path);
  // Creates a file that Keep puts in place of the one at `path`, in one atomic step: until then it is a temporary
  // file in the same folder, `.onbehalf-….tmp`, which no one else can open. It has the owner, group, DACL, mandatory
  // label, attributes, compression, encryption and creation time of the file that it replaces; the alternate streams,
  // extended attributes and additional names (hard links) of the old file stay with that file and are lost. If there
  // is no old file, it is like any new file in that folder. `path` must not be a link.
  struct Replacement {
    bool replace = false;  // otherwise there must be no file, neither now nor at Keep (ERROR_FILE_EXISTS)
    std::optional<std::string> if_id;  // the existing file must have this id now
    bool encrypted = false;  // encrypt even if the old file is not encrypted (ERROR_ENCRYPTION_FAILED)
  };
  static Result<NewFile> MakeReplacement(const FileScope& scope, const NamedPath& path,
                                         const Replacement& how);

  HANDLE file() const { return file_->handle.get(); }
  // Flushes the content to the disk before the file gets its name. Returns an error, and deletes the file, if the
  // file with that name turns out to be where `scope` does not allow it.
  std::optional<protocol::Error> Keep(const FileScope& scope);
  // The same, with these attributes in addition to its own, and this last-write time.
  std::optional<protocol::Error> Keep(const FileScope& scope, DWORD attributes, LARGE_INTEGER modified);

 private:
  NewFile() = default;
  void GoWithHandle(bool goes) const;
  void Abandon() const noexcept;
  void SetBasic(FILE_BASIC_INFO basic) const;

  std::optional<OpenedFile> file_;  // set for the lifetime of the object, once created
  // Only for a replacement.
  std::optional<Place> place_;
  bool replace_ = false;
  FILE_BASIC_INFO basic_{};  // zero: unchanged
};

}  // namespace onbehalf::service
