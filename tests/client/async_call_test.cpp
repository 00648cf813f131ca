#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "fake_server.h"
#include "onbehalf/client/client.h"
#include "outcomes.h"
#include "support/event.h"
#include "support/handle_count.h"
#include "support/patience.h"
#include "support/process_usage.h"

namespace onbehalf::client {
namespace {

using test::Answering;
using test::FakeServer;
using test::Heard;
using test::WordOfCall;
using Session = FakeServer::Session;
using Words = std::vector<std::string>;

// Answers every request with its first parameter.
FakeServer::Script Echoing() {
  return Answering([](const Json& request) { return Json{{"result", request.at("params").at(0)}}; });
}

// Reads `count` requests, then calls `then` with them.
FakeServer::Script AfterReading(std::size_t count,
                                std::function<void(Session&, const std::vector<Json>&)> then) {
  return [=](Session& session) {
    std::vector<Json> requests;
    while (requests.size() < count) {
      requests.push_back(session.ReadRequest());
      if (requests.back().is_null()) return;
    }
    then(session, requests);
  };
}

TEST(CallAsync, ReturnsResultsAndErrorsThroughAFuture) {
  FakeServer server([](Session& session) {
    session.Answer(session.ReadRequest(), "done");
    session.Refuse(session.ReadRequest(), -32010, "no");
    session.ReadRequest();
  });
  Client client = Client::Connect(server.ClientOptions());
  std::future<Json> first = client.CallAsync("x");
  EXPECT_EQ(first.get(), "done");
  std::future<Json> second = client.CallAsync("x");
  EXPECT_EQ(WordOfCall([&] { return second.get(); }), "rpc -32010");
}

TEST(CallAsync, ReturnsAnswersInTheOrderInWhichTheyCome) {
  FakeServer server(AfterReading(32, [](Session& session, const std::vector<Json>& requests) {
    for (auto request = requests.rbegin(); request != requests.rend(); ++request) {
      session.Answer(*request, request->at("params").at(0));
    }
    session.ReadRequest();
  }));
  Client client = Client::Connect(server.ClientOptions());
  std::vector<std::future<Json>> futures;
  for (int i = 0; i < 32; ++i) futures.push_back(client.CallAsync("x", Json::array({i})));
  for (int i = 0; i < 32; ++i) EXPECT_EQ(futures[static_cast<std::size_t>(i)].get(), i);
}

TEST(CallAsync, CallsBackInTheOrderOfTheAnswers) {
  FakeServer server(AfterReading(3, [](Session& session, const std::vector<Json>& requests) {
    session.Answer(requests[2], "third");
    session.Answer(requests[0], "first");
    session.Refuse(requests[1], -32012, "busy");
    session.ReadRequest();
  }));
  Heard heard;
  Client client = Client::Connect(server.ClientOptions());
  for (int i = 0; i < 3; ++i) client.CallAsync("x", nullptr, {}, heard.AsCallback());
  EXPECT_EQ(heard.Wait(3), (Words{"\"third\"", "\"first\"", "rpc -32012"}));
}

TEST(CallAsync, RunsAllCallbacksOnOneOtherThread) {
  FakeServer server(Echoing());
  Heard heard;
  Client client = Client::Connect(server.ClientOptions());
  std::mutex mutex;
  std::vector<std::thread::id> threads;
  for (int i = 0; i < 5; ++i) {
    client.CallAsync("x", Json::array({i}), {}, [&](const Outcome& outcome) {
      {
        const std::lock_guard guard(mutex);
        threads.push_back(std::this_thread::get_id());
      }
      heard.AsCallback()(outcome);
    });
  }
  ASSERT_EQ(heard.Wait(5), (Words{"0", "1", "2", "3", "4"}));
  const std::lock_guard guard(mutex);
  for (const std::thread::id id : threads) {
    EXPECT_EQ(id, threads.front());
    EXPECT_NE(id, std::this_thread::get_id());
  }
}

TEST(CallAsync, ACallbackMayCall) {
  FakeServer server(Echoing());
  Heard heard;
  Client client = Client::Connect(server.ClientOptions());
  client.CallAsync("x", Json::array({1}), {}, [&](const Outcome& outcome) {
    heard.Say(test::WordOf(outcome));
    heard.Say(client.Call("x", Json::array({2})).dump());
    client.CallAsync("x", Json::array({3}), {}, heard.AsCallback());
  });
  EXPECT_EQ(heard.Wait(3), (Words{"1", "2", "3"}));
}

// The queue of callbacks is full, and only the waiting callback could make room.
TEST(CallAsync, ACallbackMayCallWhileManyOthersWait) {
  constexpr std::size_t kCalls = 600;
  FakeServer server(Echoing());
  Heard heard;
  Client client = Client::Connect(server.ClientOptions());
  test::Event all_are_sent;
  for (std::size_t i = 0; i < kCalls; ++i) {
    client.CallAsync("x", Json::array({i}), {}, [&, i](const Outcome& outcome) {
      if (i == 0) {
        all_are_sent.Wait();
        EXPECT_EQ(client.Call("x", Json::array({"inside"})), "inside");
      }
      heard.Say(test::WordOf(outcome));
    });
  }
  all_are_sent.Set();
  const Words words = heard.Wait(kCalls);
  ASSERT_EQ(words.size(), kCalls);
  for (std::size_t i = 0; i < kCalls; ++i) EXPECT_EQ(words[i], std::to_string(i));
}

TEST(CallAsync, ACallbackMayDestroyTheClient) {
  FakeServer server(AfterReading(2, [](Session& session, const std::vector<Json>& requests) {
    session.Answer(requests[0], 1);
    session.ReadRequest();
  }));
  Heard heard;
  auto client = std::make_unique<Client>(Client::Connect(server.ClientOptions()));
  test::Event sent;
  client->CallAsync("x", nullptr, {}, [&](const Outcome& outcome) {
    sent.Wait();
    client.reset();
    heard.Say(test::WordOf(outcome));
  });
  client->CallAsync("y", nullptr, {}, heard.AsCallback());
  sent.Set();
  EXPECT_EQ(heard.Wait(2), (Words{"1", "operation_canceled"}));
}

// More than the queue holds: what tells the client about room must not outlive it.
TEST(CallAsync, ACallbackMayDestroyTheClientWhileManyOthersWait) {
  constexpr std::size_t kCalls = 400;
  FakeServer server(Echoing());
  Heard heard;
  auto client = std::make_unique<Client>(Client::Connect(server.ClientOptions()));
  test::Event sent;
  for (std::size_t i = 0; i < kCalls; ++i) {
    client->CallAsync("x", Json::array({i}), {}, [&, i](const Outcome& outcome) {
      if (i == 0) {
        EXPECT_TRUE(sent.Wait());
        client.reset();
      }
      heard.Say(test::WordOf(outcome));
    });
  }
  sent.Set();
  EXPECT_EQ(heard.Wait(kCalls).size(), kCalls);
}

// False if `call` timed out before it could be sent.
template <typename Call>
bool IsSent(Call call) {
  try {
    call();
    return true;
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::timed_out);
    return false;
  }
}

// A call's captures may own the client, and are destroyed by the last thread that holds them.
TEST(CallAsync, ACallMayOwnTheClient) {
  for (int round = 0; round < 50; ++round) {
    test::Event has_read;
    FakeServer server([&](Session& session) {
      session.ReadRequest();
      has_read.Set();
      if (round % 2 != 0) session.ReadRequest();
    });
    Heard heard;
    std::weak_ptr<Client> gone;
    {
      auto client = std::make_shared<Client>(Client::Connect(server.ClientOptions()));
      gone = client;
      CallOptions options;
      EXPECT_TRUE(test::WithGrowingTime([&](std::chrono::milliseconds timeout) {
        if (round % 2 != 0) options.timeout = timeout;
        return IsSent([&] {
          client->CallAsync("x", nullptr, options,
                            [&heard, client](const Outcome& outcome) { heard.Say(test::WordOf(outcome)); });
        });
      }));
      EXPECT_TRUE(has_read.Wait());
    }
    EXPECT_EQ(heard.Wait(1), Words{round % 2 == 0 ? "connection_reset" : "timed_out"});
    while (!gone.expired()) std::this_thread::yield();
  }
}

// The service reads nothing more until its responses are read, and the client's queue of callbacks is full.
TEST(CallAsync, ACallbackMayWriteMoreThanThePipeHolds) {
  constexpr std::size_t kCalls = 200;
  const std::string large(256 * 1024, 'x');
  FakeServer server(AfterReading(kCalls, [&](Session& session, const std::vector<Json>& requests) {
    // More than fits into the pipe, so that this write ends only when the client reads.
    for (const Json& request : requests) session.Answer(request, large);
    const Json last = session.ReadRequest();
    session.Answer(last, last.at("params").at(0).get<std::string>().size());
    session.ReadRequest();
  }));
  Heard heard;
  Client client = Client::Connect(server.ClientOptions());
  for (std::size_t i = 0; i < kCalls; ++i) {
    client.CallAsync("x", nullptr, {}, [&, i](const Outcome& outcome) {
      if (i == 0) {
        EXPECT_EQ(client.Call("y", Json::array({large})), large.size());
      }
      heard.Say(outcome.ok() ? "ok" : test::WordOf(outcome));
    });
  }
  EXPECT_EQ(heard.Wait(kCalls), Words(kCalls, "ok"));
}

TEST(CallAsync, EndsAtItsTimeoutEvenIfNothingWaits) {
  Heard heard;
  FakeServer server([&](Session& session) {
    const Json request = session.ReadRequest();
    heard.Say(session.ReadRequest().value("method", ""));
    session.Answer(request, "too late");
    session.Answer(session.ReadRequest(), "in time");
    session.ReadRequest();
  });
  Client client = Client::Connect(server.ClientOptions());
  CallOptions options;
  std::future<Json> result;
  EXPECT_TRUE(test::WithGrowingTime([&](std::chrono::milliseconds timeout) {
    options.timeout = timeout;
    return IsSent([&] { result = client.CallAsync("x", nullptr, options); });
  }));
  EXPECT_EQ(WordOfCall([&] { return result.get(); }), "timed_out");
  EXPECT_EQ(heard.Wait(1), Words{"$/cancelRequest"});
  EXPECT_EQ(client.Call("y"), "in time");
}

TEST(CallAsync, AShorterTimeoutIsKeptNextToALongerOne) {
  FakeServer server([](Session& session) {
    while (!session.ReadRequest().is_null()) {
    }
  });
  Heard heard;
  Client client = Client::Connect(server.ClientOptions());
  client.CallAsync("x", nullptr, {},
                   [&](const Outcome& outcome) { heard.Say("long " + test::WordOf(outcome)); });
  CallOptions options;
  EXPECT_TRUE(test::WithGrowingTime([&](std::chrono::milliseconds timeout) {
    options.timeout = timeout;
    return IsSent([&] {
      client.CallAsync("x", nullptr, options,
                       [&](const Outcome& outcome) { heard.Say("short " + test::WordOf(outcome)); });
    });
  }));
  EXPECT_EQ(heard.Wait(1), Words{"short timed_out"});
  client.Close();
  EXPECT_EQ(heard.Wait(2), (Words{"short timed_out", "long operation_canceled"}));
}

TEST(CallAsync, ThrowsIfItCannotBeSentAndDoesNotCallBack) {
  FakeServer server([](Session& session) { session.ReadRequest(); });
  Client client = Client::Connect(server.ClientOptions());
  const auto never = [](const Outcome&) { ADD_FAILURE() << "called back"; };
  EXPECT_THROW(client.CallAsync("x", "text", {}, never), std::invalid_argument);
  EXPECT_THROW(client.CallAsync("x", "\xFF", {}, never), std::invalid_argument);
  EXPECT_THROW(client.CallAsync("x", nullptr, {}, {}), std::invalid_argument);
  client.Close();
  EXPECT_EQ(WordOfCall([&]() -> Json {
              client.CallAsync("x", nullptr, {}, never);
              return nullptr;
            }),
            "not_connected");
}

TEST(Calls, OfManyThreadsShareAConnection) {
  constexpr int kThreads = 16;
  constexpr int kCalls = 60;
  FakeServer server(Echoing());
  Client client = Client::Connect(server.ClientOptions());
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kCalls; ++i) {
        const int value = thread * kCalls + i;
        // Every other thread lets another one read.
        const Json result = i % 2 == 0 ? client.Call("x", Json::array({value}))
                                       : client.CallAsync("x", Json::array({value})).get();
        ASSERT_EQ(result, value);
      }
    });
  }
}

