#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "gate.h"
#include "messages.h"
#include "raw_client.h"
#include "requests/running_request.h"
#include "test_server.h"

namespace onbehalf::test {
namespace {

using protocol::ErrorCode;

// A batch's responses by id: their order is unspecified.
std::map<std::string, Json> ById(const Json& answers) {
  std::map<std::string, Json> by_id;
  for (const Json& answer : answers) by_id[answer.at("id").dump()] = answer;
  return by_id;
}

TEST(Batch, EachRequestIsAnsweredAndNothingElse) {
  TestServer server;
  std::atomic<int> notified = 0;
  server.methods().Add(PublicMethod("test.note", service::Acts::kAsService, service::Pace::kQuick,
                                    [&](const service::Call&) -> service::MethodResult {
                                      ++notified;
                                      return Json(1);
                                    }));
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(
      Json::array({RequestMessage(1, "rpc.ping", {{"echo", "a"}}), NotificationMessage("test.note"),
                   RequestMessage("2", "rpc.none"), NotificationMessage("no.such"),
                   Json{{"jsonrpc", "2.0"}, {"id", 3}, {"method", 5}}, ResultMessage(4, 0),
                   RequestMessage(5, "rpc.ping", {{"wrong", 1}}), RequestMessage(6, "identity.whoami")}));
  const auto answers = client.Read();
  ASSERT_TRUE(answers.has_value());
  ASSERT_EQ(answers->size(), 5U) << *answers;
  const auto by_id = ById(*answers);
  EXPECT_EQ(by_id.at("1").at("result").at("echo"), "a");
  EXPECT_EQ(by_id.at("\"2\""), ErrorMessageFor("2", ErrorCode::kMethodNotFound));
  EXPECT_EQ(by_id.at("3"), ErrorMessageFor(3, ErrorCode::kInvalidRequest, "method must be a string."));
  EXPECT_EQ(ErrorCodeOf(by_id.at("5")), static_cast<int>(ErrorCode::kInvalidParams));
  EXPECT_TRUE(by_id.at("6").contains("result"));
  EXPECT_EQ(notified, 1);
  EXPECT_TRUE(client.Call("rpc.ping").contains("result"));
}

TEST(Batch, WithOnlyNotificationsIsNotAnswered) {
  TestServer server;
  std::atomic<int> notified = 0;
  server.methods().Add(PublicMethod("test.note", service::Acts::kAsService, service::Pace::kQuick,
                                    [&](const service::Call&) -> service::MethodResult {
                                      ++notified;
                                      return Json(1);
                                    }));
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(Json::array({NotificationMessage("test.note"), NotificationMessage("test.note"),
                           NotificationMessage("$/setTrace")}));
  client.Send(RequestMessage("last", "rpc.ping"));
  const auto answer = client.Read();
  ASSERT_TRUE(answer.has_value());
  ASSERT_TRUE(answer->is_object());
  EXPECT_EQ(answer->at("id"), "last");
  EXPECT_EQ(notified, 2);
}

TEST(Batch, OfOneRequestIsAnsweredByABatchOfOne) {
  TestServer server;
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(Json::array({RequestMessage(1, "rpc.none")}));
  EXPECT_EQ(client.Read(), Json::array({ErrorMessageFor(1, ErrorCode::kMethodNotFound)}));
}

TEST(Batch, WithAMemberWithoutAnIdIsAnsweredAndTheConnectionClosed) {
  TestServer server;
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(Json::array({RequestMessage(1, "rpc.ping"), 17}));
  const auto answers = client.Read();
  ASSERT_TRUE(answers.has_value());
  ASSERT_EQ(answers->size(), 2U);
  const auto by_id = ById(*answers);
  EXPECT_TRUE(by_id.at("1").contains("result"));
  EXPECT_EQ(by_id.at("null"),
            ErrorMessageFor(nullptr, ErrorCode::kInvalidRequest, "A message must be an object."));
  EXPECT_TRUE(client.IsClosedByServer());
}

TEST(Batch, OfSixtyFourIsAcceptedAndThirtyTwoRunAtATime) {
  Gate gate;
  TestServer server;
  server.settings().limits.handlers_per_account = 64;
  server.methods().Add(gate.AsMethod("test.wait"));
  server.Start();
  Json batch = Json::array();
  for (int id = 0; id < 64; ++id) batch.push_back(RequestMessage(id, "test.wait"));
  RawClient client(server.pipe_path());
  client.Send(batch);
  ASSERT_TRUE(gate.WaitUntilEntered(32));
  gate.Admit(5);
  ASSERT_TRUE(gate.WaitUntilEntered(37));
  gate.Open();
  const auto answers = client.Read();
  ASSERT_TRUE(answers.has_value());
  std::set<int> ids;
  for (const Json& answer : *answers) {
    EXPECT_EQ(answer.at("result"), (Json{{"passed", true}}));
    ids.insert(answer.at("id").get<int>());
  }
  EXPECT_EQ(ids.size(), 64U);
  EXPECT_EQ(answers->size(), 64U);
  EXPECT_EQ(gate.max_at_once(), 32U);
  EXPECT_EQ(gate.entered(), 64U);
}

// One account may run fewer handlers at a time than a batch has requests: the rest of the batch waits for the
// first ones.
TEST(Batch, WaitsForTheHandlersOfItsOwnAccount) {
  Gate gate;
  gate.Open();
  TestServer server;
  server.settings().limits.handlers_per_account = 3;
  server.methods().Add(gate.AsMethod("test.wait"));
  server.Start();
  Json batch = Json::array();
  for (int id = 0; id < 60; ++id) batch.push_back(RequestMessage(id, "test.wait"));
  RawClient client(server.pipe_path());
  for (int round = 0; round < 50; ++round) {
    client.Send(batch);
    const auto answers = client.Read();
    ASSERT_TRUE(answers.has_value());
    ASSERT_EQ(answers->size(), 60U);
    for (const Json& answer : *answers)
      ASSERT_TRUE(answer.contains("result")) << answer << " in round " << round;
  }
  EXPECT_LE(gate.max_at_once(), 3U);
}

// A request that is queued again just as another ends must not wait for a third.
TEST(Batch, ContinuesWithEachHandlerThatEndsWhileALongOneRuns) {
  Gate long_gate;
  Gate short_gate;
  short_gate.Open();
  TestServer server;
  server.settings().limits.handlers_per_account = 2;
  server.methods().Add(long_gate.AsMethod("test.long"));
  server.methods().Add(short_gate.AsMethod("test.short"));
  server.Start();
  Json batch = Json::array({RequestMessage("long", "test.long")});
  for (int id = 0; id < 40; ++id) batch.push_back(RequestMessage(id, "test.short"));
  RawClient client(server.pipe_path());
  for (std::size_t round = 1; round <= 50; ++round) {
    client.Send(batch);
    ASSERT_TRUE(short_gate.WaitUntilLeft(40 * round)) << "in round " << round;
    long_gate.Admit(1);
    const auto answers = client.Read();
    ASSERT_TRUE(answers.has_value());
    ASSERT_EQ(answers->size(), 41U);
  }
}

TEST(Batch, ADuplicateIdIsRefused) {
  Gate gate;
  TestServer server;
  server.methods().Add(gate.AsMethod("test.wait"));
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(Json::array({RequestMessage(1, "test.wait"), RequestMessage(1, "test.wait")}));
  ASSERT_TRUE(gate.WaitUntilEntered(1));
  gate.Open();
  const auto answers = client.Read();
  ASSERT_TRUE(answers.has_value());
  ASSERT_EQ(answers->size(), 2U);
  EXPECT_EQ(answers->at(0), ErrorMessageFor(1, ErrorCode::kInvalidRequest,
                                            "A request with this id has not been answered yet."));
  EXPECT_EQ(answers->at(1), ResultMessage(1, {{"passed", true}}));
  EXPECT_EQ(gate.entered(), 1U);
}

TEST(Batch, AnswersThatAreTooLargeTogetherAreReplacedOneByOne) {
  TestServer server;
  server.settings().limits.response_bytes = 10'000;
  server.Start();
  Json batch = Json::array();
  for (int id = 0; id < 8; ++id)
    batch.push_back(RequestMessage(id, "rpc.ping", {{"echo", std::string(3'000, 'x')}}));
  RawClient client(server.pipe_path());
  client.Send(batch);
  const auto answers = client.Read();
  ASSERT_TRUE(answers.has_value());
  ASSERT_EQ(answers->size(), 8U);
  int results = 0;
  for (const Json& answer : *answers) {
    if (answer.contains("result")) {
      ++results;
      continue;
    }
    EXPECT_EQ(answer, ErrorMessageFor(answer.at("id"), ErrorCode::kTooLarge,
                                      "The batch's answers together would be larger than the limit."));
  }
  EXPECT_EQ(results, 3);
  EXPECT_TRUE(client.Call("rpc.ping").contains("result"));
}

TEST(BatchAnswers, AreReturnedOnceAllAreComplete) {
  service::BatchAnswers answers(2, 100);
  EXPECT_EQ(answers.Add(protocol::Id(std::int64_t{1}), "{}"), std::nullopt);
  EXPECT_EQ(answers.Add(protocol::Id(std::int64_t{2}), "[]"), "[{},[]]");
}

}  // namespace
}  // namespace onbehalf::test
