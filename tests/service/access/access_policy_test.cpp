#include "access/access_policy.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fault_test.h"
#include "onbehalf/win32/security_descriptor.h"
#include "support/platform_probe.h"

namespace onbehalf::test {
namespace {

using service::AccessDecision;
using service::AccessPolicy;
using service::CallerIdentity;
using service::Method;
using service::MethodRegistry;
using win32::AccessEntry;
using win32::SecurityDescriptor;
using win32::Sid;

Method Named(std::string name, std::string access_default) {
  Method method = PublicMethod(std::move(name), service::Acts::kAsService, service::Pace::kQuick,
                               [](const service::Call&) -> service::MethodResult { return Json(nullptr); });
  method.access_default = std::move(access_default);
  return method;
}

std::string Own() { return OwnToken().User().ToString(); }

// The built-in policy over these methods.
class BuiltInPolicy : public testing::Test {
 protected:
  BuiltInPolicy() {
    methods_.Add(Named("test.everybody", "D:(A;;GXGR;;;AU)"));
    methods_.Add(Named("test.visible", "D:(A;;GR;;;AU)"));
    methods_.Add(Named("test.hidden", "D:"));
    methods_.Add(Named("test.deniesUser", "D:(D;;GX;;;" + Own() + ")(A;;GXGR;;;AU)"));
    methods_.Add(Named("test.deniesUserLast", "D:(A;;GXGR;;;AU)(D;;GX;;;" + Own() + ")"));
    methods_.Add(Named("test.deniesAdministrators", "D:(D;;GX;;;BA)(A;;GXGR;;;AU)"));
    methods_.Add(Named("test.callOnly", "D:(A;;GX;;;AU)"));
    methods_.Add(Named("test.world", "D:(A;;GA;;;WD)(A;;GA;;;AN)(A;;GA;;;BG)"));
    policy_ = AccessPolicy::BuiltIn(methods_);
  }

  AccessDecision Check(const char* method, const CallerIdentity& caller) const {
    return policy_->Check(*methods_.Find(method), caller);
  }
  bool MaySee(const char* method, const CallerIdentity& caller) const {
    return policy_->MaySee(*methods_.Find(method), caller);
  }
  const AccessPolicy& policy() const { return *policy_; }
  const MethodRegistry& methods() const { return methods_; }

  const CallerIdentity administrator_{OwnToken()};
  const CallerIdentity ordinary_{DenyOnlyToken()};

