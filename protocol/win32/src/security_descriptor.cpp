#include "onbehalf/win32/security_descriptor.h"

#include <aclapi.h>
#include <sddl.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::win32 {
namespace {

// access_entry.h, which cannot include windows.h, repeats these.
static_assert(sizeof(AccessMask) == sizeof(ACCESS_MASK));
static_assert(kReadControl == READ_CONTROL && kWriteDac == WRITE_DAC);
static_assert(AccessEntry::kAllows == ACCESS_ALLOWED_ACE_TYPE &&
              AccessEntry::kDenies == ACCESS_DENIED_ACE_TYPE);
static_assert(AccessEntry::kInheritOnly == INHERIT_ONLY_ACE);
static_assert(offsetof(ACCESS_ALLOWED_ACE, SidStart) == 8);

bool IsObjectType(BYTE type) {
  return type == ACCESS_ALLOWED_OBJECT_ACE_TYPE || type == ACCESS_DENIED_OBJECT_ACE_TYPE ||
         type == SYSTEM_AUDIT_OBJECT_ACE_TYPE || type == ACCESS_ALLOWED_CALLBACK_OBJECT_ACE_TYPE ||
         type == ACCESS_DENIED_CALLBACK_OBJECT_ACE_TYPE || type == SYSTEM_AUDIT_CALLBACK_OBJECT_ACE_TYPE;
}

// Types laid out like ACCESS_ALLOWED_ACE: header, mask, SID.
bool IsPlainType(BYTE type) {
  return type == ACCESS_ALLOWED_ACE_TYPE || type == ACCESS_DENIED_ACE_TYPE || type == SYSTEM_AUDIT_ACE_TYPE ||
         type == ACCESS_ALLOWED_CALLBACK_ACE_TYPE || type == ACCESS_DENIED_CALLBACK_ACE_TYPE ||
         type == SYSTEM_AUDIT_CALLBACK_ACE_TYPE || type == SYSTEM_MANDATORY_LABEL_ACE_TYPE;
}

bool DeniesInAnyForm(BYTE type) {
  return type == ACCESS_DENIED_ACE_TYPE || type == ACCESS_DENIED_OBJECT_ACE_TYPE ||
         type == ACCESS_DENIED_CALLBACK_ACE_TYPE || type == ACCESS_DENIED_CALLBACK_OBJECT_ACE_TYPE;
}

AccessEntry ToEntry(void* ace) {
  const auto* header = static_cast<const ACE_HEADER*>(ace);
  if (IsPlainType(header->AceType)) {
    auto* plain = static_cast<ACCESS_ALLOWED_ACE*>(ace);
    return {header->AceType, header->AceFlags, plain->Mask, Sid::FromPsid(&plain->SidStart)};
  }
  if (IsObjectType(header->AceType)) {
    auto* object = static_cast<ACCESS_ALLOWED_OBJECT_ACE*>(ace);
    // Each of the two GUIDs is present only if its flag is set; the SID follows.
    std::size_t offset = offsetof(ACCESS_ALLOWED_OBJECT_ACE, ObjectType);
    if ((object->Flags & ACE_OBJECT_TYPE_PRESENT) != 0) offset += sizeof(GUID);
    if ((object->Flags & ACE_INHERITED_OBJECT_TYPE_PRESENT) != 0) offset += sizeof(GUID);
    return {header->AceType, header->AceFlags, object->Mask,
            Sid::FromPsid(static_cast<std::byte*>(ace) + offset)};
  }
  return {header->AceType, header->AceFlags, 0, Sid::FromWellKnown(WinNullSid)};
}

std::vector<AccessEntry> ToEntries(PACL acl) {
  std::vector<AccessEntry> entries;
  if (acl == nullptr) return entries;
  entries.reserve(acl->AceCount);
  for (DWORD i = 0; i < acl->AceCount; ++i) {
    void* ace = nullptr;
    if (!::GetAce(acl, i, &ace)) ThrowLastError("GetAce");
    entries.push_back(ToEntry(ace));
  }
  return entries;
}

SECURITY_DESCRIPTOR_CONTROL ControlOf(const SecurityDescriptor& descriptor) {
  SECURITY_DESCRIPTOR_CONTROL control = 0;
  DWORD revision = 0;
  if (!::GetSecurityDescriptorControl(descriptor.get(), &control, &revision)) {
    ThrowLastError("GetSecurityDescriptorControl");
  }
  return control;
}

PACL DaclOf(const SecurityDescriptor& descriptor) {
  BOOL present = FALSE;
  BOOL defaulted = FALSE;
  PACL dacl = nullptr;
  if (!::GetSecurityDescriptorDacl(descriptor.get(), &present, &dacl, &defaulted)) {
    ThrowLastError("GetSecurityDescriptorDacl");
  }
  return present ? dacl : nullptr;
}

// The SIDs of a token that an entry may match: the normal ones (user and groups) or, in Windows' second pass for a
// restricted token, the restricting ones.
class TokenSids {
 public:
  static TokenSids Normal(const Token& token) {
    TokenSids sids;
    // The user's attributes are 0 although it is enabled; deny-only, which is rare, is reported only by TokenUser.
    sids.groups_ = token.Groups();
    sids.groups_.push_back({token.User(), SE_GROUP_ENABLED});
    return sids;
  }
  static TokenSids Restricting(const Token& token) {
    TokenSids sids;
    sids.groups_ = token.RestrictingSids();
    for (auto& group : sids.groups_) group.attributes |= SE_GROUP_ENABLED;
    return sids;
  }

