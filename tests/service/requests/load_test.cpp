#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "messages.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "raw_client.h"
#include "support/handle_count.h"
#include "support/patience.h"
#include "support/platform_probe.h"
#include "support/process_usage.h"
#include "test_server.h"

namespace onbehalf::test {
namespace {

TEST(Load, FiveHundredConcurrentClientsShareABoundedNumberOfThreads) {
  constexpr std::size_t kClients = 500;
  TestServer server;
  auto& settings = server.settings();
  settings.limits.silent_connections = kClients;
  settings.limits.connections_per_account = kClients;
  settings.limits.connections = kClients + 8;
  settings.limits.handlers_per_account = kClients;
  settings.threads.io = 2;
  settings.threads.handlers = 8;
  std::atomic<std::size_t> running = 0;
  std::atomic<std::size_t> most = 0;
  server.methods().Add(PublicMethod("test.work", service::Acts::kAsCaller, service::Pace::kMayBlock,
                                    [&](const service::Call&) -> service::MethodResult {
                                      std::size_t now = ++running;
                                      std::size_t seen = most;
                                      while (now > seen && !most.compare_exchange_weak(seen, now)) {
                                      }
                                      --running;
                                      return Json(1);
                                    }));
  const std::size_t before = ThreadsOfThisProcess();
  server.Start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (std::size_t i = 0; i < kClients; ++i)
    clients.push_back(std::make_unique<RawClient>(server.pipe_path()));
  for (int round = 0; round < 2; ++round) {
    for (auto& client : clients) client->Send(RequestMessage(round, "test.work"));
    for (auto& client : clients) ASSERT_EQ(client->Read(), ResultMessage(round, 1));
  }
  EXPECT_EQ(server.server().Connections().size(), kClients);
  EXPECT_LE(most, 8U);
  // Two that read, eight that run handlers, and the few that Windows' pools keep for timers and waits.
  EXPECT_LE(ThreadsOfThisProcess(), before + 2 + 8 + 6);
}

TEST(Load, TenThousandConnectAndDropAndTheServerStillServes) {
  constexpr int kRounds = 2'500;
  TestServer server;
  server.Start();
  { RawClient(server.pipe_path()).Call("rpc.ping"); }
  server.server().Stop();
  const std::size_t handles = OpenHandleCount();

  server.Start();
  auto other = std::make_unique<RawClient>(server.pipe_path());
  ASSERT_TRUE(other->Call("rpc.ping").contains("result"));
  std::vector<std::thread> threads;
  std::atomic<int> dropped = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const std::wstring path = win32::ToWide(server.pipe_path());
      for (int i = 0; i < kRounds; ++i) {
        win32::UniqueFile pipe;
        for (;;) {
          pipe.reset(::CreateFileW(path.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING, 0,
                                   nullptr));
          if (pipe || ::GetLastError() != ERROR_PIPE_BUSY) break;
          ::WaitNamedPipeW(path.c_str(), kPatienceMilliseconds);
        }
        if (!pipe) continue;
        // Some disconnect in the middle of a request.
        DWORD bytes = 0;
        if (t == 0) ::WriteFile(pipe.get(), "Content-Length: 10\r\n\r\n{", 23, &bytes, nullptr);
        ++dropped;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(dropped, 4 * kRounds);
  EXPECT_TRUE(other->Call("rpc.ping").contains("result"));
  other = std::make_unique<RawClient>(server.pipe_path());
  EXPECT_TRUE(other->Call("rpc.ping").contains("result"));
  other.reset();
  server.server().Stop();
  EXPECT_LE(OpenHandleCount(), handles + 8);
}

TEST(Load, AHundredThousandRequestsTakeNeitherMemoryNorHandles) {
  ONBEHALF_SKIP_WITHOUT("a count of the process's private bytes", PrivateBytesAreCounted());
  constexpr int kBatch = 50;
  TestServer server;
  server.Start();
  Json batch = Json::array();
  for (int id = 0; id < kBatch; ++id) batch.push_back(RequestMessage(id, "rpc.ping"));
  const std::string frame = HeaderFrame(batch.dump());
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 2; ++i) clients.push_back(std::make_unique<RawClient>(server.pipe_path()));
  const auto ask = [&](int batches) {
    std::vector<std::thread> threads;
    for (auto& client : clients) {
      threads.emplace_back([&] {
        for (int i = 0; i < batches; ++i) {
          client->Write(frame);
          ASSERT_TRUE(client->ReadText().has_value());
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  };
  ask(100);
  const std::size_t bytes = PrivateBytes();
  const std::size_t handles = OpenHandleCount();
  ask(1'000);
  EXPECT_EQ(server.server().statistics().requests, 110'000U);
  EXPECT_LE(PrivateBytes(), bytes + 4 * 1024 * 1024);
  EXPECT_LE(OpenHandleCount(), handles + 8);
}

}  // namespace
}  // namespace onbehalf::test
