// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::win32 {

// An account that can change a file or directory, and how.
struct UntrustedWriter {
  Sid sid;
  ACCESS_MASK rights;     // those of kFileChangeRights that it has
  bool is_owner = false;  // as the owner, who may always rewrite the DACL
};

// Rights with which one can change what a file or directory holds, what it is called, or who may do so.
// FILE_WRITE_DATA is FILE_ADD_FILE and FILE_APPEND_DATA is FILE_ADD_SUBDIRECTORY on a directory.
inline constexpr ACCESS_MASK kFileChangeRights = FILE_WRITE_DATA | FILE_APPEND_DATA | FILE_WRITE_EA |
                                                 FILE_WRITE_ATTRIBUTES | FILE_DELETE_CHILD | DELETE |
                                                 WRITE_DAC | WRITE_OWNER;

// Who, beside the accounts in `trusted`, can change the file or directory that `descriptor` guards: its owner
// and each allow entry that applies to the object itself (inherit-only entries do not). Generic rights count
// as what they mean for files. A NULL DACL gives everything to Everyone. Deny entries take nothing away: a
// writer may be named who is in fact denied, never the other way round. The descriptor must hold owner and
// DACL; one without an owner is judged by its DACL alone.
std::vector<UntrustedWriter> WritersOtherThan(const SecurityDescriptor& descriptor,
                                              std::span<const Sid> trusted);

// SYSTEM, Administrators and TrustedInstaller: who can change anything on the machine anyway.
std::vector<Sid> AdministrativeAccounts();

// A symbolic link, junction or other file that stands for something else. Does not follow it. Throws
// Win32Error (ERROR_FILE_NOT_FOUND, ...).
bool IsReparsePoint(std::string_view path);

}  // namespace onbehalf::win32