 private:
  MethodRegistry methods_;
  std::optional<AccessPolicy> policy_;
};

TEST_F(BuiltInPolicy, LetsAdministratorsCallAndSeeEverything) {
  for (const char* method :
       {"test.everybody", "test.visible", "test.hidden", "test.callOnly", "test.world"}) {
    EXPECT_TRUE(Check(method, administrator_).allowed) << method;
    EXPECT_TRUE(MaySee(method, administrator_)) << method;
  }
  EXPECT_TRUE(policy().IsAdministrator(administrator_));
}

TEST_F(BuiltInPolicy, LetsOthersCallWhatTheMethodsDefaultGivesThem) {
  EXPECT_TRUE(Check("test.everybody", ordinary_).allowed);
  EXPECT_TRUE(Check("test.callOnly", ordinary_).allowed);
  EXPECT_FALSE(Check("test.visible", ordinary_).allowed);
  EXPECT_FALSE(Check("test.hidden", ordinary_).allowed);
}

TEST_F(BuiltInPolicy, TakesADenyOnlyMembershipForNone) {
  EXPECT_FALSE(policy().IsAdministrator(ordinary_));
  EXPECT_FALSE(Check("test.hidden", ordinary_).allowed);
  EXPECT_FALSE(Check("test.hidden", ordinary_).visible);
}

TEST_F(BuiltInPolicy, LetsADenyOnlyMembershipDeny) {
  ONBEHALF_SKIP_WITHOUT("AccessCheck that lets a deny entry hit a deny-only group",
                        DenyOnlyGroupsAreDenied());
  EXPECT_FALSE(Check("test.deniesAdministrators", ordinary_).allowed);
}

TEST_F(BuiltInPolicy, SaysWhetherTheRefusedMaySeeTheMethod) {
  EXPECT_TRUE(Check("test.visible", ordinary_).visible);
  EXPECT_TRUE(MaySee("test.visible", ordinary_));
  EXPECT_FALSE(Check("test.hidden", ordinary_).visible);
  EXPECT_FALSE(MaySee("test.hidden", ordinary_));
  EXPECT_FALSE(MaySee("test.callOnly", ordinary_));
}

TEST_F(BuiltInPolicy, LetsDenyWinOverAllowOfTheSameLevelWhateverTheirOrder) {
  for (const char* method : {"test.deniesUser", "test.deniesUserLast"}) {
    for (const CallerIdentity* caller : {&administrator_, &ordinary_}) {
      const AccessDecision decision = Check(method, *caller);
      EXPECT_FALSE(decision.allowed) << method;
      // Seeing is not denied.
      EXPECT_TRUE(decision.visible) << method;
      EXPECT_EQ(decision.entry, "(D;;0x1;;;" + Own() + ")") << method;
      EXPECT_EQ(decision.node, method);
    }
  }
}

TEST_F(BuiltInPolicy, LetsTheMethodDenyWhatTheRootGives) {
  EXPECT_FALSE(Check("test.deniesAdministrators", administrator_).allowed);
  EXPECT_EQ(Check("test.deniesAdministrators", administrator_).entry, "(D;;0x1;;;S-1-5-32-544)");
}

TEST_F(BuiltInPolicy, NamesNoEntryWhereNoneDecided) {
  EXPECT_EQ(Check("test.hidden", ordinary_).entry, "");
  EXPECT_EQ(Check("test.visible", ordinary_).entry, "");
  EXPECT_EQ(Check("test.hidden", ordinary_).node, "test.hidden");
}

TEST_F(BuiltInPolicy, AsksWindowsWithAnIdentificationTokenToo) {
  const CallerIdentity caller(OwnToken(win32::ImpersonationLevel::kIdentification));
  EXPECT_TRUE(Check("test.hidden", caller).allowed);
  EXPECT_TRUE(policy().IsAdministrator(caller));
}

TEST_F(BuiltInPolicy, MethodsThatItDoesNotKnowHaveTheRootsDescriptor) {
  const Method added = Named("test.later", "D:(A;;GXGR;;;WD)");
  EXPECT_TRUE(policy().Check(added, administrator_).allowed);
  EXPECT_FALSE(policy().Check(added, ordinary_).allowed);
}

// The descriptor that Windows is asked with.
SecurityDescriptor DescriptorOf(const AccessPolicy& policy, const Method& method,
                                const CallerIdentity& caller) {
  std::optional<SecurityDescriptor> asked;
  TokenHooks hooks;
  hooks.access_check = [&asked](PSECURITY_DESCRIPTOR descriptor, HANDLE token, DWORD desired,
                                GENERIC_MAPPING* mapping, PRIVILEGE_SET* privileges, DWORD* privileges_size,
                                DWORD* granted, BOOL* allowed) {
    asked = SecurityDescriptor::FromPointer(descriptor);
    return WindowsAccessCheck(descriptor, token, desired, mapping, privileges, privileges_size, granted,
                              allowed);
  };
  const TokenSeam seam(hooks);
  static_cast<void>(policy.MaySee(method, caller));
  return *asked;
}

TEST_F(BuiltInPolicy, GivesEveryMethodAProtectedDescriptorThatSystemOwns) {
  for (const Method* method : methods().All()) {
    const SecurityDescriptor descriptor = DescriptorOf(policy(), *method, administrator_);
    EXPECT_TRUE(descriptor.IsProtected()) << method->name;
    EXPECT_TRUE(descriptor.HasDacl()) << method->name;
    // An owner may change the descriptor without any entry that says so: no account that calls may be it.
    EXPECT_EQ(descriptor.Owner(), Sid::FromWellKnown(WinLocalSystemSid)) << method->name;
  }
}

TEST_F(BuiltInPolicy, DeniesAnonymousAndGuestsBeforeAnythingElseIsAsked) {
  for (const Method* method : methods().All()) {
    const std::vector<AccessEntry> entries = DescriptorOf(policy(), *method, administrator_).Dacl();
    ASSERT_GE(entries.size(), 4U) << method->name;
    const ACCESS_MASK all = service::kCall | service::kSee | service::kManage;
    const WELL_KNOWN_SID_TYPE denied[] = {WinAnonymousSid, WinBuiltinGuestsSid};
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_TRUE(entries[i].denies()) << method->name;
      EXPECT_EQ(entries[i].mask, all) << method->name;
      EXPECT_EQ(entries[i].sid, Sid::FromWellKnown(denied[i])) << method->name;
    }
    for (std::size_t i = 2; i < entries.size(); ++i) EXPECT_FALSE(entries[i].inherit_only()) << method->name;
  }
}

// A token of Guests or of the anonymous logon cannot be made everywhere. This one's own user, put in their
// place in the very descriptor that Windows is asked with, is denied what the method gives to everyone.
TEST_F(BuiltInPolicy, DenialOfAnonymousAndGuestsHoldsAgainstAMethodThatAllowsThem) {
  const std::string sddl = DescriptorOf(policy(), *methods().Find("test.world"), administrator_).ToSddl();
  for (const std::string alias : {";;;AN)", ";;;BG)"}) {
    std::string changed = sddl;
    const std::size_t at = changed.find(alias);
    ASSERT_NE(at, std::string::npos) << sddl;
    changed.replace(at, alias.size(), ";;;" + Own() + ")");
    const auto descriptor = SecurityDescriptor::FromSddl(changed);
    for (const ACCESS_MASK right : {service::kCall, service::kSee, service::kManage}) {
      EXPECT_FALSE(
          win32::CheckAccess(descriptor, administrator_.token(), right, service::kAccessMapping).allowed)
          << changed;
    }
  }
}

// The anonymous logon's token, as an unauthenticated client's is; nullopt where Windows' function does not
// give it.
std::optional<win32::Token> AnonymousToken() {
  if (!::ImpersonateAnonymousToken(::GetCurrentThread())) return std::nullopt;
  HANDLE handle = nullptr;
  const BOOL opened = WindowsOpenThreadToken(::GetCurrentThread(), TOKEN_ALL_ACCESS, TRUE, &handle);
  WindowsRevertToSelf();
  if (!opened) return std::nullopt;
  win32::Token token{win32::UniqueObject(handle)};
  if (token.User() != Sid::FromWellKnown(WinAnonymousSid)) return std::nullopt;
  return token;
}

TEST_F(BuiltInPolicy, DeniesTheAnonymousLogonWhateverTheMethodAllows) {
  std::optional<win32::Token> anonymous = AnonymousToken();
  ONBEHALF_SKIP_WITHOUT("ImpersonateAnonymousToken that gives the anonymous logon's token",
                        anonymous.has_value());
  const CallerIdentity caller(*std::move(anonymous));
  for (const Method* method : methods().All()) {
    const AccessDecision decision = policy().Check(*method, caller);
    EXPECT_FALSE(decision.allowed) << method->name;
    EXPECT_FALSE(decision.visible) << method->name;
  }
}

// ---- Through the pipe ----

class PolicyAtWork : public FaultTest {
 protected:
  PolicyAtWork() {
    for (const char* sddl : {"D:", "D:(A;;GR;;;AU)"}) {
      Method method = Named(std::string(sddl) == "D:" ? "test.hidden" : "test.visible", sddl);
      method.handler = [this](const service::Call&) -> service::MethodResult {
        ++guarded_runs_;
        return Json("done");
      };
      server().methods().Add(std::move(method));
    }
    Start();
  }

