#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "messages.h"
#include "onbehalf/win32/win32_error.h"
#include "raw_client.h"
#include "support/patience.h"
#include "test_server.h"

namespace onbehalf::test {
namespace {

using std::chrono::milliseconds;

// Returns a text of the requested length.
service::Method Bulk(std::size_t bytes) {
  return PublicMethod(
      "test.bulk", service::Acts::kAsService, service::Pace::kQuick,
      [bytes](const service::Call&) -> service::MethodResult { return Json(std::string(bytes, 'x')); });
}

// A client that sends requests and does not read is no longer read from, so that what is queued for it is
// bounded; other clients do not notice, and when it reads again it gets every response once.
TEST(BackPressure, AClientThatDoesNotReadIsNoLongerRead) {
  constexpr std::size_t kAnswer = 64 * 1024;
  constexpr std::size_t kQueue = 256 * 1024;
  constexpr int kRequests = 400;
  TestServer server;
  server.settings().limits.write_queue_bytes = kQueue;
  server.methods().Add(Bulk(kAnswer));
  server.Start();
  RawClient other(server.pipe_path());
  RawClient client(server.pipe_path());
  std::thread writer([&] {
    // Larger than the pipe's own buffer, so that it fills.
    const std::string filler(4096, ' ');
    for (int id = 0; id < kRequests; ++id) {
      client.Write(HeaderFrame(RequestMessage(id, "test.bulk").dump() + filler));
    }
  });
  std::uint64_t pings = 0;
  for (; pings < 200; ++pings) ASSERT_TRUE(other.Call("rpc.ping").contains("result"));
  const std::uint64_t taken = server.server().statistics().requests - pings;
  // What is queued, what the pipe holds, and the responses to the requests of the last read.
  EXPECT_LE(taken * kAnswer, kQueue + 20 * kAnswer);

  std::set<int> ids;
  for (int i = 0; i < kRequests; ++i) {
    const auto answer = client.Read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->at("result").get<std::string>().size(), kAnswer);
    ids.insert(answer->at("id").get<int>());
  }
  writer.join();
  EXPECT_EQ(ids.size(), static_cast<std::size_t>(kRequests));
  EXPECT_TRUE(client.Call("rpc.ping").contains("result"));
}

// Reads pause and resume many times, whichever thread's write ends first: each pause must be ended by exactly
// one read.
TEST(BackPressure, PausesAndResumesWithoutLossOrDuplication) {
  constexpr int kRequests = 3000;
  TestServer server;
  server.settings().limits.write_queue_bytes = 1024;
  server.settings().threads.io = 8;
  server.methods().Add(Bulk(9000));
  server.Start();
  RawClient client(server.pipe_path());
  std::thread writer([&] {
    for (int id = 0; id < kRequests; ++id) client.Write(HeaderFrame(RequestMessage(id, "test.bulk").dump()));
  });
  for (int id = 0; id < kRequests; ++id) {
    const auto answer = client.Read();
    if (!answer || answer->at("id") != id) {
      ADD_FAILURE() << "answer " << id << " is " << (answer ? answer->at("id").dump() : "missing");
      break;
    }
  }
  writer.join();
  EXPECT_EQ(server.server().statistics().requests, static_cast<std::uint64_t>(kRequests));
}

TEST(BackPressure, AClientThatDoesNotReadIsClosedInTime) {
  TestServer server;
  server.settings().limits.write_timeout = milliseconds(200);
  server.settings().limits.write_queue_bytes = 64 * 1024;
  server.methods().Add(Bulk(64 * 1024));
  server.Start();
  RawClient other(server.pipe_path());
  RawClient client(server.pipe_path());
  EXPECT_THROW(
      {
        for (int id = 0;; ++id) client.Send(RequestMessage(id, "test.bulk"));
      },
      win32::Win32Error);
  EXPECT_EQ(server.server().statistics().connections_timed_out, 1U);
  EXPECT_TRUE(other.Call("rpc.ping").contains("result"));
}

TEST(BackPressure, AClientThatDisconnectsDuringAResponseLeaksNothing) {
  TestServer server;
  server.methods().Add(Bulk(1024 * 1024));
  server.Start();
  for (int i = 0; i < 30; ++i) {
    RawClient client(server.pipe_path());
    client.Send(RequestMessage(1, "test.bulk"));
    std::array<char, 1000> part;
    ASSERT_GT(client.stream().Read(part, win32::Clock::now() + kPatience).bytes, 0U);
  }
  RawClient last(server.pipe_path());
  EXPECT_TRUE(last.Call("rpc.ping").contains("result"));
  server.server().Stop();
  EXPECT_TRUE(server.server().Connections().empty());
}

}  // namespace
}  // namespace onbehalf::test
