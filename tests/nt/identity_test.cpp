// Which identity a request runs with: the token of the writer, at the level that the client allows.

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "attacker.h"
#include "integration/caller_process.h"
#include "onbehalf/protocol/framing.h"
#include "onbehalf/win32/security_descriptor.h"
#include "service/registry/test_key.h"
#include "shipped_service.h"
#include "support/platform_probe.h"
#include "support/restricted_token.h"

namespace onbehalf::test {
namespace {

using pipe::ClientSecurity;
using win32::ImpersonationLevel;

constexpr int kInvalidRequest = -32600;
constexpr int kMethodNotFound = -32601;
constexpr int kAccessDenied = -32010;
constexpr int kImpersonationLevel = -32011;
constexpr int kWindowsError = -32015;

// A key of the machine that one account may read and no other, not even the service.
class KeyOf {
 public:
  explicit KeyOf(const win32::Sid& account) : key_(HKEY_LOCAL_MACHINE, L"Software", "HKLM") {
    key_.SetValue(L"v", REG_SZ, Bytes(L"secret"));
    CheckRegistry(Guard("O:SYG:SYD:P(A;;KR;;;" + account.ToString() + ")"), "RegSetKeySecurity");
  }
  // So that it can be deleted.
  ~KeyOf() { EXPECT_EQ(Guard("O:SYG:SYD:P(A;;KA;;;WD)"), ERROR_SUCCESS); }
  KeyOf(const KeyOf&) = delete;
  KeyOf& operator=(const KeyOf&) = delete;
  // registry.get's parameters.
  Json Value() const { return {{"key", key_.text()}, {"name", "v"}}; }

 private:
  LSTATUS Guard(const std::string& sddl) const {
    const auto descriptor = win32::SecurityDescriptor::FromSddl(sddl);
    return ::RegSetKeySecurity(key_.get(), OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                               descriptor.get());
  }

  const TestKey key_;
};

class CallerIdentity : public testing::TestWithParam<RunBy> {
 protected:
  void SetUp() override {
    ONBEHALF_SKIP_WITHOUT_ACCOUNTS();
    if (GetParam() == RunBy::kItsOwnAccount) ONBEHALF_SKIP_WITHOUT_SERVICE_ACCOUNT();
    service_.emplace(GetParam());
    for (int i = 1; i <= 2; ++i) tokens_.push_back(TokenOfAnotherAccount(AccountSid(i)));
    tokens_.push_back(TokenOfAnotherAccount(AccountSid(3), {true}));
    for (const win32::Token& token : tokens_)
      attackers_.push_back(std::make_unique<Attacker>((*service_)->pipe_path(), &token));
  }
  // By default only administrators may call registry.get, which acts as its caller.
  void LetEverybodyReadTheRegistry() {
    ASSERT_EQ(administrator().Connect(), DWORD{ERROR_SUCCESS});
    const Json answer =
        administrator().Call("access.set", {{"node", "registry.get"}, {"sddl", "D:(A;;GXGR;;;AU)"}});
    ASSERT_TRUE(answer.contains("result")) << answer;
  }
  Attacker& one() { return *attackers_[0]; }
  Attacker& two() { return *attackers_[1]; }
  Attacker& administrator() { return *attackers_[2]; }

  std::optional<ShippedService> service_;
  std::vector<win32::Token> tokens_;
  std::vector<std::unique_ptr<Attacker>> attackers_;
};

TEST_P(CallerIdentity, ConcurrentCallersAreNotMixedUp) {
  constexpr int kCalls = 100;
  std::vector<int> wrong(attackers_.size());
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < attackers_.size(); ++i) {
      threads.emplace_back([&, i] {
        attackers_[i]->Connect();
        for (int call = 0; call < kCalls; ++call) {
          const Json answer = attackers_[i]->Call("identity.whoami");
          const bool is_own = At(answer, "/result/account/sid") == attackers_[i]->user() &&
                              At(answer, "/result/process/id") == attackers_[i]->id();
          wrong[i] += is_own ? 0 : 1;
        }
      });
    }
  }
  EXPECT_EQ(wrong, std::vector<int>(attackers_.size()));
}

TEST_P(CallerIdentity, LimitsMethodsThatActAsTheirCaller) {
  LetEverybodyReadTheRegistry();
  const KeyOf key(AccountSid(1));
  for (const auto& attacker : attackers_) ASSERT_EQ(attacker->Connect(), DWORD{ERROR_SUCCESS});
  const Json read = one().Call("registry.get", key.Value());
  ASSERT_TRUE(read.contains("result")) << read;
  for (Attacker* other : {&two(), &administrator()}) {
    const Json refused = other->Call("registry.get", key.Value());
    EXPECT_EQ(At(refused, "/error/code"), kWindowsError) << refused;
    EXPECT_EQ(At(refused, "/error/data/code"), DWORD{ERROR_ACCESS_DENIED}) << refused;
  }
  // Neither the refusal nor the permission leaves anything behind.
  EXPECT_TRUE(one().Call("registry.get", key.Value()).contains("result"));
  EXPECT_EQ(At(two().Call("registry.get", key.Value()), "/error/code"), kWindowsError);
}

