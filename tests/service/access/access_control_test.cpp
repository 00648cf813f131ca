#include "access/access_control.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "access/access_rights.h"
#include "access/policy_difference.h"
#include "onbehalf/protocol/error_code.h"
#include "policy_fixture.h"
#include "support/event.h"

namespace onbehalf::test {
namespace {

using protocol::ErrorCode;
using service::EffectiveEntry;
using service::kCall;
using service::kManage;
using service::kSee;
using service::RightsGained;

std::vector<EffectiveEntry> Entries(const char* sddl) {
  std::vector<EffectiveEntry> entries;
  for (const win32::AccessEntry& entry :
       win32::SecurityDescriptor::FromSddl(std::string("D:") + sddl).Dacl()) {
    entries.push_back({"file", entry});
  }
  return entries;
}

// Rights as bits: CC is call (0x1), WD manage.
struct GainRow {
  const char* before;
  const char* after;
  ACCESS_MASK gained;
};

TEST(RightsGained, AreRightsThatNobodyHadBefore) {
  const std::vector<GainRow> rows = {
      {"(A;;CC;;;BU)", "(A;;CC;;;BU)", 0},
      {"", "(A;;CC;;;BU)", kCall},
      {"(A;;CC;;;BU)", "(A;;CCWD;;;BU)", kManage},
      {"(A;;CC;;;BU)", "(A;;CC;;;AU)", kCall},
      {"(A;;CCWD;;;BU)", "(A;;CC;;;BU)", 0},
      // Adding a deny ACE takes rights away; removing one gives them.
      {"(A;;CC;;;BU)", "(D;;CC;;;BG)(A;;CC;;;BU)", 0},
      {"(D;;CC;;;BG)(A;;CC;;;BU)", "(A;;CC;;;BU)", kCall},
      {"(D;;WD;;;BG)(A;;CC;;;BU)", "(A;;CC;;;BU)", 0},
      // The same ACEs, in an order in which the deny ACE no longer has an effect.
      {"(D;;CC;;;BG)(A;;CC;;;BU)", "(A;;CC;;;BU)(D;;CC;;;BG)", kCall},
      {"(A;;CC;;;BU)(D;;CC;;;BG)", "(D;;CC;;;BG)(A;;CC;;;BU)", 0},
      // Allowed once more, before the deny ACE.
      {"(D;;CC;;;BG)(A;;CC;;;BU)", "(A;;CC;;;BU)(D;;CC;;;BG)(A;;CC;;;BU)", kCall},
      {"(D;;CC;;;BG)(A;;CC;;;BU)", "(D;;CC;;;BG)(A;;CC;;;BU)(A;;CC;;;BU)", 0},
      // A deny ACE for another right does not make up for a removed one.
      {"(D;;CC;;;BG)(A;;CC;;;BU)", "(D;;WD;;;BG)(A;;CC;;;BU)", kCall},
      {"(D;;CC;;;BG)(A;;CC;;;BU)", "(D;;CC;;;AN)(A;;CC;;;BU)", kCall},
      {"(D;;CC;;;BG)(A;;CC;;;BU)", "(D;;CC;;;AN)(D;;CC;;;BG)(A;;CC;;;BU)", 0}};
  for (const GainRow& row : rows) {
    EXPECT_EQ(RightsGained(Entries(row.before), Entries(row.after)), row.gained)
        << row.before << " -> " << row.after;
  }
}

using AccessControl = PolicyTest;

TEST_F(AccessControl, WithoutAFileTheBuiltInPolicyApplies) {
  EXPECT_EQ(access_.policy()->version(), 0U);
  EXPECT_EQ(access_.source(), service::PolicyStore::Loaded::Source::kDefault);
  EXPECT_TRUE(MayCall("file.read", Who::kOrdinary));
  EXPECT_FALSE(MayCall("file.write", Who::kOrdinary));
  EXPECT_TRUE(MayCall("file.write", Who::kAdministrator));
  EXPECT_FALSE(std::filesystem::exists(policy_file()));
}

TEST_F(AccessControl, AChangeAppliesWhenItReturnsAndAfterARestart) {
  Result("access.grant", {{"account", OwnSid()}, {"node", "file.write"}, {"rights", {"call"}}});
  EXPECT_TRUE(MayCall("file.write", Who::kOrdinary));
  access_.Stop();
  access_.Start();
  EXPECT_EQ(access_.source(), service::PolicyStore::Loaded::Source::kFile);
  EXPECT_EQ(access_.policy()->version(), 1U);
  EXPECT_TRUE(MayCall("file.write", Who::kOrdinary));
}

TEST_F(AccessControl, ADryRunChangesNothing) {
  const Json result =
      Result("access.grant", {{"account", "BU"}, {"node", "file"}, {"rights", {"call"}}, {"dryRun", true}});
  EXPECT_EQ(result.at("changed"), true);
  EXPECT_EQ(result.at("dryRun"), true);
  EXPECT_EQ(result.at("version"), 0);
  EXPECT_EQ(result.at("before"), nullptr);
  EXPECT_EQ(result.at("after"), "D:(A;;GX;;;BU)");
  EXPECT_EQ(access_.policy()->version(), 0U);
  EXPECT_FALSE(std::filesystem::exists(policy_file()));
  EXPECT_TRUE(ChangesInAudit().empty());
}

TEST_F(AccessControl, TheLaterOfTwoWritersGetsAConflictAndNothingIsLost) {
  const Json first{{"account", "BU"}, {"node", "file"}, {"rights", {"call"}}, {"version", 0}};
  Result("access.grant", first);
  const protocol::Error late =
      Refused("access.grant", {{"account", "IU"}, {"node", "file"}, {"rights", {"call"}}, {"version", 0}});
  EXPECT_EQ(late.code, ErrorCode::kPolicyConflict);
  EXPECT_EQ(late.message, "The policy was changed in the meantime; it is now at version 1.");
  EXPECT_EQ(late.data.at("version"), 1);
  const Json retried =
      Result("access.grant", {{"account", "IU"}, {"node", "file"}, {"rights", {"call"}}, {"version", 1}});
  EXPECT_EQ(retried.at("after"), "D:(A;;GX;;;BU)(A;;GX;;;IU)");
}

TEST_F(AccessControl, OnlyManagersOfANodeMayChangeIt) {
  const protocol::Error refused = Refused(
      "access.grant", {{"account", "BU"}, {"node", "file.read"}, {"rights", {"call"}}}, Who::kOrdinary);
  EXPECT_EQ(refused.code, ErrorCode::kAccessDenied);
  EXPECT_EQ(refused.message, "Changing file.read requires the right manage there.");
  EXPECT_EQ(refused.data, (Json{{"reason", "notAManager"}, {"node", "file.read"}}));
}

TEST_F(AccessControl, AHiddenNodeIsAnsweredLikeAnUnknownOne) {
  for (const char* method : {"access.show", "access.check", "access.explain"}) {
    const protocol::Error unseen = Refused(method, {{"node", "file.write"}}, Who::kOrdinary);
    const protocol::Error unknown = Refused(method, {{"node", "file.wrong"}}, Who::kOrdinary);
    EXPECT_EQ(unseen.code, unknown.code);
    EXPECT_EQ(unseen.message, "node: there is no node file.write");
    EXPECT_EQ(unknown.message, "node: there is no node file.wrong");
    EXPECT_EQ(unseen.data, unknown.data);
  }
  const protocol::Error changed =
      Refused("access.set", {{"node", "file.write"}, {"sddl", "D:"}}, Who::kOrdinary);
  EXPECT_EQ(changed.code, ErrorCode::kInvalidParams);
  EXPECT_EQ(changed.message, "node: there is no node file.write");
}

// The delegate manages and sees `file`, calls nothing there.
class Delegate : public PolicyTest {
 protected:
  Delegate() {
    Result("access.set", {{"node", "file"}, {"sddl", "D:(D;;GX;;;BG)(A;;GRGW;;;" + OwnSid() + ")"}});
    EXPECT_EQ(Granted("file", Who::kOrdinary), kSee | kManage);
  }
};

TEST_F(Delegate, ChangesOnlyNodesBelowItsOwn) {
  EXPECT_EQ(
      Result("access.grant", {{"account", "BU"}, {"node", "file.read"}, {"rights", {"see"}}}, Who::kOrdinary)
          .at("changed"),
      true);
  EXPECT_EQ(
      Refused("access.grant", {{"account", "BU"}, {"node", "/"}, {"rights", {"see"}}}, Who::kOrdinary).code,
      ErrorCode::kInvalidParams);
}

TEST_F(Delegate, MayNotGrantWhatItDoesNotHold) {
  const protocol::Error refused = Refused(
      "access.grant", {{"account", OwnSid()}, {"node", "file"}, {"rights", {"call"}}}, Who::kOrdinary);
  EXPECT_EQ(refused.code, ErrorCode::kAccessDenied);
  EXPECT_EQ(refused.message,
            "The change would give call at file to others, but the caller does not hold call there.");
  EXPECT_EQ(refused.data.at("reason"), "givesMoreThanHeld");
}

TEST_F(Delegate, MayNotSetWhatItDoesNotHold) {
  const Json params{{"node", "file"}, {"sddl", "D:(D;;GX;;;BG)(A;;GRGW;;;" + OwnSid() + ")(A;;GX;;;BU)"}};
  EXPECT_EQ(Refused("access.set", params, Who::kOrdinary).data.at("reason"), "givesMoreThanHeld");
}

// print.submit lets every authenticated user call; its manager has no call right because of a deny entry.
TEST_F(PolicyTest, ADenyEntryMayBeRemovedOnlyByAHolderOfTheRight) {
  Result("access.set", {{"node", "print.submit"},
                        {"sddl", "D:(D;;GX;;;" + OwnSid() + ")(A;;GRGW;;;" + OwnSid() + ")(A;;GX;;;AU)"}});
  const protocol::Error refused = Refused(
      "access.revoke", {{"account", OwnSid()}, {"node", "print.submit"}, {"type", "deny"}}, Who::kOrdinary);
  EXPECT_EQ(refused.code, ErrorCode::kAccessDenied);
  EXPECT_EQ(refused.data.at("reason"), "givesMoreThanHeld");
  EXPECT_FALSE(MayCall("print.submit", Who::kOrdinary));
}

// A caller must be able to remove a deny ACE of its own making that denies the caller itself.
TEST_F(PolicyTest, AnAdministratorRemovesADenyEntryForAdministrators) {
  Result("access.deny", {{"account", OwnSid()}, {"node", "file"}, {"rights", {"call", "see"}}});
  EXPECT_FALSE(MayCall("file.write", Who::kAdministrator));
  Result("access.revoke", {{"account", OwnSid()}, {"node", "file"}});
  EXPECT_TRUE(MayCall("file.write", Who::kAdministrator));
}

TEST_F(PolicyTest, TheLastEntryThatLetsAdministratorsManageTheRootStays) {
  for (const Json& params : {Json{{"account", "BA"}, {"node", "/"}},
                             Json{{"account", "BA"}, {"node", "/"}, {"rights", {"manage"}}}}) {
    const protocol::Error refused = Refused("access.revoke", params);
    EXPECT_EQ(refused.code, ErrorCode::kInvalidParams);
    EXPECT_NE(refused.message.find("dministrators"), std::string::npos) << refused.message;
  }
  EXPECT_EQ(Refused("access.deny", {{"account", "BA"}, {"node", "/"}, {"rights", {"manage"}}}).code,
            ErrorCode::kInvalidParams);
  EXPECT_EQ(Refused("access.set", {{"node", "/"}, {"sddl", "D:(A;;GA;;;SY)"}}).code,
            ErrorCode::kInvalidParams);
  EXPECT_EQ(access_.policy()->version(), 0U);
}

TEST_F(PolicyTest, ItsObserverRefusesAChangeThatLocksTheServiceOut) {
  access_.Observe({[](const service::AccessPolicy& policy) -> std::optional<std::string> {
                     if (policy.document().nodes.contains("pipe:"))
                       return "the pipe is closed to the service";
                     return std::nullopt;
                   },
                   {}});
  const protocol::Error refused =
      Refused("access.deny", {{"account", "BU"}, {"node", "pipe:"}, {"rights", {"connect"}}});
  EXPECT_EQ(refused.code, ErrorCode::kInvalidParams);
  EXPECT_EQ(refused.message, "the pipe is closed to the service");
  EXPECT_EQ(access_.policy()->version(), 0U);
}

TEST_F(PolicyTest, EveryChangeIsInTheAuditWithOldAndNew) {
  Result("access.grant", {{"account", "BU"}, {"node", "file"}, {"rights", {"call", "see"}}});
  Result("access.set", {{"node", "file"}, {"sddl", nullptr}});
  const std::vector<Json> lines = ChangesInAudit();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].at("node"), "file");
  EXPECT_EQ(lines[0].at("after"), "D:(A;;GXGR;;;BU)");
  EXPECT_EQ(lines[0].at("account"), OwnSid());
  EXPECT_EQ(lines[0].at("version"), 1);
  EXPECT_EQ(lines[1].at("before"), "D:(A;;GXGR;;;BU)");
  EXPECT_EQ(lines[1].at("version"), 2);
}

