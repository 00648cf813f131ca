#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gate.h"
#include "growing_deadline.h"
#include "idle_connections.h"
#include "messages.h"
#include "onbehalf/protocol/limits.h"
#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/win32_error.h"
#include "raw_client.h"
#include "requests/account_quota.h"
#include "requests/connection_table.h"
#include "support/patience.h"
#include "test_server.h"

namespace onbehalf::test {
namespace {

using protocol::ErrorCode;
using service::ConnectionTable;
using std::chrono::milliseconds;

// ---- Requests ----

TEST(Limits, OneRequestTooManyIsBusyAndACancelIsStillRead) {
  Gate gate;
  TestServer server;
  server.settings().limits.handlers_per_account = 64;
  server.methods().Add(gate.AsMethod("test.wait"));
  server.Start();
  RawClient client(server.pipe_path());
  for (int id = 0; id < 32; ++id) client.Send(RequestMessage(id, "test.wait"));
  ASSERT_TRUE(gate.WaitUntilEntered(32));
  client.Send(RequestMessage(32, "test.wait"));
  EXPECT_EQ(client.Read(), ErrorMessageFor(32, ErrorCode::kBusy));
  client.Send(RequestMessage(33, "rpc.ping"));
  EXPECT_EQ(client.Read(), ErrorMessageFor(33, ErrorCode::kBusy));
  client.Send(CancelMessage(5));
  EXPECT_EQ(client.Read(), ErrorMessageFor(5, ErrorCode::kRequestCancelled));
  client.Send(RequestMessage(34, "test.wait"));
  EXPECT_TRUE(gate.WaitUntilEntered(33));
  gate.Open();
  for (int answers = 0; answers < 32; ++answers) {
    const auto answer = client.Read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_TRUE(answer->contains("result")) << *answer;
  }
  EXPECT_TRUE(client.Call("rpc.ping").contains("result"));
}

TEST(Limits, AnAccountsHandlersAreLimitedAcrossItsConnections) {
  Gate gate;
  TestServer server;
  server.methods().Add(gate.AsMethod("test.wait"));
  server.Start();
  RawClient one(server.pipe_path());
  RawClient two(server.pipe_path());
  for (int id = 0; id < 8; ++id) one.Send(RequestMessage(id, "test.wait"));
  for (int id = 0; id < 8; ++id) two.Send(RequestMessage(id, "test.wait"));
  ASSERT_TRUE(gate.WaitUntilEntered(16));
  two.Send(RequestMessage("more", "test.wait"));
  EXPECT_EQ(two.Read(), ErrorMessageFor("more", ErrorCode::kBusy));
  // Methods that do not block are still served.
  two.Send(RequestMessage("quick", "rpc.none"));
  EXPECT_EQ(two.Read(), ErrorMessageFor("quick", ErrorCode::kMethodNotFound));
  gate.Open();
  for (int answers = 0; answers < 8; ++answers) {
    EXPECT_EQ(ErrorCodeOf(one.Read().value()), 0);
    EXPECT_EQ(ErrorCodeOf(two.Read().value()), 0);
  }
  // Every place is free again.
  for (int id = 0; id < 40; ++id) EXPECT_EQ(two.Call("test.wait").at("result"), (Json{{"passed", true}}));
}

TEST(AccountQuota, CountsEachAccountForItself) {
  service::AccountQuota quota;
  const auto users = *win32::Sid::FromString("S-1-5-32-545");
  const auto guests = *win32::Sid::FromString("S-1-5-32-546");
  auto first = quota.TryEnter(users, 2);
  auto second = quota.TryEnter(users, 2);
  EXPECT_TRUE(first);
  EXPECT_TRUE(second);
  EXPECT_FALSE(quota.TryEnter(users, 2));
  EXPECT_TRUE(quota.TryEnter(guests, 2));
  first.reset();
  EXPECT_TRUE(quota.TryEnter(users, 2));
  // A moved place still counts once.
  auto moved = std::move(second);
  first = quota.TryEnter(users, 2);
  EXPECT_FALSE(quota.TryEnter(users, 2));
}

TEST(Limits, AResponseOverItsLimitIsReplaced) {
  TestServer server;
  server.settings().limits.response_bytes = 1000;
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(RequestMessage(1, "rpc.ping", {{"echo", std::string(1000, 'x')}}));
  EXPECT_EQ(client.Read(),
            ErrorMessageFor(1, ErrorCode::kTooLarge, "The result is larger than the limit of a response."));
  EXPECT_TRUE(client.Call("rpc.ping").contains("result"));
}

TEST(Limits, ARequestIsAnsweredAtItsDeadlineWhileItsHandlerStillRuns) {
  Gate gate;
  TestServer server;
  server.methods().Add(PublicMethod("test.deaf", service::Acts::kAsService, service::Pace::kMayBlock,
                                    [&](const service::Call&) -> service::MethodResult {
                                      gate.PassWhatever();
                                      return Json("late");
                                    }));
  server.Start();
  RawClient client(server.pipe_path());
  ASSERT_TRUE(WithGrowingDeadline(server, [&](milliseconds) {
    client.Send(RequestMessage(1, "test.deaf"));
    EXPECT_EQ(client.Read(), ErrorMessageFor(1, ErrorCode::kDeadlineExceeded));
    return gate.entered() > 0;
  }));
  // The handler continues; the id is free again.
  client.Send(RequestMessage(1, "rpc.none"));
  EXPECT_EQ(client.Read(), ErrorMessageFor(1, ErrorCode::kMethodNotFound));
  gate.Open();
  ASSERT_TRUE(gate.WaitUntilLeft(1));
  // Its result is dropped: the next message is the next response.
  for (int id = 2; id < 20; ++id) {
    client.Send(RequestMessage(id, "rpc.none"));
    EXPECT_EQ(client.Read(), ErrorMessageFor(id, ErrorCode::kMethodNotFound));
  }
}

TEST(Limits, TheDeadlineEndsAHandlerThatHonoursItsStopToken) {
  Gate gate;
  TestServer server;
  server.methods().Add(gate.AsMethod("test.wait"));
  server.Start();
  RawClient client(server.pipe_path());
  ASSERT_TRUE(WithGrowingDeadline(server, [&](milliseconds) {
    client.Send(RequestMessage(1, "test.wait"));
    EXPECT_EQ(client.Read(), ErrorMessageFor(1, ErrorCode::kDeadlineExceeded));
    return gate.entered() > 0;
  }));
  EXPECT_TRUE(gate.WaitUntilLeft(1));
}

TEST(Limits, TheDeadlineAppliesToBatchItemsThatHaveNotStarted) {
  Gate gate;
  TestServer server;
  server.settings().limits.batch_requests_at_once = 2;
  server.methods().Add(gate.AsMethod("test.wait"));
  server.Start();
  Json batch = Json::array();
  for (int id = 0; id < 20; ++id) batch.push_back(RequestMessage(id, "test.wait"));
  RawClient client(server.pipe_path());
  ASSERT_TRUE(WithGrowingDeadline(server, [&](milliseconds) {
    const std::size_t before = gate.entered();
    client.Send(batch);
    const auto answers = client.Read();
    EXPECT_TRUE(answers && answers->size() == 20U) << answers.value_or(nullptr);
    for (const Json& answer : answers.value_or(Json::array())) {
      EXPECT_EQ(answer, ErrorMessageFor(answer.at("id"), ErrorCode::kDeadlineExceeded));
    }
    const std::size_t begun = gate.entered() - before;
    EXPECT_LE(begun, 2U);
    return begun == 2;
  }));
}

// ---- Time ----

struct Silence {
  std::string name;
  std::string bytes;  // written before the client falls silent
  milliseconds protocol::Limits::*limit;
};

// Called by GoogleTest: names the parameter in test names.
void PrintTo(const Silence& silence, std::ostream* out) { *out << silence.name; }

class SilentClient : public testing::TestWithParam<Silence> {};

TEST_P(SilentClient, IsClosedAfterItsTimeoutAndOthersAreServed) {
  constexpr milliseconds kTime{200};
  const auto set_limit = [](TestServer& server, milliseconds time) {
    server.ChangeLimits([time](protocol::Limits& limits) { limits.*GetParam().limit = time; });
  };
  TestServer server;
  server.Start();
  const auto begun = win32::Clock::now();
  RawClient client(server.pipe_path());
  if (!GetParam().bytes.empty()) client.Write(GetParam().bytes);
  // Set only now, so that writing the bytes could not take too long.
  set_limit(server, kTime);
  // A request that was answered leaves its response to be read.
  while (client.ReadText()) {
  }
  EXPECT_GE(win32::Clock::now() - begun, kTime - milliseconds(20));
  EXPECT_EQ(server.server().statistics().connections_timed_out, 1U);
  set_limit(server, kPatience);
  RawClient other(server.pipe_path());
  EXPECT_TRUE(other.Call("rpc.ping").contains("result"));
}

INSTANTIATE_TEST_SUITE_P(
    Every, SilentClient,
    testing::Values(Silence{"FromTheStart", "", &protocol::Limits::first_request_timeout},
                    Silence{"InAHeader", "Content-Le", &protocol::Limits::header_timeout},
                    Silence{"AfterAHeaderLine", "Content-Length: 10\r\n", &protocol::Limits::header_timeout},
                    Silence{"AfterTheHeader", "Content-Length: 10\r\n\r\n", &protocol::Limits::frame_timeout},
                    Silence{"InABody", "Content-Length: 10\r\n\r\n{\"jso", &protocol::Limits::frame_timeout},
                    Silence{"InBareJson", "{\"jsonrpc\":", &protocol::Limits::frame_timeout},
                    Silence{"AfterARequest", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.ping\"}",
                            &protocol::Limits::idle_timeout},
                    Silence{"AfterANotification", "{\"jsonrpc\":\"2.0\",\"method\":\"rpc.ping\"}",
                            &protocol::Limits::idle_timeout},
                    Silence{
                        "InTheNextHeader",
                        "Content-Length: 46\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.none\"}  C",
                        &protocol::Limits::header_timeout}),
    [](const auto& info) { return info.param.name; });

// A header or a frame has one time limit: writing a little now and then does not extend it.
TEST(Limits, AClientThatTricklesAHeaderIsClosed) {
  TestServer server;
  server.settings().limits.header_timeout = milliseconds(200);
  server.settings().limits.frame.header_bytes = 64 * 1024 * 1024;
  server.Start();
  RawClient client(server.pipe_path());
  client.Write("X-Filler: ");
  EXPECT_THROW(
      {
        for (;;) client.Write("a");
      },
      win32::Win32Error);
  EXPECT_EQ(server.server().statistics().connections_timed_out, 1U);
}

TEST(Limits, AClientThatTricklesABodyIsClosed) {
  TestServer server;
  server.settings().limits.frame_timeout = milliseconds(200);
  server.Start();
  RawClient client(server.pipe_path());
  client.Write("Content-Length: 4000000\r\n\r\n");
  EXPECT_THROW(
      {
        for (;;) client.Write(" ");
      },
      win32::Win32Error);
  EXPECT_EQ(server.server().statistics().connections_timed_out, 1U);
}

TEST(Limits, AConnectionWithARequestInFlightIsNotIdle) {
  Gate gate;
  TestServer server;
  server.methods().Add(gate.AsMethod("test.wait"));
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(RequestMessage(1, "test.wait"));
  ASSERT_TRUE(gate.WaitUntilEntered(1));
  // Even a connection that has been idle for less time than this one is closed.
  ExpectIdleConnectionsToBeClosed(server);
  gate.Open();
  EXPECT_EQ(client.Read(), ResultMessage(1, {{"passed", true}}));
}

// ---- Connections ----

TEST(Limits, AnAccountsConnectionsAreLimited) {
  TestServer server;
  server.settings().limits.connections_per_account = 3;
  server.Start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.pipe_path()));
    ASSERT_TRUE(clients.back()->Call("rpc.ping").contains("result"));
  }
  RawClient fourth(server.pipe_path());
  EXPECT_EQ(ErrorCodeOf(fourth.Call("rpc.ping")), static_cast<int>(ErrorCode::kBusy));
  EXPECT_TRUE(fourth.IsClosedByServer());
  EXPECT_EQ(server.server().statistics().connections_refused, 1U);
  EXPECT_TRUE(clients[0]->Call("rpc.ping").contains("result"));

  clients.pop_back();
  // The server notices asynchronously that one is gone: each attempt is a new connection.
  bool admitted = false;
  const auto until = win32::Clock::now() + kPatience;
  while (!admitted && win32::Clock::now() < until) {
    RawClient next(server.pipe_path());
    admitted = next.Call("rpc.ping").contains("result");
  }
  EXPECT_TRUE(admitted);
}