TEST_P(CallerIdentity, DecidesWhichMethodsAreVisible) {
  for (const auto& attacker : attackers_) attacker->Connect();
  EXPECT_TRUE(administrator().Call("service.connections").contains("result"));
  EXPECT_EQ(At(one().Call("service.status"), "/error/code"), kAccessDenied);
  const Json hidden = one().Call("service.connections");
  EXPECT_EQ(At(hidden, "/error/code"), kMethodNotFound) << hidden;
  EXPECT_EQ(hidden, one().Call("service.no_such_method"));
}

TEST_P(CallerIdentity, RefusedCallersAreAudited) {
  one().Connect();
  one().Call("service.status");
  two().Connect();
  two().Call("identity.whoami");
  EXPECT_EQ((*service_)->Stop().code, 0U);
  const std::vector<Json> lines = (*service_)->AuditLines();
  ASSERT_EQ(lines.size(), 3U) << Json(lines);
  EXPECT_EQ(lines[0].at("account"), one().user());
  EXPECT_EQ(lines[0].at("verdict"), "denied");
  EXPECT_EQ(lines[1].at("account"), two().user());
  EXPECT_EQ(lines[1].at("verdict"), "allowed");
  EXPECT_EQ(lines[2].at("outcome"), "ok");
}

INSTANTIATE_TEST_SUITE_P(, CallerIdentity, testing::Values(RunBy::kThisAccount, RunBy::kItsOwnAccount),
                         [](const auto& info) { return NameOf(info.param); });

// ---- One connection, several identities ----

class SplitIdentity : public CallerIdentity {
 protected:
  // The caller that the service reports; null when the response is anything else.
  static Json CallerIn(const Json& answer) { return At(answer, "/result/account/sid"); }
  static bool IsRefusal(const Json& answer) {
    return answer.is_object() && answer.contains("error") && At(answer, "/id").is_null() &&
           At(answer, "/error/code") == kInvalidRequest &&
           At(answer, "/error/message") == "The writer's identity changed inside a frame.";
  }
};

struct Writer {
  const char* name;
  Identity identity;
};
// Writers other than an administrator of account 3.
std::vector<Writer> OtherWriters() {
  return {{"another account", {AccountSid(1)}},
          {"another administrator", {AccountSid(1), true}},
          {"the same account without Administrators", {AccountSid(3)}},
          {"the service's account", {win32::Sid::ForService("OnBehalf")}}};
}

TEST_P(SplitIdentity, ChangeInsideAFrameIsRefused) {
  const std::string header_framed = RequestFrame("identity.whoami", 1);
  const std::string bare = CallerProcess::Request("identity.whoami", nullptr, 1).dump();
  const std::size_t body = header_framed.find("\r\n\r\n") + 4;
  struct Split {
    const char* name;
    std::string frame;
    std::size_t at;
  };
  for (const Split& split :
       {Split{"in the header's name", header_framed, 7},
        Split{"before the blank line", header_framed, body - 2},
        Split{"between header and body", header_framed, body}, Split{"in the body", header_framed, body + 20},
        Split{"before the last byte", header_framed, header_framed.size() - 1},
        Split{"in a bare frame", bare, 20}}) {
    for (const Writer& other : OtherWriters()) {
      for (const bool other_is_first : {false, true}) {
        SCOPED_TRACE(std::string(split.name) + ", " + other.name + (other_is_first ? " first" : " last"));
        const std::optional<Identity> own;
        const std::optional<Identity> others = other.identity;
        Attacker& writer = administrator();
        ASSERT_EQ(writer.Connect(), DWORD{ERROR_SUCCESS});
        ASSERT_EQ(writer.Write(split.frame.substr(0, split.at), other_is_first ? others : own), 0U);
        ASSERT_EQ(writer.Write(split.frame.substr(split.at), other_is_first ? own : others), 0U);
        const Json answer = writer.Read();
        ASSERT_TRUE(IsRefusal(answer)) << answer;
        EXPECT_EQ(writer.Read(), nullptr);
      }
    }
  }
}

TEST_P(SplitIdentity, ChangeInsideAFrameAfterAWholeOneIsRefused) {
  const std::string whole = RequestFrame("identity.whoami", 1);
  const std::string next = RequestFrame("identity.whoami", 2);
  ASSERT_EQ(one().Connect(), DWORD{ERROR_SUCCESS});
  ASSERT_EQ(one().Write(whole + next.substr(0, next.size() / 2)), 0U);
  ASSERT_EQ(one().Write(next.substr(next.size() / 2) + whole, Identity{AccountSid(2)}), 0U);
  // The first request is answered when its handler ends, which may be after the refusal.
  int refusals = 0;
  int own_answers = 0;
  int others = 0;
  for (Json message = one().Read(); !message.is_null(); message = one().Read()) {
    ++(IsRefusal(message) ? refusals : CallerIn(message) == one().user() ? own_answers : others);
  }
  EXPECT_EQ(refusals, 1);
  EXPECT_EQ(own_answers, 1);
  EXPECT_EQ(others, 0);
}

