#include "database/source_access.h"

#include <variant>
#include <vector>

#include "access/access_rights.h"
#include "access/policy_document.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

// For faults, and otherwise without effect: a source is read by the rules of any node but the root.
constexpr std::string_view kNode = "database";

}  // namespace

win32::SecurityDescriptor DescriptorOf(std::string_view access) {
  const auto parsed = ParseNode(kNode, access);
  const auto* const node = std::get_if<PolicyNode>(&parsed);
  if (node == nullptr) throw win32::Win32Error(ERROR_INVALID_ACL, "ParseNode");
  // AccessCheck wants an owner and a group; SYSTEM's implied rights are no way around anything.
  std::string sddl = "O:SYG:SYD:P";
  for (const win32::AccessEntry& entry : node->entries) {
    sddl += AceSddl(entry.denies() ? "D;" : "A;", entry.mask, entry.sid.ToString());
  }
  return win32::SecurityDescriptor::FromSddl(sddl);
}

bool MayUse(const Settings::DatabaseSource& source, const CallerIdentity& caller) {
  if (source.access.empty()) return true;
  return win32::CheckAccess(DescriptorOf(source.access), caller.token(), kCall, kAccessMapping).allowed;
}

std::string FaultOfSourceAccess(std::string_view sddl) {
  constexpr const char* kExpected = "expected a DACL in SDDL, such as D:(A;;GX;;;BA)";
  const auto parsed = ParseNode(kNode, sddl);
  const auto* const faults = std::get_if<std::vector<PolicyFault>>(&parsed);
  if (faults == nullptr) return {};
  const PolicyFault& first = faults->front();
  return std::string(kExpected) + ": " + (first.entry.empty() ? "" : first.entry + " ") + first.message;
}

}  // namespace onbehalf::service