  // The bytes of the answer to a request with this id for this method.
  std::string AnswerTo(RawClient& client, const char* method, const Json& params, const Json& id) {
    writers().Add(DenyOnlyToken());
    Json request{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}};
    if (!params.is_null()) request["params"] = params;
    client.Send(request);
    return client.ReadText().value_or("closed");
  }
  int guarded_runs() const { return guarded_runs_; }

 private:
  std::atomic<int> guarded_runs_{0};
};

TEST_F(PolicyAtWork, AnswersForAHiddenMethodAsForOneThatDoesNotExist) {
  RawClient client = Connect();
  // Parameters that would be refused too, ids of every kind.
  for (const Json& params : {Json(nullptr), Json::object(), Json{{"no", "such"}}, Json::array({1, 2, 3})}) {
    for (const Json& id : {Json(1), Json("one"), Json(0)}) {
      EXPECT_EQ(AnswerTo(client, "test.hidden", params, id), AnswerTo(client, "test.absent", params, id));
    }
  }
  EXPECT_EQ(CodeOf(Json::parse(AnswerTo(client, "test.hidden", nullptr, 5))), -32601);
  EXPECT_EQ(guarded_runs(), 0);
}

TEST_F(PolicyAtWork, DeniesAVisibleMethodWithTheRequestThatTheAuditExplains) {
  RawClient client = Connect();
  const Json answer = Json::parse(AnswerTo(client, "test.visible", nullptr, 1));
  EXPECT_EQ(CodeOf(answer), -32010) << answer;
  EXPECT_EQ(guarded_runs(), 0);
  const auto lines = server().AuditLines();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].value("request", ""), answer["error"]["data"].value("requestId", "?"));
  EXPECT_EQ(lines[0].value("verdict", ""), "denied");
  EXPECT_EQ(lines[0].value("node", ""), "test.visible");
  EXPECT_EQ(lines[0].value("reason", ""), "AccessDenied");
  EXPECT_EQ(lines[0].value("account", ""), Own());
}

