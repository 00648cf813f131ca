// The worked examples of docs/access.md, typed exactly as on that page. Existing accounts stand in for the
// page's: Alice and Carol are this account without its membership in Administrators, the authors are the
// local users.

#include <gtest/gtest.h>

#include <string>

#include "onbehalf/protocol/error_code.h"
#include "policy_fixture.h"

namespace onbehalf::test {
namespace {

using WorkedExample = PolicyTest;

Json Change(std::string account, const char* node, Json rights) {
  return {{"account", std::move(account)}, {"node", node}, {"rights", std::move(rights)}};
}

// A group of this account other than Administrators.
constexpr const char* kGroup = "AU";

TEST_F(WorkedExample, OneAccountOneMethod) {
  ASSERT_FALSE(MayCall("file.write", Who::kOrdinary));
  Result("access.grant", Change(OwnSid(), "file.write", {"call", "see"}));
  EXPECT_TRUE(MayCall("file.write", Who::kOrdinary));
  EXPECT_TRUE(MayCall("file.write", Who::kAdministrator));
  // No other accounts: the ACEs are the account's and the root's.
  const Json shown = Result("access.show", {{"node", "file.write"}});
  EXPECT_EQ(shown.at("sddl"), "D:(A;;GXGR;;;" + OwnSid() + ")");
}

TEST_F(WorkedExample, AGroupAndOneMemberDenied) {
  Result("access.grant", Change(kGroup, "file", {"call", "see"}));
  EXPECT_TRUE(MayCall("file.write", Who::kOrdinary));
  Result("access.deny", Change(OwnSid(), "file", {"call"}));
  EXPECT_FALSE(MayCall("file.write", Who::kOrdinary));
  // The other order gives the same.
  Result("access.rollback", {{"to", 0}});
  Result("access.deny", Change(OwnSid(), "file", {"call"}));
  Result("access.grant", Change(kGroup, "file", {"call", "see"}));
  EXPECT_FALSE(MayCall("file.write", Who::kOrdinary));
  // An ACE nearer to the method is checked first; without it the namespace decides.
  EXPECT_TRUE(MayCall("file.read", Who::kOrdinary));
  Result("access.set", {{"node", "file.read"}, {"sddl", "D:"}});
  EXPECT_FALSE(MayCall("file.read", Who::kOrdinary));
}

TEST_F(WorkedExample, ADelegatedNamespace) {
  Result("access.grant", Change(OwnSid(), "print", {"call", "see", "manage"}));
  EXPECT_EQ(
      Result("access.grant", Change("BU", "print.submit", {"call", "see"}), Who::kOrdinary).at("changed"),
      true);
  EXPECT_EQ(Result("access.deny", Change("BG", "print", {"call"}), Who::kOrdinary).at("changed"), true);
  EXPECT_EQ(Refused("access.grant", Change(OwnSid(), "file.read", {"manage"}), Who::kOrdinary).code,
            protocol::ErrorCode::kAccessDenied);
  EXPECT_EQ(Refused("access.grant", Change(OwnSid(), "file.write", {"call"}), Who::kOrdinary).code,
            protocol::ErrorCode::kInvalidParams);
}

TEST_F(WorkedExample, AServiceAccount) {
  ASSERT_TRUE(MayCall("print.submit", Who::kOrdinary));
  Result("access.set", {{"node", "print.submit"}, {"sddl", "D:P(A;;GA;;;BA)(A;;GA;;;SY)"}});
  Result("access.grant", Change("NT SERVICE\\Spooler", "print.submit", {"call", "see"}));
  EXPECT_FALSE(MayCall("print.submit", Who::kOrdinary));
  EXPECT_TRUE(MayCall("print.submit", Who::kAdministrator));
  EXPECT_EQ(Result("access.show", {{"node", "print.submit"}}).at("sddl"),
            "D:P(A;;GA;;;BA)(A;;GA;;;SY)(A;;GXGR;;;" + win32::Sid::ForService("Spooler").ToString() + ")");
}

}  // namespace
}  // namespace onbehalf::test
