#include "database/source_access.h"

#include "access/access_rights.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

// AccessCheck wants an owner and a group; SYSTEM's implied rights are no way around anything.
win32::SecurityDescriptor Descriptor(std::string_view sddl) {
  return win32::SecurityDescriptor::FromSddl("O:SYG:SY" + std::string(sddl));
}

}  // namespace

bool MayUse(const Settings::DatabaseSource& source, const CallerIdentity& caller) {
  if (source.access.empty()) return true;
  return win32::CheckAccess(Descriptor(source.access), caller.token(), kCall, kAccessMapping).allowed;
}

std::string FaultOfSourceAccess(std::string_view sddl) {
  constexpr const char* kExpected = "expected a DACL in SDDL, such as D:(A;;GX;;;BA)";
  // A NULL DACL would let everybody in. Not every system reads its word as Windows does.
  if (!sddl.starts_with("D:") || sddl.find("NO_ACCESS_CONTROL") != std::string_view::npos) return kExpected;
  try {
    return Descriptor(sddl).HasDacl() ? std::string() : kExpected;
  } catch (const win32::Win32Error& error) {
    return std::string(kExpected) + ": " + win32::ErrorMessage(error.win32_code());
  }
}

}  // namespace onbehalf::service
