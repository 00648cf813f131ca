// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::win32 {

// An account that can change a file or directory, and its rights.
struct UntrustedWriter {
  Sid sid;
  ACCESS_MASK rights;     // those of kFileChangeRights that it has
  bool is_owner = false;  // as the owner, who may always rewrite the DACL
};

// Rights to change the content, name or access of a file or directory. On a directory FILE_WRITE_DATA is
// FILE_ADD_FILE and FILE_APPEND_DATA is FILE_ADD_SUBDIRECTORY.
inline constexpr ACCESS_MASK kFileChangeRights = FILE_WRITE_DATA | FILE_APPEND_DATA | FILE_WRITE_EA |
                                                 FILE_WRITE_ATTRIBUTES | FILE_DELETE_CHILD | DELETE |
                                                 WRITE_DAC | WRITE_OWNER;

// Accounts other than those in `trusted` that can change the file or directory with this `descriptor`: its owner, and
// each allow entry that applies to the object itself (not inherit-only ones). Generic rights are mapped to file
// rights. A NULL DACL gives everything to Everyone. Deny entries are ignored, so the result may include an account
// that is in fact denied, but never misses one. The descriptor must contain owner and DACL; without an owner only the
// DACL counts.
std::vector<UntrustedWriter> WritersOtherThan(const SecurityDescriptor& descriptor,
                                              std::span<const Sid> trusted);

// SYSTEM, Administrators and TrustedInstaller, which can change anything on the machine anyway.
std::vector<Sid> AdministrativeAccounts();

// Whether the path is a symbolic link, junction or other reparse point. Does not follow it. Throws Win32Error
// (ERROR_FILE_NOT_FOUND, ...).
bool IsReparsePoint(std::string_view path);

}  // namespace onbehalf::win32
