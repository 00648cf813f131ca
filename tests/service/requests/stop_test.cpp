#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "gate.h"
#include "messages.h"
#include "onbehalf/pipe/listener.h"
#include "onbehalf/pipe/server_end.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "raw_client.h"
#include "support/patience.h"
#include "test_server.h"
#include "threads/thread_pool.h"

namespace onbehalf::test {
namespace {

using protocol::ErrorCode;
using std::chrono::milliseconds;

// Less than any time that a stop could wait in vain; these are kPatience here unless a test sets them.
constexpr milliseconds kSoon = kPatience / 2;

milliseconds TimeToStop(TestServer& server) {
  const auto begun = win32::Clock::now();
  server.server().Stop();
  return std::chrono::duration_cast<milliseconds>(win32::Clock::now() - begun);
}

TEST(Stop, LetsRequestsInFlightEndAndRefusesNewOnes) {
  Gate gate;
  TestServer server;
  server.methods().Add(gate.AsMethod("test.wait"));
  server.Start();
  RawClient client(server.pipe_path());
  RawClient asking(server.pipe_path());
  for (int id = 0; id < 10; ++id) client.Send(RequestMessage(id, "test.wait"));
  ASSERT_TRUE(gate.WaitUntilEntered(10));
  std::jthread stopping([&] { server.server().Stop(); });
  // Served until the stop begins, refused from then on.
  Json answer = asking.Call("rpc.ping");
  while (answer.contains("result")) answer = asking.Call("rpc.ping");
  EXPECT_EQ(ErrorCodeOf(answer), static_cast<int>(ErrorCode::kShuttingDown)) << answer;
  const win32::UniqueFile late(::CreateFileW(win32::ToWide(server.pipe_path()).c_str(),
                                             GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING, 0,
                                             nullptr));
  EXPECT_FALSE(late);
  gate.Open();
  for (int i = 0; i < 10; ++i) {
    const auto result = client.Read();
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->at("result"), (Json{{"passed", true}}));
  }
  EXPECT_TRUE(client.IsClosedByServer());
  EXPECT_TRUE(asking.IsClosedByServer());
}

TEST(Stop, AnswersRequestsThatDoNotEndInTheGraceTime) {
  Gate gate;
  TestServer server;
  server.settings().limits.stop_grace = milliseconds(300);
  server.methods().Add(gate.AsMethod("test.wait"));
  server.Start();
  RawClient client(server.pipe_path());
  Json batch = Json::array();
  for (int id = 100; id < 140; ++id) batch.push_back(RequestMessage(id, "test.wait"));
  RawClient batching(server.pipe_path());
  for (int id = 0; id < 4; ++id) client.Send(RequestMessage(id, "test.wait"));
  ASSERT_TRUE(gate.WaitUntilEntered(4));
  batching.Send(batch);
  ASSERT_TRUE(gate.WaitUntilEntered(16));
  const milliseconds took = TimeToStop(server);
  EXPECT_GE(took, milliseconds(280));
  EXPECT_LT(took, kSoon);
  for (int i = 0; i < 4; ++i) {
    const auto answer = client.Read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(*answer, ErrorMessageFor(answer->at("id"), ErrorCode::kShuttingDown));
  }
  EXPECT_TRUE(client.IsClosedByServer());
  const auto answers = batching.Read();
  ASSERT_TRUE(answers.has_value());
  EXPECT_EQ(answers->size(), 40U);
}

TEST(Stop, WaitsForAHandlerThatIgnoresTheStopAndReportsIt) {
  Gate gate;
  TestServer server;
  server.settings().limits.stop_grace = milliseconds(50);
  server.settings().limits.write_timeout = milliseconds(50);
  server.methods().Add(PublicMethod("test.deaf", service::Acts::kAsService, service::Pace::kMayBlock,
                                    [&](const service::Call&) -> service::MethodResult {
                                      gate.PassWhatever();
                                      return Json(1);
                                    }));
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(RequestMessage(1, "test.deaf"));
  ASSERT_TRUE(gate.WaitUntilEntered(1));
  int said = 0;
  server.server().Stop([&] {
    // The first call is at the end of the grace time. By the second the request has been answered, while its
    // handler still runs.
    if (++said == 2) {
      EXPECT_EQ(client.Read(), ErrorMessageFor(1, ErrorCode::kShuttingDown));
    }
    if (said == 3) gate.Open();
  });
  EXPECT_GE(said, 3);
  EXPECT_TRUE(client.IsClosedByServer());
}

TEST(Stop, AbandonsAHandlerThatDoesNotEndWhenToldTo) {
  Gate gate;
  TestServer server;
  server.settings().limits.stop_grace = milliseconds(50);
  server.settings().limits.write_timeout = milliseconds(50);
  server.methods().Add(PublicMethod("test.deaf", service::Acts::kAsService, service::Pace::kMayBlock,
                                    [&](const service::Call&) -> service::MethodResult {
                                      gate.PassWhatever();
                                      return Json(1);
                                    }));
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(RequestMessage(1, "test.deaf"));
  ASSERT_TRUE(gate.WaitUntilEntered(1));
  std::vector<std::string> running;
  int asked = 0;
  EXPECT_FALSE(server.server().Stop({}, [&](const std::vector<std::string>& methods, milliseconds) {
    running = methods;
    return ++asked == 2;
  }));
  EXPECT_EQ(running, std::vector<std::string>{"test.deaf"});
  gate.Open();
  // All handlers have ended, so the callback is not called.
  EXPECT_TRUE(server.server().Stop({}, [&](const auto&, milliseconds) {
    ++asked;
    return true;
  }));
  EXPECT_EQ(asked, 2);
}

// Clients send requests as fast as they can. Every request that the service has read is answered.
TEST(Stop, UnderLoadEveryRequestThatWasReadIsAnswered) {
  TestServer server;
  server.methods().Add(PublicMethod("test.work", service::Acts::kAsCaller, service::Pace::kMayBlock,
                                    [](const service::Call&) -> service::MethodResult { return Json(1); }));
  server.Start();
  std::atomic<std::uint64_t> answered = 0;
  Gate warm;
  warm.Open();
  std::vector<std::thread> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&, i] {
      RawClient client(server.pipe_path());
      bool is_warm = false;
      try {
        for (int id = 0;; ++id) {
          client.Send(RequestMessage(id, i % 2 == 0 ? "test.work" : "rpc.ping"));
          const auto answer = client.Read();
          if (!answer) return;
          ++answered;
          if (id >= 20 && !is_warm) {
            is_warm = true;
            warm.PassWhatever();
          }
        }
      } catch (const win32::Win32Error&) {
        // The server closed the connection between a response and the next request.
      }
    });
  }
  EXPECT_TRUE(warm.WaitUntilLeft(8));
  const milliseconds took = TimeToStop(server);
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(answered, server.server().statistics().requests);
  EXPECT_LT(took, kSoon);
}

