#include <gtest/gtest.h>

#include <future>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fake_server.h"
#include "onbehalf/client/client.h"
#include "outcomes.h"
#include "support/event.h"

namespace onbehalf::client {
namespace {

using test::FakeServer;
using test::Heard;
using test::WordOfCall;
using Session = FakeServer::Session;
using Words = std::vector<std::string>;

Json Notification(const std::string& method, const Json& params) {
  return {{"jsonrpc", "2.0"}, {"method", method}, {"params", params}};
}

Client::NotificationHandler Telling(Heard& heard) {
  return [&heard](const std::string& method, const Json& params) { heard.Say(method + params.dump()); };
}

TEST(Notify, WritesANotificationAndWaitsForNothing) {
  std::promise<std::string> written;
  FakeServer server([&](Session& session) {
    written.set_value(session.ReadSome());
    session.ReadSome();
  });
  Client client = Client::Connect(server.ClientOptions());
  client.Notify("x.happened", {{"a", 1}});
  const std::string body = R"({"jsonrpc":"2.0","method":"x.happened","params":{"a":1}})";
  EXPECT_EQ(written.get_future().get(), "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

TEST(Notify, ReportsThatTheServerIsGone) {
  FakeServer server([](Session&) {});
  Client client = Client::Connect(server.ClientOptions());
  const auto notify = [&] {
    return WordOfCall([&]() -> Json {
      client.Notify("x");
      return nullptr;
    });
  };
  // The pipe accepts them until the server has closed its end, which it does by itself.
  std::string said = notify();
  while (said == "null") said = notify();
  EXPECT_EQ(said, "connection_reset");
  EXPECT_FALSE(client.IsConnected());
  EXPECT_EQ(notify(), "not_connected");
}

// No call is pending.
TEST(OnNotification, ReceivesNotificationsWithoutACall) {
  test::Event handler_is_set;
  FakeServer server([&](Session& session) {
    handler_is_set.Wait();
    session.Send(Notification("a.b", {{"n", 1}}));
    session.Send(Notification("a.c", Json::array({2})));
    session.ReadRequest();
  });
  Heard heard;
  Client client = Client::Connect(server.ClientOptions());
  client.OnNotification(Telling(heard));
  handler_is_set.Set();
  EXPECT_EQ(heard.Wait(2), (Words{R"(a.b{"n":1})", "a.c[2]"}));
}

TEST(OnNotification, ReceivesThemBetweenAnswersButNotProgress) {
  FakeServer server([](Session& session) {
    const Json request = session.ReadRequest();
    session.Send(Notification("before", Json::object()));
    session.Send(Notification("$/progress", {{"token", 7}, {"value", 1}}));
    session.Answer(request, 1);
    session.Send(Notification("after", Json::object()));
    session.ReadRequest();
  });
  Heard heard;
  Client client = Client::Connect(server.ClientOptions());
  client.OnNotification(Telling(heard));
  EXPECT_EQ(client.Call("x"), 1);
  EXPECT_EQ(heard.Wait(2), (Words{"before{}", "after{}"}));
}

TEST(OnNotification, WithoutAHandlerTheyAreDropped) {
  FakeServer server([](Session& session) {
    for (Json request = session.ReadRequest(); !request.is_null(); request = session.ReadRequest()) {
      session.Send(Notification("said", {{"with", request.at("method")}}));
      session.Answer(request, 1);
    }
  });
  Heard heard;
  Client client = Client::Connect(server.ClientOptions());
  EXPECT_EQ(client.Call("first"), 1);
  client.OnNotification(Telling(heard));
  EXPECT_EQ(client.Call("second"), 1);
  ASSERT_EQ(heard.Wait(1), Words{R"(said{"with":"second"})"});
  client.OnNotification({});
  EXPECT_EQ(client.Call("third"), 1);
  client.OnNotification(Telling(heard));
  EXPECT_EQ(client.Call("fourth"), 1);
  EXPECT_EQ(heard.Wait(2).back(), R"(said{"with":"fourth"})");
}

TEST(OnNotification, WaitsForTheHandlerThatItReplaces) {
  test::Event handler_is_set;
  FakeServer server([&](Session& session) {
    handler_is_set.Wait();
    session.Send(Notification("a", Json::object()));
    session.ReadRequest();
  });
  Client client = Client::Connect(server.ClientOptions());
  test::Event has_begun;
  test::Event may_end;
  std::atomic<bool> has_ended = false;
  client.OnNotification([&](const std::string&, const Json&) {
    has_begun.Set();
    may_end.Wait();
    has_ended = true;
  });
  handler_is_set.Set();
  has_begun.Wait();
  std::jthread opener([&] { may_end.Set(); });
  client.OnNotification({});
  EXPECT_TRUE(has_ended);
}

TEST(OnNotification, AHandlerMayReplaceItself) {
  test::Event handler_is_set;
  FakeServer server([&](Session& session) {
    handler_is_set.Wait();
    for (int i = 0; i < 3; ++i) session.Send(Notification("n", Json::array({i})));
    session.ReadRequest();
  });
  Heard heard;
  Client client = Client::Connect(server.ClientOptions());
  client.OnNotification([&](const std::string&, const Json&) {
    heard.Say("first");
    client.OnNotification(Telling(heard));
  });
  handler_is_set.Set();
  EXPECT_EQ(heard.Wait(3), (Words{"first", "n[1]", "n[2]"}));
}

// Destroying the client waits for the handler, which may remove itself meanwhile.
TEST(OnNotification, AHandlerMayRemoveItselfWhileTheClientIsDestroyed) {
  test::Event handler_is_set;
  FakeServer server([&](Session& session) {
    EXPECT_TRUE(handler_is_set.Wait());
    session.Send(Notification("a", Json::object()));
    session.ReadRequest();
  });
  test::Event has_begun;
  std::atomic<bool> has_ended = false;
  {
    Client client = Client::Connect(server.ClientOptions());
    client.OnNotification([&](const std::string&, const Json&) {
      has_begun.Set();
      // Closed by the destructor, which is then waiting for this handler.
      while (client.IsConnected()) std::this_thread::yield();
      client.OnNotification({});
      has_ended = true;
    });
    handler_is_set.Set();
    EXPECT_TRUE(has_begun.Wait());
  }
  EXPECT_TRUE(has_ended);
}

// With a handler the client notices the end of the connection even if no call is pending.
TEST(OnNotification, NoticesTheEndOfTheConnection) {
  test::Event handler_is_set;
  FakeServer server([&](Session& session) {
    handler_is_set.Wait();
    session.Send(Notification("last", Json::object()));
  });
  Heard heard;
  Client client = Client::Connect(server.ClientOptions());
  EXPECT_TRUE(client.IsConnected());
  client.OnNotification(Telling(heard));
  handler_is_set.Set();
  EXPECT_EQ(heard.Wait(1), Words{"last{}"});
  // The read that finds the end comes after the one that brought the notification.
  while (client.IsConnected()) std::this_thread::yield();
}

}  // namespace
}  // namespace onbehalf::client
