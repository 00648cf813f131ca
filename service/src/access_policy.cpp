#include "access_policy.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>
#include <utility>
#include <vector>

namespace onbehalf::service {
namespace {

using win32::AccessEntry;
using win32::SecurityDescriptor;

// Anonymous and guest logons are refused before anything else is asked, although the pipe's own descriptor has shut
// them out already: the two can be changed apart.
constexpr std::string_view kAlwaysDenied = "D:(D;;GA;;;AN)(D;;GA;;;BG)";
// What no entry of a method or namespace decides.
constexpr std::string_view kRoot = "D:(A;;GA;;;SY)(A;;GA;;;BA)";

std::string ToSddl(const AccessEntry& entry) {
  ACCESS_MASK mask = entry.mask;
  GENERIC_MAPPING mapping = kAccessMapping;
  ::MapGenericMask(&mask, &mapping);
  std::array<char, 11> hex{};
  std::snprintf(hex.data(), hex.size(), "0x%lx", static_cast<unsigned long>(mask));
  return std::string(entry.denies() ? "(D;;" : "(A;;") + hex.data() + ";;;" + entry.sid.ToString() + ")";
}

// One descriptor out of several levels' DACLs, nearest first; within each level deny comes before allow, as the
// effective descriptor of a file in a folder has it. The service owns it: an owner has WRITE_DAC without any entry,
// so the stored parts name none.
SecurityDescriptor Merge(const std::vector<std::string_view>& levels) {
  std::string sddl = "O:SYG:SYD:P";
  for (const std::string_view level : levels) {
    const SecurityDescriptor descriptor = SecurityDescriptor::FromSddl(level);
    const std::vector<AccessEntry> entries = descriptor.Dacl();
    // An entry that were passed over could be the one that denies.
    const auto is_plain = [](const AccessEntry& entry) {
      return (entry.allows() || entry.denies()) && !entry.inherit_only();
    };
    if (!descriptor.HasDacl() || !std::all_of(entries.begin(), entries.end(), is_plain)) {
      throw std::invalid_argument("no DACL of plain allow and deny entries: " + std::string(level));
    }
    for (const AccessEntry& entry : entries) {
      if (entry.denies()) sddl += ToSddl(entry);
    }
    for (const AccessEntry& entry : entries) {
      if (entry.allows()) sddl += ToSddl(entry);
    }
  }
  return SecurityDescriptor::FromSddl(sddl);
}

}  // namespace

AccessPolicy AccessPolicy::BuiltIn(const MethodRegistry& methods) {
  AccessPolicy policy;
  for (const Method* method : methods.All()) {
    policy.effective_.emplace(method->name, Merge({kAlwaysDenied, method->access_default, kRoot}));
  }
  policy.root_ = Merge({kAlwaysDenied, kRoot});
  return policy;
}

const SecurityDescriptor& AccessPolicy::DescriptorOf(const Method& method) const {
  const auto found = effective_.find(method.name);
  return found == effective_.end() ? *root_ : found->second;
}

AccessDecision AccessPolicy::CheckAgainst(const SecurityDescriptor& descriptor, const CallerIdentity& caller) {
  AccessDecision decision;
  decision.allowed = win32::CheckAccess(descriptor, caller.token(), kCall, kAccessMapping).allowed;
  if (decision.allowed) return decision;
  decision.visible = win32::CheckAccess(descriptor, caller.token(), kSee, kAccessMapping).allowed;
  if (const auto index = win32::DecidingEntry(descriptor, caller.token(), kCall, kAccessMapping)) {
    decision.entry = ToSddl(descriptor.Dacl().at(*index));
  }
  return decision;
}

AccessDecision AccessPolicy::Check(const Method& method, const CallerIdentity& caller) const {
  AccessDecision decision = CheckAgainst(DescriptorOf(method), caller);
  decision.node = method.name;
  return decision;
}

AccessDecision AccessPolicy::CheckUnknown(const CallerIdentity& caller) const {
  CheckAgainst(*root_, caller);
  return {};
}

bool AccessPolicy::MaySee(const Method& method, const CallerIdentity& caller) const {
  return win32::CheckAccess(DescriptorOf(method), caller.token(), kSee, kAccessMapping).allowed;
}

bool AccessPolicy::IsAdministrator(const CallerIdentity& caller) const {
  return win32::CheckAccess(*root_, caller.token(), kManage, kAccessMapping).allowed;
}

}  // namespace onbehalf::service
