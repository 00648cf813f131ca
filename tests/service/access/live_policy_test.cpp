// The policy over the pipe: changes apply to the next request on open connections.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "callers.h"
#include "gate.h"
#include "messages.h"
#include "onbehalf/protocol/error_code.h"
#include "onbehalf/win32/security_descriptor.h"
#include "raw_client.h"
#include "support/event.h"
#include "support/patience.h"
#include "test_server.h"

namespace onbehalf::test {
namespace {

using protocol::ErrorCode;

service::Method Work() {
  return PublicMethod("test.work", service::Acts::kAsService, service::Pace::kQuick,
                      [](const service::Call&) -> service::MethodResult { return Json(1); });
}

Json Deny(const char* node) { return {{"account", OwnSid()}, {"node", node}, {"rights", {"call"}}}; }

TEST(LivePolicy, AChangedRightAppliesToTheNextRequestOfAnOpenConnection) {
  TestServer server;
  server.methods().Add(Work());
  server.Start();
  RawClient administrator(server.pipe_path());
  RawClient client(server.pipe_path());
  for (int round = 0; round < 5; ++round) {
    ASSERT_EQ(client.Call("test.work").at("result"), 1);
    ASSERT_TRUE(administrator.Call("access.deny", Deny("test.work")).contains("result"));
    const Json refused = client.Call("test.work");
    ASSERT_EQ(refused.at("error").at("code"), static_cast<int>(ErrorCode::kAccessDenied)) << refused;
    ASSERT_TRUE(administrator.Call("access.revoke", Deny("test.work")).contains("result"));
  }
  EXPECT_EQ(client.Call("test.work").at("result"), 1);
}

// Each of them sends requests all the time; a request that is sent after a change has returned meets the new
// policy.
TEST(LivePolicy, AppliesUnderTheLoadOfSixtyFourConnections) {
  constexpr std::size_t kClients = 64;
  constexpr int kRounds = 10;
  TestServer server;
  server.settings().limits.connections_per_account = kClients + 8;
  server.methods().Add(Work());
  server.Start();
  // Incremented twice per change, before and after: odd while the policy is being changed. When it is even,
  // half of it is odd if the method is denied.
  std::atomic<int> state = 0;
  std::atomic<bool> stop = false;
  std::atomic<int> wrong = 0;
  std::atomic<int> seen_allowed = 0;
  std::atomic<int> seen_denied = 0;
  std::vector<std::jthread> threads;
  std::atomic<std::size_t> asking = 0;
  Event all_asking;
  for (std::size_t i = 0; i < kClients; ++i) {
    threads.emplace_back([&] {
      RawClient client(server.pipe_path());
      client.Call("rpc.ping");
      if (++asking == kClients) all_asking.Set();
      while (!stop) {
        const int before = state;
        const Json answer = client.Call("test.work");
        const int after = state;
        const bool allowed = answer.contains("result");
        ++(allowed ? seen_allowed : seen_denied);
        if (before != after || before % 2 != 0) continue;
        const bool should_be_denied = before / 2 % 2 == 1;
        if (allowed == should_be_denied) ++wrong;
      }
    });
  }
  EXPECT_TRUE(all_asking.Wait());
  RawClient administrator(server.pipe_path());
  for (int round = 0; round < kRounds; ++round) {
    for (const char* method : {"access.deny", "access.revoke"}) {
      ++state;
      EXPECT_TRUE(administrator.Call(method, Deny("test.work")).contains("result"));
      ++state;
    }
  }
  stop = true;
  threads.clear();
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(seen_allowed, 0);
  EXPECT_GT(seen_denied, 0);
}

TEST(LivePolicy, DiscoverShowsWhatTheCallerMaySeeNow) {
  TestServer server;
  server.methods().Add(Work());
  server.Start();
  RawClient client(server.pipe_path());
  const auto finds = [&client] {
    const Json discovered = client.Call("rpc.discover");
    for (const Json& method : discovered.at("result").at("methods")) {
      if (method.at("name") == "test.work") return true;
    }
    return false;
  };
  EXPECT_TRUE(finds());
  RawClient administrator(server.pipe_path());
  ASSERT_TRUE(
      administrator
          .Call("access.deny", {{"account", OwnSid()}, {"node", "test.work"}, {"rights", {"call", "see"}}})
          .contains("result"));
  EXPECT_FALSE(finds());
  // Hidden and unknown methods get the same bytes: only the id, which the client chose, could differ.
  client.Send(RequestMessage(7, "test.work"));
  const auto unseen = client.ReadText();
  client.Send(RequestMessage(7, "test.wonk"));
  EXPECT_EQ(unseen, client.ReadText());
}

constexpr SECURITY_INFORMATION kParts =
    OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION;

std::string DaclOf(RawClient& client) {
  return win32::SecurityDescriptor::FromKernelObject(client.stream().native(), kParts)
      .ToSddl(DACL_SECURITY_INFORMATION);
}

TEST(LivePolicy, ConnectRightsChangeOnTheLivePipeAndOnEveryInstance) {
  TestServer server;
  server.Start();
  RawClient early(server.pipe_path());
  RawClient administrator(server.pipe_path());
  EXPECT_EQ(DaclOf(early).find(";IU)"), std::string::npos);
  const Json granted =
      administrator.Call("access.grant", {{"account", "IU"}, {"node", "pipe:"}, {"rights", {"connect"}}});
  ASSERT_TRUE(granted.contains("result")) << granted;
  ASSERT_TRUE(administrator.Call("access.deny", {{"account", "BG"}, {"node", "/"}, {"rights", {"call"}}})
                  .contains("result"));
  RawClient late(server.pipe_path());
  for (RawClient* client : {&early, &administrator, &late}) {
    const std::string dacl = DaclOf(*client);
    EXPECT_NE(dacl.find("(A;;0x12019b;;;IU)"), std::string::npos) << dacl;
    // From the root: marked as inherited, because it comes after allow ACEs.
    EXPECT_NE(dacl.find("(D;ID;0x12019b;;;BG)"), std::string::npos) << dacl;
    EXPECT_TRUE(win32::SecurityDescriptor::FromKernelObject(client->stream().native(), kParts).IsCanonical());
  }
  ASSERT_TRUE(administrator.Call("access.rollback", {{"to", 0}}).contains("result"));
  EXPECT_EQ(DaclOf(early).find(";IU)"), std::string::npos);
}

// A waiting instance becomes a client's at any moment, even while its descriptor is being set.
TEST(LivePolicy, ConnectRightsChangeWhileClientsComeAndGo) {
  TestServer server;
  server.Start();
  RawClient administrator(server.pipe_path());
  std::atomic<bool> stop = false;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      while (!stop) RawClient(server.pipe_path()).Call("rpc.ping");
    });
  }
  const Json grant{{"account", "IU"}, {"node", "pipe:"}, {"rights", {"connect"}}};
  for (int round = 0; round < 20; ++round) {
    const Json granted = administrator.Call("access.grant", grant);
    EXPECT_EQ(granted.at("result").at("warnings"), Json::array());
    RawClient client(server.pipe_path());
    EXPECT_NE(DaclOf(client).find(";IU)"), std::string::npos);
    EXPECT_EQ(administrator.Call("access.revoke", grant).at("result").at("warnings"), Json::array());
    EXPECT_EQ(DaclOf(client).find(";IU)"), std::string::npos);
  }
  stop = true;
}