TEST(Limits, TooManyMuteConnectionsAreEvictedOldestFirstWhileOthersAreServed) {
  TestServer server;
  server.settings().limits.silent_connections = 4;
  server.Start();
  RawClient identified(server.pipe_path());
  ASSERT_TRUE(identified.Call("rpc.ping").contains("result"));
  std::vector<std::unique_ptr<RawClient>> mute;
  // The next one connects when this one is accepted: of two that have connected, either may be accepted first.
  const auto add_mute = [&] {
    mute.push_back(std::make_unique<RawClient>(server.pipe_path()));
    const auto until = win32::Clock::now() + kPatience;
    while (server.server().statistics().connections_accepted < 1 + mute.size() &&
           win32::Clock::now() < until) {
      ASSERT_TRUE(identified.Call("rpc.ping").contains("result"));
    }
  };
  for (int i = 0; i < 4; ++i) add_mute();
  for (std::size_t i = 0; i < 3; ++i) {
    add_mute();
    EXPECT_TRUE(mute[i]->IsClosedByServer());
    EXPECT_TRUE(identified.Call("rpc.ping").contains("result"));
  }
  EXPECT_EQ(server.server().statistics().connections_evicted, 3U);
  for (std::size_t i = 3; i < mute.size(); ++i) EXPECT_TRUE(mute[i]->Call("rpc.ping").contains("result"));
}

