// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/win32/access_entry.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/token.h"

namespace onbehalf::win32 {

// A security descriptor in self-relative form, by value. Immutable: any thread.
class SecurityDescriptor {
 public:
  // Throws Win32Error (ERROR_INVALID_ACL 1336, ERROR_UNKNOWN_REVISION, ERROR_INVALID_SID, 1705...) for text
  // that Windows does not take.
  static SecurityDescriptor FromSddl(std::string_view sddl);
  // Of an open kernel object (pipe, key, event, process). `parts` are OWNER_SECURITY_INFORMATION | ...; the
  // handle needs READ_CONTROL.
  static SecurityDescriptor FromKernelObject(HANDLE object, SECURITY_INFORMATION parts);
  // Of a file or directory by its path.
  static SecurityDescriptor FromFile(std::string_view path, SECURITY_INFORMATION parts);
  // A copy of what `descriptor` points to, absolute or self-relative. Throws
  // Win32Error(ERROR_INVALID_SECURITY_DESCR).
  static SecurityDescriptor FromPointer(PSECURITY_DESCRIPTOR descriptor);

  std::string ToSddl(SECURITY_INFORMATION parts = OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION |
                                                  DACL_SECURITY_INFORMATION |
                                                  LABEL_SECURITY_INFORMATION) const;

  PSECURITY_DESCRIPTOR get() const noexcept { return const_cast<std::byte*>(bytes_.data()); }
  std::size_t size() const noexcept { return bytes_.size(); }

  std::optional<Sid> Owner() const;
  bool HasDacl() const;                   // present and not NULL: a NULL DACL lets everyone in
  bool IsProtected() const;               // SE_DACL_PROTECTED
  std::vector<AccessEntry> Dacl() const;  // empty if there is none
  // The mandatory label's entry, if there is one.
  std::optional<AccessEntry> Label() const;
  // Explicit deny, explicit allow, inherited: the order in which Windows writes ACLs, and the only one in
  // which an explicit deny wins. Inherited entries come level by level (deny before allow within each), and
  // an ACL does not say where a level ends, so among themselves they are not judged.
  bool IsCanonical() const;

 private:
  SecurityDescriptor() = default;
  std::vector<std::byte> bytes_;
};

struct AccessVerdict {
  bool allowed = false;
  ACCESS_MASK granted = 0;
};

// Windows' AccessCheck. `token` is an impersonation token of level identification or above (1309 for a
// primary one), the descriptor has owner and group (1338 otherwise), `desired` has no generic bits. Throws
// Win32Error when the check itself fails: that is never an answer.
AccessVerdict CheckAccess(const SecurityDescriptor& descriptor, const Token& token, ACCESS_MASK desired,
                          const GENERIC_MAPPING& mapping);

// The same answer, with the entry of the DACL that decided it: the first deny entry that hit a still wanted
// right, or the allow entry that gave the last of them; nullopt when no entry did (nothing allows it, the
// owner's implicit rights did, there is no DACL, or `desired` is MAXIMUM_ALLOWED). For explanations; the
// verdict is CheckAccess's.
std::optional<std::size_t> DecidingEntry(const SecurityDescriptor& descriptor, const Token& token,
                                         ACCESS_MASK desired, const GENERIC_MAPPING& mapping);

}  // namespace onbehalf::win32
