#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "fake_server.h"
#include "onbehalf/client/client.h"
#include "outcomes.h"
#include "support/event.h"

namespace onbehalf::client {
namespace {

using test::FakeServer;
using test::Heard;
using test::WordOfCall;
using Session = FakeServer::Session;
using Words = std::vector<std::string>;

Json Progress(const Json& token, const Json& value) {
  return {{"jsonrpc", "2.0"}, {"method", "$/progress"}, {"params", {{"token", token}, {"value", value}}}};
}

// Answers each request after as many pieces of progress as its parameter `pieces` says.
void AnswerWithProgress(Session& session) {
  for (Json request = session.ReadRequest(); !request.is_null(); request = session.ReadRequest()) {
    const Json& params = request.at("params");
    for (int i = 0; i < params.value("pieces", 0); ++i) session.Send(Progress(params.at("progressToken"), i));
    session.Answer(request, "done");
  }
}

CallOptions Telling(Heard& heard) {
  CallOptions options;
  options.progress = [&heard](const Json& value) { heard.Say(value.dump()); };
  return options;
}

TEST(Progress, IsAskedForAndComesInOrderBeforeTheResult) {
  FakeServer server(AnswerWithProgress);
  Client client = Client::Connect(server.ClientOptions());
  Heard heard;
  CallOptions options = Telling(heard);
  EXPECT_EQ(client.Call("x", {{"pieces", 3}}, options), "done");
  EXPECT_EQ(heard.Wait(3), (Words{"0", "1", "2"}));
}

TEST(Progress, OfACallThatWaitsComesOnItsThread) {
  FakeServer server(AnswerWithProgress);
  Client client = Client::Connect(server.ClientOptions());
  std::vector<std::thread::id> threads;
  CallOptions options;
  options.progress = [&](const Json&) { threads.push_back(std::this_thread::get_id()); };
  client.Call("x", {{"pieces", 5}}, options);
  EXPECT_EQ(threads, std::vector<std::thread::id>(5, std::this_thread::get_id()));
}

TEST(Progress, OfAnAsynchronousCallEndsBeforeItsOutcome) {
  FakeServer server(AnswerWithProgress);
  Client client = Client::Connect(server.ClientOptions());
  Heard heard;
  CallOptions options = Telling(heard);
  client.CallAsync("x", {{"pieces", 3}}, options, heard.AsCallback());
  EXPECT_EQ(heard.Wait(4), (Words{"0", "1", "2", "\"done\""}));
  client.CallAsync("x", {{"pieces", 200}}, options).get();
  EXPECT_EQ(heard.Wait(204).back(), "199");
}

TEST(Progress, IsNotAskedForUnlessItIsWanted) {
  FakeServer server(test::Answering([](const Json& request) {
    return Json{{"result", request.value("params", Json("none"))}};
  }));
  Client client = Client::Connect(server.ClientOptions());
  EXPECT_EQ(client.Call("x"), "none");
  EXPECT_EQ(client.Call("x", {{"a", 1}}), Json({{"a", 1}}));
  Heard heard;
  EXPECT_EQ(client.Call("x", nullptr, Telling(heard)), Json({{"progressToken", 3}}));
  EXPECT_THROW(client.Call("x", Json::array(), Telling(heard)), std::invalid_argument);
}

TEST(Progress, ThatNobodyAskedForOrThatIsLateIsIgnored) {
  FakeServer server([](Session& session) {
    const Json request = session.ReadRequest();
    for (const Json& token : {Json(1), Json(99), Json("1"), Json(nullptr), Json(1.5), Json::array()}) {
      session.Send(Progress(token, "stray"));
    }
    session.Send({{"jsonrpc", "2.0"}, {"method", "$/progress"}});
    session.Send({{"jsonrpc", "2.0"}, {"method", "$/progress"}, {"params", {{"token", 1}}}});
    session.Answer(request, 1);
    session.Send(Progress(1, "late"));
    session.Answer(session.ReadRequest(), 2);
    session.ReadRequest();
  });
  Client client = Client::Connect(server.ClientOptions());
  EXPECT_EQ(client.Call("x"), 1);
  EXPECT_EQ(client.Call("x"), 2);
}

// A callback that does not come to an end keeps its own call waiting, and no other.
TEST(Progress, OfOneCallDoesNotKeepAnotherFromItsAnswer) {
  FakeServer server(AnswerWithProgress);
  Client client = Client::Connect(server.ClientOptions());
  test::Event is_in_progress;
  test::Event other_is_done;
  std::jthread slow([&] {
    bool is_first = true;
    CallOptions options;
    options.progress = [&](const Json&) {
      if (!std::exchange(is_first, false)) return;
      is_in_progress.Set();
      other_is_done.Wait();
    };
    EXPECT_EQ(client.Call("x", {{"pieces", 3}}, options), "done");
  });
  is_in_progress.Wait();
  EXPECT_EQ(client.Call("x", Json::object()), "done");
  other_is_done.Set();
}

TEST(Progress, MayCall) {
  FakeServer server(AnswerWithProgress);
  Client client = Client::Connect(server.ClientOptions());
  Heard heard;
  CallOptions options;
  options.progress = [&](const Json&) { heard.Say(client.Call("x", Json::object()).dump()); };
  EXPECT_EQ(client.Call("x", {{"pieces", 2}}, options), "done");
  EXPECT_EQ(heard.Wait(2), Words(2, "\"done\""));
}

TEST(Progress, ThatThrowsEndsItsCallAndNothingElse) {
  Heard heard;
  FakeServer server([&](Session& session) {
    const Json request = session.ReadRequest();
    session.Send(Progress(request.at("params").at("progressToken"), 1));
    heard.Say(session.ReadRequest().value("method", ""));
    session.Refuse(request, kRequestCancelled, "cancelled");
    session.Answer(session.ReadRequest(), "next");
    session.ReadRequest();
  });
  Client client = Client::Connect(server.ClientOptions());
  CallOptions options;
  options.progress = [](const Json&) { throw std::runtime_error("enough"); };
  EXPECT_EQ(WordOfCall([&] { return client.Call("x", nullptr, options); }), "enough");
  EXPECT_EQ(heard.Wait(1), Words{"$/cancelRequest"});
  EXPECT_EQ(client.Call("y"), "next");
}

// More than is kept: the rest waits in the pipe, and nothing is lost.
TEST(Progress, ThatIsTakenSlowlyIsNotLost) {
  constexpr int kPieces = 3'000;
  FakeServer server(AnswerWithProgress);
  Client client = Client::Connect(server.ClientOptions());
  Heard heard;
  test::Event may_go_on;
  CallOptions options;
  options.progress = [&](const Json& value) {
    if (value == 0) may_go_on.Wait();
    heard.Say(value.dump());
  };
  client.CallAsync("x", {{"pieces", kPieces}}, options, heard.AsCallback());
  may_go_on.Set();
  const Words words = heard.Wait(kPieces + 1);
  ASSERT_EQ(words.size(), static_cast<std::size_t>(kPieces) + 1);
  for (int i = 0; i < kPieces; ++i) ASSERT_EQ(words[static_cast<std::size_t>(i)], std::to_string(i));
}

}  // namespace
}  // namespace onbehalf::client
