#include "files/new_file.h"

#include <array>
#include <utility>

// After <windows.h>, which this header needs.
#include <winioctl.h>

#include "files/file_facts.h"
#include "onbehalf/protocol/hex.h"
#include "onbehalf/win32/hash.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

using win32::SecurityDescriptor;
using win32::ThrowLastError;
using win32::Win32Error;

constexpr SECURITY_INFORMATION kAccounts = OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION;
constexpr SECURITY_INFORMATION kOwners = kAccounts | LABEL_SECURITY_INFORMATION;

// The FILE_ATTRIBUTE_… flags that FILE_BASIC_INFO can set.
constexpr DWORD kSettable = FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM |
                            FILE_ATTRIBUTE_ARCHIVE | FILE_ATTRIBUTE_NOT_CONTENT_INDEXED |
                            FILE_ATTRIBUTE_TEMPORARY | FILE_ATTRIBUTE_OFFLINE;

constexpr ACCESS_MASK kWriting = FILE_READ_DATA | FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES | DELETE;

std::wstring TemporaryName() {
  std::array<unsigned char, 8> random{};
  win32::FillWithRandom(random);
  return L".onbehalf-" + win32::ToWide(protocol::ToHex(random)) + L".tmp";
}

void SetSecurity(HANDLE file, SECURITY_INFORMATION parts, const SecurityDescriptor& descriptor) {
  if (!::SetKernelObjectSecurity(file, parts, descriptor.get())) ThrowLastError("SetKernelObjectSecurity");
}

// Copies the DACL unchanged, with its inheritance flags: SetKernelObjectSecurity recomputes nothing. Windows keeps
// SE_DACL_AUTO_INHERITED only if SE_DACL_AUTO_INHERIT_REQ is set.
void CopyDacl(HANDLE file, const SecurityDescriptor& from) {
  SECURITY_DESCRIPTOR_CONTROL control = 0;
  DWORD revision = 0;
  if (!::GetSecurityDescriptorControl(from.get(), &control, &revision))
    ThrowLastError("GetSecurityDescriptorControl");
  const SecurityDescriptor copy = SecurityDescriptor::FromPointer(from.get());
  if ((control & SE_DACL_AUTO_INHERITED) != 0 &&
      !::SetSecurityDescriptorControl(copy.get(), SE_DACL_AUTO_INHERIT_REQ, SE_DACL_AUTO_INHERIT_REQ)) {
    ThrowLastError("SetSecurityDescriptorControl");
  }
  SetSecurity(file, DACL_SECURITY_INFORMATION, copy);
}

void Compress(HANDLE file) {
  USHORT format = COMPRESSION_FORMAT_DEFAULT;
  DWORD size = 0;
  if (!::DeviceIoControl(file, FSCTL_SET_COMPRESSION, &format, sizeof(format), nullptr, 0, &size, nullptr)) {
    ThrowLastError("DeviceIoControl");
  }
}

}  // namespace

Result<NewFile> NewFile::Make(const FileScope& scope, const NamedPath& path) {
  ONBEHALF_TRY(auto&& place, scope.PlaceOf(path));
  NtOpen open;
  open.access = kWriting;
  open.share = 0;
  open.kind = kNotADirectory;
  if (path.path.has_stream()) {
    // Otherwise Windows would create the file too, and it would remain when the stream is deleted.
    const std::string_view name = path.path.Name();
    win32::UniqueFile whole;
    const DWORD code = place.Beside(win32::ToWide(name.substr(0, name.find(':')))).Open(NtOpen(), whole);
    if (code != ERROR_SUCCESS) throw Win32Error(code, "NtCreateFile", path.path.text());
  }
  ONBEHALF_TRY(auto&& made, scope.Make(path, place, std::move(open)));
  NewFile file;
  file.file_ = std::move(made);
  file.GoWithHandle(true);
  return file;
}