// Each waits, and gets its own response in whatever order they come.
TEST(Calls, OfManyThreadsAreAnsweredInAnyOrder) {
  constexpr std::size_t kThreads = 24;
  FakeServer server(AfterReading(kThreads, [](Session& session, const std::vector<Json>& requests) {
    for (std::size_t i = 0; i < kThreads; ++i) {
      const Json& request = requests[(i * 7) % kThreads];
      session.Answer(request, request.at("params").at(0));
    }
    session.ReadRequest();
  }));
  Client client = Client::Connect(server.ClientOptions());
  std::vector<std::jthread> threads;
  for (std::size_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] { EXPECT_EQ(client.Call("x", Json::array({thread})), thread); });
  }
}

// The thread that reads times out; another waiting thread must continue reading.
TEST(Calls, ContinueWhenTheReadingCallEnds) {
  test::Event has_read_first;
  test::Event first_is_over;
  FakeServer server([&](Session& session) {
    Json second;
    while (second.is_null() || !has_read_first.Wait(std::chrono::milliseconds(0))) {
      const Json message = session.ReadRequest();
      if (message.is_null()) return;
      const std::string method = message.at("method");
      if (method == "second") second = message;
      if (method == "first") has_read_first.Set();
    }
    EXPECT_TRUE(first_is_over.Wait());
    session.Answer(second, "second");
    while (!session.ReadRequest().is_null()) {
    }
  });
  Client client = Client::Connect(server.ClientOptions());
  std::jthread first([&] {
    EXPECT_TRUE(test::WithGrowingTime([&](std::chrono::milliseconds timeout) {
      EXPECT_EQ(WordOfCall([&] { return client.Call("first", nullptr, timeout); }), "timed_out");
      return has_read_first.Wait(timeout);
    }));
    first_is_over.Set();
  });
  std::jthread second([&] { EXPECT_EQ(WordOfCall([&] { return client.Call("second"); }), "\"second\""); });
}

