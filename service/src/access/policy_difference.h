#pragma once

#include <optional>
#include <string>
#include <vector>

#include "access/access_rights.h"
#include "access/dacl_walk.h"
#include "access/policy_document.h"

namespace onbehalf::service {

// A node that a change affects.
struct NodeChange {
  std::string node;
  std::optional<std::string> before;  // its own entries in SDDL; nullopt: the default
  std::optional<std::string> after;
};

// The differences between the own entries of two documents.
std::vector<NodeChange> Differences(const PolicyDocument& before, const PolicyDocument& after);

// The rights that some account may have at a node under `after` but could not have under `before`. Compares entry by entry and
// right by right, regardless of group membership: an allow entry gives nothing new only if one for the same account existed
// before and every deny entry before it then is still before it now. May report too much, never too little.
AccessMask RightsGained(const std::vector<EffectiveEntry>& before, const std::vector<EffectiveEntry>& after);

}  // namespace onbehalf::service
