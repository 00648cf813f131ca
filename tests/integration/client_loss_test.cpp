// The client library when the service's process ends, and when it comes back.

#include <gtest/gtest.h>

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "client/outcomes.h"
#include "onbehalf/client/client.h"
#include "service_process.h"
#include "support/patience.h"

namespace onbehalf::test {
namespace {

using client::CallOptions;
using client::Client;
using client::Json;
using Words = std::vector<std::string>;

// For one connection, and for one account in total.
constexpr const char* kManyStreams =
    R"({"limits": {"requests_per_connection": 64, "streams_per_account": 64}})";

client::Options OptionsFor(const ServiceProcess& service) {
  client::Options options;
  options.pipe = service.pipe_name();
  options.trust = client::Trust::kSameUser;
  options.connect_timeout = options.call_timeout = kPatience;
  return options;
}

// Calls that run until they are ended: streams, each of which has sent its first piece.
TEST(ClientLoss, AKilledServiceEndsEveryCallUnderWay) {
  constexpr std::size_t kWaiting = 32;
  constexpr std::size_t kAsync = 32;
  ServiceProcess service("onbehalf-service.exe", kManyStreams);
  Heard pieces;
  Heard outcomes;
  Client client = Client::Connect(OptionsFor(service));
  // So that the audit has records of them.
  client.Call("rpc.ping");
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < kWaiting + kAsync; ++i) {
    CallOptions options;
    options.progress = [&pieces, is_first = true](const Json&) mutable {
      if (std::exchange(is_first, false)) pieces.Say("piece");
    };
    if (i < kWaiting) {
      threads.emplace_back([&, options] {
        outcomes.Say(WordOfCall([&] { return client.Call("audit.follow", nullptr, options); }));
      });
    } else {
      client.CallAsync("audit.follow", nullptr, options, outcomes.AsCallback());
    }
  }
  ASSERT_EQ(pieces.Wait(kWaiting + kAsync).size(), kWaiting + kAsync);
  service.Kill();
  EXPECT_EQ(outcomes.Wait(kWaiting + kAsync), Words(kWaiting + kAsync, "connection_reset"));
  EXPECT_FALSE(client.IsConnected());
}

TEST(ClientLoss, AStoppedServiceAnswersEveryCallUnderWay) {
  ServiceProcess service("onbehalf-service.exe", "{}");
  Heard pieces;
  Heard outcomes;
  Client client = Client::Connect(OptionsFor(service));
  client.Call("rpc.ping");
  for (int i = 0; i < 4; ++i) {
    CallOptions options;
    options.progress = [&pieces, is_first = true](const Json&) mutable {
      if (std::exchange(is_first, false)) pieces.Say("piece");
    };
    client.CallAsync("audit.follow", nullptr, options, outcomes.AsCallback());
  }
  ASSERT_EQ(pieces.Wait(4).size(), 4U);
  EXPECT_EQ(service.Stop().code, 0U);
  EXPECT_EQ(outcomes.Wait(4), Words(4, "rpc -32014"));
}

}  // namespace
}  // namespace onbehalf::test
