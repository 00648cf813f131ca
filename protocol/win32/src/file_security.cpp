#include "onbehalf/win32/file_security.h"

#include <algorithm>
#include <optional>
#include <string>

#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::win32 {
namespace {

// A conditional or object entry grants its rights in some cases, which is enough.
bool AllowsInAnyForm(BYTE type) {
  return type == ACCESS_ALLOWED_ACE_TYPE || type == ACCESS_ALLOWED_OBJECT_ACE_TYPE ||
         type == ACCESS_ALLOWED_CALLBACK_ACE_TYPE || type == ACCESS_ALLOWED_CALLBACK_OBJECT_ACE_TYPE;
}

ACCESS_MASK ChangeRights(ACCESS_MASK mask) {
  GENERIC_MAPPING mapping = kFileMapping;
  ::MapGenericMask(&mask, &mapping);
  return mask & kFileChangeRights;
}

}  // namespace

std::vector<UntrustedWriter> WritersOtherThan(const SecurityDescriptor& descriptor,
                                              std::span<const Sid> trusted) {
  const auto is_trusted = [&](const Sid& sid) {
    return std::find(trusted.begin(), trusted.end(), sid) != trusted.end();
  };
  std::vector<UntrustedWriter> writers;
  const std::optional<Sid> owner = descriptor.Owner();
  const bool owner_is_trusted = !owner || is_trusted(*owner);

  if (!descriptor.HasDacl()) {
    writers.push_back({Sid::FromWellKnown(WinWorldSid), kFileChangeRights, false});
    return writers;
  }
  // Placeholders for the creator of new files in a directory: no token contains these SIDs.
  const Sid creator_owner = Sid::FromWellKnown(WinCreatorOwnerSid);
  const Sid creator_group = Sid::FromWellKnown(WinCreatorGroupSid);
  // Stands for the owner and replaces the owner's implicit rights.
  const Sid owner_rights = Sid::FromWellKnown(WinCreatorOwnerRightsSid);

  bool owner_is_limited = false;
  for (const AccessEntry& entry : descriptor.Dacl()) {
    if (entry.inherit_only()) continue;
    if (entry.sid == owner_rights) owner_is_limited = true;
    if (!AllowsInAnyForm(entry.type)) continue;
    const ACCESS_MASK rights = ChangeRights(entry.mask);
    if (rights == 0) continue;
    if (entry.sid == owner_rights) {
      if (!owner_is_trusted) writers.push_back({*owner, rights, true});
    } else if (entry.sid != creator_owner && entry.sid != creator_group && !is_trusted(entry.sid)) {
      writers.push_back({entry.sid, rights, false});
    }
  }
  if (!owner_is_trusted && !owner_is_limited) writers.push_back({*owner, WRITE_DAC, true});
  return writers;
}

std::vector<Sid> AdministrativeAccounts() {
  return {Sid::FromWellKnown(WinLocalSystemSid), Sid::FromWellKnown(WinBuiltinAdministratorsSid),
          Sid::ForService("TrustedInstaller")};
}

bool IsReparsePoint(std::string_view path) {
  const DWORD attributes = ::GetFileAttributesW(ToWide(path).c_str());
  if (attributes == INVALID_FILE_ATTRIBUTES) ThrowLastError("GetFileAttributesW", path);
  return (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
}

}  // namespace onbehalf::win32
