#include "access/dacl_walk.h"

#include <algorithm>

namespace onbehalf::service {
namespace {

using win32::Sid;

const TokenSid* Find(const std::vector<TokenSid>& sids, const Sid& sid) {
  const auto found =
      std::find_if(sids.begin(), sids.end(), [&](const TokenSid& one) { return one.sid == sid; });
  return found == sids.end() ? nullptr : &*found;
}

bool IsEnabled(const TokenSid* sid) { return sid != nullptr && sid->is_enabled; }

}  // namespace

std::string_view Word(Step step) {
  switch (step) {
    case Step::kNoMatch:
      return "noMatch";
    case Step::kNotAsked:
      return "notAsked";
    case Step::kDenies:
      return "denies";
    case Step::kAllows:
      return "allows";
    case Step::kDecides:
      return "decides";
    case Step::kDenyOnly:
      return "denyOnly";
    case Step::kNotReached:
      break;
  }
  return "notReached";
}

DaclWalk WalkDacl(const std::vector<EffectiveEntry>& dacl, const Sid& owner, const TokenSids& token,
                  const std::vector<TokenSid>& sids, AccessMask asked) {
  static const Sid owner_rights = Sid::FromNumbers("S-1-3-4").value();
  DaclWalk walk;
  walk.entries.resize(dacl.size());
  walk.missing = asked;
  // A restricted token is the owner only if both its lists are.
  const TokenSid* as_owner = Find(token.normal, owner);
  if (!IsEnabled(as_owner) || (!token.restricting.empty() && !IsEnabled(Find(token.restricting, owner)))) {
    as_owner = nullptr;
  }
  const bool limits_owner = std::any_of(dacl.begin(), dacl.end(), [](const EffectiveEntry& effective) {
    return effective.entry.sid == owner_rights;
  });
  if (as_owner != nullptr && !limits_owner) {
    walk.missing &= ~(win32::kReadControl | win32::kWriteDac);
    walk.through_owner = walk.missing != asked;
  }
  for (std::size_t i = 0; i < dacl.size() && walk.missing != 0; ++i) {
    const win32::AccessEntry& entry = dacl[i].entry;
    WalkedEntry& walked = walk.entries[i];
    walked.via = entry.sid == owner_rights ? as_owner : Find(sids, entry.sid);
    const bool counts =
        walked.via != nullptr && (walked.via->is_enabled || (entry.denies() && walked.via->is_deny_only));
    if (!counts) {
      const bool is_deny_only = walked.via != nullptr && walked.via->is_deny_only;
      walked.step = is_deny_only ? Step::kDenyOnly : Step::kNoMatch;
    } else if ((entry.mask & walk.missing) == 0) {
      walked.step = Step::kNotAsked;
    } else if (entry.denies()) {
      walked.step = Step::kDenies;
      walk.deciding = i;
      return walk;
    } else {
      walk.missing &= ~entry.mask;
      walked.step = walk.missing == 0 ? Step::kDecides : Step::kAllows;
      if (walk.missing == 0) walk.deciding = i;
    }
  }
  return walk;
}

DaclWalk WalkPackages(const std::vector<EffectiveEntry>& dacl, const TokenSids& token, AccessMask asked) {
  DaclWalk walk;
  walk.entries.resize(dacl.size());
  walk.missing = asked;
  for (std::size_t i = 0; i < dacl.size() && walk.missing != 0; ++i) {
    const win32::AccessEntry& entry = dacl[i].entry;
    WalkedEntry& walked = walk.entries[i];
    walked.via = Find(token.packages, entry.sid);
    if (walked.via == nullptr || entry.denies()) {
      walked.step = Step::kNoMatch;
    } else if ((entry.mask & walk.missing) == 0) {
      walked.step = Step::kNotAsked;
    } else {
      walk.missing &= ~entry.mask;
      walked.step = walk.missing == 0 ? Step::kDecides : Step::kAllows;
      if (walk.missing == 0) walk.deciding = i;
    }
  }
  return walk;
}

std::optional<std::size_t> DenyingEntry(const std::vector<EffectiveEntry>& dacl, const Sid& owner,
                                        const TokenSids& token, AccessMask asked) {
  const DaclWalk walk = WalkDacl(dacl, owner, token, token.normal, asked);
  if (walk.missing != 0) return walk.deciding;
  // The token's own SIDs had all rights, so its restricting SIDs must have been refused.
  if (token.restricting.empty()) return std::nullopt;
  const DaclWalk restricted = WalkDacl(dacl, owner, token, token.restricting, asked);
  return restricted.missing != 0 ? restricted.deciding : std::nullopt;
}

}  // namespace onbehalf::service
