#include <gtest/gtest.h>

#include <future>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "fake_server.h"
#include "onbehalf/client/any_json.h"
#include "onbehalf/client/client.h"

namespace onbehalf::client {
namespace {

using test::FakeServer;
using Session = FakeServer::Session;
// Another type with the same interface, as another version of the library would have.
using Other = nlohmann::ordered_json;

// Passes values through every interface that takes or returns them.
TEST(AnyJson, AClientMayUseAnotherTypeThanTheLibrary) {
  FakeServer server([](Session& session) {
    const Json call = session.ReadRequest();
    EXPECT_EQ(call.at("params"), Json({{"a", 1}, {"progressToken", 1}}));
    session.Send(
        {{"jsonrpc", "2.0"}, {"method", "$/progress"}, {"params", {{"token", 1}, {"value", {1, 2}}}}});
    session.Answer(call, {{"text", "result"}});
    session.Refuse(session.ReadRequest(), 7, "no", {{"why", "data"}});
    session.Answer(session.ReadRequest(), "future");
    session.Send({{"jsonrpc", "2.0"}, {"method", "x.said"}, {"params", {{"text", "notified"}}}});
    session.Answer(session.ReadRequest(), "callback");
    const Json batch = session.ReadRequest();
    EXPECT_EQ(batch[0].at("params"), Json({3}));
    session.Send({{{"jsonrpc", "2.0"}, {"id", batch[0].at("id")}, {"result", "batch"}}});
    EXPECT_EQ(session.ReadRequest().at("params"), Json({{"b", 2}}));
    session.ReadRequest();
  });
  auto client = BasicClient<Other>::Connect(server.ClientOptions());

  std::vector<Other> progress;
  BasicCallOptions<Other> options;
  options.progress = [&](const Other& value) { progress.push_back(value); };
  EXPECT_EQ(client.Call("a", {{"a", 1}}, options), Other({{"text", "result"}}));
  EXPECT_EQ(progress, std::vector<Other>{Other({1, 2})});
  try {
    client.Call("b");
    ADD_FAILURE() << "was not refused";
  } catch (const RpcError& error) {
    EXPECT_EQ(error.data<Other>(), Other({{"why", "data"}}));
    EXPECT_EQ(error.data(), Json({{"why", "data"}}));
  }
  // Set before the response, which comes right after the notification.
  std::promise<Other> notified;
  client.OnNotification([&](const std::string&, const Other& params) { notified.set_value(params); });
  EXPECT_EQ(client.CallAsync("c").get(), "future");

  std::promise<Other> called_back;
  client.CallAsync("d", nullptr, {},
                   [&](BasicOutcome<Other> outcome) { called_back.set_value(std::move(outcome).result()); });
  EXPECT_EQ(notified.get_future().get(), Other({{"text", "notified"}}));
  EXPECT_EQ(called_back.get_future().get(), "callback");

  const std::vector<BasicBatchEntry<Other>> batch{{"e", Other::array({3})}};
  EXPECT_EQ(client.CallBatch(batch).at(0).result(), "batch");
  client.Notify("f", {{"b", 2}});
}

}  // namespace
}  // namespace onbehalf::client
