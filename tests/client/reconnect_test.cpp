#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "fake_server.h"
#include "onbehalf/client/client.h"
#include "onbehalf/win32/token.h"
#include "outcomes.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::client {
namespace {

using test::FakeServer;
using test::Heard;
using test::WordOfCall;
using Session = FakeServer::Session;
using Words = std::vector<std::string>;
using std::chrono::milliseconds;

CallOptions Idempotent() {
  CallOptions options;
  options.idempotent = true;
  return options;
}

// Drops its first `lost` clients after a request, and answers the others. Counts the requests.
struct LosingServer {
  explicit LosingServer(int lost)
      : server([this, lost](Session& session) {
          const int client = clients++;
          for (Json request = session.ReadRequest(); !request.is_null(); request = session.ReadRequest()) {
            ++requests;
            if (client < lost) return;
            session.Answer(request, client);
          }
        }) {}

  Options ClientOptions() const {
    Options options = server.ClientOptions();
    options.first_backoff = milliseconds(1);
    options.longest_backoff = milliseconds(20);
    return options;
  }

  std::atomic<int> clients = 0;
  std::atomic<int> requests = 0;
  FakeServer server;
};

TEST(Reconnect, RepeatsAnIdempotentCallOnTheNextConnection) {
  LosingServer server(1);
  Client client = Client::Connect(server.ClientOptions());
  EXPECT_EQ(client.Call("x", nullptr, Idempotent()), 1);
  EXPECT_EQ(server.requests, 2);
  // Other calls use that connection from then on.
  EXPECT_EQ(client.Call("x"), 1);
}

TEST(Reconnect, NeverRepeatsAnyOtherCall) {
  LosingServer server(1);
  Client client = Client::Connect(server.ClientOptions());
  EXPECT_EQ(WordOfCall([&] { return client.Call("x"); }), "connection_reset");
  EXPECT_EQ(WordOfCall([&] { return client.Call("x"); }), "not_connected");
  EXPECT_EQ(WordOfCall([&] { return client.CallAsync("x").get(); }), "not_connected");
  EXPECT_EQ(server.requests, 1);
  EXPECT_EQ(client.Call("x", nullptr, Idempotent()), 1);
}

TEST(Reconnect, RepeatsUntilItSucceeds) {
  LosingServer server(6);
  Client client = Client::Connect(server.ClientOptions());
  EXPECT_EQ(client.Call("x", nullptr, Idempotent()), 6);
  EXPECT_EQ(server.requests, 7);
}

TEST(Reconnect, RepeatsAnAsynchronousCall) {
  LosingServer server(3);
  Heard heard;
  Client client = Client::Connect(server.ClientOptions());
  client.CallAsync("x", nullptr, Idempotent(), heard.AsCallback());
  EXPECT_EQ(heard.Wait(1), Words{"3"});
  EXPECT_EQ(server.requests, 4);
  EXPECT_EQ(client.CallAsync("x", nullptr, Idempotent()).get(), 3);
}

TEST(Reconnect, RepeatsABatch) {
  std::atomic<int> clients = 0;
  FakeServer server([&](Session& session) {
    const bool is_first = clients++ == 0;
    const Json batch = session.ReadRequest();
    if (is_first || batch.is_null()) return;
    session.Send(Json::array({{{"jsonrpc", "2.0"}, {"id", batch.at(0).at("id")}, {"result", "a"}}}));
    session.ReadRequest();
  });
  Client client = Client::Connect(server.ClientOptions());
  const std::vector<BatchEntry> batch{{"x"}};
  const std::vector<Outcome> outcomes = client.CallBatch(batch, Idempotent());
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(test::WordOf(outcomes.front()), "\"a\"");
}

TEST(Reconnect, RepeatsACallThatAStoppingServiceRefused) {
  std::atomic<int> clients = 0;
  FakeServer server([&](Session& session) {
    const bool is_first = clients++ == 0;
    for (Json request = session.ReadRequest(); !request.is_null(); request = session.ReadRequest()) {
      if (is_first) return session.Refuse(request, -32014, "The service is stopping.");
      session.Answer(request, "after its start");
    }
  });
  Client client = Client::Connect(server.ClientOptions());
  EXPECT_EQ(client.Call("x", nullptr, Idempotent()), "after its start");
}

TEST(Reconnect, DoesNotRepeatACallThatTheServiceRefused) {
  std::atomic<int> requests = 0;
  FakeServer server([&](Session& session) {
    for (Json request = session.ReadRequest(); !request.is_null(); request = session.ReadRequest()) {
      ++requests;
      session.Refuse(request, -32010, "no");
    }
  });
  Client client = Client::Connect(server.ClientOptions());
  EXPECT_EQ(WordOfCall([&] { return client.Call("x", nullptr, Idempotent()); }), "rpc -32010");
  EXPECT_EQ(requests, 1);
}

// A service that goes away for a while and comes back.
TEST(Reconnect, WaitsForTheServiceToComeBack) {
  const std::string name = test::UniquePipeName();
  auto first = std::make_unique<FakeServer>([](Session& session) { session.ReadRequest(); });
  Options options = first->ClientOptions();
  options.first_backoff = milliseconds(5);
  options.longest_backoff = milliseconds(50);
  Client client = Client::Connect(options);
  const std::string pipe = first->name();
  Heard heard;
  std::jthread caller([&] { heard.Say(client.Call("x", nullptr, Idempotent()).dump()); });
  client.CallAsync("y", nullptr, Idempotent(), heard.AsCallback());
  first.reset();
  const FakeServer second(test::Answering([](const Json&) { return Json{{"result", "back"}}; }), {}, pipe);
  EXPECT_EQ(heard.Wait(2), Words(2, "\"back\""));
}

TEST(Reconnect, EndsAtItsTimeout) {
  auto server = std::make_unique<FakeServer>([](Session& session) { session.ReadRequest(); });
  Options options = server->ClientOptions();
  options.first_backoff = milliseconds(5);
  Client client = Client::Connect(options);
  server.reset();
  CallOptions call = Idempotent();
  call.timeout = milliseconds(200);
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(WordOfCall([&] { return client.Call("x", nullptr, call); }), "timed_out");
  EXPECT_GE(std::chrono::steady_clock::now() - begun, milliseconds(190));
  EXPECT_EQ(WordOfCall([&] { return client.CallAsync("x", nullptr, call).get(); }), "timed_out");
}

TEST(Reconnect, EndsWhenItIsCancelledOrTheClientIsClosed) {
  auto server = std::make_unique<FakeServer>([](Session& session) {
    while (!session.ReadRequest().is_null()) {
    }
  });
  Options options = server->ClientOptions();
  options.first_backoff = options.longest_backoff = std::chrono::minutes(1);
  Client client = Client::Connect(options);
  Heard heard;
  std::stop_source source;
  CallOptions cancelled = Idempotent();
  cancelled.stop = source.get_token();
  Heard closed;
  client.CallAsync("x", nullptr, Idempotent(), closed.AsCallback());
  client.CallAsync("x", nullptr, cancelled, heard.AsCallback());
  std::jthread caller([&] { heard.Say(WordOfCall([&] { return client.Call("x", nullptr, cancelled); })); });
  server.reset();
  source.request_stop();
  EXPECT_EQ(heard.Wait(2), Words(2, "rpc -32800"));
  client.Close();
  EXPECT_EQ(closed.Wait(1), Words{"operation_canceled"});
  EXPECT_EQ(WordOfCall([&] { return client.Call("x", nullptr, Idempotent()); }), "not_connected");
}

TEST(Reconnect, VerifiesTheServerAgain) {
  // The client's end would keep the pipe alive, with the first server's descriptor.
  auto first = std::make_unique<FakeServer>([](Session& session) {
    session.ReadRequest();
    ::DisconnectNamedPipe(session.pipe());
  });
  const std::string pipe = first->name();
  Client client = Client::Connect(first->ClientOptions());
  first.reset();
  Heard heard;
  // Owned by Guests.
  const FakeServer second([&](Session& session) { heard.Say("bytes:" + session.ReadSome()); },
                          "O:BGD:P(A;;FA;;;WD)", pipe);
  EXPECT_THROW(client.Call("x", nullptr, Idempotent()), ServerNotTrusted);
  EXPECT_EQ(heard.Wait(1), Words{"bytes:"});
}

// The service would see the account of the client's own thread.
TEST(Reconnect, NeverRepeatsAnAsynchronousCallOfAnImpersonatingThread) {
  LosingServer server(1);
  Client client = Client::Connect(server.ClientOptions());
  std::jthread caller([&] {
    ASSERT_TRUE(::ImpersonateSelf(SecurityImpersonation));
    EXPECT_EQ(WordOfCall([&] { return client.CallAsync("x", nullptr, Idempotent()).get(); }),
              "connection_reset");
    ::RevertToSelf();
  });
  caller.join();
  EXPECT_EQ(server.requests, 1);
}

TEST(Reconnect, KeepsTheNotificationHandler) {
  std::atomic<int> clients = 0;
  FakeServer server([&](Session& session) {
    const int client = clients++;
    for (Json request = session.ReadRequest(); !request.is_null(); request = session.ReadRequest()) {
      if (client == 0) return;
      session.Answer(request, client);
      session.Send({{"jsonrpc", "2.0"}, {"method", "hello"}, {"params", {{"client", client}}}});
    }
  });
  Heard heard;
  Client client = Client::Connect(server.ClientOptions());
  client.OnNotification(
      [&](const std::string& method, const Json& params) { heard.Say(method + params.dump()); });
  EXPECT_EQ(client.Call("x", nullptr, Idempotent()), 1);
  EXPECT_EQ(heard.Wait(1), Words{R"(hello{"client":1})"});
}

}  // namespace
}  // namespace onbehalf::client
