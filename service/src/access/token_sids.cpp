#include "access/token_sids.h"

namespace onbehalf::service {
namespace {

TokenSid ToTokenSid(const win32::TokenGroup& group) {
  return {group.sid, false, group.enabled() && !group.deny_only(), group.deny_only()};
}

}  // namespace

TokenSids SidsOf(const win32::Token& token) {
  TokenSids sids;
  const auto groups = token.Groups();
  sids.normal.reserve(groups.size() + 1);
  const bool user_denies_only = token.IsUserDenyOnly();
  sids.normal.push_back({token.User(), true, !user_denies_only, user_denies_only});
  for (const win32::TokenGroup& group : groups) sids.normal.push_back(ToTokenSid(group));
  for (const win32::TokenGroup& group : token.RestrictingSids()) {
    // The attributes of restricting SIDs are meaningless.
    sids.restricting.push_back({group.sid, false, true, false});
  }
  return sids;
}

}  // namespace onbehalf::service
