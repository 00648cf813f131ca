#include "access/explanation.h"

#include <algorithm>

#include "access/access_rights.h"
#include "access/node_sddl.h"
#include "access/token_sids.h"

namespace onbehalf::service {
namespace {

using win32::Sid;

ExplainedEntry ToExplained(const EffectiveEntry& effective, const WalkedEntry& walked) {
  ExplainedEntry entry{effective.node, effective.entry, walked.step, std::nullopt, false, false, false};
  if (walked.via != nullptr) {
    entry.via = walked.via->sid;
    entry.via_is_user = walked.via->is_user;
    entry.via_enabled = walked.via->is_enabled;
    entry.via_deny_only = walked.via->is_deny_only;
  }
  return entry;
}

// Shows what the entries for the caller's package and capabilities did, unless the account's pass stopped at the same entry.
void ShowPackages(const std::vector<EffectiveEntry>& entries, const DaclWalk& packages,
                  Explanation& explanation) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const WalkedEntry& walked = packages.entries[i];
    ExplainedEntry& shown = explanation.entries[i];
    if (walked.via == nullptr || (shown.step != Step::kNoMatch && shown.step != Step::kNotReached)) continue;
    shown = ToExplained(entries[i], walked);
    // The account's entries had to allow it too.
    if (shown.step == Step::kDecides) shown.step = Step::kAllows;
  }
}

// Why Windows refuses what the entries allow.
std::string WhyRefused(const EffectiveNode& node, const CallerIdentity& caller, ACCESS_MASK asked) {
  if (caller.app_container() != nullptr) {
    return "Windows refused it although the entries allow it: entries for all application packages "
           "(S-1-15-2-1) do not apply to a less privileged app container, and something else may limit this token.";
  }
  const bool is_low = caller.token().IntegrityLevel().rid < SECURITY_MANDATORY_MEDIUM_RID;
  // Forshaw, "Windows Security Internals", chapter 7, "Lowbox Tokens".
  if (is_low && std::any_of(node.entries.begin(), node.entries.end(), [](const EffectiveEntry& each) {
        return each.entry.sid.IsPackage() && !each.entry.sid.IsEveryPackage();
      })) {
    return "Refused because the caller's integrity level is below medium and an entry names a package: Windows "
           "grants such a caller nothing there, whatever the entries allow.";
  }
  // No node has a label; the default label is medium, no write-up ([MS-DTYP] 2.5.3.2; "Mandatory Integrity Control").
  if ((asked & kManage) != 0 && is_low) {
    return "Refused because the caller's integrity level is below medium: it cannot manage, whatever the "
           "entries allow.";
  }
  return "Windows refused it although the entries allow it: something else limits this token.";
}

// Why this system allows what an entry denies or no entry allows.
std::string WhyAllowed(const EffectiveNode& node, const DaclWalk& walk) {
  static const Sid owner_rights = Sid::FromWellKnown(WinCreatorOwnerRightsSid);
  if (walk.deciding && walk.entries[*walk.deciding].via->is_deny_only) {
    return "This system's AccessCheck allowed it, unlike Windows', which applies a deny entry to a "
           "deny-only "
           "group: " +
           ToSddl(node.entries[*walk.deciding].entry) + ".";
  }
  const bool limits_owner =
      std::any_of(node.entries.begin(), node.entries.end(),
                  [](const EffectiveEntry& entry) { return entry.entry.sid == owner_rights; });
  if (limits_owner) {
    return "This system's AccessCheck allowed it, unlike Windows', which limits an owner by entries for "
           "OWNER RIGHTS "
           "(OW).";
  }
  return "This system's AccessCheck allowed it although by Windows' rules the entries do not.";
}

}  // namespace

Explanation Explain(const AccessPolicy& policy, const EffectiveNode& node, const CallerIdentity& caller,
                    ACCESS_MASK right) {
  Explanation explanation;
  explanation.asked = right;
  explanation.granted = policy.Granted(node, caller);
  explanation.allowed = (explanation.granted & right) == right;

  const TokenSids token = SidsOf(caller.token());
  const DaclWalk walk = WalkDacl(node.entries, NodeOwner(), token, token.normal, right);
  explanation.deciding = walk.deciding;
  explanation.through_owner = walk.through_owner;
  explanation.entries.reserve(node.entries.size());
  for (std::size_t i = 0; i < node.entries.size(); ++i) {
    explanation.entries.push_back(ToExplained(node.entries[i], walk.entries[i]));
  }

  const bool own_sids_allow = walk.missing == 0;
  if (own_sids_allow && !token.restricting.empty()) {
    const DaclWalk restricted = WalkDacl(node.entries, NodeOwner(), token, token.restricting, right);
    explanation.restricted_refused = restricted.missing != 0;
    if (explanation.restricted_refused) {
      // The restricting SIDs still had to pass, so this entry did not decide.
      if (walk.deciding) explanation.entries[*walk.deciding].step = Step::kAllows;
      explanation.deciding = restricted.deciding;
      if (restricted.deciding) {
        explanation.entries[*restricted.deciding] =
            ToExplained(node.entries[*restricted.deciding], restricted.entries[*restricted.deciding]);
      }
    }
  }
  if (!token.packages.empty()) {
    const DaclWalk packages = WalkPackages(node.entries, token, right);
    explanation.package_refused = own_sids_allow && !explanation.restricted_refused && packages.missing != 0;
    if (explanation.package_refused && explanation.deciding) {
      explanation.entries[*explanation.deciding].step = Step::kAllows;
      explanation.deciding.reset();
    }
    ShowPackages(node.entries, packages, explanation);
  }
  const bool walk_allows = own_sids_allow && !explanation.restricted_refused && !explanation.package_refused;
  if (walk_allows != explanation.allowed) {
    explanation.note = explanation.allowed ? WhyAllowed(node, walk) : WhyRefused(node, caller, right);
    explanation.deciding.reset();
  } else if (explanation.restricted_refused) {
    explanation.note =
        "The caller's token is restricted, and its restricting SIDs are not granted what its own SIDs are.";
  } else if (explanation.package_refused) {
    explanation.note = "The caller runs in an app container of the package " +
                       caller.app_container()->package.ToString() +
                       ", and no entry allows the package, one of its capabilities or all packages what the "
                       "account is allowed.";
  } else if (walk_allows && !walk.deciding) {
    explanation.note =
        "SYSTEM owns every node, and an owner needs no entry to read and change its descriptor.";
  }
  return explanation;
}

}  // namespace onbehalf::service
