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

// `\\?\C:\…` as C:\…, `\\?\UNC\…` as \\….
std::wstring WithoutPrefix(std::wstring_view final_path) {
  if (final_path.starts_with(kLongUnc)) return L"\\\\" + std::wstring(final_path.substr(kLongUnc.size()));
  if (final_path.starts_with(kLong)) final_path.remove_prefix(kLong.size());
  return std::wstring(final_path);
}

}  // namespace

protocol::Error InvalidMember(std::string_view member, std::string_view what) {
  return {protocol::ErrorCode::kInvalidParams, std::string(member) + ": " + std::string(what), nullptr};
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

std::wstring FinalPathOf(HANDLE file) {
  std::wstring path(512, L'\0');
  for (;;) {
    const DWORD size = ::GetFinalPathNameByHandleW(file, path.data(), static_cast<DWORD>(path.size()), VOLUME_NAME_DOS);
    if (size == 0) win32::ThrowLastError("GetFinalPathNameByHandleW");
    const bool fits = size < path.size();
    // If it does not fit, `size` counts the final null.
    path.resize(size);
    if (fits) return path;
  }
}

std::string ShownPath(std::wstring_view final_path) { return win32::ToUtf8Lossy(WithoutPrefix(final_path)); }

OrError<NamedPath> FileScope::PathOf(const protocol::Json& params, const char* member) const {
  auto parsed = FilePath::Parse(params.at(member).get_ref<const std::string&>(),
                                {settings_->file.network_paths, settings_->file.alternate_streams});
  if (const auto* fault = std::get_if<std::string>(&parsed)) return InvalidMember(member, *fault);
  return NamedPath{std::move(std::get<FilePath>(parsed)), member};
}

OrError<OpenedFile> FileScope::Open(const NamedPath& path, NtOpen open) const {
  open.name = win32::ToWide(path.path.NtName());
  win32::UniqueFile handle;
  const DWORD code = OpenNtFile(open, handle);
  if (code != ERROR_SUCCESS) throw win32::Win32Error(code, "NtCreateFile", path.path.text());
  return Check(path, std::move(handle));
}

OrError<std::optional<OpenedFile>> FileScope::OpenIfThere(const NamedPath& path, NtOpen open) const {
  open.name = win32::ToWide(path.path.NtName());
  win32::UniqueFile handle;
  const DWORD code = OpenNtFile(open, handle);
  if (IsMissing(code)) return std::nullopt;
  if (code != ERROR_SUCCESS) throw win32::Win32Error(code, "NtCreateFile", path.path.text());
  auto checked = Check(path, std::move(handle));
  if (auto* error = std::get_if<protocol::Error>(&checked)) return std::move(*error);
  return std::move(std::get<OpenedFile>(checked));
}

OrError<Place> FileScope::PlaceOf(const NamedPath& path) const {
  const std::optional<FilePath> parent = path.path.Parent();
  if (!parent) return InvalidMember(path.member, "the root of a drive is always there: expected a path in it");
  const bool has_roots = !settings_->file.roots.empty();
  NtOpen open;
  open.name = win32::ToWide(parent->NtName());
  open.kind = kDirectory;
  if (has_roots) {
    // Sharing counts only for handles with a right to data (IoCheckShareAccess), of which this is the least.
    open.access = FILE_TRAVERSE;
    open.share = FILE_SHARE_READ | FILE_SHARE_WRITE;
  }
  Place place;
  win32::UniqueFile handle;
  const DWORD code = OpenNtFile(open, handle);
  if (code == ERROR_ACCESS_DENIED && !has_roots) {
    // One may put files into a folder without any other right to it: Windows decides when that is tried.
    place.name_ = win32::ToWide(path.path.NtName());
    return place;
  }
  // What Win32 says of a name in a folder that is not there.
  if (IsMissing(code)) throw win32::Win32Error(ERROR_PATH_NOT_FOUND, "NtCreateFile", parent->text());
  if (code != ERROR_SUCCESS) throw win32::Win32Error(code, "NtCreateFile", parent->text());
  auto checked = Check(path, std::move(handle));
  if (auto* error = std::get_if<protocol::Error>(&checked)) return std::move(*error);
  place.folder_ = std::make_shared<win32::UniqueFile>(std::move(std::get<OpenedFile>(checked).handle));
  place.name_ = win32::ToWide(path.path.Name());
  return place;
}

OrError<OpenedFile> FileScope::Make(const NamedPath& path, const Place& place, NtOpen open) const {
  open.make = true;
  win32::UniqueFile handle;
  const DWORD code = place.Open(std::move(open), handle);
  if (code != ERROR_SUCCESS) throw win32::Win32Error(code, "NtCreateFile", path.path.text());
  std::wstring final_path;
  if (auto error = WhyNot(path, handle.get(), final_path)) {
    // Empty as it is. The answer is the error, also if this one is refused.
    FILE_DISPOSITION_INFO gone{TRUE};
    ::SetFileInformationByHandle(handle.get(), FileDispositionInfo, &gone, sizeof(gone));
    return *std::move(error);
  }
  return OpenedFile{std::move(handle), std::move(final_path)};
}

OrError<OpenedFile> FileScope::Check(const NamedPath& path, win32::UniqueFile handle) const {
  std::wstring final_path;
  if (auto error = WhyNot(path, handle.get(), final_path)) return *std::move(error);
  return OpenedFile{std::move(handle), std::move(final_path)};
}

std::optional<protocol::Error> FileScope::WhyNot(const NamedPath& path, HANDLE file, std::wstring& final_path) const {
  if (::GetFileType(file) != FILE_TYPE_DISK) return InvalidMember(path.member, "this is no file of a disk");
  final_path = FinalPathOf(file);
  if (!settings_->file.network_paths && final_path.starts_with(kLongUnc)) {
    return InvalidMember(path.member, "it leads to another computer, and file.network_paths is off");
  }
  if (!IsInRoots(final_path)) return InvalidMember(path.member, "outside file.roots");
  return std::nullopt;
}

bool FileScope::IsInRoots(std::wstring_view final_path) const {
  const auto& roots = settings_->file.roots;
  if (roots.empty()) return true;
  const std::wstring path = WithoutPrefix(final_path);
  return std::any_of(roots.begin(), roots.end(), [&path](const std::string& text) {
    std::wstring root = win32::ToWide(text);
    std::replace(root.begin(), root.end(), L'/', L'\\');
    while (!root.empty() && root.back() == L'\\') root.pop_back();
    if (root.empty() || path.size() < root.size()) return false;
    const auto size = static_cast<int>(root.size());
    if (::CompareStringOrdinal(path.data(), size, root.data(), size, TRUE) != CSTR_EQUAL) return false;
    return path.size() == root.size() || path[root.size()] == L'\\';
  });
}

}  // namespace onbehalf::service
