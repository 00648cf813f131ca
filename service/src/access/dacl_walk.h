#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "access/access_rights.h"
#include "onbehalf/win32/access_entry.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::service {

// Windows' way through a DACL. Portable; token_sids.h has the SIDs of a token.

// An entry of a node's effective DACL.
struct EffectiveEntry {
  std::string_view node;  // where it stands; empty for the ones that deny always. Lives as long as the policy
  win32::AccessEntry entry;
  friend bool operator==(const EffectiveEntry&, const EffectiveEntry&) = default;
};

// What an entry did when Windows came to it.
enum class Step {
  kNoMatch,     // it is for somebody else
  kNotAsked,    // it is for the caller, about none of the rights that were still asked
  kDenies,      // it decided: denied
  kAllows,      // it gave some of the rights
  kDecides,     // it decided: it gave the last of them
  kNotReached,  // decided before
  kDenyOnly,    // it allows a group that the caller's token has for denying only: does not count
};

// "noMatch", "notAsked", …: as access.explain says it.
std::string_view Word(Step step);

// A SID of a token, as an entry meets it.
struct TokenSid {
  win32::Sid sid;
  bool is_user = false;
  bool is_enabled = false;    // allow and deny entries count
  bool is_deny_only = false;  // deny entries count
};

// The SIDs that AccessCheck compares entries with.
struct TokenSids {
  std::vector<TokenSid> normal;  // the user and the groups
  // Of a restricted token, which needs its rights by these as well; else empty.
  std::vector<TokenSid> restricting;
};

struct WalkedEntry {
  Step step = Step::kNotReached;
  // The token's SID that the entry is for, also where it does not count: an element of the list that was walked for.
  const TokenSid* via = nullptr;
};

struct DaclWalk {
  std::vector<WalkedEntry> entries;
  std::optional<std::size_t> deciding;  // the entry that denied, or gave the last right
  AccessMask missing = 0;               // of what was asked; 0: allowed
  bool through_owner = false;           // the owner's implicit rights were among what was asked
};

// Windows' way through a DACL, with memory: entry after entry until one denies a right that is still asked or
// all have been given ("How AccessCheck Works"; [MS-DTYP] 2.5.3.2). `sids` is one of the lists of `token`: a
// restricted token is walked for twice. `asked` has no generic bits. For explanations; the verdict is
// AccessCheck's.
DaclWalk WalkDacl(const std::vector<EffectiveEntry>& dacl, const win32::Sid& owner, const TokenSids& token,
                  const std::vector<TokenSid>& sids, AccessMask asked);

// The entry that denied what AccessCheck has refused; nullopt when none did (nothing allows it).
std::optional<std::size_t> DenyingEntry(const std::vector<EffectiveEntry>& dacl, const win32::Sid& owner,
                                        const TokenSids& token, AccessMask asked);

}  // namespace onbehalf::service
