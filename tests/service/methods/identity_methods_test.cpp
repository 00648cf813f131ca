#include "methods/identity_methods.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "method_caller.h"
#include "onbehalf/win32/account_names.h"
#include "support/platform_probe.h"

namespace onbehalf::service {
namespace {

using protocol::Json;
using win32::ImpersonationLevel;
using win32::Sid;
using win32::Token;

class IdentityMethodsTest : public testing::Test {
 protected:
  IdentityMethodsTest() { AddIdentityMethods(methods_, std::make_shared<win32::AccountNames>()); }
  Json Whoami(const test::MethodCaller& caller) const { return caller.Result(methods_, "identity.whoami"); }

  MethodRegistry methods_;
};

const Json* Group(const Json& answer, const std::string& sid) {
  for (const Json& group : answer.at("groups")) {
    if (group.at("sid") == sid) return &group;
  }
  return nullptr;
}

bool Has(const Json& words, const char* word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

TEST_F(IdentityMethodsTest, ReportsTheToken) {
  const test::MethodCaller caller;
  const Token& token = caller.caller().token();
  const Json answer = Whoami(caller);
  EXPECT_EQ(test::Misfit(answer, methods_.Find("identity.whoami")->result_schema), "");

  EXPECT_EQ(answer.at("account").at("sid"), token.User().ToString());
  EXPECT_EQ(answer.at("level"), "impersonation");
  EXPECT_EQ(answer.at("session"), token.SessionId());
  EXPECT_EQ(answer.at("integrity").at("rid"), token.IntegrityLevel().rid);
  EXPECT_EQ(answer.at("integrity").at("name"), Json(token.IntegrityLevel().Name()));
  EXPECT_EQ(answer.at("elevation").at("type"), Json(ToString(token.ElevationType())));
  EXPECT_EQ(answer.at("elevation").at("elevated"), token.IsElevated());
  EXPECT_EQ(std::stoull(answer.at("logon_id").get<std::string>(), nullptr, 16), token.Facts().logon_id);
  EXPECT_TRUE(answer.at("logon_id").get<std::string>().starts_with("0x"));
  if (const auto logon_sid = token.LogonSid()) {
    EXPECT_EQ(answer.at("logon_sid"), logon_sid->ToString());
  }
  EXPECT_EQ(answer.at("restricted_sids").size(), token.RestrictingSids().size());

  ASSERT_EQ(answer.at("groups").size(), token.Groups().size());
  for (const win32::TokenGroup& group : token.Groups()) {
    const Json* const shown = Group(answer, group.sid.ToString());
    ASSERT_NE(shown, nullptr) << group.sid.ToString();
    EXPECT_EQ(Has(shown->at("attributes"), "enabled"), group.enabled());
    EXPECT_EQ(Has(shown->at("attributes"), "deny only"), group.deny_only());
  }
  ASSERT_EQ(answer.at("privileges").size(), token.Privileges().size());
  for (std::size_t i = 0; i < token.Privileges().size(); ++i) {
    EXPECT_EQ(answer.at("privileges").at(i),
              (Json{{"name", token.Privileges()[i].name}, {"enabled", token.Privileges()[i].enabled()}}));
  }
}

TEST_F(IdentityMethodsTest, ReportsWhatIsKnownAboutTheClientsProcess) {
  const Json answer = Whoami(test::MethodCaller());
  EXPECT_EQ(answer.at("process"), (Json{{"id", 4711}, {"image", R"(C:\Program Files\client.exe)"}}));
  EXPECT_EQ(answer.at("computer"), "THIS-COMPUTER");
}

TEST_F(IdentityMethodsTest, NamesAccountsThatHaveOne) {
  const Json answer = Whoami(test::MethodCaller());
  const Json* const everyone = Group(answer, "S-1-1-0");
  ASSERT_NE(everyone, nullptr);
  EXPECT_TRUE(everyone->at("name").is_string());
}

TEST_F(IdentityMethodsTest, AnAccountWithoutNameHasNull) {
  win32::AccountSource nobody = win32::AccountSource::Windows();
  nobody.name_of = [](const Sid&) { return std::nullopt; };
  MethodRegistry methods;
  AddIdentityMethods(methods, std::make_shared<win32::AccountNames>(std::move(nobody)));
  const Json answer = test::MethodCaller().Result(methods, "identity.whoami");
  EXPECT_TRUE(answer.at("account").at("name").is_null());
  EXPECT_EQ(test::Misfit(answer, methods.Find("identity.whoami")->result_schema), "");
}

TEST_F(IdentityMethodsTest, ARestrictedTokenIsReportedAsSuch) {
  const Json answer =
      Whoami(test::MethodCaller(test::ImpersonationTokenOf(test::AdministratorsDenyOnlyToken())));
  const Json* const administrators = Group(answer, "S-1-5-32-544");
  ONBEHALF_SKIP_WITHOUT("a user who is an administrator", administrators != nullptr);
  EXPECT_TRUE(Has(administrators->at("attributes"), "deny only"));
  EXPECT_FALSE(Has(administrators->at("attributes"), "enabled"));
}

TEST_F(IdentityMethodsTest, TheThreadHasTheCallersTokenOnlyWhileImpersonating) {
  const Json answer = Whoami(test::MethodCaller());
  EXPECT_EQ(answer.at("thread"),
            (Json{{"token_before", false}, {"token_during", true}, {"token_after", false}}));
  EXPECT_FALSE(Token::FromThread(TOKEN_QUERY).has_value());
}

TEST_F(IdentityMethodsTest, IdentificationLevelIsEnough) {
  EXPECT_EQ(Whoami(test::MethodCaller(ImpersonationLevel::kIdentification)).at("level"), "identification");
}

TEST_F(IdentityMethodsTest, AnonymousLevelIsAnsweredWithBothLevels) {
  // A real token of level anonymous cannot even be queried, so the caller is made from one that can.
  std::optional<test::MethodCaller> caller;
  try {
    caller.emplace(ImpersonationLevel::kAnonymous);
  } catch (const std::exception&) {
    ONBEHALF_SKIP_WITHOUT("a token of level anonymous that can be duplicated and asked", false);
  }
  const MethodResult result = caller->Call(methods_, "identity.whoami");
  const auto* const error = result.error_if();
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(error->code, protocol::ErrorCode::kImpersonationLevel);
  EXPECT_EQ(error->data, (Json{{"required", "identification"}, {"actual", "anonymous"}}));
  EXPECT_FALSE(Token::FromThread(TOKEN_QUERY).has_value());
}

TEST_F(IdentityMethodsTest, LooksUpNoNameOnceTheRequestIsOver) {
  int look_ups = 0;
  win32::AccountSource source = win32::AccountSource::Windows();
  source.name_of = [&look_ups](const Sid&) -> std::optional<win32::AccountName> {
    ++look_ups;
    return std::nullopt;
  };
  MethodRegistry methods;
  AddIdentityMethods(methods, std::make_shared<win32::AccountNames>(std::move(source)));
  test::MethodCaller caller;
  caller.stop.request_stop();
  caller.Result(methods, "identity.whoami");
  EXPECT_EQ(look_ups, 0);
}

TEST_F(IdentityMethodsTest, NamesAreLookedUpAsTheService) {
  bool carried_a_token = false;
  win32::AccountSource source = win32::AccountSource::Windows();
  source.name_of = [&carried_a_token](const Sid&) -> std::optional<win32::AccountName> {
    carried_a_token = carried_a_token || Token::FromThread(TOKEN_QUERY).has_value();
    return std::nullopt;
  };
  MethodRegistry methods;
  AddIdentityMethods(methods, std::make_shared<win32::AccountNames>(std::move(source)));
  test::MethodCaller().Result(methods, "identity.whoami");
  EXPECT_FALSE(carried_a_token);
}

}  // namespace
}  // namespace onbehalf::service
