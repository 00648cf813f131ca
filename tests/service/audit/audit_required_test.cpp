#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "requests/fault_test.h"
#include "text/utc_time.h"

namespace onbehalf::test {
namespace {

using std::chrono::system_clock;

constexpr int kAuditUnavailable = -32017;
constexpr int kMethodNotFound = -32601;

// A server whose audit cannot be written, because folders have the names of its files for today and tomorrow.
class AuditRequired : public FaultTest {
 protected:
  AuditRequired() {
    for (const auto days : {std::chrono::days(0), std::chrono::days(1)}) {
      const service::UtcText time(system_clock::now() + days, service::UtcText::Fraction::kNone);
      in_the_way_.push_back(server().folder() / ("audit-" + std::string(time.day()) + ".jsonl"));
    }
  }
  void Break() {
    for (const auto& folder : in_the_way_) std::filesystem::create_directory(folder);
  }
  void Mend() {
    for (const auto& folder : in_the_way_) std::filesystem::remove(folder);
  }
  Json Status(RawClient& client) {
    Json answer = client.Call("service.status");
    EXPECT_TRUE(answer.contains("result")) << answer;
    return answer.value("result", Json::object()).value("audit", Json());
  }
  std::vector<std::string> Events() {
    std::vector<std::string> events;
    for (const auto& line : server().AuditLines()) events.push_back(line.value("event", ""));
    return events;
  }

