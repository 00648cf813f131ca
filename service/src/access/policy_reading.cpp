#include "access/policy_reading.h"

#include <string>
#include <utility>

#include "access/node_name.h"
#include "access/node_sddl.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

using win32::AccessEntry;

std::variant<AccessEntry, std::string> ReadEntry(std::string_view text) {
  std::vector<AccessEntry> entries;
  try {
    entries = win32::SecurityDescriptor::FromSddl("D:" + std::string(text)).Dacl();
  } catch (const win32::Win32Error& error) {
    return "Windows rejects this entry (" + win32::ErrorName(error.win32_code()) + ", " +
           std::to_string(error.win32_code()) + ")";
  }
  if (entries.size() != 1) return "Windows does not parse this as a single entry";
  GENERIC_MAPPING mapping = kAccessMapping;
  DWORD mask = entries.front().mask;
  ::MapGenericMask(&mask, &mapping);
  entries.front().mask = mask;
  return entries.front();
}

}  // namespace

PolicyReading ParsePolicy(std::string_view text) { return ReadPolicyText(text, ReadEntry); }

std::variant<PolicyNode, std::vector<PolicyFault>> ParseNode(std::string_view node, std::string_view sddl) {
  std::vector<PolicyFault> faults;
  std::vector<PolicyFault> warnings;
  const std::string name(node);
  if (!IsNodeName(node)) return std::vector<PolicyFault>{{name, "", std::string(kNotANodeName)}};
  PolicyNode read = ReadNode(name, sddl, ReadEntry, faults, warnings);
  if (!faults.empty()) return faults;
  return read;
}

}  // namespace onbehalf::service
