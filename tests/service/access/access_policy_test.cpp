#include "access/access_policy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "access/node_sddl.h"
#include "access/policy_checks.h"
#include "access/policy_reading.h"
#include "callers.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/win32_error.h"
#include "support/platform_probe.h"
#include "support/restricted_token.h"
#include "support/token_seam.h"

namespace onbehalf::test {
namespace {

using service::AccessDecision;
using service::AccessPolicy;
using service::CallerIdentity;
using service::EffectiveEntry;
using service::EffectiveNode;
using service::Method;
using service::MethodRegistry;
using service::PolicyDocument;
using service::PolicyNode;
using win32::AccessEntry;
using win32::SecurityDescriptor;
using win32::Sid;

PolicyNode Node(std::string_view name, const std::string& sddl) {
  return std::get<PolicyNode>(service::ParseNode(name, sddl));
}

// Counts the calls of Windows' functions while it exists.
class CallCount {
 public:
  CallCount() : seam_(Hooks()) {}
  int checks() const { return checks_; }
  int queries() const { return queries_; }
  // From now on AccessCheck fails with this code; ERROR_SUCCESS: Windows' own result.
  void FailWith(DWORD code) { fails_with_ = code; }

 private:
  TokenHooks Hooks() {
    TokenHooks hooks;
    hooks.access_check = [this](auto... arguments) {
      ++checks_;
      return fails_with_ == 0 ? WindowsAccessCheck(arguments...) : onbehalf::test::FailWith(fails_with_);
    };
    hooks.get_token_information = [this](auto... arguments) {
      ++queries_;
      return WindowsGetTokenInformation(arguments...);
    };
    return hooks;
  }

  std::atomic<int> checks_{0};
  std::atomic<int> queries_{0};
  std::atomic<DWORD> fails_with_{0};
  TokenSeam seam_;
};

// The built-in policy for these methods.
class BuiltInPolicy : public testing::Test {
 protected:
  BuiltInPolicy() {
    const std::string own = OwnSid();
    for (const auto& [name, sddl] :
         {std::pair<const char*, std::string>{"test.everybody", "D:(A;;GXGR;;;AU)"},
          {"test.sameAsEverybody", "D:(A;;GXGR;;;AU)"},
          {"test.visible", "D:(A;;GR;;;AU)"},
          {"test.hidden", "D:"},
          {"test.hiddenToo", "D:(D;;GX;;;" + own + ")"},
          {"test.deniesUser", "D:(D;;GX;;;" + own + ")(A;;GXGR;;;AU)"},
          {"test.deniesUserLast", "D:(A;;GXGR;;;AU)(D;;GX;;;" + own + ")"},
          {"test.deniesAdministrators", "D:(D;;GX;;;BA)(A;;GXGR;;;AU)"},
          {"test.callOnly", "D:(A;;GX;;;AU)"},
          {"test.world", "D:(A;;GXGR;;;WD)(A;;GXGR;;;AN)(A;;GXGR;;;BG)"}}) {
      methods_.Add(MethodWithDefault(name, sddl));
    }
    policy_ = AccessPolicy::Compile({}, methods_);
  }

  AccessDecision Check(const char* method, const CallerIdentity& caller) const {
    return policy_->Check(*methods_.Find(method), caller);
  }
  bool MaySee(const char* method, const CallerIdentity& caller) const {
    return policy_->MaySee(*methods_.Find(method), caller);
  }
  const SecurityDescriptor& DescriptorOf(std::string_view node) const {
    return policy_->Descriptor(*policy_->Find(node));
  }
  const AccessPolicy& policy() const { return *policy_; }
  const MethodRegistry& methods() const { return methods_; }