// A server that disconnects with 64 calls pending.
TEST(Calls, AllEndWhenTheServerDisconnects) {
  constexpr std::size_t kWaiting = 32;
  constexpr std::size_t kAsync = 32;
  FakeServer server(AfterReading(kWaiting + kAsync, [](Session&, const std::vector<Json>&) {}));
  Heard heard;
  Client client = Client::Connect(server.ClientOptions());
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < kWaiting; ++i) {
    threads.emplace_back([&] { heard.Say(WordOfCall([&] { return client.Call("x"); })); });
  }
  for (std::size_t i = 0; i < kAsync; ++i) client.CallAsync("x", nullptr, {}, heard.AsCallback());
  EXPECT_EQ(heard.Wait(kWaiting + kAsync), Words(kWaiting + kAsync, "connection_reset"));
  EXPECT_FALSE(client.IsConnected());
}

TEST(Calls, AllEndWhenTheClientIsClosed) {
  constexpr std::size_t kEach = 8;
  test::Event all_are_read;
  FakeServer server(AfterReading(2 * kEach, [&](Session& session, const std::vector<Json>&) {
    all_are_read.Set();
    session.ReadRequest();
  }));
  Heard heard;
  Client client = Client::Connect(server.ClientOptions());
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < kEach; ++i) {
    threads.emplace_back([&] { heard.Say(WordOfCall([&] { return client.Call("x"); })); });
    client.CallAsync("x", nullptr, {}, heard.AsCallback());
  }
  all_are_read.Wait();
  client.Close();
  EXPECT_EQ(heard.Wait(2 * kEach), Words(2 * kEach, "operation_canceled"));
  EXPECT_EQ(WordOfCall([&] { return client.Call("x"); }), "not_connected");
}

