#include "files/file_scope.h"

#include <algorithm>
#include <utility>

#include "onbehalf/protocol/error_code.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

constexpr std::wstring_view kLong = LR"(\\?\)";
constexpr std::wstring_view kLongUnc = LR"(\\?\UNC\)";

bool IsMissing(DWORD code) { return code == ERROR_FILE_NOT_FOUND || code == ERROR_PATH_NOT_FOUND; }

// Turns `\\?\C:\…` into C:\… and `\\?\UNC\…` into \\….
std::wstring WithoutPrefix(std::wstring_view final_path) {
  if (final_path.starts_with(kLongUnc)) return L"\\\\" + std::wstring(final_path.substr(kLongUnc.size()));
  if (final_path.starts_with(kLong)) final_path.remove_prefix(kLong.size());
  return std::wstring(final_path);
}

// GetFinalPathNameByHandleW without the prefix. Returns a Win32 code, possibly ERROR_SUCCESS.
DWORD FinalPathOf(HANDLE file, std::wstring& final_path) {
  std::wstring path(512, L'\0');
  for (;;) {
    const DWORD size =
        ::GetFinalPathNameByHandleW(file, path.data(), static_cast<DWORD>(path.size()), VOLUME_NAME_DOS);
    if (size == 0) return ::GetLastError();
    const bool fits = size < path.size();
    // If the path does not fit, `size` includes the terminating null.
    path.resize(size);
    if (!fits) continue;
    final_path = WithoutPrefix(path);
    return ERROR_SUCCESS;
  }
}

// Throws Win32Error.
std::wstring KnownFinalPathOf(HANDLE file) {
  std::wstring path;
  const DWORD code = FinalPathOf(file, path);
  if (code != ERROR_SUCCESS) throw win32::Win32Error(code, "GetFinalPathNameByHandleW");
  return path;
}

// A root from the settings in the form of a final path, without a trailing backslash.
std::wstring RootPath(const std::string& text) {
  std::wstring root = win32::ToWide(text);
  std::replace(root.begin(), root.end(), L'/', L'\\');
  while (!root.empty() && root.back() == L'\\') root.pop_back();
  return root;
}

bool StartsWith(std::wstring_view path, std::wstring_view root) {
  if (root.empty() || path.size() < root.size()) return false;
  const auto size = static_cast<int>(root.size());
  return ::CompareStringOrdinal(path.data(), size, root.data(), size, TRUE) == CSTR_EQUAL;
}

bool IsIn(std::wstring_view path, std::wstring_view root) {
  return StartsWith(path, root) && (path.size() == root.size() || path[root.size()] == L'\\');
}

// A drive root ends in a backslash.
bool IsRoot(std::wstring_view path, std::wstring_view root) {
  return IsIn(path, root) && path.size() <= root.size() + 1;
}

}  // namespace

protocol::Error InvalidMember(std::string_view member, std::string_view what) {
  return protocol::InvalidParams(std::string(member) + ": " + std::string(what));
}

DWORD Place::Open(NtOpen open, win32::UniqueFile& opened) const {
  open.name = name_;
  open.folder = folder_ ? folder_->get() : nullptr;
  open.follow = false;
  return OpenNtFile(open, opened);
}

DWORD Place::Rename(HANDLE file, bool replace) const {
  return RenameNtFile(file, folder_ ? folder_->get() : nullptr, name_, replace);
}

Place Place::Beside(std::wstring_view name) const {
  Place place;
  place.folder_ = folder_;
  place.name_ = name_.substr(0, name_.rfind(L'\\') + 1);
  place.name_ += name;
  return place;
}

std::string ShownPath(HANDLE file, const FilePath& path) {
  std::wstring final_path;
  return FinalPathOf(file, final_path) == ERROR_SUCCESS ? win32::ToUtf8Lossy(final_path) : path.text();
}

Result<NamedPath> FileScope::PathOf(const std::string& path, const char* member) const {
  auto parsed = FilePath::Parse(path, {settings_->file.network_paths, settings_->file.alternate_streams});
  if (const auto* fault = std::get_if<std::string>(&parsed)) return InvalidMember(member, *fault);
  return NamedPath{std::move(std::get<FilePath>(parsed)), member};
}

Result<OpenedFile> FileScope::Open(const NamedPath& path, NtOpen open) const {
  open.name = win32::ToWide(path.path.NtName());
  win32::UniqueFile handle;
  const DWORD code = OpenNtFile(open, handle);
  if (code != ERROR_SUCCESS) throw win32::Win32Error(code, "NtCreateFile", path.path.text());
  return Check(path, std::move(handle));
}

