#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fake_server.h"
#include "onbehalf/client/client.h"
#include "outcomes.h"

namespace onbehalf::client {
namespace {

using test::FakeServer;
using test::WordOf;
using test::WordOfCall;
using Session = FakeServer::Session;

TEST(CallBatch, IsOneFrameAndReturnsTheOutcomesInTheOrderOfItsEntries) {
  FakeServer server([](Session& session) {
    const Json batch = session.ReadRequest();
    ASSERT_EQ(batch.size(), 4u);
    EXPECT_EQ(batch[0], Json::parse(R"({"jsonrpc":"2.0","id":1,"method":"a","params":{"x":1}})"));
    EXPECT_EQ(batch[1], Json::parse(R"({"jsonrpc":"2.0","method":"b"})"));
    EXPECT_EQ(batch[2], Json::parse(R"({"jsonrpc":"2.0","id":2,"method":"c","params":[2]})"));
    session.Send({{{"jsonrpc", "2.0"}, {"id", 3}, {"result", "d's"}},
                  {{"jsonrpc", "2.0"}, {"id", 1}, {"result", "a's"}},
                  {{"jsonrpc", "2.0"}, {"id", 2}, {"error", {{"code", -32010}, {"message", "no"}}}}});
    session.ReadRequest();
  });
  Client client = Client::Connect(server.ClientOptions());
  const std::vector<BatchEntry> batch{
      {"a", {{"x", 1}}}, {"b", nullptr, true}, {"c", Json::array({2})}, {"d"}};
  const std::vector<Outcome> outcomes = client.CallBatch(batch);
  ASSERT_EQ(outcomes.size(), 4u);
  EXPECT_EQ(WordOf(outcomes[0]), "\"a's\"");
  EXPECT_EQ(WordOf(outcomes[1]), "null");
  EXPECT_EQ(WordOf(outcomes[2]), "rpc -32010");
  EXPECT_EQ(WordOf(outcomes[3]), "\"d's\"");
}

TEST(CallBatch, WithOnlyNotificationsWaitsForNothing) {
  FakeServer server([](Session& session) {
    EXPECT_EQ(session.ReadRequest().size(), 2u);
    session.Answer(session.ReadRequest(), "next");
    session.ReadRequest();
  });
  Client client = Client::Connect(server.ClientOptions());
  const std::vector<BatchEntry> batch{{"a", nullptr, true}, {"b", nullptr, true}};
  EXPECT_EQ(client.CallBatch(batch).size(), 2u);
  EXPECT_EQ(client.Call("x"), "next");
}

TEST(CallBatch, RefusesInvalidBatches) {
  FakeServer server(test::Answering([](const Json&) { return Json{{"result", 1}}; }));
  Client client = Client::Connect(server.ClientOptions());
  EXPECT_THROW(client.CallBatch({}), std::invalid_argument);
  const std::vector<BatchEntry> with_a_scalar{{"a"}, {"b", 5}};
  EXPECT_THROW(client.CallBatch(with_a_scalar), std::invalid_argument);
  CallOptions with_progress;
  with_progress.progress = [](const Json&) {};
  const std::vector<BatchEntry> batch{{"a"}};
  EXPECT_THROW(client.CallBatch(batch, with_progress), std::invalid_argument);
  EXPECT_EQ(client.Call("x"), 1);
}

TEST(CallBatch, EndsWithTheConnection) {
  FakeServer server([](Session& session) { session.ReadRequest(); });
  Client client = Client::Connect(server.ClientOptions());
  const std::vector<BatchEntry> batch{{"a"}, {"b"}};
  for (const Outcome& outcome : client.CallBatch(batch)) EXPECT_EQ(WordOf(outcome), "connection_reset");
  EXPECT_EQ(WordOfCall([&]() -> Json {
              client.CallBatch(batch);
              return nullptr;
            }),
            "not_connected");
}

TEST(CallBatch, RefusesSingleAnswers) {
  FakeServer server([](Session& session) {
    const Json batch = session.ReadRequest();
    session.Answer(batch[0], 1);
    session.ReadRequest();
  });
  Client client = Client::Connect(server.ClientOptions());
  const std::vector<BatchEntry> batch{{"a"}};
  EXPECT_EQ(WordOf(client.CallBatch(batch).front()), "protocol_error");
}

}  // namespace
}  // namespace onbehalf::client
