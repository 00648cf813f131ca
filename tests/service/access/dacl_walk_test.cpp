#include "access/dacl_walk.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plain_entries.h"

namespace onbehalf::service {
namespace {

using win32::Sid;
using Steps = std::vector<Step>;

const Sid kSystem = *Sid::FromNumbers("S-1-5-18");
constexpr std::string_view kUser = "S-1-5-21-1-2-3-1001";
constexpr std::string_view kUsers = "S-1-5-32-545";
constexpr std::string_view kDisabled = "S-1-5-32-551";
constexpr std::string_view kDenyOnly = "S-1-5-32-544";

std::vector<EffectiveEntry> Dacl(std::initializer_list<const char*> entries) {
  std::vector<EffectiveEntry> dacl;
  for (const char* entry : entries) {
    dacl.push_back({"file", std::get<win32::AccessEntry>(test::ReadPlainEntry(entry))});
  }
  return dacl;
}

// A user in Users, with a disabled group and a deny-only group.
const TokenSids& Token() {
  static const TokenSids token{{{*Sid::FromNumbers(kUser), true, true, false},
                                {*Sid::FromNumbers(kUsers), false, true, false},
                                {*Sid::FromNumbers(kDisabled), false, false, false},
                                {*Sid::FromNumbers(kDenyOnly), false, false, true}},
                               {}};
  return token;
}

Steps StepsOf(const DaclWalk& walk) {
  Steps steps;
  for (const WalkedEntry& entry : walk.entries) steps.push_back(entry.step);
  return steps;
}

DaclWalk Walk(std::initializer_list<const char*> entries, AccessMask asked,
              const TokenSids& token = Token()) {
  return WalkDacl(Dacl(entries), kSystem, token, token.normal, asked);
}

TEST(DaclWalk, EndsAtTheEntryThatGrantsTheLastRight) {
  const DaclWalk walk = Walk({"(A;;GX;;;AU)", "(A;;GR;;;BU)", "(A;;GX;;;BU)", "(D;;GX;;;BU)"}, kCall | kSee);
  EXPECT_EQ(StepsOf(walk), (Steps{Step::kNoMatch, Step::kAllows, Step::kDecides, Step::kNotReached}));
  EXPECT_EQ(walk.deciding, 2u);
  EXPECT_EQ(walk.missing, 0u);
}

TEST(DaclWalk, EndsAtAnEntryThatDeniesAMissingRight) {
  const DaclWalk walk = Walk({"(D;;GR;;;BU)", "(D;;GX;;;S-1-5-21-1-2-3-1001)", "(A;;GA;;;BU)"}, kCall);
  EXPECT_EQ(StepsOf(walk), (Steps{Step::kNotAsked, Step::kDenies, Step::kNotReached}));
  EXPECT_EQ(walk.deciding, 1u);
  EXPECT_EQ(walk.missing, kCall);
  // Already granted, it is no longer checked.
  EXPECT_EQ(Walk({"(A;;GX;;;BU)", "(D;;GX;;;BU)"}, kCall).missing, 0u);
}

TEST(DaclWalk, DenyOnlyGroupsMatchDenyEntriesAndDisabledOnesMatchNone) {
  EXPECT_EQ(StepsOf(Walk({"(A;;GX;;;BA)", "(D;;GX;;;BA)"}, kCall)), (Steps{Step::kDenyOnly, Step::kDenies}));
  const DaclWalk walk = Walk({"(D;;GX;;;S-1-5-32-551)", "(A;;GX;;;S-1-5-32-551)"}, kCall);
  EXPECT_EQ(StepsOf(walk), (Steps{Step::kNoMatch, Step::kNoMatch}));
  EXPECT_EQ(walk.deciding, std::nullopt);
  EXPECT_EQ(walk.missing, kCall);
  ASSERT_NE(walk.entries[0].via, nullptr);
  EXPECT_FALSE(walk.entries[0].via->is_enabled);
}

TEST(DaclWalk, AnOwnerHasTheImplicitRightsUnlessEntriesForOwnerRightsLimitThem) {
  const TokenSids system{{{kSystem, true, true, false}}, {}};
  const DaclWalk all = Walk({"(D;;GW;;;SY)"}, kManage, system);
  EXPECT_TRUE(all.through_owner);
  EXPECT_EQ(all.missing, 0u);
  EXPECT_EQ(StepsOf(all), Steps{Step::kNotReached});
  const DaclWalk limited = Walk({"(A;;GR;;;OW)"}, kManage, system);
  EXPECT_FALSE(limited.through_owner);
  EXPECT_EQ(limited.missing, kManage);
  EXPECT_EQ(Walk({"(A;;GW;;;OW)"}, kManage, system).deciding, 0u);
  // An ACE for the owner gives nothing to others.
  EXPECT_EQ(Walk({"(A;;GW;;;OW)"}, kManage).missing, kManage);
}

TEST(DaclWalk, ARestrictedTokenIsTheOwnerOnlyInBothLists) {
  const TokenSids restricted{{{kSystem, true, true, false}},
                             {{*Sid::FromNumbers(kUsers), false, true, false}}};
  EXPECT_EQ(Walk({}, kManage, restricted).missing, kManage);
}

TEST(PackageWalk, CountsOnlyAllowEntriesForTheContainersSids) {
  const Sid package = *Sid::FromNumbers("S-1-15-2-1-2-3-4-5-6-7");
  const Sid capability = *Sid::FromNumbers("S-1-15-3-1");
  TokenSids token = Token();
  token.packages = {{package, false, true, false}, {capability, false, true, false}};
  const auto walk = [&](std::initializer_list<const char*> entries, AccessMask asked) {
    return WalkPackages(Dacl(entries), token, asked);
  };
  const DaclWalk both = walk({"(A;;GA;;;BU)", "(A;;GR;;;S-1-15-2-1-2-3-4-5-6-7)", "(A;;GR;;;S-1-15-3-1)",
                              "(A;;GX;;;S-1-15-3-1)", "(A;;GX;;;S-1-15-2-1-2-3-4-5-6-7)"},
                             kCall | kSee);
  EXPECT_EQ(StepsOf(both),
            (Steps{Step::kNoMatch, Step::kAllows, Step::kNotAsked, Step::kDecides, Step::kNotReached}));
  EXPECT_EQ(both.missing, 0u);
  EXPECT_EQ(both.deciding, 3u);
  // Neither the account's entries nor ownership help, and deny entries do not count.
  EXPECT_EQ(walk({"(A;;GA;;;BU)", "(A;;GA;;;S-1-15-2-9-2-3-4-5-6-7)", "(A;;GW;;;OW)"}, kCall).missing, kCall);
  EXPECT_EQ(StepsOf(walk({"(D;;GX;;;S-1-15-2-1-2-3-4-5-6-7)", "(A;;GX;;;S-1-15-3-1)"}, kCall)),
            (Steps{Step::kNoMatch, Step::kDecides}));
}

TEST(DenyingEntry, IsFromTheRefusedList) {
  const auto dacl = Dacl({"(D;;GX;;;BU)", "(A;;GX;;;AU)"});
  EXPECT_EQ(DenyingEntry(dacl, kSystem, Token(), kCall), 0u);
  EXPECT_EQ(DenyingEntry(Dacl({}), kSystem, Token(), kCall), std::nullopt);
  const TokenSids restricted{{{*Sid::FromNumbers("S-1-5-11"), false, true, false}},
                             {{*Sid::FromNumbers(kUsers), false, true, false}}};
  EXPECT_EQ(DenyingEntry(dacl, kSystem, restricted, kCall), 0u);
}

}  // namespace
}  // namespace onbehalf::service