// A node of a module that is not loaded; its namespace has no methods either.
TEST_F(PolicyTest, ANodeWithoutAMethodIsRemovedAndRestored) {
  access_.Stop();
  std::ofstream(policy_file(), std::ios::binary)
      << R"j({"format": 1, "version": 2, "nodes": {"mod.read": {"sddl": "D:P(A;;GA;;;BA)(A;;GRGW;;;)j"
      << OwnSid() << R"j()"}}})j";
  access_.Start();
  const std::uint64_t version = access_.policy()->version();
  // Its default is unknown, so it is unknown what removing it would grant.
  EXPECT_EQ(
      Refused("access.set", {{"node", "mod.read"}, {"sddl", nullptr}}, Who::kOrdinary).data.at("reason"),
      "givesMoreThanHeld");
  Result("access.rollback", {{"to", 0}});
  EXPECT_EQ(access_.policy()->Find("mod.read"), nullptr);
  Result("access.rollback", {{"to", version}});
  EXPECT_NE(access_.policy()->Find("mod.read"), nullptr);
}

TEST_F(PolicyTest, AFileReplacedWhileStoppedIsInTheAudit) {
  access_.Stop();
  std::ofstream(policy_file(), std::ios::binary)
      << R"j({"format": 1, "version": 2, "nodes": {"file.write": {"sddl": "D:(A;;GX;;;AU)"}}})j";
  access_.Start();
  ASSERT_EQ(ChangesInAudit().size(), 1U);
  EXPECT_EQ(ChangesInAudit().front().at("node"), "file.write");
  // Recorded once.
  access_.Stop();
  access_.Start();
  EXPECT_EQ(ChangesInAudit().size(), 1U);
}