TEST_F(PolicyAtWork, TellsTheAuditWhatItDoesNotTellTheCaller) {
  RawClient client = Connect();
  AnswerTo(client, "test.hidden", nullptr, 1);
  AnswerTo(client, "test.absent", nullptr, 2);
  const auto lines = server().AuditLines();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].value("verdict", ""), "denied");
  EXPECT_EQ(lines[0].value("node", ""), "test.hidden");
  EXPECT_EQ(lines[1].value("verdict", ""), "refused");
  EXPECT_EQ(lines[1].value("reason", ""), "MethodNotFound");
  EXPECT_FALSE(lines[1].contains("node"));
}

TEST_F(PolicyAtWork, ChecksEveryRequestAndNotTheConnection) {
  RawClient client = Connect();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(client.Call("test.hidden")["result"], "done");
    EXPECT_EQ(CodeOf(Json::parse(AnswerTo(client, "test.hidden", nullptr, 100 + i))), -32601);
  }
  EXPECT_EQ(guarded_runs(), 3);
}

TEST_F(PolicyAtWork, ShowsEachCallerTheMethodsThatItMaySee) {
  RawClient client = Connect();
  const auto names = [](const Json& answer) {
    std::string all;
    for (const Json& method : answer["result"]["methods"]) all += method.value("name", "?") + " ";
    return all;
  };
  const std::string administrators = names(client.Call("rpc.discover"));
  EXPECT_NE(administrators.find("test.hidden "), std::string::npos) << administrators;
  const std::string others = names(Json::parse(AnswerTo(client, "rpc.discover", nullptr, 1)));
  EXPECT_EQ(others.find("test.hidden "), std::string::npos) << others;
  EXPECT_NE(others.find("test.visible "), std::string::npos) << others;
}

}  // namespace
}  // namespace onbehalf::test
