#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "onbehalf/service/caller_identity.h"
#include "onbehalf/service/method.h"
#include "onbehalf/win32/security_descriptor.h"

namespace onbehalf::service {

// The rights of a node of the policy tree, and how SDDL's generic rights map to them.
inline constexpr ACCESS_MASK kCall = 0x0001;                  // GX: call the method
inline constexpr ACCESS_MASK kSee = 0x0002 | READ_CONTROL;    // GR: find it in rpc.discover, read its descriptor
inline constexpr ACCESS_MASK kManage = WRITE_DAC;             // GW: change its descriptor
inline constexpr GENERIC_MAPPING kAccessMapping = {kSee, kManage, kCall, kCall | kSee | kManage};

struct AccessDecision {
  bool allowed = false;
  bool visible = false;  // not allowed, but the caller may see that the method exists
  std::string_view node;  // the method whose effective descriptor was asked; lives as long as the policy
  std::string entry;      // the deciding entry in SDDL; computed for denials, empty if none decided
};

// Who may call what: the effective security descriptor of every method, each made of the explicit entries of the
// method, its namespace and the root. Immutable once made; any thread.
class AccessPolicy {
 public:
  // The built-in policy: the methods' own defaults, and at the root full rights for administrators and SYSTEM.
  // Throws std::invalid_argument for a method whose default is no DACL of plain allow and deny entries.
  static AccessPolicy BuiltIn(const MethodRegistry& methods);

  // Asks Windows (AccessCheck) with the request's own token. Throws win32::Win32Error when the check itself fails:
  // the request is then refused.
  AccessDecision Check(const Method& method, const CallerIdentity& caller) const;
  // The same system calls for a method that there is not: denied, and not visible.
  AccessDecision CheckUnknown(const CallerIdentity& caller) const;
  // Whether the caller may find the method in rpc.discover.
  bool MaySee(const Method& method, const CallerIdentity& caller) const;
  // Administrators and SYSTEM, by the same check against the root.
  bool IsAdministrator(const CallerIdentity& caller) const;

 private:
  AccessPolicy() = default;
  const win32::SecurityDescriptor& DescriptorOf(const Method& method) const;
  static AccessDecision CheckAgainst(const win32::SecurityDescriptor& descriptor, const CallerIdentity& caller);
  std::map<std::string, win32::SecurityDescriptor, std::less<>> effective_;
  std::optional<win32::SecurityDescriptor> root_;
};

}  // namespace onbehalf::service
