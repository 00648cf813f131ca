#include "database/source_access.h"

#include <map>
#include <mutex>
#include <utility>
#include <variant>
#include <vector>

#include "access/access_rights.h"
#include "access/policy_reading.h"
#include "onbehalf/win32/lock.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

// Used only in faults: a source follows the rules of any policy node but the root.
constexpr std::string_view kNode = "database";

// Parsed once per text, because every request to a source needs it. The cache holds only texts that the settings had.
const win32::SecurityDescriptor& KnownDescriptorOf(const std::string& access) {
  static win32::Lock mutex;
  static std::map<std::string, const win32::SecurityDescriptor> known;  // entries are never removed
  {
    const std::lock_guard lock(mutex);
    if (const auto found = known.find(access); found != known.end()) return found->second;
  }
  win32::SecurityDescriptor descriptor = DescriptorOf(access);
  const std::lock_guard lock(mutex);
  return known.emplace(access, std::move(descriptor)).first->second;
}

}  // namespace

win32::SecurityDescriptor DescriptorOf(std::string_view access) {
  const auto parsed = ParseNode(kNode, access);
  const auto* const node = std::get_if<PolicyNode>(&parsed);
  if (node == nullptr) throw win32::Win32Error(ERROR_INVALID_ACL, "ParseNode");
  // AccessCheck requires an owner and a group; SYSTEM's implied rights as the owner bypass nothing here.
  std::string sddl = "O:SYG:SYD:P";
  for (const win32::AccessEntry& entry : node->entries) {
    sddl += AceSddl(entry.denies() ? "D;" : "A;", entry.mask, entry.sid.ToString());
  }
  return win32::SecurityDescriptor::FromSddl(sddl);
}

bool MayUse(const Settings::DatabaseSource& source, const CallerIdentity& caller) {
  if (source.access.empty()) return true;
  return win32::CheckAccess(KnownDescriptorOf(source.access), caller.token(), kCall, kAccessMapping).allowed;
}

std::string FaultOfSourceAccess(std::string_view sddl) {
  constexpr const char* kExpected = "expected a DACL in SDDL, such as D:(A;;GX;;;BA)";
  const auto parsed = ParseNode(kNode, sddl);
  const auto* const faults = std::get_if<std::vector<PolicyFault>>(&parsed);
  if (faults == nullptr) return {};
  const PolicyFault& first = faults->front();
  return std::string(kExpected) + ": " + (first.entry.empty() ? "" : first.entry + " ") + first.message;
}

void CheckSourceAccess(const Settings& settings, std::vector<SettingsFault>& faults) {
  for (const auto& [name, source] : settings.database.sources) {
    if (source.access.empty()) continue;
    if (std::string fault = FaultOfSourceAccess(source.access); !fault.empty()) {
      faults.push_back({"database.sources." + name + ".access", std::move(fault)});
    }
  }
}

}  // namespace onbehalf::service