  bool empty() const { return groups_.empty(); }

  // A deny-only group matches deny entries but not allow entries.
  bool Match(const Sid& sid, bool for_deny) const {
    return std::any_of(groups_.begin(), groups_.end(), [&](const TokenGroup& group) {
      if (!(group.sid == sid)) return false;
      return for_deny ? group.enabled() || group.deny_only() : group.enabled() && !group.deny_only();
    });
  }

 private:
  std::vector<TokenGroup> groups_;
};

std::string ConvertToSddl(PSECURITY_DESCRIPTOR descriptor, SECURITY_INFORMATION parts) {
  UniqueLocalMemory text;
  ULONG length = 0;
  if (!::ConvertSecurityDescriptorToStringSecurityDescriptorW(
          descriptor, SDDL_REVISION_1, parts, reinterpret_cast<LPWSTR*>(text.put()), &length)) {
    ThrowLastError("ConvertSecurityDescriptorToStringSecurityDescriptorW");
  }
  return ToUtf8(static_cast<const wchar_t*>(text.get()));
}

// "S:(ML;;NWNR;;;ME)".
std::string LabelToSddl(const AccessEntry& label) {
  struct Word {
    DWORD bit;
    const char* word;
  };
  constexpr Word kFlags[] = {{OBJECT_INHERIT_ACE, "OI"},
                             {CONTAINER_INHERIT_ACE, "CI"},
                             {NO_PROPAGATE_INHERIT_ACE, "NP"},
                             {INHERIT_ONLY_ACE, "IO"},
                             {INHERITED_ACE, "ID"}};
  constexpr Word kPolicies[] = {{SYSTEM_MANDATORY_LABEL_NO_WRITE_UP, "NW"},
                                {SYSTEM_MANDATORY_LABEL_NO_READ_UP, "NR"},
                                {SYSTEM_MANDATORY_LABEL_NO_EXECUTE_UP, "NX"}};
  std::string text = "S:(ML;";
  for (const Word& flag : kFlags) text += (label.flags & flag.bit) != 0 ? flag.word : "";
  text += ';';
  for (const Word& policy : kPolicies) text += (label.mask & policy.bit) != 0 ? policy.word : "";
  text += ";;;";
  std::string level = label.sid.ToString();
  for (const char* alias : {"LW", "ME", "MP", "HI", "SI"}) {
    if (Sid::FromString(alias) == label.sid) level = alias;
  }
  return text + level + ')';
}

struct Walk {
  std::optional<std::size_t> denied_by;
  std::optional<std::size_t> last_allowed_by;
  ACCESS_MASK missing = 0;
};

// AccessCheck's algorithm with a record of the deciding entry: processes deny and allow entries in order until a
// requested right is denied or all are granted (Win32 "How AccessCheck Works").
Walk WalkDacl(const std::vector<AccessEntry>& entries, const std::optional<Sid>& owner, const TokenSids& sids,
              ACCESS_MASK desired, GENERIC_MAPPING mapping, bool stop_at_deny) {
  Walk walk;
  walk.missing = desired;
  const Sid owner_rights = Sid::FromWellKnown(WinCreatorOwnerRightsSid);
  const bool has_owner_rights = std::any_of(entries.begin(), entries.end(), [&](const AccessEntry& entry) {
    return !entry.inherit_only() && entry.sid == owner_rights;
  });
  const bool is_owner = owner && sids.Match(*owner, false);
  if (is_owner && !has_owner_rights) {
    walk.missing &= ~static_cast<ACCESS_MASK>(READ_CONTROL | WRITE_DAC);
  }
  for (std::size_t i = 0; i < entries.size() && walk.missing != 0; ++i) {
    const AccessEntry& entry = entries[i];
    if (entry.inherit_only() || (!entry.allows() && !entry.denies())) continue;
    const bool speaks_to_token = entry.sid == owner_rights ? is_owner : sids.Match(entry.sid, entry.denies());
    if (!speaks_to_token) continue;
    ACCESS_MASK mask = entry.mask;
    ::MapGenericMask(&mask, &mapping);
    if ((mask & walk.missing) == 0) continue;
    if (entry.denies()) {
      if (!stop_at_deny) continue;
      walk.denied_by = i;
      return walk;
    }
    walk.missing &= ~mask;
    walk.last_allowed_by = i;
  }
  return walk;
}

}  // namespace

