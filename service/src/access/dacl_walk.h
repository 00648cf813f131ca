#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "access/access_rights.h"
#include "onbehalf/win32/access_entry.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::service {

// Windows' evaluation of a DACL. Portable; token_sids.h has the SIDs of a token.

// An entry of a node's effective DACL.
struct EffectiveEntry {
  std::string_view
      node;  // where it is defined; empty for the entries that always apply. Lives as long as the policy
  win32::AccessEntry entry;
  friend bool operator==(const EffectiveEntry&, const EffectiveEntry&) = default;
};

// What an entry did when Windows evaluated it.
enum class Step {
  kNoMatch,     // for another account
  kNotAsked,    // for the caller, but for none of the rights still requested
  kDenies,      // denied, which decided
  kAllows,      // allowed some of the rights
  kDecides,     // allowed the last of them, which decided
  kNotReached,  // decided before this entry
  kDenyOnly,    // allows a group that is deny-only in the caller's token: ignored
};

// "noMatch", "notAsked", …: the words of access.explain.
std::string_view Word(Step step);

// A SID of a token, for matching entries.
struct TokenSid {
  win32::Sid sid;
  bool is_user = false;
  bool is_enabled = false;    // allow and deny entries count
  bool is_deny_only = false;  // deny entries count
};

// The SIDs that AccessCheck compares entries with.
struct TokenSids {
  std::vector<TokenSid> normal;  // the user and the groups
  // For a restricted token, which needs its rights through these as well; else empty.
  std::vector<TokenSid> restricting;
  // For an app container, which needs its rights through these as well: its package, its enabled capabilities, and the SIDs of
  // all packages; else empty.
  std::vector<TokenSid> packages = {};
};

struct WalkedEntry {
  Step step = Step::kNotReached;
  // The token's SID that the entry matches, even if it is ignored: an element of the `sids` passed to WalkDacl.
  const TokenSid* via = nullptr;
};

struct DaclWalk {
  std::vector<WalkedEntry> entries;
  std::optional<std::size_t> deciding;  // the entry that denied, or allowed the last right
  AccessMask missing = 0;               // requested but not granted; 0: allowed
  bool through_owner = false;           // the request included the owner's implicit rights
};

// Windows' evaluation of a DACL, with a record of each step: entry after entry until one denies a right still requested or all
// are allowed ("How AccessCheck Works"; [MS-DTYP] 2.5.3.2). `sids` is one of the lists of `token`: a restricted token needs two
// walks. `asked` has no generic bits. For explanations; the verdict is AccessCheck's.
DaclWalk WalkDacl(const std::vector<EffectiveEntry>& dacl, const win32::Sid& owner, const TokenSids& token,
                  const std::vector<TokenSid>& sids, AccessMask asked);

// The further pass for an app container: entry after entry until the `packages` of `token` are allowed everything. Deny entries do
// not count, and the owner has no implicit rights (Forshaw, "Windows Security Internals", chapter 7, "Lowbox Tokens").
DaclWalk WalkPackages(const std::vector<EffectiveEntry>& dacl, const TokenSids& token, AccessMask asked);

// The entry behind AccessCheck's denial; nullopt if none denied (nothing allows it).
std::optional<std::size_t> DenyingEntry(const std::vector<EffectiveEntry>& dacl, const win32::Sid& owner,
                                        const TokenSids& token, AccessMask asked);

}  // namespace onbehalf::service