// Only SYSTEM may connect. The pipe still admits this process, because the service has an ACE of its own
// there and runs as the same account here.
Json OnlySystem(const char* more = "") {
  return {{"node", "pipe:"}, {"sddl", std::string("D:P(A;;GW;;;BA)(A;;GX;;;SY)") + more}};
}

TEST(LivePolicy, WhoMayNoLongerConnectIsDisconnected) {
  TestServer server;
  server.methods().Add(Work());
  server.Start();
  RawClient administrator(server.pipe_path());
  RawClient client(server.pipe_path());
  RawClient silent(server.pipe_path());
  ASSERT_EQ(client.Call("test.work").at("result"), 1);
  // The caller that changes it is answered first.
  ASSERT_TRUE(administrator.Call("access.set", OnlySystem()).contains("result"));
  EXPECT_TRUE(client.IsClosedByServer());
  EXPECT_TRUE(administrator.IsClosedByServer());
  // Its account is known with its first message.
  silent.Send({{"jsonrpc", "2.0"}, {"id", 1}, {"method", "test.work"}});
  EXPECT_TRUE(silent.IsClosedByServer());
}

// Requests in flight are answered. Nothing new is started, because it could run forever: a stream has no
// deadline.
TEST(LivePolicy, ARevokedCallerStartsNothingNew) {
  Gate gate;
  TestServer server;
  server.methods().Add(gate.AsMethod("test.wait"));
  server.methods().Add(Work());
  server.Start();
  RawClient administrator(server.pipe_path());
  RawClient client(server.pipe_path());
  client.Send(RequestMessage(1, "test.wait"));
  ASSERT_TRUE(gate.WaitUntilEntered(1));
  ASSERT_TRUE(administrator.Call("access.set", OnlySystem()).contains("result"));
  const auto& statistics = server.server().statistics();
  const std::uint64_t before = statistics.bytes_read;
  client.Send(RequestMessage(2, "test.work"));
  // The service has read it.
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (statistics.bytes_read == before && std::chrono::steady_clock::now() < until)
    std::this_thread::yield();
  ASSERT_GT(statistics.bytes_read, before);
  gate.Open();
  EXPECT_EQ(client.Read(), ResultMessage(1, {{"passed", true}}));
  EXPECT_TRUE(client.IsClosedByServer());
}

