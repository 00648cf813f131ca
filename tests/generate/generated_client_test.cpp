// The client generated from the service's own description (golden/typed_service.h), used against the service.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "access/access_policy.h"
#include "golden.h"
#include "golden/typed_service.h"
#include "onbehalf/protocol/error_code.h"
#include "onbehalf/win32/token.h"
#include "service/test_server.h"
#include "support/platform_probe.h"

namespace onbehalf::test {
namespace {

using client::Json;

// The service with all of its methods, and a client of it. The caller is this process's user.
class GeneratedClient : public testing::Test {
 protected:
  GeneratedClient() { server_.Start(); }
  void SetUp() override {
    client::Options options;
    options.pipe = server_.pipe_path().substr(server_.pipe_path().find_last_of('\\') + 1);
    options.trust = client::Trust::kSameUser;
    client_ = std::make_unique<client::Client>(client::Client::Connect(options));
    service = std::make_unique<typed::Service>(*client_);
    // Ordinary users are not shown every method.
    bool sees_all = false;
    for (const auto& method : service->rpc.Discover().methods)
      sees_all = sees_all || method.at("name") == "access.set";
    ONBEHALF_SKIP_WITHOUT("a user who is an administrator", sees_all);
  }

  client::Client& client() { return *client_; }
  // `result` is the service's complete response: nothing is lost in the typed conversion.
  template <typename Result>
  void ExpectWhole(const Result& result, const char* method, const Json& params = nullptr) {
    EXPECT_EQ(Json::diff(client_->Call(method, params), Json(result)), Json::array()) << method;
  }

 private:
  TestServer server_;
  std::unique_ptr<client::Client> client_;

 protected:
  std::unique_ptr<typed::Service> service;
};

TEST_F(GeneratedClient, IsGeneratedFromTheServicesDescription) {
  ExpectSource(client().Call("rpc.discover").dump(2) + "\n", "discover.json");
}

TEST_F(GeneratedClient, CallsWithAndWithoutParameters) {
  const typed::RpcPingResult echoed = service->rpc.Ping({.echo = "x"});
  EXPECT_TRUE(echoed.pong);
  EXPECT_EQ(echoed.echo, "x");
  EXPECT_EQ(service->rpc.Ping().echo, std::nullopt);
  EXPECT_EQ(service->identity.Whoami().account.sid,
            win32::Token::FromOwnProcess(TOKEN_QUERY).User().ToString());
}

TEST_F(GeneratedClient, AcceptsEveryResponseOfTheService) {
  ExpectWhole(service->identity.Whoami(), "identity.whoami");
  ExpectWhole(service->access.List(), "access.list");
  ExpectWhole(service->access.Show({.node = "access.set"}), "access.show", {{"node", "access.set"}});
  ExpectWhole(service->access.Explain({.node = "rpc.ping"}), "access.explain", {{"node", "rpc.ping"}});
  ExpectWhole(service->access.Check({.node = "rpc.ping", .right = "call"}), "access.check",
              {{"node", "rpc.ping"}, {"right", "call"}});
  ExpectWhole(service->access.History(), "access.history");
  // These return something different at every call.
  EXPECT_FALSE(service->service.Status().version.empty());
  EXPECT_EQ(service->service.Connections().size(), 1u);
  EXPECT_FALSE(service->audit.Read({.limit = 5}).lines.empty());
  EXPECT_TRUE(service->audit.Verify().ok);
}

TEST_F(GeneratedClient, ChangesThePolicy) {
  const std::int64_t version = service->access.List().version;
  const typed::AccessGrantResult tried = service->access.Grant(
      {.account = "BU", .node = "audit", .rights = {"see"}, .dry_run = true, .version = version});
  EXPECT_TRUE(tried.changed);
  EXPECT_TRUE(tried.dry_run);
  EXPECT_EQ(service->access.List().version, version);

  const typed::AccessGrantResult granted =
      service->access.Grant({.account = "BU", .node = "audit", .rights = {"see"}});
  EXPECT_TRUE(granted.changed);
  ASSERT_TRUE(granted.after);
  EXPECT_EQ(granted.before, std::nullopt);
  ExpectWhole(service->access.Diff({.from = version}), "access.diff", {{"from", version}});
  EXPECT_TRUE(service->access.Revoke({.account = "BU", .node = "audit"}).changed);
  EXPECT_TRUE(service->access.Set({.node = "audit", .sddl = "D:(A;;GR;;;BU)"}).changed);
  // null restores the node's default, and so is sent.
  EXPECT_TRUE(service->access.Set({.node = "audit", .sddl = std::nullopt}).changed);
}

TEST_F(GeneratedClient, ThrowsTheServicesErrors) {
  try {
    service->access.Show({.node = "no.such.node"});
    ADD_FAILURE() << "was answered";
  } catch (const client::RpcError& error) {
    EXPECT_EQ(error.code(), static_cast<int>(protocol::ErrorCode::kInvalidParams)) << error.what();
  }
}

}  // namespace
}  // namespace onbehalf::test
