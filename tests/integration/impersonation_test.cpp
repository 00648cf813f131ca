#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "caller_process.h"
#include "service_process.h"
#include "support/child_main.h"
#include "support/platform_probe.h"
#include "support/restricted_token.h"
#include "token_json.h"

namespace onbehalf::test {
namespace {

// All handlers that may block run on one thread, so that whatever one leaves there meets the next. The module
// has methods that report about their thread.
constexpr const char* kSettings = R"({"threads": {"handlers": 1}, "modules": {"load": {"test": {}}}})";
constexpr const char* kAdministrators = "S-1-5-32-544";

// Without the member that only a thread's token has.
Json WithoutLevel(Json token) {
  token.erase("level");
  return token;
}

DWORD AdministratorsAttributes(const Json& token) {
  for (const Json& group : token.at("groups")) {
    if (group.at("sid") == kAdministrators) return group.at("attributes").get<DWORD>();
  }
  return 0;
}

// The words of identity.whoami for the attributes of Administrators.
std::vector<std::string> AdministratorsWords(const Json& whoami) {
  for (const Json& group : whoami.at("result").at("groups")) {
    if (group.at("sid") == kAdministrators) return group.at("attributes").get<std::vector<std::string>>();
  }
  return {};
}

bool Contains(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

class Impersonation : public testing::Test {
 protected:
  Impersonation()
      : service_("onbehalf-service.exe", kSettings),
        restricted_token_(AdministratorsDenyOnlyToken()),
        administrator_(service_.pipe_path()),
        restricted_(service_.pipe_path(), &restricted_token_) {}

  void SetUp() override {
    ONBEHALF_SKIP_WITHOUT("ImpersonateNamedPipeClient that gives the client's token",
                          PipeClientTokenIsGiven());
    // Two callers with one account: they differ only in their tokens.
    ASSERT_EQ(administrator_.own_token().at("user"), restricted_.own_token().at("user"));
    ASSERT_NE(AdministratorsAttributes(administrator_.own_token()) & SE_GROUP_ENABLED, 0U)
        << "this test must be run by an administrator";
    ASSERT_EQ(AdministratorsAttributes(restricted_.own_token()) & SE_GROUP_ENABLED, 0U);
    ASSERT_NE(AdministratorsAttributes(restricted_.own_token()) & SE_GROUP_USE_FOR_DENY_ONLY, 0U);
  }

  void ExpectThreadClean() { EXPECT_EQ(administrator_.Call("test.threadIsClean")["result"]["clean"], true); }

  // Declared first: the callers end before it does.
  ServiceProcess service_;
  const win32::Token restricted_token_;
  CallerProcess administrator_;
  CallerProcess restricted_;
};

TEST_F(Impersonation, SetsTheCallersOwnTokenOnTheHandlersThread) {
  ExpectThreadClean();
  for (CallerProcess* caller : {&administrator_, &restricted_, &administrator_, &restricted_}) {
    const Json answer = caller->Call("test.threadToken");
    ASSERT_TRUE(answer.contains("result")) << answer;
    const Json& token = answer["result"]["token"];
    EXPECT_EQ(WithoutLevel(token), WithoutLevel(caller->own_token()));
    EXPECT_EQ(token["level"], "impersonation");
    ExpectThreadClean();
  }
}

TEST_F(Impersonation, LeavesNoTokenOnTheThreadBetweenTheRequestsOfABatch) {
  const Json batch = Json::array({CallerProcess::Request("test.threadIsClean", nullptr, 1),
                                  CallerProcess::Request("test.threadToken", nullptr, 2),
                                  CallerProcess::Request("test.threadIsClean", nullptr, 3),
                                  CallerProcess::Request("test.openAdministratorsOnly", nullptr, 4),
                                  CallerProcess::Request("test.threadIsClean", nullptr, 5)});
  Json answers = Json::parse(restricted_.Exchange(batch));
  ASSERT_EQ(answers.size(), 5U) << answers;
  std::sort(answers.begin(), answers.end(), [](const Json& a, const Json& b) { return a["id"] < b["id"]; });
  const Json& thread = answers[0]["result"]["thread"];
  for (const std::size_t i : {0U, 2U, 4U}) {
    EXPECT_EQ(answers[i]["result"]["clean"], true) << answers;
    EXPECT_EQ(answers[i]["result"]["thread"], thread) << answers;
  }
  EXPECT_EQ(answers[1]["result"]["thread"], thread) << answers;
  EXPECT_EQ(WithoutLevel(answers[1]["result"]["token"]), WithoutLevel(restricted_.own_token()));
  EXPECT_EQ(answers[3]["error"]["code"], -32015) << answers;
}

TEST_F(Impersonation, ShowsEachCallerItsOwnIdentity) {
  const Json administrators = administrator_.Call("identity.whoami");
  const Json others = restricted_.Call("identity.whoami");
  ASSERT_TRUE(administrators.contains("result")) << administrators;
  ASSERT_TRUE(others.contains("result")) << others;
  EXPECT_TRUE(Contains(AdministratorsWords(administrators), "enabled")) << administrators;
  EXPECT_FALSE(Contains(AdministratorsWords(administrators), "deny only")) << administrators;
  EXPECT_TRUE(Contains(AdministratorsWords(others), "deny only")) << others;
  EXPECT_FALSE(Contains(AdministratorsWords(others), "enabled")) << others;
  struct Expected {
    const Json* whoami;
    const CallerProcess* caller;
  };
  for (const Expected& each : {Expected{&administrators, &administrator_}, Expected{&others, &restricted_}}) {
    const Json& result = each.whoami->at("result");
    EXPECT_EQ(result["account"]["sid"], each.caller->own_token().at("user"));
    EXPECT_EQ(result["process"]["id"], each.caller->id());
    EXPECT_EQ(result["level"], "impersonation");
    const Json thread{{"token_before", false}, {"token_during", true}, {"token_after", false}};
    EXPECT_EQ(result["thread"], thread);
  }
}

TEST_F(Impersonation, OpensOnlyWhatTheCallerMayOpen) {
  struct Resource {
    const char* name;
    const char* operation;
  };
  for (const Resource& resource : {Resource{"event", "OpenEventW"}, Resource{"key", "RegOpenKeyExW"}}) {
    SCOPED_TRACE(resource.name);
    const Json params{{"resource", resource.name}};
    ExpectThreadClean();
    const Json opened = administrator_.Call("test.openAdministratorsOnly", params);
    ASSERT_TRUE(opened.contains("result")) << opened;
    EXPECT_EQ(opened["result"]["opened"], true);

    const Json refused = restricted_.Call("test.openAdministratorsOnly", params);
    ASSERT_TRUE(refused.contains("error")) << refused;
    EXPECT_EQ(refused["error"]["code"], -32015);
    const Json data{{"code", 5}, {"name", "ERROR_ACCESS_DENIED"}, {"operation", resource.operation}};
    EXPECT_EQ(refused["error"]["data"], data);
    ExpectThreadClean();

    // Neither the refusal nor the permission leaves anything for the next caller.
    EXPECT_TRUE(administrator_.Call("test.openAdministratorsOnly", params).contains("result"));
    EXPECT_EQ(restricted_.Call("test.openAdministratorsOnly", params)["error"]["code"], -32015);
    ExpectThreadClean();
  }
}

TEST_F(Impersonation, SeparatesConcurrentCallers) {
  constexpr int kCalls = 100;
  const auto call_often = [](CallerProcess& caller, int& wrong) {
    for (int i = 0; i < kCalls; ++i) {
      const Json answer = caller.Call("test.threadToken");
      const bool own = answer.contains("result") &&
                       WithoutLevel(answer["result"]["token"]) == WithoutLevel(caller.own_token());
      wrong += own ? 0 : 1;
    }
  };
  int administrators_wrong = 0;
  int others_wrong = 0;
  std::thread other([&] { call_often(restricted_, others_wrong); });
  call_often(administrator_, administrators_wrong);
  other.join();
  EXPECT_EQ(administrators_wrong, 0);
  EXPECT_EQ(others_wrong, 0);
  ExpectThreadClean();
}

TEST_F(Impersonation, TheTokenDecidesWhichMethodsAreVisible) {
  EXPECT_TRUE(administrator_.Call("service.status").contains("result"));
  EXPECT_TRUE(administrator_.Call("service.connections").contains("result"));

  const Json denied = restricted_.Call("service.status");
  EXPECT_EQ(denied["error"]["code"], -32010) << denied;
  EXPECT_FALSE(denied["error"]["data"].value("requestId", "").empty()) << denied;
  const std::string hidden = restricted_.Exchange(CallerProcess::Request("service.connections", nullptr, 77));
  const std::string absent =
      restricted_.Exchange(CallerProcess::Request("service.no_such_method", nullptr, 77));
  EXPECT_EQ(hidden, absent);
  EXPECT_EQ(Json::parse(hidden)["error"]["code"], -32601) << hidden;
  ExpectThreadClean();
}

TEST_F(Impersonation, IsAuditedForServedAndRefusedCallers) {
  const Json denied = restricted_.Call("service.status");
  restricted_.Call("service.connections");
  restricted_.Call("no.such_method");
  restricted_.Call("test.openAdministratorsOnly");
  administrator_.Call("service.status");
  administrator_.Call("test.openAdministratorsOnly");
  EXPECT_EQ(service_.Stop().code, 0U);

  struct Decision {
    const CallerProcess* caller;
    const char* method;
    const char* verdict;
    const char* reason;   // "": none
    const char* outcome;  // nullptr: no handler ran
  };
  const std::array<Decision, 6> expected{
      {{&restricted_, "service.status", "denied", "AccessDenied", nullptr},
       {&restricted_, "service.connections", "denied", "MethodNotFound", nullptr},
       {&restricted_, "no.such_method", "refused", "MethodNotFound", nullptr},
       {&restricted_, "test.openAdministratorsOnly", "allowed", "", "WindowsError"},
       {&administrator_, "service.status", "allowed", "", "ok"},
       {&administrator_, "test.openAdministratorsOnly", "allowed", "", "ok"}}};
  const std::vector<Json> lines = service_.AuditLines();
  auto line = lines.begin();
  for (const Decision& each : expected) {
    SCOPED_TRACE(each.method);
    ASSERT_NE(line, lines.end());
    const Json decision = *line++;
    EXPECT_EQ(decision.value("event", ""), "decision") << decision;
    EXPECT_EQ(decision.value("method", ""), each.method) << decision;
    EXPECT_EQ(decision.value("verdict", ""), each.verdict) << decision;
    EXPECT_EQ(decision.value("reason", ""), each.reason) << decision;
    EXPECT_EQ(decision.value("account", Json()), each.caller->own_token().at("user")) << decision;
    EXPECT_EQ(decision.value("process", 0U), each.caller->id()) << decision;
    EXPECT_EQ(decision.value("level", ""), "impersonation") << decision;
    if (each.outcome == nullptr) continue;
    ASSERT_NE(line, lines.end());
    const Json outcome = *line++;
    EXPECT_EQ(outcome.value("event", ""), "outcome") << outcome;
    EXPECT_EQ(outcome.value("outcome", ""), each.outcome) << outcome;
    EXPECT_EQ(outcome.value("request", "?"), decision.value("request", "")) << outcome;
    const bool was_refused = std::string_view(each.outcome) == "WindowsError";
    EXPECT_EQ(outcome.value("win32", 0), was_refused ? 5 : 0) << outcome;
  }
  EXPECT_EQ(line, lines.end());
  EXPECT_EQ(lines.at(0).value("request", ""), denied["error"]["data"].value("requestId", "?"));
}

// ---- The program that starts a restricted caller from a command line ----

ONBEHALF_CHILD_MAIN(SayTokenAndInput) {
  std::string line;
  std::getline(std::cin, line);
  std::puts(Json{{"token", ToJson(win32::Token::FromOwnProcess())}, {"input", line}, {"arguments", arguments}}
                .dump()
                .c_str());
  return 7;
}

TEST(RunRestricted, RunsAProgramWithoutAdministratorsOnTheSameStreams) {
  const auto self = ChildProcess::Options::Self("SayTokenAndInput", {"two words", "a \"quote\""});
  ChildProcess::Options options;
  options.executable = PathBeside("onbehalf-run-restricted.exe");
  options.arguments = {self.executable};
  options.arguments.insert(options.arguments.end(), self.arguments.begin(), self.arguments.end());
  ChildProcess child = ChildProcess::Start(options);
  child.WriteInput("a line\n");
  const auto exit = child.WaitForExit();
  ASSERT_EQ(exit.code, 7U) << exit.output << exit.errors;
  const Json said = Json::parse(exit.output);
  EXPECT_NE(AdministratorsAttributes(said["token"]) & SE_GROUP_USE_FOR_DENY_ONLY, 0U) << said;
  EXPECT_EQ(said["input"], "a line");
  EXPECT_EQ(said["arguments"], Json({"two words", "a \"quote\""}));
}

TEST(RunRestricted, RunsAProgramAsAnotherAccount) {
  ONBEHALF_SKIP_WITHOUT("tokens of other accounts", OtherAccountsCanBeMade());
  const auto self = ChildProcess::Options::Self("SayTokenAndInput", {"two words"});
  ChildProcess::Options options;
  options.executable = PathBeside("onbehalf-run-restricted.exe");
  options.arguments = {"--account", "S-1-5-21-42-42-42-1001", self.executable};
  options.arguments.insert(options.arguments.end(), self.arguments.begin(), self.arguments.end());
  const auto exit = RunChild(options);
  ASSERT_EQ(exit.code, 7U) << exit.output << exit.errors;
  const Json said = Json::parse(exit.output);
  EXPECT_EQ(said["token"]["user"], "S-1-5-21-42-42-42-1001");
  EXPECT_NE(AdministratorsAttributes(said["token"]) & SE_GROUP_USE_FOR_DENY_ONLY, 0U) << said;
  EXPECT_EQ(said["arguments"], Json({"two words"}));
}

TEST(RunRestricted, ReportsWhyAProgramCannotBeStarted) {
  ChildProcess::Options options;
  options.executable = PathBeside("onbehalf-run-restricted.exe");
  EXPECT_EQ(RunChild(options).code, 125U);
  options.arguments = {"no-such-program.exe"};
  const auto exit = RunChild(options);
  EXPECT_EQ(exit.code, 125U);
  EXPECT_NE(exit.errors.find("CreateProcessAsUserW"), std::string::npos) << exit.errors;
}

}  // namespace
}  // namespace onbehalf::test
