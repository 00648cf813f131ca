#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "files/file_scope.h"
#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::service {

// A file that is being made. It goes when its handle does (also with the process), until it is kept: whoever fails, is
// cancelled or ends leaves nothing. Throws win32::Win32Error. One thread, which carries the caller's token.
class NewFile {
 public:
  // A file that must not be there; of an alternate stream, the file that it is of must be (ERROR_FILE_NOT_FOUND).
  static Result<NewFile> Make(const FileScope& scope, const NamedPath& path);
  // What is to take the place of the file at `path`, at once and as a whole, when it is kept: until then a temporary file
  // in the same folder, `.onbehalf-….tmp`, which nobody else can open. It has the owner, group, DACL, mandatory label,
  // attributes, compression, encryption and time of creation of the file that it replaces; its alternate streams,
  // extended attributes and further names (hard links) that one keeps, and they go with it. If there is none, it is as any
  // file that is made there. `path` must not be a link.
  struct Replacement {
    bool replace = false;              // else there must be none, now and when it is kept (ERROR_FILE_EXISTS)
    std::optional<std::string> if_id;  // there must be the file with this id now
    bool encrypted = false;  // as the file that it replaces, or in any case (ERROR_ENCRYPTION_FAILED)
  };
  static Result<NewFile> MakeReplacement(const FileScope& scope, const NamedPath& path,
                                         const Replacement& how);

  HANDLE file() const { return file_->handle.get(); }
  // What it holds is on the disk, not only in its cache, when it has its name. Says why not if, with that name, it is where
  // `scope` does not allow it; then it goes.
  std::optional<protocol::Error> Keep(const FileScope& scope);
  // The same, with these attributes and time of the last change beside those that it has already.
  std::optional<protocol::Error> Keep(const FileScope& scope, DWORD attributes, LARGE_INTEGER modified);

 private:
  NewFile() = default;
  void GoWithHandle(bool goes) const;
  void Abandon() const noexcept;
  void SetBasic(FILE_BASIC_INFO basic) const;

  std::optional<OpenedFile> file_;  // as long as the object is, once it is made
  // Of a replacement.
  std::optional<Place> place_;
  bool replace_ = false;
  FILE_BASIC_INFO basic_{};  // zero: as it is
};

}  // namespace onbehalf::service
