#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/access_policy.h"
#include "access/dacl_walk.h"
#include "onbehalf/service/caller_identity.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::service {

struct ExplainedEntry {
  std::string_view
      node;  // where it is defined; empty for the entries that always apply. Lives as long as the policy
  win32::AccessEntry entry;
  Step step = Step::kNotReached;
  // The SID of the caller's token that the entry matches, even if it is ignored: a group that is neither enabled nor deny-only.
  // For an OWNER RIGHTS entry it is the owner's.
  std::optional<win32::Sid> via;
  bool via_is_user = false;
  bool via_enabled = false;
  bool via_deny_only = false;
};

struct Explanation {
  bool allowed = false;  // AccessCheck's verdict
  ACCESS_MASK asked = 0;
  ACCESS_MASK granted = 0;              // which of call, see and manage AccessCheck grants, requested or not
  std::vector<ExplainedEntry> entries;  // the node's, in order
  // The entry that denied, or allowed the last right; nullopt if none did, or if the system's verdict differs from the walk's.
  std::optional<std::size_t> deciding;
  bool through_owner = false;  // the owner (SYSTEM) has READ_CONTROL and WRITE_DAC without any entry
  bool restricted_refused =
      false;  // the token's own SIDs were granted all rights, its restricting SIDs were not
  // The account was granted all rights, and the caller's app container was not.
  bool package_refused = false;
  std::string note;  // one sentence if the entries alone do not explain the verdict, else empty
};

// Why `caller` has `right` (kCall, kSee or kManage) at a node, or does not: the effect of each entry. The entries are walked by
// Windows' rules; if the system's verdict differs, `note` says so. Throws win32::Win32Error when a Windows call fails.
Explanation Explain(const AccessPolicy& policy, const EffectiveNode& node, const CallerIdentity& caller,
                    ACCESS_MASK right);

}  // namespace onbehalf::service
