// What the service shows of a caller in an app container, and how it explains what Windows decides for one. The tokens are made up
// (app_container_seam.h), and so is Windows' decision: docs/windows-checks.md has what is to be seen with real ones.

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "access/access_policy.h"
#include "access/callers.h"
#include "access/explanation.h"
#include "access/node_sddl.h"
#include "access/policy_reading.h"
#include "methods/identity_methods.h"
#include "methods/method_caller.h"
#include "onbehalf/win32/account_names.h"
#include "requests/fault_test.h"
#include "support/app_container_seam.h"

namespace onbehalf::test {
namespace {

using service::AccessPolicy;
using service::CallerIdentity;
using service::Explanation;
using service::kCall;
using service::kManage;
using win32::AppContainer;
using win32::Sid;
using Texts = std::vector<std::string>;

// microsoft.windowscalculator_8wekyb3d8bbwe
constexpr const char* kPackage =
    "S-1-15-2-466767348-3739614953-2700836392-1801644223-4227750657-1087833535-2488631167";
constexpr const char* kOtherPackage = "S-1-15-2-1-2-3-4-5-6-7";
constexpr const char* kInternetClient = "S-1-15-3-1";
constexpr const char* kDisabledCapability = "S-1-15-3-2";

AppContainer Container() {
  return {
      *Sid::FromNumbers(kPackage),
      5,
      {{*Sid::FromNumbers(kInternetClient), SE_GROUP_ENABLED}, {*Sid::FromNumbers(kDisabledCapability), 0}}};
}

TokenHooks Hooks(AppContainer container) {
  TokenHooks hooks;
  hooks.get_token_information = InAppContainer(std::move(container));
  return hooks;
}

// With each answer for its own token.
std::shared_ptr<const CallerIdentity> IdentityIn(const std::optional<AppContainer>& container) {
  const TokenSeam seam(container ? Hooks(*container) : TokenHooks{});
  return std::make_shared<const CallerIdentity>(OwnToken());
}

TEST(AppContainerIdentity, IsReadFromTheToken) {
  const auto identity = IdentityIn(Container());
  ASSERT_NE(identity->app_container(), nullptr);
  EXPECT_EQ(identity->app_container()->package, *Sid::FromNumbers(kPackage));
  EXPECT_EQ(identity->app_container()->number, 5u);
  ASSERT_EQ(identity->app_container()->capabilities.size(), 2u);
  EXPECT_EQ(identity->app_container()->capabilities[0].sid, *Sid::FromNumbers(kInternetClient));
  EXPECT_TRUE(identity->app_container()->capabilities[0].enabled());
  EXPECT_FALSE(identity->app_container()->capabilities[1].enabled());
  EXPECT_EQ(IdentityIn(std::nullopt)->app_container(), nullptr);
  EXPECT_FALSE(OwnToken().Container());
}

TEST(AppContainerIdentity, IsPartOfWhetherTwoCallersAreTheSame) {
  const auto is_same = [](const std::optional<AppContainer>& a, const std::optional<AppContainer>& b) {
    const auto one = IdentityIn(a);
    const auto other = IdentityIn(b);
    EXPECT_EQ(one->IsSameAs(*other), other->IsSameAs(*one));
    return one->IsSameAs(*other);
  };
  EXPECT_TRUE(is_same(Container(), Container()));
  EXPECT_TRUE(is_same(std::nullopt, std::nullopt));
  EXPECT_FALSE(is_same(Container(), std::nullopt));
  AppContainer other = Container();
  other.package = *Sid::FromNumbers(kOtherPackage);
  EXPECT_FALSE(is_same(Container(), other));
  other = Container();
  other.number = 6;
  EXPECT_FALSE(is_same(Container(), other));
  other = Container();
  other.capabilities.pop_back();
  EXPECT_FALSE(is_same(Container(), other));
  other = Container();
  other.capabilities[1].attributes = SE_GROUP_ENABLED;
  EXPECT_FALSE(is_same(Container(), other));
}

TEST(AppContainerWhoami, ShowsPackageNumberAndCapabilities) {
  service::MethodRegistry methods;
  service::AddIdentityMethods(methods, std::make_shared<win32::AccountNames>());
  const MethodCaller caller;
  EXPECT_FALSE(caller.Result(methods, "identity.whoami").contains("app_container"));
  const TokenSeam seam(Hooks(Container()));
  const Json answer = caller.Result(methods, "identity.whoami");
  EXPECT_EQ(Misfit(answer, methods.Find("identity.whoami")->result_schema), "");
  const Json& container = answer.at("app_container");
  EXPECT_EQ(container.at("package").at("sid"), kPackage);
  EXPECT_EQ(container.at("number"), 5);
  ASSERT_EQ(container.at("capabilities").size(), 2u);
  EXPECT_EQ(container.at("capabilities").at(0).at("sid"), kInternetClient);
  EXPECT_EQ(container.at("capabilities").at(0).at("attributes"), Json::array({"enabled"}));
  EXPECT_EQ(container.at("capabilities").at(1).at("attributes"), Json::array());
}

// ---- The audit ----

class AppContainerAudit : public FaultTest {
 protected:
  AppContainerAudit() { Start(); }
  // The decision about a call by this caller.
  Json Decision(const std::optional<AppContainer>& container) {
    if (container) {
      Use(Hooks(*container));
    } else {
      UseWindows();
    }
    RawClient client = Connect();
    client.Call("test.asService");
    Json last;
    for (Json& line : server().AuditLines()) {
      if (line.value("event", "") == "decision") last = std::move(line);
    }
    return last;
  }
};

TEST_F(AppContainerAudit, NamesThePackageAndTheCapabilities) {
  const Json ordinary = Decision(std::nullopt);
  for (const char* member : {"package", "container", "capabilities", "capabilities_omitted"})
    EXPECT_FALSE(ordinary.contains(member)) << ordinary;
  const Json line = Decision(Container());
  EXPECT_EQ(line.at("package"), kPackage);
  EXPECT_EQ(line.at("container"), 5);
  EXPECT_EQ(line.at("capabilities"), Json::array({kInternetClient, kDisabledCapability}));
  EXPECT_FALSE(line.contains("capabilities_omitted"));
}

TEST_F(AppContainerAudit, ListsSoManyCapabilitiesAndCountsTheRest) {
  AppContainer container = Container();
  container.capabilities.clear();
  EXPECT_EQ(Decision(container).at("capabilities"), Json::array());
  // Each as long as a SID can be.
  std::string longest = "S-1-15-3";
  for (int i = 0; i < 13; ++i) longest += "-4294967295";
  for (unsigned i = 0; i < 40; ++i)
    container.capabilities.push_back(
        {*Sid::FromNumbers(longest + "-" + std::to_string(4294967000u + i)), SE_GROUP_ENABLED});
  const Json line = Decision(container);
  ASSERT_EQ(line.at("capabilities").size(), 32u);
  EXPECT_EQ(line.at("capabilities").at(31), longest + "-4294967031");
  EXPECT_EQ(line.at("capabilities_omitted"), 8);
  EXPECT_EQ(line.at("verdict"), "allowed");
}

// ---- Explanations ----

class AppContainerExplanation : public testing::Test {
 protected:
  // The explanation of `right` at file.write with these nodes, for a caller in the container, if Windows decides like this.
  static Explanation Explained(const std::vector<std::pair<std::string, std::string>>& nodes,
                               ACCESS_MASK right, bool allowed, const AppContainer& container = Container()) {
    service::PolicyDocument document;
    for (const auto& [name, sddl] : nodes)
      document.nodes.emplace(name, std::get<service::PolicyNode>(service::ParseNode(name, sddl)));
    service::MethodRegistry methods;
    methods.Add(MethodWithDefault("file.write", "D:"));
    const AccessPolicy policy = AccessPolicy::Compile(std::move(document), methods);
    TokenHooks hooks = Hooks(container);
    hooks.access_check = [allowed](PSECURITY_DESCRIPTOR, HANDLE, DWORD desired, GENERIC_MAPPING*,
                                   PRIVILEGE_SET*, DWORD*, DWORD* granted, BOOL* verdict) {
      *granted = allowed ? desired : 0;
      *verdict = allowed;
      return TRUE;
    };
    const TokenSeam seam(hooks);
    const CallerIdentity caller(OwnToken());
    return service::Explain(policy, *policy.Find("file.write"), caller, right);
  }
  // Of the entries after those that always deny.
  static Texts Steps(const Explanation& explanation) {
    Texts steps;
    for (std::size_t i = 2; i < explanation.entries.size(); ++i) {
      const service::ExplainedEntry& each = explanation.entries[i];
      steps.push_back(service::ToSddl(each.entry) + " " + std::string(service::Word(each.step)));
    }
    return steps;
  }
  static std::string Allow(std::string_view right, std::string_view sid) {
    return "(A;;" + std::string(right) + ";;;" + std::string(sid) + ")";
  }
};

TEST_F(AppContainerExplanation, NeedsEntriesForTheAccountAndForThePackage) {
  const Explanation both =
      Explained({{"file.write", "D:P(A;;GX;;;WD)" + Allow("GX", kPackage)}}, kCall, true);
  EXPECT_TRUE(both.allowed);
  EXPECT_EQ(both.note, "");
  EXPECT_EQ(both.deciding, 2u);
  EXPECT_EQ(Steps(both), (Texts{"(A;;GX;;;WD) decides", Allow("GX", kPackage) + " allows"}));
  EXPECT_EQ(both.entries[3].via, *Sid::FromNumbers(kPackage));
  EXPECT_FALSE(both.package_refused);

  const Explanation account_only = Explained({{"file.write", "D:P(A;;GX;;;WD)"}}, kCall, false);
  EXPECT_FALSE(account_only.allowed);
  EXPECT_TRUE(account_only.package_refused);
  EXPECT_FALSE(account_only.deciding);
  EXPECT_EQ(Steps(account_only), Texts{"(A;;GX;;;WD) allows"});
  EXPECT_EQ(account_only.note,
            std::string("The caller runs in an app container of the package ") + kPackage +
                ", and no entry allows the package, one of its capabilities or all packages what "
                "the account is allowed.");

  const Explanation package_only = Explained({{"file.write", "D:P" + Allow("GX", kPackage)}}, kCall, false);
  EXPECT_FALSE(package_only.package_refused);
  EXPECT_FALSE(package_only.deciding);
  EXPECT_EQ(package_only.note, "");
  EXPECT_EQ(Steps(package_only), Texts{Allow("GX", kPackage) + " allows"});
}

TEST_F(AppContainerExplanation, CountsEnabledCapabilitiesAndAllPackages) {
  for (const char* sid : {kInternetClient, "S-1-15-2-1", "S-1-15-2-2"}) {
    const Explanation explanation =
        Explained({{"file.write", "D:P(A;;GX;;;WD)" + Allow("GX", sid)}}, kCall, true);
    EXPECT_EQ(explanation.note, "") << sid;
    EXPECT_EQ(Steps(explanation), (Texts{"(A;;GX;;;WD) decides", Allow("GX", sid) + " allows"}));
  }
  for (const char* sid : {kDisabledCapability, kOtherPackage}) {
    const Explanation explanation =
        Explained({{"file.write", "D:P(A;;GX;;;WD)" + Allow("GX", sid)}}, kCall, false);
    EXPECT_TRUE(explanation.package_refused) << sid;
    EXPECT_EQ(Steps(explanation), (Texts{"(A;;GX;;;WD) allows", Allow("GX", sid) + " notReached"}));
  }
}

TEST_F(AppContainerExplanation, ADenyEntryForAnAccountCountsAndOneForThePackageDoesNot) {
  const Explanation explanation = Explained(
      {{"file.write", std::string("D:P(D;;GX;;;") + kPackage + ")(A;;GX;;;WD)" + Allow("GX", kPackage)}},
      kCall, true);
  EXPECT_EQ(explanation.note, "");
  EXPECT_EQ(Steps(explanation), (Texts{std::string("(D;;GX;;;") + kPackage + ") noMatch",
                                       "(A;;GX;;;WD) decides", Allow("GX", kPackage) + " allows"}));
  const Explanation denied =
      Explained({{"file.write", "D:P(D;;GX;;;WD)" + Allow("GX", kPackage)}}, kCall, false);
  EXPECT_EQ(denied.deciding, 2u);
  EXPECT_EQ(denied.note, "");
}

TEST_F(AppContainerExplanation, SaysWhatElseMayBeTheReason) {
  const Explanation explanation =
      Explained({{"file.write", "D:P(A;;GX;;;WD)(A;;GX;;;S-1-15-2-1)"}}, kCall, false);
  EXPECT_FALSE(explanation.deciding);
  EXPECT_EQ(
      explanation.note,
      "Windows refused it although the entries allow it: entries for all application packages (S-1-15-2-1) do not "
      "apply to a less privileged app container, and something else may limit this token.");
}

// ---- Low integrity ----

TEST(LowIntegrity, IsExplained) {
  static const Sid low = Sid::FromWellKnown(WinLowLabelSid);
  const auto note = [](const std::string& sddl, ACCESS_MASK right) {
    service::PolicyDocument document;
    document.nodes.emplace("file.write",
                           std::get<service::PolicyNode>(service::ParseNode("file.write", sddl)));
    service::MethodRegistry methods;
    methods.Add(MethodWithDefault("file.write", "D:"));
    const AccessPolicy policy = AccessPolicy::Compile(std::move(document), methods);
    TokenHooks hooks;
    hooks.get_token_information = [](HANDLE token, TOKEN_INFORMATION_CLASS kind, void* answer, DWORD size,
                                     DWORD* needed) {
      if (kind != TokenIntegrityLevel) return WindowsGetTokenInformation(token, kind, answer, size, needed);
      *needed = sizeof(TOKEN_MANDATORY_LABEL);
      if (size < *needed) return FailWith(ERROR_INSUFFICIENT_BUFFER);
      *static_cast<TOKEN_MANDATORY_LABEL*>(answer) = {{low.get(), SE_GROUP_INTEGRITY}};
      return TRUE;
    };
    hooks.access_check = [](PSECURITY_DESCRIPTOR, HANDLE, DWORD, GENERIC_MAPPING*, PRIVILEGE_SET*, DWORD*,
                            DWORD* granted, BOOL* verdict) {
      *granted = 0;
      *verdict = FALSE;
      return TRUE;
    };
    const TokenSeam seam(hooks);
    const CallerIdentity caller(OwnToken());
    return service::Explain(policy, *policy.Find("file.write"), caller, right).note;
  };
  const std::string by_package =
      "Refused because the caller's integrity level is below medium and an entry names a package: Windows grants such a "
      "caller nothing there, whatever the entries allow.";
  EXPECT_EQ(note(std::string("D:P(A;;GX;;;WD)(A;;GX;;;") + kPackage + ")", kCall), by_package);
  EXPECT_EQ(
      note("D:P(A;;GW;;;BA)", kManage),
      "Refused because the caller's integrity level is below medium: it cannot manage, whatever the entries allow.");
  // The SIDs of all packages do not shut it out.
  EXPECT_EQ(note("D:P(A;;GX;;;WD)(A;;GX;;;S-1-15-2-1)", kCall),
            "Windows refused it although the entries allow it: something else limits this token.");
}

}  // namespace
}  // namespace onbehalf::test