TEST_F(PolicyTest, AChangeWhoseRequestHasEndedIsNotMade) {
  std::stop_source ended;
  ended.request_stop();
  const service::Method& grant = *methods_.Find("access.grant");
  EXPECT_FALSE(grant.interruptible);
  const Json params{{"account", "BU"}, {"node", "file"}, {"rights", {"call"}}};
  const auto result = grant.handler({*Caller(Who::kAdministrator), process_, params, "r-1", 1,
                                     ended.get_token(), std::chrono::steady_clock::now()});
  EXPECT_EQ(result.error().code, ErrorCode::kRequestCancelled);
  EXPECT_EQ(access_.policy()->version(), 0U);
}

TEST_F(PolicyTest, AFailureOfTheObserverIsAWarning) {
  access_.Observe(
      {{}, [](const service::AccessPolicy&) { return std::string("the pipe is as it was"); }, {}});
  const Json result = Result("access.grant", {{"account", "BU"}, {"node", "file"}, {"rights", {"call"}}});
  EXPECT_EQ(result.at("warnings"), Json{"the pipe is as it was"});
}

// The file is replaced while the service does not watch: nothing is lost, and the audit records it.
TEST_F(PolicyTest, AChangeThatConflictsWithAnotherFileIsWithdrawn) {
  Result("access.grant", {{"account", "BU"}, {"node", "file"}, {"rights", {"call"}}});
  const std::string theirs = R"j({"format": 1, "version": 5, "nodes": {}})j";
  std::ofstream(policy_file(), std::ios::binary) << theirs;
  EXPECT_EQ(Refused("access.grant", {{"account", "IU"}, {"node", "file"}, {"rights", {"call"}}}).code,
            ErrorCode::kPolicyConflict);
  EXPECT_EQ(ReadAll(policy_file()), theirs);
  EXPECT_EQ(access_.policy()->version(), 1U);
  const std::string audit = AuditText();
  EXPECT_NE(audit.find("\"event\":\"policyWithdrawn\""), std::string::npos) << audit;
}