TEST(LivePolicy, AnAdmittedCallerStaysConnected) {
  TestServer server;
  server.methods().Add(Work());
  server.Start();
  RawClient administrator(server.pipe_path());
  RawClient silent(server.pipe_path());
  ASSERT_TRUE(
      administrator.Call("access.grant", {{"account", "IU"}, {"node", "pipe:"}, {"rights", {"connect"}}})
          .contains("result"));
  EXPECT_EQ(administrator.Call("test.work").at("result"), 1);
  EXPECT_EQ(silent.Call("test.work").at("result"), 1);
}

// Like a program that is admitted, and then impersonates this account, which is not.
TEST(LivePolicy, ACallerNotAdmittedBeforeEitherStaysConnected) {
  TestServer server;
  server.methods().Add(Work());
  std::filesystem::create_directories(server.policy_folder());
  std::ofstream(server.policy_folder() / "access.json")
      << R"j({"format": 1, "version": 1, "nodes": {"pipe:": {"sddl": "D:P(A;;GW;;;BA)(A;;GX;;;SY)"}}})j";
  server.Start();
  RawClient administrator(server.pipe_path());
  RawClient acting(server.pipe_path());
  RawClient silent(server.pipe_path());
  ASSERT_EQ(acting.Call("test.work").at("result"), 1);
  const Json changed = administrator.Call("access.set", OnlySystem("(A;;GX;;;LS)"));
  ASSERT_TRUE(changed.contains("result")) << changed;
  EXPECT_EQ(administrator.Call("test.work").at("result"), 1);
  EXPECT_EQ(acting.Call("test.work").at("result"), 1);
  EXPECT_EQ(silent.Call("test.work").at("result"), 1);
}

TEST(LivePolicy, AnEntryThatLocksTheServiceOutOfItsPipeIsRefused) {
  TestServer server;
  server.Start();
  RawClient administrator(server.pipe_path());
  // The account that the service runs as.
  const Json refused =
      administrator.Call("access.deny", {{"account", OwnSid()}, {"node", "pipe:"}, {"rights", {"connect"}}});
  EXPECT_EQ(refused.at("error").at("message"),
            "pipe:: an entry denies the service's own account, or one of its groups, access to the pipe");
}

}  // namespace
}  // namespace onbehalf::test