// Two threads that accept clients at the same time must evict one each, not the same one.
TEST(Limits, AFloodOfMuteConnectionsLeavesNoMoreThanTheLimit) {
  constexpr std::size_t kLimit = 8;
  TestServer server;
  server.settings().limits.silent_connections = kLimit;
  server.settings().threads.io = 4;
  server.Start();
  std::vector<std::vector<std::unique_ptr<RawClient>>> clients(4);
  std::vector<std::thread> threads;
  for (auto& mine : clients) {
    threads.emplace_back([&] {
      for (int i = 0; i < 150; ++i) mine.push_back(std::make_unique<RawClient>(server.pipe_path()));
    });
  }
  for (std::thread& thread : threads) thread.join();
  RawClient identified(server.pipe_path());
  const auto until = win32::Clock::now() + kPatience;
  do {
    ASSERT_TRUE(identified.Call("rpc.ping").contains("result"));
  } while (server.server().statistics().connections_accepted < 601 && win32::Clock::now() < until);
  EXPECT_EQ(server.server().statistics().connections_accepted, 601U);
  // The last ones may still be closing.
  while (server.server().Connections().size() > kLimit + 1 && win32::Clock::now() < until) {
    ASSERT_TRUE(identified.Call("rpc.ping").contains("result"));
  }
  EXPECT_LE(server.server().Connections().size(), kLimit + 1);
}

