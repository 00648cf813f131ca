#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "fake_server.h"
#include "onbehalf/client/client.h"
#include "outcomes.h"
#include "support/event.h"
#include "support/patience.h"

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

// Answers each request after as many progress notifications as its parameter `pieces` says.
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

TEST(Progress, IsRequestedAndComesInOrderBeforeTheResult) {
  FakeServer server(AnswerWithProgress);
  Client client = Client::Connect(server.ClientOptions());
  Heard heard;
  CallOptions options = Telling(heard);
  EXPECT_EQ(client.Call("x", {{"pieces", 3}}, options), "done");
  EXPECT_EQ(heard.Wait(3), (Words{"0", "1", "2"}));
}

TEST(Progress, OfABlockingCallComesOnItsThread) {
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

TEST(Progress, IsNotRequestedWithoutACallback) {
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

TEST(Progress, UnrequestedOrLateIsIgnored) {
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

// A callback that never returns delays only its own call.
TEST(Progress, OfOneCallDoesNotDelayAnother) {
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

// More values were queued than the queue holds, so that no thread was reading.
TEST(Progress, ThatThrowsLetsOtherCallsRead) {
  constexpr int kPieces = 400;
  test::Event is_in_progress;
  test::Event other_has_called;
  FakeServer server([&](Session& session) {
    const Json slow = session.ReadRequest();
    for (int i = 0; i < kPieces; ++i) session.Send(Progress(slow.at("params").at("progressToken"), i));
    for (Json next = session.ReadRequest(); !next.is_null(); next = session.ReadRequest()) {
      if (next.value("method", "") == "other") session.Answer(next, "other's");
    }
  });
  Client client = Client::Connect(server.ClientOptions());
  std::jthread slow([&] {
    CallOptions options;
    options.progress = [&](const Json&) {
      is_in_progress.Set();
      EXPECT_TRUE(other_has_called.Wait());
      throw std::runtime_error("enough");
    };
    EXPECT_EQ(WordOfCall([&] { return client.Call("slow", nullptr, options); }), "enough");
  });
  EXPECT_TRUE(is_in_progress.Wait());
  std::future<Json> other = client.CallAsync("other");
  other_has_called.Set();
  EXPECT_EQ(other.get(), "other's");
}

// A notification handler is set, so that another thread reads, and there is always another piece.
TEST(Progress, DoesNotPreventACancelOrATimeout) {
  for (const bool is_cancelled : {true, false}) {
    test::Event has_read;
    FakeServer server([&](Session& session) {
      const Json request = session.ReadRequest();
      if (request.is_null()) return;
      has_read.Set();
      // The cancel, which is in the pipe, is looked for between the pieces.
      DWORD waiting = 0;
      while (waiting == 0) {
        session.Send(Progress(request.at("params").at("progressToken"), 1));
        if (!::PeekNamedPipe(session.pipe(), nullptr, 0, nullptr, &waiting, nullptr)) return;
      }
      session.Refuse(request, kRequestCancelled, "cancelled");
      while (!session.ReadRequest().is_null()) {
      }
    });
    Client client = Client::Connect(server.ClientOptions());
    client.OnNotification([](const std::string&, const Json&) {});
    std::stop_source source;
    CallOptions options;
    if (is_cancelled) options.stop = source.get_token();
    int pieces = 0;
    options.progress = [&](const Json&) {
      if (++pieces == 50) source.request_stop();
    };
    EXPECT_TRUE(test::WithGrowingTime([&](std::chrono::milliseconds timeout) {
      if (!is_cancelled) options.timeout = timeout;
      EXPECT_EQ(WordOfCall([&] { return client.Call("x", nullptr, options); }),
                is_cancelled ? "rpc -32800" : "timed_out");
      // False: it timed out before it could be sent.
      return has_read.Wait(timeout);
    }));
  }
}

// An error of the application is not a lost connection.
TEST(Progress, ThatThrowsASystemErrorIsNotRepeated) {
  std::atomic<int> requests = 0;
  FakeServer server([&](Session& session) {
    for (Json request = session.ReadRequest(); !request.is_null(); request = session.ReadRequest()) {
      if (!request.contains("id")) continue;
      ++requests;
      session.Send(Progress(request.at("params").at("progressToken"), 1));
    }
  });
  Client client = Client::Connect(server.ClientOptions());
  CallOptions options;
  options.idempotent = true;
  options.progress = [](const Json&) {
    throw std::system_error(std::make_error_code(std::errc::connection_reset), "another connection");
  };
  EXPECT_EQ(WordOfCall([&] { return client.Call("x", nullptr, options); }), "connection_reset");
  EXPECT_EQ(requests, 1);
  EXPECT_TRUE(client.IsConnected());
}

// More than the queue holds: the rest waits in the pipe, and nothing is lost.
TEST(Progress, IsNotLostByASlowCallback) {
  constexpr int kPieces = 3'000;
  const std::string filler(4'096, 'x');
  std::atomic<int> written = 0;
  test::Event has_written;
  FakeServer server([&](Session& session) {
    const Json request = session.ReadRequest();
    for (int i = 0; i < kPieces; ++i) {
      session.Send(Progress(request.at("params").at("progressToken"), {i, filler}));
      ++written;
      has_written.Set();
    }
    session.Answer(request, "done");
    session.ReadRequest();
  });
  Client client = Client::Connect(server.ClientOptions());
  Heard heard;
  test::Event has_begun;
  test::Event may_go_on;
  CallOptions options;
  options.progress = [&](const Json& value) {
    has_begun.Set();
    EXPECT_TRUE(may_go_on.Wait());
    heard.Say(value.at(0).dump());
  };
  client.CallAsync("x", nullptr, options, heard.AsCallback());
  EXPECT_TRUE(has_begun.Wait());
  // Until the server blocks, or is so slow that the client has less to queue.
  do {
    has_written.Reset();
  } while (has_written.Wait(std::chrono::milliseconds(300)));
  EXPECT_LT(written, kPieces / 2);
  may_go_on.Set();
  const Words words = heard.Wait(kPieces + 1);
  ASSERT_EQ(words.size(), static_cast<std::size_t>(kPieces) + 1);
  for (int i = 0; i < kPieces; ++i) ASSERT_EQ(words[static_cast<std::size_t>(i)], std::to_string(i));
}

}  // namespace
}  // namespace onbehalf::client