 private:
  std::vector<std::filesystem::path> in_the_way_;
};

TEST_F(AuditRequired, WithoutAnAuditRequestsAreRefusedAndDoNotRun) {
  Break();
  Start();
  RawClient client = Connect();
  for (const char* method :
       {"rpc.ping", "test.asService", "test.quickAsCaller", "no.such", "service.connections"}) {
    EXPECT_EQ(CodeOf(client.Call(method)), kAuditUnavailable) << method;
  }
  EXPECT_EQ(runs(), 0);
  EXPECT_NE(server().LogText().find("the audit cannot be written: requests are refused until it can"),
            std::string::npos);
}

TEST_F(AuditRequired, AdministratorsSeeTheProblemInTheStatus) {
  Break();
  Start();
  RawClient client = Connect();
  EXPECT_EQ(CodeOf(client.Call("rpc.ping")), kAuditUnavailable);
  const Json audit = Status(client);
  EXPECT_EQ(audit.value("ok", true), false);
  EXPECT_EQ(audit.value("required", false), true);
  EXPECT_TRUE(audit.value("since", "").ends_with("Z")) << audit;
  EXPECT_TRUE(audit.value("error", "").starts_with("ERROR_")) << audit;
  // The previous request, and the decision on this one.
  EXPECT_EQ(audit.value("lines_lost", 0), 2);
}

TEST_F(AuditRequired, OthersDoNotEvenGetTheStatus) {
  service::Method open =
      PublicMethod("test.status", service::Acts::kAsService, service::Pace::kQuick,
                   [](const service::Call&) -> service::MethodResult { return Json("told"); });
  open.without_audit_for_administrators = true;
  server().methods().Add(std::move(open));
  Break();
  Start();
  RawClient client = Connect();
  EXPECT_EQ(client.Call("test.status").value("result", ""), "told");
  writers().Add(DenyOnlyToken());
  EXPECT_EQ(CodeOf(client.Call("test.status")), kAuditUnavailable);
}

TEST_F(AuditRequired, TheFirstLineAfterAGapReportsIt) {
  Break();
  Start();
  RawClient client = Connect();
  EXPECT_EQ(CodeOf(client.Call("rpc.ping")), kAuditUnavailable);
  Status(client);
  Mend();
  EXPECT_TRUE(client.Call("rpc.ping").contains("result"));
  EXPECT_EQ(Events(), (std::vector<std::string>{"gap", "decision", "outcome"}));
  // The decision on each request, and the outcome of the status.
  EXPECT_EQ(server().AuditLines()[0].value("lines", 0), 3);
  EXPECT_EQ(
      Status(client),
      (Json{{"ok", true}, {"required", true}, {"since", nullptr}, {"error", nullptr}, {"lines_lost", 0}}));
  EXPECT_NE(server().LogText().find("the audit can be written again"), std::string::npos);
}

TEST(AuditNotRequired, RequestsContinueAndItIsReported) {
  TestServer server;
  server.settings().audit.required = false;
  const service::UtcText today(system_clock::now(), service::UtcText::Fraction::kNone);
  const service::UtcText tomorrow(system_clock::now() + std::chrono::days(1),
                                  service::UtcText::Fraction::kNone);
  const std::vector<std::filesystem::path> in_the_way = {
      server.folder() / ("audit-" + std::string(today.day()) + ".jsonl"),
      server.folder() / ("audit-" + std::string(tomorrow.day()) + ".jsonl")};
  for (const auto& folder : in_the_way) std::filesystem::create_directory(folder);
  server.Start();
  RawClient client(server.pipe_path());
  EXPECT_TRUE(client.Call("rpc.ping").contains("result"));
  const Json absent = client.Call("no.such");
  EXPECT_EQ(absent.value("error", Json::object()).value("code", 0), kMethodNotFound) << absent;
  EXPECT_NE(server.LogText().find(
                "the audit cannot be written: requests continue without it (audit.required is false)"),
            std::string::npos);
  EXPECT_EQ(server.audit().State().lines_lost, 3u);
  for (const auto& folder : in_the_way) std::filesystem::remove(folder);
  EXPECT_TRUE(client.Call("rpc.ping").contains("result"));
  EXPECT_EQ(server.AuditLines().at(0).value("event", ""), "gap");
  EXPECT_EQ(server.AuditLines().at(0).value("lines", 0), 3);
}

// ---- What the request path records ----

TEST_F(AuditRequired, TheParametersOfAnAllowedRequestAreRecorded) {
  service::Method method =
      PublicMethod("test.params", service::Acts::kAsService, service::Pace::kQuick,
                   [](const service::Call&) -> service::MethodResult { return Json("done"); });
  method.parameters = {{"shown", "", Json{{"type", "string"}}, true, true},
                       {"secret", "", Json{{"type", "string"}}, false, false}};
  server().methods().Add(std::move(method));
  Start();
  RawClient client = Connect();
  EXPECT_TRUE(client.Call("test.params", Json::array({"a", "b"})).contains("result"));
  EXPECT_TRUE(client.Call("test.params", Json{{"shown", "a"}}).contains("result"));
  EXPECT_EQ(CodeOf(client.Call("test.params", Json{{"secret", "b"}})), -32602);
  EXPECT_TRUE(client.Call("rpc.ping", Json{{"echo", "hidden"}}).contains("result"));
  const auto lines = server().AuditLines();
  ASSERT_EQ(lines.size(), 7u);
  EXPECT_EQ(lines[0].value("params", Json()), (Json{{"shown", "a"}, {"secret", "(redacted)"}}));
  EXPECT_EQ(lines[2].value("params", Json()), (Json{{"shown", "a"}}));
  EXPECT_FALSE(lines[4].contains("params"));
  EXPECT_EQ(lines[5].value("params", Json()), (Json{{"echo", "(redacted)"}}));
  for (const std::size_t outcome : {1u, 3u, 6u}) {
    EXPECT_EQ(lines[outcome].value("account", ""), OwnToken().User().ToString());
  }
}

TEST_F(AuditRequired, TheAuditIsReadAndVerifiedThroughThePipe) {
  Start();
  RawClient client = Connect();
  client.Call("rpc.ping");
  const Json page = client.Call("audit.read").value("result", Json::object());
  // The ping's two records, and the decision on this request.
  ASSERT_EQ(page.value("lines", Json::array()).size(), 3u);
  EXPECT_EQ(page["lines"][2].value("method", ""), "audit.read");
  const Json verified = client.Call("audit.verify").value("result", Json::object());
  EXPECT_EQ(verified.value("ok", false), true);
  EXPECT_EQ(verified.value("lines", 0), 5);
  EXPECT_EQ(verified.value("note", ""), "the anchors could not be compared: none are kept");
  writers().Add(DenyOnlyToken());
  EXPECT_EQ(CodeOf(client.Call("audit.read")), kMethodNotFound);
}

}  // namespace
}  // namespace onbehalf::test
