// Many clients, and clients that do not go away. Their accounts matter only where a test says so.

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "attacker.h"
#include "integration/caller_process.h"
#include "integration/service_process.h"
#include "onbehalf/win32/win32_error.h"
#include "service/raw_client.h"
#include "shipped_service.h"
#include "support/platform_probe.h"
#include "support/restricted_token.h"

namespace onbehalf::test {
namespace {

constexpr int kBusy = -32012;
// docs/protocol.md, "Limits".
constexpr int kConnectionsOfAnAccount = 64;

TEST(ManyClients, FiveHundredOfOneAccountAreServedConcurrently) {
  constexpr std::size_t kThreads = 20;
  constexpr std::size_t kOfAThread = 25;
  ShippedService service(
      RunBy::kThisAccount,
      R"({"limits": {"connections": 600, "connections_per_account": 600, "handlers_per_account": 20}})");
  std::vector<std::vector<std::unique_ptr<RawClient>>> clients(kThreads);
  // Each round all at once; all connections stay open.
  const auto call_all = [&](auto&& call) {
    std::vector<int> answered(kThreads);
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < kThreads; ++i)
        threads.emplace_back([&, i] { answered[i] = call(clients[i]); });
    }
    int all = 0;
    for (const int each : answered) all += each;
    return all;
  };
  EXPECT_EQ(call_all([&](auto& own) {
              int answered = 0;
              for (std::size_t i = 0; i < kOfAThread; ++i) {
                own.push_back(std::make_unique<RawClient>(service->pipe_path()));
                answered += own.back()->Call("rpc.ping").contains("result") ? 1 : 0;
              }
              return answered;
            }),
            500);
  EXPECT_EQ(call_all([](auto& own) {
              int answered = 0;
              for (const auto& client : own)
                answered += client->Call("identity.whoami").contains("result") ? 1 : 0;
              return answered;
            }),
            500);
  const Json connections = clients[0][0]->Call("service.connections").at("result");
  EXPECT_EQ(connections.size(), 500U);
}

TEST(ManyClients, FiveHundredOfEightAccountsLeaveRoomForOthers) {
  ONBEHALF_SKIP_WITHOUT_ACCOUNTS();
  // With the default limits: 64 per account, 512 in total, 8 of them reserved for administrators.
  constexpr int kAccounts = 8;
  constexpr int kOfAnAccount = kConnectionsOfAnAccount - 1;
  ShippedService service(RunBy::kThisAccount);
  std::vector<std::unique_ptr<Attacker>> accounts;
  for (int i = 0; i < kAccounts; ++i) {
    const win32::Token token = TokenOfAnotherAccount(AccountSid(i + 1));
    accounts.push_back(std::make_unique<Attacker>(service->pipe_path(), &token));
  }
  for (const auto& account : accounts) account->BeginConnecting(kOfAnAccount);
  for (const auto& account : accounts) {
    const Json came = account->Finish();
    EXPECT_EQ(came, (Json{{"code", 0}, {"answered", kOfAnAccount}, {"refused", 0}})) << account->user();
  }
  // 504: the remaining 8 are reserved for administrators.
  const win32::Token ninth_token = TokenOfAnotherAccount(AccountSid(kAccounts + 1));
  Attacker ninth(service->pipe_path(), &ninth_token);
  ASSERT_EQ(ninth.Connect(), DWORD{ERROR_SUCCESS});
  EXPECT_EQ(At(ninth.Call("rpc.ping"), "/error/code"), kBusy);
  CallerProcess administrator(service->pipe_path());
  const Json connections = administrator.Call("service.connections").at("result");
  EXPECT_EQ(connections.size(), static_cast<std::size_t>(kAccounts * kOfAnAccount + 1));
}

TEST(ManyClients, OneAccountCannotUseUpTheConnections) {
  ONBEHALF_SKIP_WITHOUT_ACCOUNTS();
  ShippedService service(RunBy::kThisAccount);
  const win32::Token greedy_token = TokenOfAnotherAccount(AccountSid(1));
  const win32::Token other_token = TokenOfAnotherAccount(AccountSid(2));
  Attacker greedy(service->pipe_path(), &greedy_token);
  Attacker other(service->pipe_path(), &other_token);
  greedy.BeginConnecting(kConnectionsOfAnAccount + 6);
  EXPECT_EQ(greedy.Finish(), (Json{{"code", 0}, {"answered", kConnectionsOfAnAccount}, {"refused", 6}}));
  ASSERT_EQ(other.Connect(), DWORD{ERROR_SUCCESS});
  EXPECT_TRUE(other.Call("rpc.ping").contains("result"));
}