// A client destroyed with calls pending leaks nothing.
TEST(Calls, LeakNoHandleAndNoThreadWhenTheClientIsDestroyed) {
  constexpr std::size_t kCalls = 8;
  FakeServer server([](Session& session) {
    while (!session.ReadRequest().is_null()) {
    }
  });
  std::size_t handles = 0;
  std::size_t threads = 0;
  for (int round = 0; round < 60; ++round) {
    if (round == 10) {
      handles = test::OpenHandleCount();
      threads = test::ThreadsOfThisProcess();
    }
    Heard heard;
    std::vector<std::future<Json>> futures;
    {
      Client client = Client::Connect(server.ClientOptions());
      client.OnNotification([](const std::string&, const Json&) {});
      for (std::size_t i = 0; i < kCalls; ++i) {
        client.CallAsync("x", nullptr, {}, heard.AsCallback());
        futures.push_back(client.CallAsync("x"));
      }
    }
    // The destructor has waited for them.
    ASSERT_EQ(heard.Wait(kCalls), Words(kCalls, "operation_canceled"));
    for (std::future<Json>& future : futures) {
      ASSERT_EQ(WordOfCall([&] { return future.get(); }), "operation_canceled");
    }
  }
  EXPECT_LE(test::OpenHandleCount(), handles + 10);
  EXPECT_LE(test::ThreadsOfThisProcess(), threads + 1);
}

// Only callers that use CallAsync get threads.
TEST(Calls, ThatWaitNeedNoThread) {
  FakeServer server(Echoing());
  Client client = Client::Connect(server.ClientOptions());
  const std::size_t threads = test::ThreadsOfThisProcess();
  EXPECT_EQ(client.Call("x", Json::array({1})), 1);
  EXPECT_EQ(test::ThreadsOfThisProcess(), threads);
}

}  // namespace
}  // namespace onbehalf::client
