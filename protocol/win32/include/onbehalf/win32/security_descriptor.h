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

// A self-relative security descriptor, by value. Immutable: any thread.
class SecurityDescriptor {
 public:
  // Throws Win32Error (ERROR_INVALID_ACL 1336, ERROR_UNKNOWN_REVISION, ERROR_INVALID_SID, 1705...) for text that
  // Windows does not accept.
  static SecurityDescriptor FromSddl(std::string_view sddl);
  // Reads an open kernel object's (pipe, key, event, process). `parts` are OWNER_SECURITY_INFORMATION | ...; the
  // handle needs READ_CONTROL.
  static SecurityDescriptor FromKernelObject(HANDLE object, SECURITY_INFORMATION parts);
  // Reads a file's or directory's by its path.
  static SecurityDescriptor FromFile(std::string_view path, SECURITY_INFORMATION parts);
  // Copies `descriptor`, absolute or self-relative. Throws Win32Error(ERROR_INVALID_SECURITY_DESCR).
  static SecurityDescriptor FromPointer(PSECURITY_DESCRIPTOR descriptor);

  std::string ToSddl(SECURITY_INFORMATION parts = OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION |
                                                  DACL_SECURITY_INFORMATION |
                                                  LABEL_SECURITY_INFORMATION) const;

  PSECURITY_DESCRIPTOR get() const noexcept { return const_cast<std::byte*>(bytes_.data()); }
  std::size_t size() const noexcept { return bytes_.size(); }

  std::optional<Sid> Owner() const;
  bool HasDacl() const;                   // present and not NULL: a NULL DACL grants everyone access
  bool IsProtected() const;               // SE_DACL_PROTECTED
  std::vector<AccessEntry> Dacl() const;  // empty if there is none
  // The entry of the mandatory label, if there is one.
  std::optional<AccessEntry> Label() const;
  // Explicit deny, explicit allow, inherited: the order in which Windows writes ACLs, and the only one in which an
  // explicit deny wins. The order of inherited entries is not checked: they come level by level (deny before allow
  // within each), and an ACL does not tell where a level ends.
  bool IsCanonical() const;

 private:
  SecurityDescriptor() = default;
  std::vector<std::byte> bytes_;
};

// What generic rights stand for on files and pipes.
inline constexpr GENERIC_MAPPING kFileMapping = {FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE,
                                                 FILE_ALL_ACCESS};

struct AccessVerdict {
  bool allowed = false;
  ACCESS_MASK granted = 0;
};

// Windows' AccessCheck. `token` must be an impersonation token of level identification or above (1309 for a primary
// one), the descriptor must have an owner and a group (1338 otherwise), `desired` must have no generic bits. Throws
// Win32Error if the check itself fails, which is never a verdict.
AccessVerdict CheckAccess(const SecurityDescriptor& descriptor, const Token& token, ACCESS_MASK desired,
                          const GENERIC_MAPPING& mapping);

// The DACL entry that decided the check: the first deny entry for a still missing right, or the allow entry that
// granted the last of them; nullopt if no entry did (nothing allows it, the owner's implicit rights did, there is no
// DACL, or `desired` is MAXIMUM_ALLOWED). For explanations only; CheckAccess gives the verdict.
std::optional<std::size_t> DecidingEntry(const SecurityDescriptor& descriptor, const Token& token,
                                         ACCESS_MASK desired, const GENERIC_MAPPING& mapping);

}  // namespace onbehalf::win32