// Watches access.json, and lets the test wait for the result.
class ReplacedFile : public PolicyTest {
 protected:
  ReplacedFile() {
    access_.Observe({{},
                     [this](const service::AccessPolicy&) {
                       took_effect_.Set();
                       return std::string();
                     },
                     [this](const std::string& why) {
                       why_ = why;
                       refused_.Set();
                     }});
    access_.Follow();
  }
  ~ReplacedFile() override { access_.Stop(); }

  // As an editor does: renames another file over the old one.
  void Replace(std::string_view text) {
    const auto next = policy_folder() / "edited.tmp";
    std::ofstream(next, std::ios::binary) << text;
    ASSERT_TRUE(::MoveFileExW(next.c_str(), policy_file().c_str(), MOVEFILE_REPLACE_EXISTING))
        << ::GetLastError();
  }
  static std::string Text(std::string_view nodes) {
    return R"({"format": 1, "version": 1, "nodes": {)" + std::string(nodes) + "}}";
  }

  Event took_effect_;
  Event refused_;
  std::string why_;  // once refused_ is set
};

TEST_F(ReplacedFile, AppliesWithoutARestart) {
  Replace(Text(R"j("file.write": {"sddl": "D:(A;;GX;;;AU)"})j"));
  ASSERT_TRUE(took_effect_.Wait());
  EXPECT_TRUE(MayCall("file.write", Who::kOrdinary));
  EXPECT_EQ(access_.source(), service::PolicyStore::Loaded::Source::kFile);
  const std::vector<Json> lines = ChangesInAudit();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].at("node"), "file.write");
  EXPECT_FALSE(lines[0].contains("account"));
}

