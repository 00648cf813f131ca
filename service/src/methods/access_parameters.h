#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/access_control.h"
#include "access/policy_difference.h"
#include "onbehalf/fields.h"
#include "onbehalf/service/method.h"
#include "onbehalf/win32/account_names.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::service {

// What the methods of access.* have in common in their parameters and results.

inline constexpr Bounds kNodeBounds{.min_length = 1, .max_length = 256};
// DOMAIN\name, a SID or an alias. Windows' own limits on names are lower.
inline constexpr Bounds kAccountBounds{.min_length = 1, .max_length = 512};

template <typename Params>
constexpr Field NodeField(std::string_view summary) {
  return Required<&Params::node, Params>("node", summary, kNodeBounds).Audited();
}
template <typename Params>
constexpr Field AccountField(std::string_view summary) {
  return Required<&Params::account>("account", summary, kAccountBounds).Audited();
}

// How a change is made: a base of the parameters of all methods that change the policy. Its members come last.
struct ChangeParams {
  bool dry_run = false;
  std::optional<std::uint64_t> version;

  template <typename Params>
  static constexpr auto FieldsIn() {
    return std::array{
        Optional<&ChangeParams::dry_run, Params>("dryRun", "Checks everything and changes nothing.")
            .Audited(),
        Optional<&ChangeParams::version, Params>("version",
                                                 "Makes the change only if the policy is at this version.")
            .NotNull()
            .Audited()};
  }
};

// `call` must outlive it.
PolicyRequest RequestOf(const Call& call, const ChangeParams& params);

// The right that a word names at a node; InvalidParams for any other word.
Result<ACCESS_MASK> RightFrom(std::string_view node, std::string_view word);
Result<ACCESS_MASK> RightsFrom(std::string_view node, const std::vector<std::string_view>& words);

// An alias ("BA") or a SID takes precedence over an account name.
Result<win32::Sid> AccountFrom(std::string_view text, win32::AccountNames& names);
// Whether the account exists. True for every service SID, because those are computed from the name.
bool Exists(const win32::Sid& sid, win32::AccountNames& names);

// A NodeChange in a result.
struct ChangedNode {
  std::string node;
  std::optional<std::string> before;
  std::optional<std::string> after;

  explicit ChangedNode(NodeChange&& change)
      : node(std::move(change.node)), before(std::move(change.before)), after(std::move(change.after)) {}

  static constexpr auto Describe() {
    return std::array{Required<&ChangedNode::node>("node", ""),
                      Required<&ChangedNode::before>("before", "its own entries in SDDL; null: the default"),
                      Required<&ChangedNode::after>("after", "the same, after the change")};
  }
};

std::vector<ChangedNode> ChangedNodes(std::vector<NodeChange> changes);

}  // namespace onbehalf::service