TEST_P(SplitIdentity, EachFrameHasItsWritersIdentity) {
  ASSERT_EQ(administrator().Connect(), DWORD{ERROR_SUCCESS});
  const Identity other{AccountSid(1)};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(CallerIn(administrator().Call("identity.whoami")), administrator().user());
    EXPECT_TRUE(administrator().Call("service.connections").contains("result"));
    EXPECT_EQ(CallerIn(administrator().Call("identity.whoami", nullptr, other)), other.user->ToString());
    EXPECT_EQ(At(administrator().Call("service.connections", nullptr, other), "/error/code"),
              kMethodNotFound);
  }
}

// A client that only has an identification token for an account cannot write as that account.
TEST_P(SplitIdentity, IdentificationTokenCannotWrite) {
  ASSERT_EQ(one().Connect(), DWORD{ERROR_SUCCESS});
  for (const ImpersonationLevel level :
       {ImpersonationLevel::kAnonymous, ImpersonationLevel::kIdentification}) {
    EXPECT_EQ(one().Write(RequestFrame("rpc.ping", 1), Identity{AccountSid(2), false, level}),
              DWORD{ERROR_BAD_IMPERSONATION_LEVEL});
  }
  EXPECT_EQ(CallerIn(one().Call("identity.whoami")), one().user());
}

TEST_P(SplitIdentity, StaticTrackingKeepsTheOpener) {
  const Identity opener{AccountSid(1)};
  ASSERT_EQ(administrator().Connect({ImpersonationLevel::kImpersonation, false}, opener),
            DWORD{ERROR_SUCCESS});
  for (const std::optional<Identity>& writer :
       {std::optional<Identity>(), std::optional(opener), std::optional(Identity{AccountSid(2)})}) {
    EXPECT_EQ(CallerIn(administrator().Call("identity.whoami", nullptr, writer)), AccountSid(1).ToString());
    EXPECT_EQ(At(administrator().Call("service.connections", nullptr, writer), "/error/code"),
              kMethodNotFound);
  }
}

TEST_P(SplitIdentity, DynamicTrackingFollowsTheWriter) {
  ASSERT_EQ(administrator().Connect({ImpersonationLevel::kImpersonation, true}), DWORD{ERROR_SUCCESS});
  const Identity writer{AccountSid(1)};
  EXPECT_EQ(CallerIn(administrator().Call("identity.whoami", nullptr, writer)), AccountSid(1).ToString());
  EXPECT_EQ(At(administrator().Call("service.connections", nullptr, writer), "/error/code"), kMethodNotFound);
}

INSTANTIATE_TEST_SUITE_P(, SplitIdentity, testing::Values(RunBy::kThisAccount, RunBy::kItsOwnAccount),
                         [](const auto& info) { return NameOf(info.param); });

// ---- Levels ----

class ImpersonationLevels : public CallerIdentity {};

TEST_P(ImpersonationLevels, MatchWhatTheClientAllows) {
  LetEverybodyReadTheRegistry();
  const KeyOf key(AccountSid(1));
  for (const bool dynamic : {true, false}) {
    for (const auto level : {ImpersonationLevel::kAnonymous, ImpersonationLevel::kIdentification,
                             ImpersonationLevel::kImpersonation, ImpersonationLevel::kDelegation}) {
      SCOPED_TRACE(std::string(win32::ToString(level)) + (dynamic ? ", dynamic" : ", static"));
      ASSERT_EQ(one().Connect({level, dynamic}), DWORD{ERROR_SUCCESS});
      const auto expect = [&](const char* method, const Json& params, ImpersonationLevel required) {
        const Json answer = one().Call(method, params);
        if (level >= required) {
          EXPECT_TRUE(answer.contains("result")) << method << answer;
          return;
        }
        ASSERT_TRUE(answer.contains("error")) << method << answer;
        EXPECT_EQ(At(answer, "/error/code"), kImpersonationLevel) << method << answer;
        // An anonymous caller has no known identity, so the method does not matter.
        const auto named =
            level < ImpersonationLevel::kIdentification ? ImpersonationLevel::kIdentification : required;
        EXPECT_EQ(At(answer, "/error/data/required"), std::string(win32::ToString(named))) << method;
        EXPECT_EQ(At(answer, "/error/data/actual"), std::string(win32::ToString(level))) << method;
      };
      expect("rpc.ping", nullptr, ImpersonationLevel::kIdentification);
      expect("registry.get", key.Value(), ImpersonationLevel::kImpersonation);
      if (level == ImpersonationLevel::kAnonymous) continue;
      const Json whoami = one().Call("identity.whoami");
      EXPECT_EQ(At(whoami, "/result/level"), std::string(win32::ToString(level))) << whoami;
      EXPECT_EQ(At(whoami, "/result/account/sid"), one().user()) << whoami;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, ImpersonationLevels, testing::Values(RunBy::kThisAccount, RunBy::kItsOwnAccount),
                         [](const auto& info) { return NameOf(info.param); });

}  // namespace
}  // namespace onbehalf::test