  const std::shared_ptr<const CallerIdentity> administrator_caller_ = Caller(Who::kAdministrator);
  const std::shared_ptr<const CallerIdentity> ordinary_caller_ = Caller(Who::kOrdinary);
  const CallerIdentity& administrator_ = *administrator_caller_;
  const CallerIdentity& ordinary_ = *ordinary_caller_;

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

TEST_F(BuiltInPolicy, LetsOthersCallWhatTheMethodsDefaultGrants) {
  EXPECT_TRUE(Check("test.everybody", ordinary_).allowed);
  EXPECT_TRUE(Check("test.callOnly", ordinary_).allowed);
  EXPECT_FALSE(Check("test.visible", ordinary_).allowed);
  EXPECT_FALSE(Check("test.hidden", ordinary_).allowed);
}

TEST_F(BuiltInPolicy, GrantsNothingToADenyOnlyMembership) {
  EXPECT_FALSE(policy().IsAdministrator(ordinary_));
  EXPECT_FALSE(Check("test.hidden", ordinary_).allowed);
  EXPECT_FALSE(Check("test.hidden", ordinary_).visible);
}

TEST_F(BuiltInPolicy, AppliesDenyEntriesToADenyOnlyMembership) {
  ONBEHALF_SKIP_WITHOUT("AccessCheck that lets a deny entry hit a deny-only group",
                        DenyOnlyGroupsAreDenied());
  EXPECT_FALSE(Check("test.deniesAdministrators", ordinary_).allowed);
}

TEST_F(BuiltInPolicy, SaysWhetherARefusedCallerMaySeeTheMethod) {
  EXPECT_TRUE(Check("test.visible", ordinary_).visible);
  EXPECT_TRUE(MaySee("test.visible", ordinary_));
  EXPECT_FALSE(Check("test.hidden", ordinary_).visible);
  EXPECT_FALSE(MaySee("test.hidden", ordinary_));
  EXPECT_FALSE(MaySee("test.callOnly", ordinary_));
}

TEST_F(BuiltInPolicy, DenyWinsOverAllowOnTheSameLevelInAnyOrder) {
  for (const char* method : {"test.deniesUser", "test.deniesUserLast"}) {
    for (const CallerIdentity* caller : {&administrator_, &ordinary_}) {
      const AccessDecision decision = Check(method, *caller);
      EXPECT_FALSE(decision.allowed) << method;
      // See is not denied.
      EXPECT_TRUE(decision.visible) << method;
      EXPECT_EQ(decision.entry, "(D;;GX;;;" + OwnSid() + ")") << method;
      EXPECT_EQ(decision.node, method);
    }
  }
}

TEST_F(BuiltInPolicy, LetsTheMethodDenyWhatTheRootGrants) {
  EXPECT_FALSE(Check("test.deniesAdministrators", administrator_).allowed);
  EXPECT_EQ(Check("test.deniesAdministrators", administrator_).entry, "(D;;GX;;;BA)");
}

TEST_F(BuiltInPolicy, NamesNoEntryIfNoneDecided) {
  EXPECT_EQ(Check("test.hidden", ordinary_).entry, "");
  EXPECT_EQ(Check("test.visible", ordinary_).entry, "");
  EXPECT_EQ(Check("test.hidden", ordinary_).node, "test.hidden");
}

TEST_F(BuiltInPolicy, AsksWindowsWithAnIdentificationTokenToo) {
  const auto caller = Caller(Who::kIdentified);
  EXPECT_TRUE(Check("test.hidden", *caller).allowed);
  EXPECT_TRUE(policy().IsAdministrator(*caller));
}

TEST_F(BuiltInPolicy, UnknownMethodsHaveTheRootsDescriptor) {
  const Method added = MethodWithDefault("test.later", "D:(A;;GXGR;;;WD)");
  EXPECT_TRUE(policy().Check(added, administrator_).allowed);
  EXPECT_FALSE(policy().Check(added, ordinary_).allowed);
}

TEST_F(BuiltInPolicy, AsksWindowsWithTheNodesDescriptor) {
  std::optional<SecurityDescriptor> asked;
  TokenHooks hooks;
  hooks.access_check = [&asked](PSECURITY_DESCRIPTOR descriptor, auto... arguments) {
    asked = SecurityDescriptor::FromPointer(descriptor);
    return WindowsAccessCheck(descriptor, arguments...);
  };
  const TokenSeam seam(hooks);
  Check("test.visible", administrator_);
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->ToSddl(), DescriptorOf("test.visible").ToSddl());
}

TEST_F(BuiltInPolicy, GivesEveryMethodAProtectedDescriptorThatSystemOwns) {
  for (const Method* method : methods().All()) {
    const SecurityDescriptor& descriptor = DescriptorOf(method->name);
    EXPECT_TRUE(descriptor.IsProtected()) << method->name;
    EXPECT_TRUE(descriptor.HasDacl()) << method->name;
    // An owner may change the descriptor without any ACE: no calling account may be the owner.
    EXPECT_EQ(descriptor.Owner(), Sid::FromWellKnown(WinLocalSystemSid)) << method->name;
  }
}

TEST_F(BuiltInPolicy, DeniesAnonymousAndGuestsBeforeAnyOtherCheck) {
  for (const Method* method : methods().All()) {
    const std::vector<AccessEntry> entries = DescriptorOf(method->name).Dacl();
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

// Tokens of Guests or of the anonymous logon cannot be made everywhere. Instead, this account takes their
// place in the descriptor that is passed to Windows, and is denied what the method gives to everyone.
TEST_F(BuiltInPolicy, AMethodCannotAllowAnonymousAndGuests) {
  const std::string sddl = DescriptorOf("test.world").ToSddl();
  for (const std::string alias : {";;;AN)", ";;;BG)"}) {
    std::string changed = sddl;
    const std::size_t at = changed.find(alias);
    ASSERT_NE(at, std::string::npos) << sddl;
    changed.replace(at, alias.size(), ";;;" + OwnSid() + ")");
    const auto descriptor = SecurityDescriptor::FromSddl(changed);
    for (const ACCESS_MASK right : {service::kCall, service::kSee, service::kManage}) {
      EXPECT_FALSE(
          win32::CheckAccess(descriptor, administrator_.token(), right, service::kAccessMapping).allowed)
          << changed;
    }
  }
}

// The anonymous logon's token, like that of an unauthenticated client; nullopt where Windows' function does
// not give it.
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

TEST_F(BuiltInPolicy, DeniesTheAnonymousLogonEvenIfTheMethodAllowsIt) {
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

// ---- The cost of a check, and what is cached ----

TEST_F(BuiltInPolicy, AsksWindowsOnceForAnAllowedCall) {
  const CallCount count;
  EXPECT_TRUE(Check("test.everybody", ordinary_).allowed);
  EXPECT_EQ(count.checks(), 1);
  EXPECT_EQ(count.queries(), 0);
  // The requests of a batch share one capture.
  EXPECT_TRUE(Check("test.everybody", ordinary_).allowed);
  EXPECT_EQ(count.checks(), 1);
}

TEST_F(BuiltInPolicy, AsksOnceForNodesWithEqualEntries) {
  EXPECT_EQ(&DescriptorOf("test.everybody"), &DescriptorOf("test.sameAsEverybody"));
  EXPECT_NE(&DescriptorOf("test.everybody"), &DescriptorOf("test.visible"));
  // Only the root has ACEs that apply to either.
  EXPECT_EQ(&DescriptorOf("test.hidden"), &DescriptorOf("/"));
  const CallCount count;
  EXPECT_TRUE(MaySee("test.everybody", ordinary_));
  EXPECT_TRUE(MaySee("test.sameAsEverybody", ordinary_));
  EXPECT_EQ(count.checks(), 1);
  EXPECT_TRUE(MaySee("test.visible", ordinary_));
  EXPECT_EQ(count.checks(), 2);
}

TEST_F(BuiltInPolicy, CachesEachNodeAndRightSeparately) {
  const CallCount count;
  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(Check("test.everybody", ordinary_).allowed);
    EXPECT_TRUE(MaySee("test.everybody", ordinary_));
    EXPECT_TRUE(MaySee("test.visible", ordinary_));
    EXPECT_TRUE(Check("test.callOnly", ordinary_).allowed);
    EXPECT_FALSE(MaySee("test.callOnly", ordinary_));
    EXPECT_FALSE(policy().IsAdministrator(ordinary_));
    EXPECT_EQ(policy().Granted(*policy().Find("test.visible"), ordinary_), service::kSee);
  }
  // Call, see; see; call, see; manage of the root; call and manage of test.visible.
  EXPECT_EQ(count.checks(), 8);
}

TEST_F(BuiltInPolicy, CachesNothingForAnotherCapture) {
  EXPECT_TRUE(policy().IsAdministrator(administrator_));
  const CallCount count;
  EXPECT_TRUE(policy().IsAdministrator(*Caller(Who::kAdministrator)));
  EXPECT_EQ(count.checks(), 1);
}

TEST_F(BuiltInPolicy, CachesNothingForAnotherPolicyOfTheSameVersion) {
  PolicyDocument document;
  document.nodes.emplace("test.everybody", PolicyNode{});
  std::optional<AccessPolicy> other = AccessPolicy::Compile(std::move(document), methods());
  EXPECT_EQ(other->version(), policy().version());
  const Method& method = *methods().Find("test.everybody");
  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(policy().Check(method, ordinary_).allowed);
    EXPECT_FALSE(other->Check(method, ordinary_).allowed);
  }
  // At the same address.
  other = AccessPolicy::Compile({}, methods());
  EXPECT_TRUE(other->Check(method, ordinary_).allowed);
}

TEST_F(BuiltInPolicy, CachesNoFailedCheck) {
  CallCount count;
  count.FailWith(ERROR_NOT_ENOUGH_MEMORY);
  EXPECT_THROW(Check("test.everybody", ordinary_), win32::Win32Error);
  EXPECT_THROW(policy().CheckUnknown(ordinary_), win32::Win32Error);
  EXPECT_THROW(policy().IsAdministrator(administrator_), win32::Win32Error);
  count.FailWith(ERROR_SUCCESS);
  EXPECT_TRUE(Check("test.everybody", ordinary_).allowed);
  EXPECT_TRUE(policy().IsAdministrator(administrator_));
}

TEST_F(BuiltInPolicy, AsksOnceForConcurrentThreads) {
  const CallCount count;
  std::vector<std::thread> threads;
  std::atomic<int> allowed{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 100; ++round) allowed += Check("test.everybody", ordinary_).allowed ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(allowed, 400);
  EXPECT_EQ(count.checks(), 1);
}

// Otherwise the response time would reveal which names exist.
TEST_F(BuiltInPolicy, CostsTheSameForAHiddenMethodAsForAnUnknownOne) {
  struct Cost {
    int checks;
    int queries;
    bool operator==(const Cost&) const = default;
  };
  const auto cost_of = [](const auto& check) {
    const CallCount count;
    EXPECT_FALSE(check().visible);
    return Cost{count.checks(), count.queries()};
  };
  const auto hidden = [&] { return Check("test.hidden", ordinary_); };
  const auto hidden_too = [&] { return Check("test.hiddenToo", ordinary_); };
  const auto unknown = [&] { return policy().CheckUnknown(ordinary_); };
  const Cost first = cost_of(unknown);
  EXPECT_EQ(first.checks, 2);
  // In any order, whatever is cached, also after the same capture has called rpc.discover.
  EXPECT_EQ(cost_of(hidden), first);
  EXPECT_EQ(cost_of(hidden), first);
  EXPECT_EQ(cost_of(unknown), first);
  EXPECT_EQ(cost_of(hidden_too), first);
  EXPECT_EQ(cost_of(unknown), first);
  for (const Method* method : methods().All()) policy().MaySee(*method, ordinary_);
  EXPECT_EQ(cost_of(hidden), first);
  EXPECT_EQ(cost_of(hidden_too), first);
  EXPECT_EQ(cost_of(unknown), first);
}

// ---- Compiled from a document ----

class CompiledPolicy : public testing::Test {
 protected:
  CompiledPolicy() {
    methods_.Add(MethodWithDefault("file.read", "D:(A;;GXGR;;;AU)"));
    methods_.Add(MethodWithDefault("file.write", "D:"));
    methods_.Add(MethodWithDefault("rpc.ping", "D:(A;;GXGR;;;AU)"));
  }
  AccessPolicy Compile(PolicyDocument document) const {
    return AccessPolicy::Compile(std::move(document), methods_);
  }

  MethodRegistry methods_;
};

std::vector<std::string> Names(const AccessPolicy& policy) {
  std::vector<std::string> names;
  for (const EffectiveNode* node : policy.Nodes()) names.push_back(node->name);
  return names;
}

// "node(entry)" for each effective entry.
std::string EntriesOf(const AccessPolicy& policy, std::string_view node) {
  std::string text;
  for (const EffectiveEntry& entry : policy.Find(node)->entries) {
    text += std::string(entry.node) + service::ToSddl(entry.entry) + " ";
  }
  return text;
}

TEST_F(CompiledPolicy, HasTheRegisteredNodesAndThoseOfTheDocument) {
  PolicyDocument document;
  document.version = 7;
  for (const char* name : {"file.write", "odbc.query", "Zoo"}) document.nodes.emplace(name, PolicyNode{});
  const AccessPolicy policy = Compile(document);
  EXPECT_EQ(policy.version(), 7U);
  EXPECT_EQ(policy.document(), document);
  EXPECT_EQ(Names(policy), (std::vector<std::string>{"/", "pipe:", "Zoo", "file", "file.read", "file.write",
                                                     "odbc.query", "rpc", "rpc.ping"}));
  for (const char* name : {"odbc", "file.delete", "", "file.", "FILE"})
    EXPECT_EQ(policy.Find(name), nullptr) << name;

  EXPECT_FALSE(policy.Find("file.write")->is_default);
  EXPECT_TRUE(policy.Find("file.write")->is_registered);
  EXPECT_TRUE(policy.Find("file.read")->is_default);
  EXPECT_TRUE(policy.Find("file")->is_default);
  EXPECT_TRUE(policy.Find("file")->is_registered);
  EXPECT_FALSE(policy.Find("odbc.query")->is_default);
  EXPECT_FALSE(policy.Find("odbc.query")->is_registered);
  for (const char* name : {"/", "pipe:"}) {
    EXPECT_TRUE(policy.Find(name)->is_default && policy.Find(name)->is_registered) << name;
  }
  EXPECT_EQ(service::ToSddl(policy.Find("file.read")->own), "D:(A;;GXGR;;;AU)");
  EXPECT_EQ(service::ToSddl(policy.Find("/")->own), "D:(A;;GA;;;SY)(A;;GA;;;BA)");
  EXPECT_EQ(service::ToSddl(policy.Find("pipe:")->own), "D:(A;;GX;;;AU)");
}

TEST_F(CompiledPolicy, SaysWhichNodeEachEntryIsFrom) {
  PolicyDocument document;
  document.nodes.emplace("/", Node("/", "D:(D;;GW;;;NU)(A;;GA;;;BA)"));
  document.nodes.emplace("file", Node("file", "D:(A;;GR;;;BU)"));
  AccessPolicy compiled = Compile(document);
  // Still true after the policy was moved.
  const AccessPolicy policy = std::move(compiled);
  const std::string always = "(D;;GA;;;AN) (D;;GA;;;BG) ";
  EXPECT_EQ(EntriesOf(policy, "file.read"),
            always + "file.read(A;;GXGR;;;AU) file(A;;GR;;;BU) /(D;;GW;;;NU) /(A;;GA;;;BA) ");
  EXPECT_EQ(EntriesOf(policy, "file"), always + "file(A;;GR;;;BU) /(D;;GW;;;NU) /(A;;GA;;;BA) ");
  EXPECT_EQ(EntriesOf(policy, "pipe:"), always + "pipe:(A;;GX;;;AU) /(D;;GW;;;NU) /(A;;GA;;;BA) ");
  EXPECT_EQ(EntriesOf(policy, "/"), always + "/(D;;GW;;;NU) /(A;;GA;;;BA) ");
}

TEST_F(CompiledPolicy, OfAnUnregisteredMethodInheritsLikeAnyOther) {
  PolicyDocument document;
  document.nodes.emplace("odbc.query", Node("odbc.query", "D:(A;;GX;;;BU)"));
  EXPECT_EQ(EntriesOf(Compile(document), "odbc.query"),
            "(D;;GA;;;AN) (D;;GA;;;BG) odbc.query(A;;GX;;;BU) /(A;;GA;;;SY) /(A;;GA;;;BA) ");
  document.nodes.emplace("odbc", Node("odbc", "D:P(A;;GR;;;BU)"));
  EXPECT_EQ(EntriesOf(Compile(document), "odbc.query"),
            "(D;;GA;;;AN) (D;;GA;;;BG) odbc.query(A;;GX;;;BU) odbc(A;;GR;;;BU) ");
}

TEST_F(CompiledPolicy, AdmitsOnlyAdministratorsInPlaceOfAnUnreadableOne) {
  PolicyDocument document;
  document.administrators_only = true;
  document.nodes.emplace("/", Node("/", "D:(A;;GX;;;AU)(A;;GA;;;BA)"));
  document.nodes.emplace("file.write", Node("file.write", "D:P(A;;GX;;;AU)"));
  const AccessPolicy policy = Compile(document);
  for (const EffectiveNode* node : policy.Nodes()) {
    EXPECT_EQ(EntriesOf(policy, node->name), "(D;;GA;;;AN) (D;;GA;;;BG) /(A;;GA;;;SY) /(A;;GA;;;BA) ")
        << node->name;
    EXPECT_EQ(policy.Granted(*node, *Caller(Who::kOrdinary)), 0U) << node->name;
    EXPECT_EQ(policy.Granted(*node, *Caller(Who::kAdministrator)), service::kAllRights) << node->name;
  }
}

TEST_F(CompiledPolicy, RefusesAMethodWithAnInvalidDefault) {
  std::string large = "D:";
  for (int i = 0; i < 100; ++i) large += "(A;;GX;;;S-1-5-21-1-2-3-" + std::to_string(1000 + i) + ")";
  for (const std::string& sddl : {std::string(""), std::string("O:SY"), std::string("D:(A;OICI;GX;;;AU)"),
                                  std::string("D:(A;;FA;;;AU)"), std::string("D:(A;;GA;;;WD)"),
                                  std::string("D:(XA;;GX;;;AU;(Member_of {SID(BA)}))"),
                                  std::string("D:(OA;;GX;00000000-0000-0000-0000-000000000001;;AU)"),
                                  std::string("D:NO_ACCESS_CONTROL"), std::string("D:(A;;GX;;;AU"), large}) {
    MethodRegistry methods;
    methods.Add(MethodWithDefault("test.method", sddl));
    EXPECT_THROW(AccessPolicy::Compile({}, methods), std::invalid_argument) << sddl;
  }
}

// The largest valid document compiles.
TEST_F(CompiledPolicy, HasRoomForTheLargestDocument) {
  PolicyNode node;
  for (int i = 0; i < 999; ++i) {
    node.entries.push_back(
        {ACCESS_ALLOWED_ACE_TYPE, 0, service::kCall,
         *Sid::FromString("S-1-5-21-4000000001-4000000002-4000000003-" + std::to_string(1000 + i))});
  }
  PolicyDocument document;
  document.nodes.emplace("file", node);
  node.entries.erase(node.entries.begin() + 950, node.entries.end());
  document.nodes.emplace("file.read", node);
  while (!service::FindFaults(document).empty()) document.nodes["file.read"].entries.pop_back();
  ASSERT_GT(document.nodes["file.read"].entries.size(), 600U);
  const AccessPolicy policy = Compile(document);
  EXPECT_TRUE(policy.IsAdministrator(*Caller(Who::kAdministrator)));
  EXPECT_EQ(policy.Descriptor(*policy.Find("file.read")).Dacl().size(),
            2 + document.nodes["file.read"].entries.size() + 999 + 2);
}

}  // namespace
}  // namespace onbehalf::test
