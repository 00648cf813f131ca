#pragma once

#include <optional>
#include <string>
#include <vector>

#include "access/access_rights.h"
#include "access/dacl_walk.h"
#include "access/policy_document.h"

namespace onbehalf::service {

// One node that a change has made another.
struct NodeChange {
  std::string node;
  std::optional<std::string> before;  // its own entries in SDDL; nullopt: the default
  std::optional<std::string> after;
};

// What differs between the own entries of two documents.
std::vector<NodeChange> Differences(const PolicyDocument& before, const PolicyDocument& after);

// The rights that some account may have at a node under `after` and could not have under `before`. Judged
// entry by entry and right by right, whatever groups accounts are in: an allow entry gives nothing new only
// if one for the same account was there before with no more deny entries before it now than then. May name
// too much, never too little.
AccessMask RightsGained(const std::vector<EffectiveEntry>& before, const std::vector<EffectiveEntry>& after);

}  // namespace onbehalf::service