Result<std::optional<OpenedFile>> FileScope::OpenIfThere(const NamedPath& path, NtOpen open) const {
  open.name = win32::ToWide(path.path.NtName());
  win32::UniqueFile handle;
  const DWORD code = OpenNtFile(open, handle);
  if (IsMissing(code)) return std::nullopt;
  if (code != ERROR_SUCCESS) throw win32::Win32Error(code, "NtCreateFile", path.path.text());
  ONBEHALF_TRY(std::optional<OpenedFile> checked, Check(path, std::move(handle)));
  return checked;
}

Result<Place> FileScope::PlaceOf(const NamedPath& path) const {
  const std::optional<FilePath> parent = path.path.Parent();
  if (!parent)
    return InvalidMember(path.member, "the root of a drive always exists: expected a path below it");
  const bool has_roots = !settings_->file.roots.empty();
  NtOpen open;
  open.name = win32::ToWide(parent->NtName());
  open.kind = kDirectory;
  if (has_roots) {
    // Share modes apply only to handles with data access (IoCheckShareAccess); FILE_TRAVERSE is the least of it.
    open.access = FILE_TRAVERSE;
    open.share = FILE_SHARE_READ | FILE_SHARE_WRITE;
  }
  Place place;
  win32::UniqueFile handle;
  const DWORD code = OpenNtFile(open, handle);
  if (code == ERROR_ACCESS_DENIED && !has_roots) {
    // The caller may have the right to add files to the folder and no other: let Windows decide at creation.
    place.name_ = win32::ToWide(path.path.NtName());
    return place;
  }
  // The code that Win32 gives for a name in a missing folder.
  if (IsMissing(code)) throw win32::Win32Error(ERROR_PATH_NOT_FOUND, "NtCreateFile", parent->text());
  if (code != ERROR_SUCCESS) throw win32::Win32Error(code, "NtCreateFile", parent->text());
  ONBEHALF_TRY(auto&& checked, Check(path, std::move(handle)));
  place.folder_ = std::make_shared<win32::UniqueFile>(std::move(checked.handle));
  place.name_ = win32::ToWide(path.path.Name());
  return place;
}

Result<OpenedFile> FileScope::Make(const NamedPath& path, const Place& place, NtOpen open) const {
  open.make = true;
  win32::UniqueFile handle;
  const DWORD code = place.Open(std::move(open), handle);
  if (code != ERROR_SUCCESS) throw win32::Win32Error(code, "NtCreateFile", path.path.text());
  // The new file is still empty. If removing it fails too, the error is still why it is not allowed.
  const auto remove = [&handle] { DeleteNtFile(handle.get()); };
  try {
    if (auto error = CheckAllowed(path, handle.get())) {
      remove();
      return *std::move(error);
    }
  } catch (...) {
    remove();
    throw;
  }
  return OpenedFile{std::move(handle), path};
}

Result<OpenedFile> FileScope::Check(const NamedPath& path, win32::UniqueFile handle) const {
  if (auto error = CheckAllowed(path, handle.get())) return *std::move(error);
  return OpenedFile{std::move(handle), path};
}

std::optional<protocol::Error> FileScope::CheckAllowed(const NamedPath& path, HANDLE file) const {
  if (::GetFileType(file) != FILE_TYPE_DISK) return InvalidMember(path.member, "not a disk file");
  const Settings::File& rules = settings_->file;
  if (!rules.network_paths && IsRemote(file)) {
    return InvalidMember(path.member, "it leads to another computer, but file.network_paths is off");
  }
  if (rules.roots.empty()) return std::nullopt;
  const std::wstring final_path = KnownFinalPathOf(file);
  const bool is_in =
      std::any_of(rules.roots.begin(), rules.roots.end(),
                  [&final_path](const std::string& root) { return IsIn(final_path, RootPath(root)); });
  if (!is_in) return InvalidMember(path.member, "outside file.roots");
  return std::nullopt;
}

std::optional<protocol::Error> FileScope::CheckRemovable(const NamedPath& path, HANDLE file) const {
  const auto& roots = settings_->file.roots;
  if (roots.empty()) return std::nullopt;
  const std::wstring final_path = KnownFinalPathOf(file);
  const bool is_root = std::any_of(roots.begin(), roots.end(), [&final_path](const std::string& root) {
    return IsRoot(final_path, RootPath(root));
  });
  if (is_root) return InvalidMember(path.member, "a folder in file.roots itself cannot be moved or deleted");
  return std::nullopt;
}

std::optional<protocol::Error> FileScope::CheckMoved(const NamedPath& path, HANDLE file,
                                                     const Place& back) const {
  std::optional<protocol::Error> error;
  try {
    error = CheckAllowed(path, file);
  } catch (...) {
    back.Rename(file, false);
    throw;
  }
  if (!error) return std::nullopt;
  const DWORD code = back.Rename(file, false);
  if (code != ERROR_SUCCESS)
    error->message += ", and it could not be moved back (Windows error " + std::to_string(code) + ")";
  return error;
}

}  // namespace onbehalf::service