SecurityDescriptor SecurityDescriptor::FromSddl(std::string_view sddl) {
  // Windows would read only up to the NUL.
  if (sddl.find('\0') != std::string_view::npos) {
    throw Win32Error(ERROR_INVALID_PARAMETER, "ConvertStringSecurityDescriptorToSecurityDescriptorW");
  }
  UniqueLocalMemory descriptor;
  if (!::ConvertStringSecurityDescriptorToSecurityDescriptorW(ToWide(sddl).c_str(), SDDL_REVISION_1,
                                                              descriptor.put(), nullptr)) {
    ThrowLastError("ConvertStringSecurityDescriptorToSecurityDescriptorW", sddl);
  }
  return FromPointer(descriptor.get());
}

SecurityDescriptor SecurityDescriptor::FromKernelObject(HANDLE object, SECURITY_INFORMATION parts) {
  SecurityDescriptor descriptor;
  // Nearly always large enough for one call.
  descriptor.bytes_.resize(1024);
  for (;;) {
    DWORD needed = 0;
    if (::GetKernelObjectSecurity(object, parts, descriptor.get(),
                                  static_cast<DWORD>(descriptor.bytes_.size()), &needed)) {
      descriptor.bytes_.resize(::GetSecurityDescriptorLength(descriptor.get()));
      return descriptor;
    }
    const DWORD error = ::GetLastError();
    if (error != ERROR_INSUFFICIENT_BUFFER || needed <= descriptor.bytes_.size()) {
      throw Win32Error(error, "GetKernelObjectSecurity");
    }
    descriptor.bytes_.resize(needed);
  }
}

SecurityDescriptor SecurityDescriptor::FromFile(std::string_view path, SECURITY_INFORMATION parts) {
  std::wstring wide_path = ToWide(path);
  UniqueLocalMemory descriptor;
  // Returns the error code instead of setting GetLastError.
  const DWORD error = ::GetNamedSecurityInfoW(wide_path.data(), SE_FILE_OBJECT, parts, nullptr, nullptr,
                                              nullptr, nullptr, descriptor.put());
  if (error != ERROR_SUCCESS) throw Win32Error(error, "GetNamedSecurityInfoW", path);
  return FromPointer(descriptor.get());
}

SecurityDescriptor SecurityDescriptor::FromPointer(PSECURITY_DESCRIPTOR descriptor) {
  if (descriptor == nullptr || !::IsValidSecurityDescriptor(descriptor)) {
    throw Win32Error(ERROR_INVALID_SECURITY_DESCR, "IsValidSecurityDescriptor");
  }
  SECURITY_DESCRIPTOR_CONTROL control = 0;
  DWORD revision = 0;
  if (!::GetSecurityDescriptorControl(descriptor, &control, &revision)) {
    ThrowLastError("GetSecurityDescriptorControl");
  }
  SecurityDescriptor copy;
  if ((control & SE_SELF_RELATIVE) != 0) {
    copy.bytes_.resize(::GetSecurityDescriptorLength(descriptor));
    std::memcpy(copy.bytes_.data(), descriptor, copy.bytes_.size());
    return copy;
  }
  DWORD size = 0;
  // Fails, and returns the required size.
  ::MakeSelfRelativeSD(descriptor, nullptr, &size);
  copy.bytes_.resize(size);
  if (!::MakeSelfRelativeSD(descriptor, copy.get(), &size)) ThrowLastError("MakeSelfRelativeSD");
  return copy;
}

