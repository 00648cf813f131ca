#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <utility>

#include "requests/fault_test.h"

namespace onbehalf::test {
namespace {

using service::Method;

class PolicyAtWork : public FaultTest {
 protected:
  PolicyAtWork() {
    for (const char* sddl : {"D:", "D:(A;;GR;;;AU)"}) {
      Method method =
          PublicMethod(std::string(sddl) == "D:" ? "test.hidden" : "test.visible", service::Acts::kAsService,
                       service::Pace::kQuick, [this](const service::Call&) -> service::MethodResult {
                         ++guarded_runs_;
                         return Json("done");
                       });
      method.access_default = sddl;
      server().methods().Add(std::move(method));
    }
    Start();
  }

  // The bytes of the response to a request with this id for this method.
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

TEST_F(PolicyAtWork, AnswersForAHiddenMethodAsForAnUnknownOne) {
  RawClient client = Connect();
  // Parameters that would also be refused, and ids of every kind.
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
  EXPECT_EQ(lines[0].value("account", ""), OwnToken().User().ToString());
}

TEST_F(PolicyAtWork, RecordsInTheAuditWhatTheCallerIsNotTold) {
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