class ConnectionTableTest : public testing::Test {
 protected:
  static constexpr std::size_t kSilent = 100;

  ConnectionTableTest() {
    limits_.connections = 10;
    limits_.connections_for_administrators = 2;
    limits_.connections_per_account = 6;
  }
  ConnectionTable::Admission Add(std::uint64_t id, const char* user, bool is_administrator = false) {
    table_.AddSilent(id, nullptr, kSilent);
    return table_.Identify(id, *win32::Sid::FromString(user), is_administrator, limits_);
  }

  protocol::Limits limits_;
  ConnectionTable table_;
};

constexpr const char* kAnn = "S-1-5-21-1-2-3-1001";
constexpr const char* kBob = "S-1-5-21-1-2-3-1002";
constexpr const char* kEve = "S-1-5-21-1-2-3-1003";

TEST_F(ConnectionTableTest, KeepsAReserveForAdministrators) {
  using enum ConnectionTable::Admission;
  std::uint64_t id = 0;
  for (int i = 0; i < 6; ++i) EXPECT_EQ(Add(++id, kAnn), kAdmitted);
  EXPECT_EQ(Add(++id, kAnn), kAccountFull);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(Add(++id, kBob), kAdmitted);
  EXPECT_EQ(Add(++id, kBob), kFull);
  EXPECT_EQ(Add(++id, kEve, true), kAdmitted);
  EXPECT_EQ(Add(++id, kEve, true), kAdmitted);
  EXPECT_EQ(Add(++id, kEve, true), kFull);
}

TEST_F(ConnectionTableTest, FreesAPlaceWhenAConnectionCloses) {
  using enum ConnectionTable::Admission;
  for (std::uint64_t id = 1; id <= 6; ++id) EXPECT_EQ(Add(id, kAnn), kAdmitted);
  EXPECT_EQ(Add(7, kAnn), kAccountFull);
  table_.Remove(3);
  table_.Remove(3);
  EXPECT_EQ(Add(8, kAnn), kAdmitted);
  EXPECT_EQ(Add(9, kAnn), kAccountFull);
  EXPECT_EQ(table_.size(), 8U);
  EXPECT_EQ(table_.silent(), 2U);
}

TEST_F(ConnectionTableTest, MuteConnectionsCountForNoAccount) {
  using enum ConnectionTable::Admission;
  for (std::uint64_t id = 100; id < 190; ++id) EXPECT_EQ(table_.AddSilent(id, nullptr, kSilent), nullptr);
  for (std::uint64_t id = 1; id <= 6; ++id) EXPECT_EQ(Add(id, kAnn), kAdmitted);
  EXPECT_EQ(table_.silent(), 90U);
}

}  // namespace
}  // namespace onbehalf::test