TEST(Stop, DoesNotWaitForMuteClients) {
  TestServer server;
  server.Start();
  std::vector<std::unique_ptr<RawClient>> mute;
  for (int i = 0; i < 20; ++i) mute.push_back(std::make_unique<RawClient>(server.pipe_path()));
  mute[0]->Write("Content-Le");
  mute[1]->Write("Content-Length: 10\r\n\r\n{");
  EXPECT_LT(TimeToStop(server), kSoon);
  for (auto& client : mute) EXPECT_TRUE(client->IsClosedByServer());
}

TEST(Stop, WaitsForClientsThatDoNotReadOnlyForTheWriteTimeout) {
  TestServer server;
  server.methods().Add(PublicMethod(
      "test.bulk", service::Acts::kAsService, service::Pace::kQuick,
      [](const service::Call&) -> service::MethodResult { return Json(std::string(1024 * 1024, 'x')); }));
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(RequestMessage(1, "test.bulk"));
  client.Send(RequestMessage(2, "test.bulk"));
  RawClient other(server.pipe_path());
  while (server.server().statistics().requests < 2) ASSERT_TRUE(other.Call("rpc.none").contains("error"));
  server.ChangeLimits([](protocol::Limits& limits) { limits.write_timeout = milliseconds(300); });
  EXPECT_LT(TimeToStop(server), kSoon);
}