TEST_F(ReplacedFile, WithFaultsIsRefusedWholeAndThePolicyStays) {
  Replace(Text(R"j("file.write": {"sddl": "D:(A;;GX;;;AU)"})j"));
  ASSERT_TRUE(took_effect_.Wait());
  took_effect_.Reset();
  Replace(Text(R"j("file.read": {"sddl": "D:(A;;GW;;;WD)"}, "file.write": {"sddl": "O:BAD:"})j"));
  ASSERT_TRUE(refused_.Wait());
  EXPECT_NE(why_.find("file.read: (A;;GW;;;WD): "), std::string::npos) << why_;
  EXPECT_NE(why_.find("file.write: "), std::string::npos) << why_;
  EXPECT_EQ(Result("access.list", Json::object()).at("fault"), why_);
  EXPECT_TRUE(MayCall("file.write", Who::kOrdinary));
  EXPECT_EQ(access_.policy()->version(), 1U);

  Replace(Text(R"j("print": {"sddl": "D:(A;;GX;;;BU)"})j"));
  ASSERT_TRUE(took_effect_.Wait());
  EXPECT_FALSE(MayCall("file.write", Who::kOrdinary));
  EXPECT_EQ(Result("access.list", Json::object()).at("fault"), nullptr);
}

TEST_F(ReplacedFile, ThatTheServiceCannotUseIsNotOverwrittenByAChange) {
  access_.Observe({[](const service::AccessPolicy& policy) -> std::optional<std::string> {
                     if (policy.document().nodes.contains("pipe:"))
                       return "the pipe is closed to the service";
                     return std::nullopt;
                   },
                   {},
                   [this](const std::string&) { refused_.Set(); }});
  const std::string text = Text(R"j("pipe:": {"sddl": "D:(D;;GX;;;BU)"})j");
  Replace(text);
  ASSERT_TRUE(refused_.Wait());
  EXPECT_EQ(
      Refused("access.grant", {{"account", "BU"}, {"node", "file"}, {"rights", {"call"}}}).message,
      "access.json was refused and is not in use; a change would overwrite it: the pipe is closed to the service");
  EXPECT_EQ(ReadAll(policy_file()), text);
}

TEST_F(ReplacedFile, WhenRemovedRestoresTheBuiltInPolicy) {
  Replace(Text(R"j("file.write": {"sddl": "D:(A;;GX;;;AU)"})j"));
  ASSERT_TRUE(took_effect_.Wait());
  took_effect_.Reset();
  ASSERT_TRUE(std::filesystem::remove(policy_file()));
  ASSERT_TRUE(took_effect_.Wait());
  EXPECT_FALSE(MayCall("file.write", Who::kOrdinary));
  EXPECT_EQ(access_.source(), service::PolicyStore::Loaded::Source::kDefault);
}

TEST_F(PolicyTest, AnInvalidFileAtTheStartGivesTheLastGoodOneOrAdministratorsOnly) {
  Result("access.grant", {{"account", OwnSid()}, {"node", "file.write"}, {"rights", {"call"}}});
  access_.Stop();
  std::ofstream(policy_file(), std::ios::binary) << "{";
  access_.Start();
  EXPECT_EQ(access_.source(), service::PolicyStore::Loaded::Source::kLastGood);
  EXPECT_TRUE(MayCall("file.write", Who::kOrdinary));

  access_.Stop();
  std::filesystem::remove_all(policy_folder() / "history");
  access_.Start();
  EXPECT_EQ(access_.source(), service::PolicyStore::Loaded::Source::kAdministratorsOnly);
  EXPECT_FALSE(MayCall("file.read", Who::kOrdinary));
  EXPECT_TRUE(MayCall("file.read", Who::kAdministrator));
  const protocol::Error refused =
      Refused("access.grant", {{"account", "BU"}, {"node", "file"}, {"rights", {"call"}}});
  EXPECT_EQ(
      refused.message,
      "access.json cannot be read, so only administrators have access: repair the file, or stop the service and run "
      "onbehalf-service.exe --reset-access.");
}

}  // namespace
}  // namespace onbehalf::test
