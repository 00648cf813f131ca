#include "access/token_sids.h"

#include <optional>

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
  if (const std::optional<win32::AppContainer> container = token.Container()) {
    static const win32::Sid all_packages = win32::Sid::FromNumbers("S-1-15-2-1").value();
    static const win32::Sid all_restricted_packages = win32::Sid::FromNumbers("S-1-15-2-2").value();
    // A less privileged app container does not match the first of the two, but a token does not say reliably whether it is one:
    // TokenIsLessPrivilegedAppContainer is not supported by every Windows that has them.
    for (const win32::Sid& sid : {container->package, all_packages, all_restricted_packages})
      sids.packages.push_back({sid, false, true, false});
    for (const win32::TokenGroup& capability : container->capabilities) {
      if (capability.enabled()) sids.packages.push_back({capability.sid, false, true, false});
    }
  }
  return sids;
}

}  // namespace onbehalf::service
