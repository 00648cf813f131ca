#include <gtest/gtest.h>

#include <future>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "fake_server.h"
#include "onbehalf/client/client.h"
#include "outcomes.h"

namespace onbehalf::client {
namespace {

using test::FakeServer;
using test::Heard;
using test::WordOfCall;
using Session = FakeServer::Session;
using Words = std::vector<std::string>;

Json CancelOf(const Json& id) {
  return {{"jsonrpc", "2.0"}, {"method", "$/cancelRequest"}, {"params", {{"id", id}}}};
}

CallOptions With(const std::stop_source& source) {
  CallOptions options;
  options.stop = source.get_token();
  return options;
}

// Reads a request, tells the test, expects its cancel and answers it accordingly.
FakeServer::Script AnsweringCancels(std::promise<void>& has_read) {
  return [&has_read](Session& session) {
    const Json request = session.ReadRequest();
    has_read.set_value();
    EXPECT_EQ(session.ReadRequest(), CancelOf(request.at("id")));
    session.Refuse(request, kRequestCancelled, "The request was cancelled.");
    session.Answer(session.ReadRequest(), "next");
    session.ReadRequest();
  };
}

TEST(Cancel, OfABlockingCallIsSentAndReturnsTheAnswer) {
  std::promise<void> has_read;
  FakeServer server(AnsweringCancels(has_read));
  Client client = Client::Connect(server.ClientOptions());
  std::stop_source source;
  std::jthread canceller([&] {
    has_read.get_future().wait();
    source.request_stop();
  });
  EXPECT_EQ(WordOfCall([&] { return client.Call("x", nullptr, With(source)); }), "rpc -32800");
  EXPECT_EQ(client.Call("y"), "next");
}

TEST(Cancel, OfAnAsynchronousCallIsSentAndReturnsTheAnswer) {
  std::promise<void> has_read;
  FakeServer server(AnsweringCancels(has_read));
  Client client = Client::Connect(server.ClientOptions());
  std::stop_source source;
  Heard heard;
  client.CallAsync("x", nullptr, With(source), heard.AsCallback());
  has_read.get_future().wait();
  source.request_stop();
  EXPECT_EQ(heard.Wait(1), Words{"rpc -32800"});
  EXPECT_EQ(client.Call("y"), "next");
}

// It waits while another thread reads; it does not read itself.
TEST(Cancel, OfACallThatDoesNotReadIsSent) {
  std::promise<void> has_read;
  FakeServer server([&](Session& session) {
    const Json first = session.ReadRequest();
    const Json second = session.ReadRequest();
    has_read.set_value();
    const Json cancel = session.ReadRequest();
    const Json& cancelled = cancel.at("params").at("id") == first.at("id") ? first : second;
    session.Refuse(cancelled, kRequestCancelled, "cancelled");
    session.Answer(cancelled == first ? second : first, "not cancelled");
    session.ReadRequest();
  });
  Client client = Client::Connect(server.ClientOptions());
  std::stop_source source;
  std::jthread one([&] { EXPECT_EQ(client.Call("x"), "not cancelled"); });
  std::jthread other(
      [&] { EXPECT_EQ(WordOfCall([&] { return client.Call("x", nullptr, With(source)); }), "rpc -32800"); });
  has_read.get_future().wait();
  source.request_stop();
}

TEST(Cancel, BeforeTheCallSendsNothing) {
  FakeServer server([](Session& session) {
    const Json request = session.ReadRequest();
    session.Answer(request, request.at("method"));
    session.ReadRequest();
  });
  Client client = Client::Connect(server.ClientOptions());
  std::stop_source source;
  source.request_stop();
  EXPECT_EQ(WordOfCall([&] { return client.Call("x", nullptr, With(source)); }), "rpc -32800");
  EXPECT_EQ(WordOfCall([&] { return client.CallAsync("x", nullptr, With(source)).get(); }), "rpc -32800");
  const std::vector<BatchEntry> batch{{"x"}, {"x"}};
  for (const Outcome& outcome : client.CallBatch(batch, With(source)))
    EXPECT_EQ(test::WordOf(outcome), "rpc -32800");
  EXPECT_EQ(client.Call("first"), "first");
}

TEST(Cancel, AfterTheAnswerSendsNothing) {
  FakeServer server(test::Answering([](const Json& request) {
    return Json{{"result", request.at("method")}};
  }));
  Client client = Client::Connect(server.ClientOptions());
  std::stop_source source;
  EXPECT_EQ(client.Call("x", nullptr, With(source)), "x");
  source.request_stop();
  EXPECT_EQ(client.Call("y"), "y");
}

TEST(Cancel, OfABatchCancelsEachOfItsRequests) {
  std::promise<void> has_read;
  FakeServer server([&](Session& session) {
    const Json batch = session.ReadRequest();
    has_read.set_value();
    Json answers = Json::array();
    for (const Json& request : batch) {
      EXPECT_EQ(session.ReadRequest(), CancelOf(request.at("id")));
      answers.push_back({{"jsonrpc", "2.0"},
                         {"id", request.at("id")},
                         {"error", {{"code", kRequestCancelled}, {"message", "cancelled"}}}});
    }
    session.Send(answers);
    session.ReadRequest();
  });
  Client client = Client::Connect(server.ClientOptions());
  std::stop_source source;
  std::jthread canceller([&] {
    has_read.get_future().wait();
    source.request_stop();
  });
  const std::vector<BatchEntry> batch{{"x"}, {"y"}};
  for (const Outcome& outcome : client.CallBatch(batch, With(source)))
    EXPECT_EQ(test::WordOf(outcome), "rpc -32800");
}

// Cancels and responses cross: each call ends once, whichever comes first.
TEST(Cancel, AtTheSameTimeAsTheAnswerEndsTheCallOnce) {
  constexpr int kRounds = 300;
  FakeServer server([](Session& session) {
    for (Json message = session.ReadRequest(); !message.is_null(); message = session.ReadRequest()) {
      if (message.contains("id")) session.Answer(message, message.at("id"));
    }
  });
  Client client = Client::Connect(server.ClientOptions());
  Heard heard;
  for (int round = 0; round < kRounds; ++round) {
    std::stop_source source;
    std::jthread canceller([&] { source.request_stop(); });
    if (round % 2 == 0) {
      heard.Say(WordOfCall([&] { return client.Call("x", nullptr, With(source)); }));
    } else {
      client.CallAsync("x", nullptr, With(source), heard.AsCallback());
    }
    ASSERT_EQ(heard.Wait(static_cast<std::size_t>(round) + 1).size(), static_cast<std::size_t>(round) + 1);
  }
  EXPECT_TRUE(client.Call("x").is_number());
}

}  // namespace
}  // namespace onbehalf::client
