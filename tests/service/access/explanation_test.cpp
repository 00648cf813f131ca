#include "access/explanation.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "access/access_policy.h"
#include "access/access_rights.h"
#include "access/dacl_walk.h"
#include "access/node_sddl.h"
#include "access/policy_reading.h"
#include "callers.h"
#include "onbehalf/win32/security_descriptor.h"
#include "support/platform_probe.h"

namespace onbehalf::service {
namespace {

using test::Caller;
using test::MethodWithDefault;
using test::OwnSid;
using test::Who;
using win32::Sid;

// A policy with these nodes.
AccessPolicy Policy(const std::vector<std::pair<std::string, std::string>>& nodes) {
  PolicyDocument document;
  for (const auto& [name, sddl] : nodes)
    document.nodes.emplace(name, std::get<PolicyNode>(ParseNode(name, sddl)));
  MethodRegistry methods;
  methods.Add(MethodWithDefault("file.write", "D:"));
  return AccessPolicy::Compile(std::move(document), methods);
}

Explanation ExplainWrite(const AccessPolicy& policy, Who who, ACCESS_MASK right) {
  return Explain(policy, *policy.Find("file.write"), *Caller(who), right);
}

// "(A;;GX;;;AU) decides by S-1-5-11", one for each ACE after the built-in deny ACEs.
std::vector<std::string> Steps(const Explanation& explanation) {
  std::vector<std::string> steps;
  for (std::size_t i = 2; i < explanation.entries.size(); ++i) {
    const ExplainedEntry& each = explanation.entries[i];
    steps.push_back(ToSddl(each.entry) + " " + std::string(Word(each.step)));
  }
  return steps;
}

TEST(Explanation, ShowsTheEffectOfEachEntry) {
  const AccessPolicy policy =
      Policy({{"file.write", "D:(D;;GX;;;" + std::string(test::kStranger) + ")(D;;GR;;;AU)(A;;GX;;;BA)"},
              {"file", "D:(D;;GR;;;IU)(A;;GX;;;AU)(A;;GX;;;WD)"}});
  const Explanation explanation = ExplainWrite(policy, Who::kOrdinary, kCall);
  EXPECT_TRUE(explanation.allowed);
  EXPECT_EQ(explanation.asked, kCall);
  EXPECT_EQ(explanation.granted, kCall);
  EXPECT_EQ(explanation.note, "");
  EXPECT_FALSE(explanation.through_owner);
  EXPECT_FALSE(explanation.restricted_refused);
  EXPECT_EQ(
      Steps(explanation),
      (std::vector<std::string>{"(D;;GX;;;" + std::string(test::kStranger) + ") noMatch",
                                "(D;;GR;;;AU) notAsked", "(A;;GX;;;BA) denyOnly",
                                std::string("(D;;GR;;;IU) ") + std::string(Word(explanation.entries[5].step)),
                                "(A;;GX;;;AU) decides", "(A;;GX;;;WD) notReached", "(A;;GA;;;SY) notReached",
                                "(A;;GA;;;BA) notReached"}));
  EXPECT_EQ(explanation.deciding, 6U);

  const auto& always = explanation.entries[0];
  EXPECT_EQ(always.node, "");
  EXPECT_EQ(ToSddl(always.entry), "(D;;GA;;;AN)");
  EXPECT_EQ(always.step, Step::kNoMatch);
  EXPECT_FALSE(always.via);
  const auto& administrators = explanation.entries[4];
  EXPECT_EQ(administrators.node, "file.write");
  EXPECT_EQ(administrators.via, Sid::FromString("BA"));
  EXPECT_FALSE(administrators.via_is_user || administrators.via_enabled);
  EXPECT_TRUE(administrators.via_deny_only);
  const auto& decided = explanation.entries[6];
  EXPECT_EQ(decided.node, "file");
  EXPECT_EQ(decided.via, Sid::FromString("AU"));
  EXPECT_TRUE(decided.via_enabled);
  EXPECT_FALSE(decided.via_is_user || decided.via_deny_only);
}

TEST(Explanation, NamesTheAccountItself) {
  const Explanation explanation =
      ExplainWrite(Policy({{"file.write", "D:(D;;GX;;;" + OwnSid() + ")"}}), Who::kAdministrator, kCall);
  EXPECT_FALSE(explanation.allowed);
  EXPECT_EQ(explanation.granted, kSee | kManage);
  EXPECT_EQ(explanation.deciding, 2U);
  EXPECT_EQ(Steps(explanation),
            (std::vector<std::string>{"(D;;GX;;;" + OwnSid() + ") denies", "(A;;GA;;;SY) notReached",
                                      "(A;;GA;;;BA) notReached"}));
  EXPECT_TRUE(explanation.entries[2].via_is_user);
  EXPECT_TRUE(explanation.entries[2].via_enabled);
  EXPECT_FALSE(explanation.entries[3].via);
}

TEST(Explanation, DistinguishesThePartsOfARight) {
  const Explanation explanation =
      ExplainWrite(Policy({{"file.write", "D:(A;;0x2;;;AU)(A;;0x2;;;WD)"}, {"file", "D:(A;;GR;;;AU)"}}),
                   Who::kOrdinary, kSee);
  EXPECT_TRUE(explanation.allowed);
  EXPECT_EQ(Steps(explanation), (std::vector<std::string>{"(A;;0x2;;;AU) allows", "(A;;0x2;;;WD) notAsked",
                                                          "(A;;GR;;;AU) decides", "(A;;GA;;;SY) notReached",
                                                          "(A;;GA;;;BA) notReached"}));
}

TEST(Explanation, HasNoDecidingEntryIfNothingAllows) {
  const Explanation explanation = ExplainWrite(Policy({}), Who::kOrdinary, kCall);
  EXPECT_FALSE(explanation.allowed);
  EXPECT_EQ(explanation.granted, 0U);
  EXPECT_FALSE(explanation.deciding);
  EXPECT_EQ(Steps(explanation), (std::vector<std::string>{"(A;;GA;;;SY) noMatch", "(A;;GA;;;BA) denyOnly"}));
  EXPECT_EQ(explanation.note, "");
}

// On Windows the ACE denies. On a system where it does not, the explanation says so.
TEST(Explanation, ReportsWhereThisSystemDiffersFromWindows) {
  const Explanation explanation =
      ExplainWrite(Policy({{"file.write", "D:(D;;GX;;;BA)(A;;GX;;;AU)"}}), Who::kOrdinary, kCall);
  EXPECT_EQ(explanation.entries[2].step, Step::kDenies);
  EXPECT_EQ(explanation.allowed, !test::DenyOnlyGroupsAreDenied());
  if (explanation.allowed) {
    EXPECT_FALSE(explanation.deciding);
    EXPECT_EQ(explanation.note,
              "This system's AccessCheck allowed it, unlike Windows', which applies a deny entry to a "
              "deny-only "
              "group: (D;;GX;;;BA).");
  } else {
    EXPECT_EQ(explanation.deciding, 2U);
    EXPECT_EQ(explanation.note, "");
  }
}

// ---- The walk alone, for tokens that are not available everywhere ----

const Sid& Owner() { return NodeOwner(); }

TokenSid User(const char* sid, bool enabled = true, bool deny_only = false) {
  return {*Sid::FromString(sid), true, enabled, deny_only};
}
TokenSid Group(const char* sid, bool enabled = true, bool deny_only = false) {
  return {*Sid::FromString(sid), false, enabled, deny_only};
}

std::vector<EffectiveEntry> Dacl(const std::string& sddl) {
  std::vector<EffectiveEntry> dacl;
  const PolicyNode node = std::get<PolicyNode>(ParseNode("file", sddl));
  for (const auto& entry : node.entries) dacl.push_back({"file", entry});
  return dacl;
}

struct Walked {
  bool allowed;
  std::optional<std::size_t> deciding;
  bool through_owner;
  bool operator==(const Walked&) const = default;
};

Walked Walk(const std::string& sddl, const TokenSids& token, ACCESS_MASK asked) {
  const DaclWalk walk = WalkDacl(Dacl(sddl), Owner(), token, token.normal, asked);
  return {walk.missing == 0, walk.deciding, walk.through_owner};
}

TEST(DaclWalk, GrantsTheOwnersImplicitRights) {
  const TokenSids system{{User("S-1-5-18"), Group("S-1-1-0")}, {}};
  EXPECT_EQ(Walk("D:", system, kManage), (Walked{true, std::nullopt, true}));
  EXPECT_EQ(Walk("D:(D;;GA;;;SY)", system, kManage), (Walked{true, std::nullopt, true}));
  EXPECT_EQ(Walk("D:", system, kCall), (Walked{false, std::nullopt, false}));
  EXPECT_EQ(Walk("D:", system, kSee), (Walked{false, std::nullopt, true}));
  EXPECT_EQ(Walk("D:(A;;0x2;;;WD)", system, kSee), (Walked{true, 0, true}));
  EXPECT_EQ(Walk("D:(D;;GR;;;WD)", system, kSee), (Walked{false, 0, true}));
  EXPECT_EQ(Walk("D:(D;;GX;;;WD)(A;;GX;;;SY)", system, kCall), (Walked{false, 0, false}));
  // Neither a group that only has the owner's SID nor anyone else.
  EXPECT_EQ(Walk("D:", {{User("S-1-5-18", false, true)}, {}}, kManage), (Walked{false, std::nullopt, false}));
  EXPECT_EQ(Walk("D:", {{Group("S-1-5-18", false)}, {}}, kManage), (Walked{false, std::nullopt, false}));
  EXPECT_EQ(Walk("D:", {{User("S-1-5-32-544")}, {}}, kManage), (Walked{false, std::nullopt, false}));
  EXPECT_EQ(Walk("D:", {{User("S-1-5-32-544"), Group("S-1-5-18")}, {}}, kManage),
            (Walked{true, std::nullopt, true}));
}

TEST(DaclWalk, LimitsTheOwnerByOwnerRights) {
  const TokenSids system{{User("S-1-5-18")}, {}};
  EXPECT_EQ(Walk("D:(A;;GR;;;OW)", system, kManage), (Walked{false, std::nullopt, false}));
  EXPECT_EQ(Walk("D:(A;;GW;;;OW)", system, kManage), (Walked{true, 0, false}));
  EXPECT_EQ(Walk("D:(A;;GX;;;OW)", system, kCall), (Walked{true, 0, false}));
  EXPECT_EQ(Walk("D:(D;;GX;;;OW)(A;;GX;;;SY)", system, kCall), (Walked{false, 0, false}));
  EXPECT_EQ(Walk("D:(A;;GX;;;OW)", {{User("S-1-5-32-544")}, {}}, kCall),
            (Walked{false, std::nullopt, false}));
  EXPECT_EQ(Walk("D:(D;;GX;;;OW)(A;;GX;;;BA)", {{User("S-1-5-32-544")}, {}}, kCall),
            (Walked{true, 1, false}));
  const DaclWalk walk = WalkDacl(Dacl("D:(A;;GX;;;OW)"), Owner(), system, system.normal, kCall);
  ASSERT_NE(walk.entries[0].via, nullptr);
  EXPECT_EQ(walk.entries[0].via->sid, Owner());
}

TEST(DaclWalk, IgnoresADisabledGroup) {
  const TokenSids token{{User("S-1-5-21-1-2-3-1001"), Group("S-1-5-32-545", false)}, {}};
  EXPECT_EQ(Walk("D:(A;;GX;;;BU)", token, kCall), (Walked{false, std::nullopt, false}));
  EXPECT_EQ(Walk("D:(D;;GX;;;BU)(A;;GX;;;S-1-5-21-1-2-3-1001)", token, kCall), (Walked{true, 1, false}));
  const DaclWalk walk = WalkDacl(Dacl("D:(A;;GX;;;BU)"), Owner(), token, token.normal, kCall);
  EXPECT_EQ(walk.entries[0].step, Step::kNoMatch);
  ASSERT_NE(walk.entries[0].via, nullptr);
  EXPECT_FALSE(walk.entries[0].via->is_enabled);
}

TEST(DaclWalk, UsesADenyOnlySidOnlyForDenyEntries) {
  const TokenSids token{
      {User("S-1-5-21-1-2-3-1001", false, true), Group("S-1-5-32-544", false, true), Group("S-1-1-0")}, {}};
  for (const char* account : {"BA", "S-1-5-21-1-2-3-1001"}) {
    const std::string for_account = std::string(";;;") + account + ")";
    EXPECT_EQ(Walk("D:(A;;GX" + for_account, token, kCall), (Walked{false, std::nullopt, false}));
    EXPECT_EQ(Walk("D:(D;;GX" + for_account + "(A;;GX;;;WD)", token, kCall), (Walked{false, 0, false}));
    EXPECT_EQ(Walk("D:(A;;GX" + for_account + "(A;;GX;;;WD)", token, kCall), (Walked{true, 1, false}));
  }
}

TEST(DaclWalk, ChecksARestrictedTokenTwice) {
  const TokenSids token{{User("S-1-5-21-1-2-3-1001"), Group("S-1-1-0")}, {Group("S-1-1-0")}};
  const auto denied_by = [&token](const std::string& sddl) {
    return DenyingEntry(Dacl(sddl), Owner(), token, kCall);
  };
  const auto restricted = [&token](const std::string& sddl) {
    return WalkDacl(Dacl(sddl), Owner(), token, token.restricting, kCall).missing == 0;
  };
  EXPECT_FALSE(restricted("D:(A;;GX;;;S-1-5-21-1-2-3-1001)"));
  EXPECT_EQ(denied_by("D:(A;;GX;;;S-1-5-21-1-2-3-1001)"), std::nullopt);
  EXPECT_TRUE(restricted("D:(A;;GX;;;S-1-5-21-1-2-3-1001)(A;;GX;;;WD)"));
  // The second walk meets an ACE that the first one does not reach.
  EXPECT_EQ(DenyingEntry({{"file.write", Dacl("D:(A;;GX;;;S-1-5-21-1-2-3-1001)")[0].entry},
                          {"file", Dacl("D:(D;;GX;;;WD)")[0].entry}},
                         Owner(), token, kCall),
            1U);
  // Ownership, too, must be in both lists.
  const TokenSids system{{User("S-1-5-18")}, {Group("S-1-1-0")}};
  EXPECT_EQ(Walk("D:", system, kManage), (Walked{false, std::nullopt, false}));
  const TokenSids both{{User("S-1-5-18")}, {Group("S-1-5-18")}};
  EXPECT_EQ(Walk("D:", both, kManage), (Walked{true, std::nullopt, true}));
}

}  // namespace
}  // namespace onbehalf::service
