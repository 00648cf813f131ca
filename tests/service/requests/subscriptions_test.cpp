#include "requests/subscriptions.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <thread>

#include "gate.h"
#include "idle_connections.h"
#include "messages.h"
#include "onbehalf/win32/token.h"
#include "raw_client.h"
#include "test_server.h"

namespace onbehalf::test {
namespace {

using protocol::ErrorCode;

const Json kMethodsChangedMessage = NotificationMessage("rpc.methodsChanged");
const Json kStoppingMessage = NotificationMessage("service.stopping");

Json Subscribe(RawClient& client, const Json& events) {
  return client.Call("rpc.subscribe", {{"events", events}}).at("result").at("events");
}

// Changes the policy back and forth.
class PolicyChanges {
 public:
  explicit PolicyChanges(TestServer& server) : client_(server.pipe_path()) {}
  void Make(const char* what = "access.deny") {
    const Json answer =
        client_.Call(what, {{"account", win32::Token::FromOwnProcess(TOKEN_QUERY).User().ToString()},
                            {"node", "identity.whoami"},
                            {"rights", {"call"}}});
    ASSERT_EQ(answer.at("result").at("changed"), true) << answer;
  }

 private:
  RawClient client_;
};

TEST(Subscriptions, OnlySubscribersAreNotifiedOfPolicyChanges) {
  TestServer server;
  server.Start();
  RawClient subscriber(server.pipe_path());
  RawClient of_another(server.pipe_path());
  RawClient none(server.pipe_path());
  EXPECT_EQ(Subscribe(subscriber, {"rpc.methodsChanged"}), Json::array({"rpc.methodsChanged"}));
  EXPECT_EQ(Subscribe(of_another, {"service.stopping"}), Json::array({"service.stopping"}));
  PolicyChanges changes(server);
  changes.Make();
  EXPECT_EQ(subscriber.Read(), kMethodsChangedMessage);
  changes.Make("access.revoke");
  EXPECT_EQ(subscriber.Read(), kMethodsChangedMessage);
  for (RawClient* client : {&subscriber, &of_another, &none}) {
    client->Send(RequestMessage("next", "rpc.none"));
    EXPECT_EQ(client->Read(), ErrorMessageFor("next", ErrorCode::kMethodNotFound));
  }
}

TEST(Subscriptions, AreReplacedByTheNextAndEndedByAnEmptyOne) {
  TestServer server;
  server.Start();
  RawClient client(server.pipe_path());
  PolicyChanges changes(server);
  Subscribe(client, {"rpc.methodsChanged", "service.stopping"});
  Subscribe(client, {"service.stopping"});
  changes.Make();
  client.Send(RequestMessage("next", "rpc.none"));
  EXPECT_EQ(client.Read(), ErrorMessageFor("next", ErrorCode::kMethodNotFound));
  Subscribe(client, {"rpc.methodsChanged"});
  changes.Make("access.revoke");
  EXPECT_EQ(client.Read(), kMethodsChangedMessage);
  EXPECT_EQ(Subscribe(client, Json::array()), Json::array());
  changes.Make();
  client.Send(RequestMessage("next", "rpc.none"));
  EXPECT_EQ(client.Read(), ErrorMessageFor("next", ErrorCode::kMethodNotFound));
}

TEST(Subscriptions, RefuseUnknownEventsByName) {
  TestServer server;
  server.Start();
  RawClient client(server.pipe_path());
  const auto message = [&](const Json& params) {
    const Json answer = client.Call("rpc.subscribe", params);
    EXPECT_EQ(ErrorCodeOf(answer), static_cast<int>(ErrorCode::kInvalidParams)) << answer;
    return answer.at("error").at("message").get<std::string>();
  };
  EXPECT_EQ(message(Json::object()), "events: required, expected an array of at most 8 elements");
  EXPECT_EQ(message({{"events", "rpc.methodsChanged"}}),
            "events: expected an array of at most 8 elements, got a string");
  EXPECT_EQ(message({{"events", {"service.stopping", "service.started"}}}),
            R"(events[1]: expected one of "rpc.methodsChanged", "service.stopping", got another value)");
  EXPECT_EQ(message({{"events", {1}}}),
            R"(events[0]: expected one of "rpc.methodsChanged", "service.stopping", got another value)");
}

TEST(Subscriptions, AnnounceTheStopBeforeRequestsAreEnded) {
  Gate gate;
  TestServer server;
  server.methods().Add(gate.AsMethod("test.wait"));
  server.Start();
  RawClient client(server.pipe_path());
  Subscribe(client, {"service.stopping"});
  client.Send(RequestMessage("w", "test.wait"));
  ASSERT_TRUE(gate.WaitUntilEntered(1));
  std::jthread stopping([&] { server.server().Stop(); });
  // Still running: the client may cancel it now, or wait for it.
  EXPECT_EQ(client.Read(), kStoppingMessage);
  EXPECT_EQ(gate.entered(), 1U);
  gate.Open();
  EXPECT_EQ(client.Read(), ResultMessage("w", {{"passed", true}}));
  EXPECT_TRUE(client.IsClosedByServer());
}

// A client that only listens sends nothing; it can become idle only after it ends its subscription.
TEST(Subscriptions, PreventTheirConnectionFromBeingIdle) {
  TestServer server;
  server.Start();
  RawClient subscriber(server.pipe_path());
  Subscribe(subscriber, {"rpc.methodsChanged"});
  ExpectIdleConnectionsToBeClosed(server);
  PolicyChanges(server).Make();
  EXPECT_EQ(subscriber.Read(), kMethodsChangedMessage);
  Subscribe(subscriber, Json::array());
  server.ChangeLimits([](protocol::Limits& limits) { limits.idle_timeout = std::chrono::milliseconds(200); });
  EXPECT_TRUE(subscriber.IsClosedByServer());
}

TEST(Subscriptions, ComeInBareJsonToo) {
  TestServer server;
  server.Start();
  RawClient client(server.pipe_path());
  client.Write(RequestMessage(1, "rpc.subscribe", {{"events", {"rpc.methodsChanged"}}}).dump() + "\n");
  EXPECT_EQ(client.ReadText(), R"({"jsonrpc":"2.0","id":1,"result":{"events":["rpc.methodsChanged"]}})");
  PolicyChanges(server).Make();
  EXPECT_EQ(client.ReadText(), R"({"jsonrpc":"2.0","method":"rpc.methodsChanged"})");
}

// However often the policy changes while a client does not read, only one notification is queued for it.
TEST(Subscriptions, QueueOnlyOneOfEachKindForAClientThatDoesNotRead) {
  constexpr int kChanges = 40;
  TestServer server;
  server.settings().limits.progress_queue_bytes = 4 * 1024;
  server.methods().Add(PublicMethod(
      "test.bulk", service::Acts::kAsService, service::Pace::kQuick,
      [](const service::Call&) -> service::MethodResult { return Json(std::string(1024 * 1024, 'x')); }));
  server.Start();
  RawClient client(server.pipe_path());
  Subscribe(client, {"rpc.methodsChanged"});
  client.Send(RequestMessage("bulk", "test.bulk"));
  while (server.server().statistics().bytes_written < 1024 * 1024) std::this_thread::yield();
  PolicyChanges changes(server);
  for (int i = 0; i < kChanges; ++i) changes.Make(i % 2 == 0 ? "access.deny" : "access.revoke");
  ASSERT_EQ(client.Read().value().at("id"), "bulk");
  EXPECT_EQ(client.Read(), kMethodsChangedMessage);
  client.Send(RequestMessage("next", "rpc.none"));
  EXPECT_EQ(client.Read(), ErrorMessageFor("next", ErrorCode::kMethodNotFound));
}

}  // namespace
}  // namespace onbehalf::test