TEST(Connections, BelongToTheAccountThatSentTheFirstRequest) {
  ONBEHALF_SKIP_WITHOUT_ACCOUNTS();
  ShippedService service(RunBy::kThisAccount);
  const win32::Token one_token = TokenOfAnotherAccount(AccountSid(1));
  const win32::Token two_token = TokenOfAnotherAccount(AccountSid(2));
  Attacker one(service->pipe_path(), &one_token);
  Attacker two(service->pipe_path(), &two_token);
  Attacker mute(service->pipe_path(), &one_token);
  Attacker for_another(service->pipe_path(), &one_token);
  for (Attacker* each : {&one, &two, &mute, &for_another}) ASSERT_EQ(each->Connect(), DWORD{ERROR_SUCCESS});
  one.Call("rpc.ping");
  two.Call("rpc.ping");
  for_another.Call("rpc.ping", nullptr, Identity{AccountSid(3)});
  CallerProcess administrator(service->pipe_path());
  const Json list = administrator.Call("service.connections").at("result");
  const auto account_of = [&](DWORD process) -> Json {
    for (const Json& each : list) {
      if (each.at("process").at("id") != process) continue;
      return each.at("account").is_null() ? Json(nullptr) : each.at("account").at("sid");
    }
    return "not listed";
  };
  EXPECT_EQ(list.size(), 5U) << list;
  EXPECT_EQ(account_of(one.id()), one.user()) << list;
  EXPECT_EQ(account_of(two.id()), two.user()) << list;
  EXPECT_EQ(account_of(for_another.id()), AccountSid(3).ToString()) << list;
  EXPECT_EQ(account_of(administrator.id()), administrator.own_token().at("user")) << list;
  int without = 0;
  for (const Json& each : list) without += each.at("account").is_null() ? 1 : 0;
  EXPECT_EQ(without, 1) << list;
}

// ---- Clients that hold on to their ends ----

enum class Holds { kMute, kHalfAFrame, kAnswered };

class ClientThatHolds : public testing::TestWithParam<Holds> {
 protected:
  ClientThatHolds() : client_(service_->pipe_path()) {
    if (GetParam() == Holds::kHalfAFrame) client_.Write("Content-Length: 100\r\n\r\n{");
    // By now the service has read everything sent before.
    RawClient other(service_->pipe_path());
    other.Call("rpc.ping");
    if (GetParam() == Holds::kAnswered) client_.Call("rpc.ping");
  }

  void ExpectServesAnotherAndNotThis() {
    EXPECT_TRUE(client_.IsClosedByServer());
    RawClient another(service_->pipe_path());
    EXPECT_TRUE(another.Call("rpc.ping").contains("result"));
    // It cannot reconnect through the end that it has, either.
    EXPECT_THROW(client_.Write("x"), win32::Win32Error);
  }

  // Only stopping the service ends the connection.
  ShippedService service_{RunBy::kThisAccount,
                          R"({"limits": {"first_request_timeout_ms": 600000, "frame_timeout_ms": 600000}})"};
  RawClient client_;
};

TEST_P(ClientThatHolds, DoesNotPreventAStopAndARestart) {
  EXPECT_EQ(service_->Stop().code, 0U);
  service_->Restart();
  ExpectServesAnotherAndNotThis();
}

TEST_P(ClientThatHolds, DoesNotPreventAStartAfterACrash) {
  service_->Kill();
  service_->Restart();
  ExpectServesAnotherAndNotThis();
}

INSTANTIATE_TEST_SUITE_P(, ClientThatHolds,
                         testing::Values(Holds::kMute, Holds::kHalfAFrame, Holds::kAnswered),
                         [](const testing::TestParamInfo<Holds>& info) {
                           switch (info.param) {
                             case Holds::kMute:
                               return "Mute";
                             case Holds::kHalfAFrame:
                               return "WithHalfAFrame";
                             case Holds::kAnswered:
                               break;
                           }
                           return "Answered";
                         });

}  // namespace
}  // namespace onbehalf::test