TEST(Stop, WhileClientsKeepConnecting) {
  TestServer server;
  server.Start();
  std::atomic<bool> done = false;
  Gate warm;
  warm.Open();
  std::vector<std::thread> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back([&] {
      for (int round = 0; !done; ++round) {
        if (round == 20) warm.PassWhatever();
        try {
          RawClient client(server.pipe_path());
          if (round % 2 == 0) client.Call("rpc.ping");
        } catch (const std::exception&) {
          // Already gone, or not yet created.
        }
      }
    });
  }
  EXPECT_TRUE(warm.WaitUntilLeft(3));
  for (int i = 0; i < 3; ++i) {
    EXPECT_LT(TimeToStop(server), kSoon);
    EXPECT_TRUE(server.server().Connections().empty());
    if (i < 2) server.Start();
  }
  done = true;
  for (std::thread& client : clients) client.join();
}

TEST(Stop, TwiceOrWithoutAStartDoesNothing) {
  TestServer server;
  server.server().Stop();
  server.Start();
  server.server().Stop();
  server.server().Stop();
}

TEST(Start, WorksAgainAfterAStop) {
  Gate gate;
  TestServer server;
  server.settings().limits.stop_grace = milliseconds(50);
  server.methods().Add(gate.AsMethod("test.wait"));
  for (int i = 0; i < 5; ++i) {
    server.Start();
    RawClient client(server.pipe_path());
    EXPECT_TRUE(client.Call("rpc.ping").contains("result"));
    client.Send(RequestMessage(1, "test.wait"));
    ASSERT_TRUE(gate.WaitUntilEntered(static_cast<std::size_t>(i) + 1));
    server.server().Stop();
    EXPECT_EQ(client.Read(), ErrorMessageFor(1, ErrorCode::kShuttingDown));
    EXPECT_TRUE(client.IsClosedByServer());
  }
}

TEST(Start, WorksAgainAfterItHasFailed) {
  TestServer server;
  {
    service::ThreadPool pool(1, 2);
    const pipe::ServerEnd squatter =
        pipe::AddInstance({server.pipe_path(), win32::SecurityDescriptor::FromSddl("D:P(A;;FA;;;WD)"), false},
                          pool.environment());
    EXPECT_THROW(server.Start(), pipe::NameTaken);
    EXPECT_THROW(server.Start(), pipe::NameTaken);
  }
  server.Start();
  RawClient client(server.pipe_path());
  EXPECT_TRUE(client.Call("rpc.ping").contains("result"));
}

TEST(Server, StopsWhenItIsDestroyed) {
  Gate gate;
  std::optional<TestServer> server;
  server.emplace();
  server->settings().limits.stop_grace = milliseconds(50);
  server->methods().Add(gate.AsMethod("test.wait"));
  server->Start();
  RawClient client(server->pipe_path());
  client.Send(RequestMessage(1, "test.wait"));
  ASSERT_TRUE(gate.WaitUntilEntered(1));
  server.reset();
  EXPECT_TRUE(gate.WaitUntilLeft(1));
  EXPECT_EQ(client.Read(), ErrorMessageFor(1, ErrorCode::kShuttingDown));
  EXPECT_TRUE(client.IsClosedByServer());
}

TEST(Server, DisconnectsAConnectionByItsId) {
  Gate gate;
  TestServer server;
  server.methods().Add(gate.AsMethod("test.wait"));
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(RequestMessage(1, "test.wait"));
  ASSERT_TRUE(gate.WaitUntilEntered(1));
  const auto connections = server.server().Connections();
  ASSERT_EQ(connections.size(), 1U);
  EXPECT_EQ(connections[0].in_flight, 1U);
  EXPECT_EQ(connections[0].requests, 1U);
  EXPECT_TRUE(connections[0].user.has_value());
  EXPECT_FALSE(server.server().Disconnect(connections[0].id + 1));
  EXPECT_TRUE(server.server().Disconnect(connections[0].id));
  EXPECT_TRUE(client.IsClosedByServer());
  EXPECT_TRUE(gate.WaitUntilLeft(1));
  EXPECT_FALSE(server.server().Disconnect(connections[0].id));
}

}  // namespace
}  // namespace onbehalf::test