std::string SecurityDescriptor::ToSddl(SECURITY_INFORMATION parts) const {
  std::string text = ConvertToSddl(get(), parts);
  // Wine (8.0) ignores LABEL_SECURITY_INFORMATION.
  if ((parts & (LABEL_SECURITY_INFORMATION | SACL_SECURITY_INFORMATION)) == LABEL_SECURITY_INFORMATION &&
      text.find("(ML;") == std::string::npos) {
    if (const auto label = Label()) text += LabelToSddl(*label);
  }
  return text;
}

std::optional<Sid> SecurityDescriptor::Owner() const {
  PSID owner = nullptr;
  BOOL defaulted = FALSE;
  if (!::GetSecurityDescriptorOwner(get(), &owner, &defaulted)) ThrowLastError("GetSecurityDescriptorOwner");
  if (owner == nullptr) return std::nullopt;
  return Sid::FromPsid(owner);
}

bool SecurityDescriptor::HasDacl() const { return DaclOf(*this) != nullptr; }

bool SecurityDescriptor::IsProtected() const { return (ControlOf(*this) & SE_DACL_PROTECTED) != 0; }

std::vector<AccessEntry> SecurityDescriptor::Dacl() const { return ToEntries(DaclOf(*this)); }

std::optional<AccessEntry> SecurityDescriptor::Label() const {
  BOOL present = FALSE;
  BOOL defaulted = FALSE;
  PACL sacl = nullptr;
  if (!::GetSecurityDescriptorSacl(get(), &present, &sacl, &defaulted)) {
    ThrowLastError("GetSecurityDescriptorSacl");
  }
  if (!present) return std::nullopt;
  const auto entries = ToEntries(sacl);
  const auto label = std::find_if(entries.begin(), entries.end(), [](const AccessEntry& entry) {
    return entry.type == SYSTEM_MANDATORY_LABEL_ACE_TYPE;
  });
  if (label == entries.end()) return std::nullopt;
  return *label;
}

bool SecurityDescriptor::IsCanonical() const {
  enum Place { kExplicitDeny, kExplicitAllow, kInherited };
  Place reached = kExplicitDeny;
  for (const AccessEntry& entry : Dacl()) {
    const Place place = (entry.flags & INHERITED_ACE) != 0 ? kInherited
                        : DeniesInAnyForm(entry.type)      ? kExplicitDeny
                                                           : kExplicitAllow;
    if (place < reached) return false;
    reached = place;
  }
  return true;
}

AccessVerdict CheckAccess(const SecurityDescriptor& descriptor, const Token& token, ACCESS_MASK desired,
                          const GENERIC_MAPPING& mapping) {
  // Room for more privileges than an access check can use (security, take ownership, backup, restore).
  alignas(PRIVILEGE_SET) std::array<std::byte, sizeof(PRIVILEGE_SET) + 8 * sizeof(LUID_AND_ATTRIBUTES)> used;
  DWORD used_size = static_cast<DWORD>(used.size());
  GENERIC_MAPPING writable_mapping = mapping;
  DWORD granted = 0;
  BOOL allowed = FALSE;
  if (!::AccessCheck(descriptor.get(), token.get(), desired, &writable_mapping,
                     reinterpret_cast<PPRIVILEGE_SET>(used.data()), &used_size, &granted, &allowed)) {
    ThrowLastError("AccessCheck");
  }
  if (!allowed) return {};
  return {true, granted};
}

std::optional<std::size_t> DecidingEntry(const SecurityDescriptor& descriptor, const Token& token,
                                         ACCESS_MASK desired, const GENERIC_MAPPING& mapping) {
  const bool allowed = CheckAccess(descriptor, token, desired, mapping).allowed;
  if ((desired & MAXIMUM_ALLOWED) != 0 || !descriptor.HasDacl()) return std::nullopt;
  const auto entries = descriptor.Dacl();
  const auto owner = descriptor.Owner();
  // If Windows granted access, no deny entry applied, whatever this walk finds.
  const Walk walk =
      WalkDacl(entries, owner, TokenSids::Normal(token), desired, mapping, /*stop_at_deny=*/!allowed);
  // Rights still missing then came from a privilege (WRITE_OWNER, ACCESS_SYSTEM_SECURITY).
  if (allowed) return walk.last_allowed_by;
  if (walk.denied_by || walk.missing != 0) return walk.denied_by;
  // The token's own SIDs were granted everything, so its restricting SIDs must have been refused.
  const TokenSids restricting = TokenSids::Restricting(token);
  if (restricting.empty()) return std::nullopt;
  return WalkDacl(entries, owner, restricting, desired, mapping, /*stop_at_deny=*/true).denied_by;
}

}  // namespace onbehalf::win32
