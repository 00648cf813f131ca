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
  std::string_view node;  // where it stands; empty for the ones that deny always. Lives as long as the policy
  win32::AccessEntry entry;
  Step step = Step::kNotReached;
  // The SID of the caller's token that the entry is for, also where it does not count: a group that is
  // neither enabled nor deny-only. For an entry for OWNER RIGHTS that is the owner's.
  std::optional<win32::Sid> via;
  bool via_is_user = false;
  bool via_enabled = false;
  bool via_deny_only = false;
};

struct Explanation {
  bool allowed = false;  // AccessCheck's verdict
  ACCESS_MASK asked = 0;
  ACCESS_MASK granted = 0;              // what of call, see and manage AccessCheck gives, asked or not
  std::vector<ExplainedEntry> entries;  // the node's, in their order
  // The entry that denied, or gave the last right; nullopt: none did, or the system decided otherwise than
  // the walk.
  std::optional<std::size_t> deciding;
  bool through_owner = false;       // the owner (SYSTEM) has READ_CONTROL and WRITE_DAC without any entry
  bool restricted_refused = false;  // the token's own SIDs were given all, its restricting ones were not
  std::string note;  // one sentence where the entries alone do not explain the verdict, else empty
};

// Why `caller` has `right` (of kCall, kSee, kManage) at a node, or does not: each entry's part in it. The
// entries are walked by Windows' rules and their steps are the walk's; where the system decides otherwise,
// `note` says so. Throws win32::Win32Error when Windows does not tell.
Explanation Explain(const AccessPolicy& policy, const EffectiveNode& node, const CallerIdentity& caller,
                    ACCESS_MASK right);

}  // namespace onbehalf::service