Result<NewFile> NewFile::MakeReplacement(const FileScope& scope, const NamedPath& path,
                                         const Replacement& how) {
  if (path.path.has_stream())
    return InvalidMember(path.member, "an alternate stream cannot be replaced like a file");
  ONBEHALF_TRY(auto&& found, scope.PlaceOf(path));
  const Place& place = found;

  win32::UniqueFile old;
  NtOpen look;
  look.access = how.replace ? READ_CONTROL : 0;
  look.kind = kNotADirectory;
  const DWORD code = place.Open(std::move(look), old);
  if (code != ERROR_SUCCESS && code != ERROR_FILE_NOT_FOUND)
    throw Win32Error(code, "NtCreateFile", path.path.text());
  if (old && !how.replace) throw Win32Error(ERROR_FILE_EXISTS, "NtCreateFile", path.path.text());
  if (old && KindOf(old.get()).is_link()) {
    return InvalidMember(path.member,
                         "a link cannot be replaced: expected the path of its target (see file.stat)");
  }
  if (how.if_id && (!old || IdOf(old.get()) != *how.if_id)) {
    return InvalidMember("if_id", "the file at the path has a different id");
  }

  NtOpen open;
  open.access = kWriting;
  open.share = 0;
  open.kind = kNotADirectory;
  std::optional<SecurityDescriptor> dacl;
  std::optional<SecurityDescriptor> owners;
  NewFile file;
  bool encrypted = how.encrypted;
  if (old) {
    file.basic_ = BasicOf(old.get());
    dacl = SecurityDescriptor::FromKernelObject(old.get(), DACL_SECURITY_INFORMATION);
    owners = SecurityDescriptor::FromKernelObject(old.get(), kOwners);
    open.access |= READ_CONTROL | WRITE_DAC;
    // From the creation on, so that there is no moment in which others may read it.
    open.descriptor = dacl->get();
    encrypted = encrypted || (file.basic_.FileAttributes & FILE_ATTRIBUTE_ENCRYPTED) != 0;
  }
  if (encrypted) open.attributes |= FILE_ATTRIBUTE_ENCRYPTED;
  const auto make = [&]() -> std::optional<protocol::Error> {
    ONBEHALF_TRY(auto&& made, scope.Make(path, place.Beside(TemporaryName()), open));
    file.file_ = std::move(made);
    file.GoWithHandle(true);
    // A file system without encryption ignores the attribute.
    if (encrypted && (BasicOf(file.file()).FileAttributes & FILE_ATTRIBUTE_ENCRYPTED) == 0) {
      throw Win32Error(ERROR_ENCRYPTION_FAILED, "NtCreateFile", path.path.text());
    }
    return std::nullopt;
  };
  if (auto error = make()) return *std::move(error);
  if (old) {
    if (SecurityDescriptor::FromKernelObject(file.file(), kOwners).ToSddl(kOwners) !=
        owners->ToSddl(kOwners)) {
      // Only then: setting an owner takes a right that a user who replaces their own file may not have.
      open.access |= WRITE_OWNER;
      if (auto error = make()) return *std::move(error);
      SetSecurity(file.file(), owners->Label() ? kOwners : kAccounts, *owners);
    }
    CopyDacl(file.file(), *dacl);
    const DWORD wanted = file.basic_.FileAttributes;
    // NTFS cannot both compress and encrypt a file.
    if ((wanted & FILE_ATTRIBUTE_COMPRESSED) != 0 && !encrypted) Compress(file.file());
    file.basic_.FileAttributes = (wanted & kSettable) | FILE_ATTRIBUTE_ARCHIVE;
    file.basic_.LastAccessTime = file.basic_.LastWriteTime = file.basic_.ChangeTime = LARGE_INTEGER{};
  }
  file.place_ = place;
  file.replace_ = how.replace;
  return file;
}

std::optional<protocol::Error> NewFile::Keep(const FileScope& scope, DWORD attributes,
                                             LARGE_INTEGER modified) {
  basic_.FileAttributes |= attributes & kSettable;
  // Zero would leave the attributes and the time unchanged.
  if (basic_.FileAttributes == 0) basic_.FileAttributes = FILE_ATTRIBUTE_NORMAL;
  basic_.LastWriteTime = modified;
  return Keep(scope);
}

std::optional<protocol::Error> NewFile::Keep(const FileScope& scope) {
  if (!::FlushFileBuffers(file())) ThrowLastError("FlushFileBuffers");
  GoWithHandle(false);
  try {
    // Before the rename, so that the file never has its name with other attributes.
    if (basic_.FileAttributes != 0) SetBasic(basic_);
    if (place_) {
      const DWORD code = place_->Rename(file(), replace_);
      if (code != ERROR_SUCCESS)
        throw Win32Error(code == ERROR_ALREADY_EXISTS ? ERROR_FILE_EXISTS : code, "NtSetInformationFile");
      // Some file systems allow a folder to be moved while its handle is open.
      if (auto error = scope.CheckAllowed(file_->path, file())) {
        Abandon();
        return error;
      }
    }
  } catch (...) {
    Abandon();
    throw;
  }
  return std::nullopt;
}

// The caller reports the earlier error; a failure here only leaves a temporary file behind.
void NewFile::Abandon() const noexcept {
  // A read-only file cannot be marked for deletion.
  FILE_BASIC_INFO plain{};
  plain.FileAttributes = FILE_ATTRIBUTE_NORMAL;
  ::SetFileInformationByHandle(file(), FileBasicInfo, &plain, sizeof(plain));
  DeleteNtFile(file());
}

void NewFile::SetBasic(FILE_BASIC_INFO basic) const {
  if (!::SetFileInformationByHandle(file(), FileBasicInfo, &basic, sizeof(basic))) {
    ThrowLastError("SetFileInformationByHandle");
  }
}

void NewFile::GoWithHandle(bool goes) const {
  FILE_DISPOSITION_INFO disposition{};
  disposition.DeleteFile = goes ? TRUE : FALSE;
  if (!::SetFileInformationByHandle(file(), FileDispositionInfo, &disposition, sizeof(disposition))) {
    ThrowLastError("SetFileInformationByHandle");
  }
}

}  // namespace onbehalf::service
