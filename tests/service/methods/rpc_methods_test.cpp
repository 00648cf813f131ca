#include "methods/rpc_methods.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "access/access_policy.h"
#include "method_caller.h"
#include "methods/identity_methods.h"
#include "methods/service_methods.h"
#include "methods_model/parameters.h"
#include "onbehalf/protocol/error_code.h"
#include "onbehalf/win32/account_names.h"
#include "support/platform_probe.h"

namespace onbehalf::service {
namespace {

using protocol::Json;

// It is never called.
class NoServer final : public ServerControl {
 public:
  const Statistics& statistics() const override { return statistics_; }
  std::chrono::system_clock::time_point started() const override { return {}; }
  std::vector<ConnectionInfo> Connections() const override { return {}; }
  bool Disconnect(std::uint64_t) override { return false; }
  bool Subscribe(std::uint64_t, EventSet) override { return false; }

 private:
  Statistics statistics_;
};

class RpcMethodsTest : public testing::Test {
 protected:
  RpcMethodsTest() {
    AddRpcMethods(
        methods_,
        [this](const Method& method, const CallerIdentity& caller) {
          return AccessPolicy::Compile({}, methods_).MaySee(method, caller);
        },
        [this](std::uint64_t connection, EventSet events) {
          subscribed_ = {connection, events};
          return true;
        });
    const auto names = std::make_shared<win32::AccountNames>();
    AddIdentityMethods(methods_, names);
    AddServiceMethods(methods_, server_, {}, names);
  }
  static std::set<std::string> NamesIn(const Json& document) {
    std::set<std::string> names;
    for (const Json& method : document.at("methods")) names.insert(method.at("name").get<std::string>());
    return names;
  }

  std::pair<std::uint64_t, EventSet> subscribed_;
  NoServer server_;
  MethodRegistry methods_;
};

TEST_F(RpcMethodsTest, PingAnswersWithTheTime) {
  const Json answer = test::MethodCaller().Result(methods_, "rpc.ping");
  EXPECT_EQ(answer.at("pong"), true);
  EXPECT_EQ(answer.at("time").get<std::string>().size(), 24u);
  EXPECT_EQ(answer.size(), 2u);
  EXPECT_EQ(test::Misfit(answer, methods_.Find("rpc.ping")->result_schema), "");
}

TEST_F(RpcMethodsTest, PingEchoesAndNeverBlocks) {
  EXPECT_EQ(test::MethodCaller().Result(methods_, "rpc.ping", {{"echo", "x"}}).at("echo"), "x");
  EXPECT_EQ(methods_.Find("rpc.ping")->pace, Pace::kQuick);
  EXPECT_TRUE(!BindParameters(methods_.Find("rpc.ping")->parameters, false,
                              Json::array({std::string(1024 * 1024 + 1, 'x')}))
                   .ok());
}

TEST_F(RpcMethodsTest, SubscribeReplacesTheSubscriptionAndReturnsIt) {
  const test::MethodCaller caller;
  const Method& subscribe = *methods_.Find("rpc.subscribe");
  const auto subscribed = [&](const Json& events) {
    const Json result = caller.Result(methods_, "rpc.subscribe", {{"events", events}});
    EXPECT_EQ(test::Misfit(result, subscribe.result_schema), "");
    EXPECT_EQ(subscribed_.first, 1u);
    return result.at("events");
  };
  EXPECT_EQ(subscribed(Json::array({"service.stopping", "rpc.methodsChanged", "service.stopping"})),
            Json::array({"rpc.methodsChanged", "service.stopping"}));
  EXPECT_TRUE(subscribed_.second.all());
  EXPECT_EQ(subscribed(Json::array({"service.stopping"})), Json::array({"service.stopping"}));
  EXPECT_TRUE(subscribed_.second.test(kStopping));
  EXPECT_FALSE(subscribed_.second.test(kMethodsChanged));
  EXPECT_EQ(subscribed(Json::array()), Json::array());
  EXPECT_TRUE(subscribed_.second.none());

  const auto unknown = BindParameters(subscribe.parameters, subscribe.takes_progress_token(),
                                      {{"events", Json::array({"service.stopping", "none"})}});
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().message,
            R"(events[1]: expected one of "rpc.methodsChanged", "service.stopping", got another value)");
}

TEST_F(RpcMethodsTest, DiscoverMarksMethodsWithProgressAndStreams) {
  Method copy;
  copy.name = "app.copy";
  copy.access_default = "D:(A;;GXGR;;;AU)";
  copy.reports_progress = true;
  copy.handler = [](const Call&) -> MethodResult { return Json(); };
  methods_.Add(std::move(copy));
  Method watch;
  watch.name = "app.watch";
  watch.access_default = "D:(A;;GXGR;;;AU)";
  watch.progress_schema = Json{{"type", "integer"}};
  watch.stream = [](const Call&, Waker) { return std::unique_ptr<Stream>(); };
  methods_.Add(std::move(watch));
  const Json document = test::MethodCaller().Result(methods_, "rpc.discover");
  EXPECT_EQ(document.at("methods").at(0).at("x-progress"),
            (Json{{"stream", false}, {"optional_stream", false}, {"schema", Json::object()}}));
  EXPECT_EQ(document.at("methods").at(1).at("x-progress"),
            (Json{{"stream", true}, {"optional_stream", false}, {"schema", {{"type", "integer"}}}}));
  EXPECT_FALSE(document.at("methods").at(2).contains("x-progress"));
}

TEST_F(RpcMethodsTest, DiscoverIsAnOpenRpcDocument) {
  const Json document = test::MethodCaller().Result(methods_, "rpc.discover");
  EXPECT_EQ(test::Misfit(document.at("methods"),
                         methods_.Find("rpc.discover")->result_schema.at("properties").at("methods")),
            "");

  // The members that the specification requires (spec.open-rpc.org, 1.2.6).
  EXPECT_EQ(document.at("openrpc"), "1.2.6");
  EXPECT_FALSE(document.at("info").at("title").get<std::string>().empty());
  EXPECT_EQ(document.at("info").at("version"), ONBEHALF_VERSION);
  ASSERT_TRUE(document.at("methods").is_array());
  std::set<std::string> names;
  for (const Json& method : document.at("methods")) {
    EXPECT_TRUE(names.insert(method.at("name").get<std::string>()).second) << "names must be unique";
    EXPECT_EQ(method.at("paramStructure"), "either");
    bool optional_seen = false;
    ASSERT_TRUE(method.at("params").is_array());
    for (const Json& parameter : method.at("params")) {
      EXPECT_FALSE(parameter.at("name").get<std::string>().empty());
      EXPECT_TRUE(parameter.at("schema").is_object());
      EXPECT_FALSE(parameter.at("required").get<bool>() && optional_seen);
      optional_seen = optional_seen || !parameter.at("required").get<bool>();
    }
    EXPECT_EQ(method.at("result").at("name"), "result");
    EXPECT_TRUE(method.at("result").at("schema").is_object());
    EXPECT_FALSE(method.at("summary").get<std::string>().empty());
    EXPECT_TRUE(method.at("x-acts") == "caller" || method.at("x-acts") == "service");
    EXPECT_TRUE(method.at("x-impersonation-level") == "impersonation" ||
                method.at("x-impersonation-level") == "identification");
    EXPECT_TRUE(method.at("x-pace") == "quick" || method.at("x-pace") == "may block");
    EXPECT_TRUE(method.at("x-access-default").get<std::string>().starts_with("D:"));
  }
}

TEST_F(RpcMethodsTest, DiscoverHasTheWholeTableOfErrors) {
  const Json errors = test::MethodCaller().Result(methods_, "rpc.discover").at("components").at("errors");
  EXPECT_EQ(errors.size(), protocol::ErrorTable().size());
  for (const protocol::ErrorInfo& info : protocol::ErrorTable()) {
    const Json& error = errors.at(std::string(info.name));
    EXPECT_EQ(error.at("code"), static_cast<int>(info.code));
    EXPECT_EQ(error.at("message"), Json(info.message));
    EXPECT_EQ(error.at("x-retry-can-help"), info.retry_can_help);
  }
}

TEST_F(RpcMethodsTest, AnAdministratorSeesEveryMethod) {
  const test::MethodCaller caller;
  ONBEHALF_SKIP_WITHOUT("a user who is an administrator",
                        AccessPolicy::Compile({}, methods_).IsAdministrator(caller.caller()));
  EXPECT_EQ(NamesIn(caller.Result(methods_, "rpc.discover")),
            (std::set<std::string>{"identity.whoami", "rpc.discover", "rpc.ping", "rpc.subscribe",
                                   "service.connections", "service.disconnect", "service.reload",
                                   "service.status"}));
}

TEST_F(RpcMethodsTest, AnOrdinaryUserSeesOnlyPublicMethods) {
  const test::MethodCaller caller(test::ImpersonationTokenOf(test::AdministratorsDenyOnlyToken()));
  ONBEHALF_SKIP_WITHOUT("a token that is no administrator's",
                        !AccessPolicy::Compile({}, methods_).IsAdministrator(caller.caller()));
  const Json document = caller.Result(methods_, "rpc.discover");
  EXPECT_EQ(NamesIn(document), (std::set<std::string>{"identity.whoami", "rpc.discover", "rpc.ping",
                                                      "rpc.subscribe", "service.status"}));
  EXPECT_EQ(document.dump().find("service.disconnect"), std::string::npos);
}

TEST_F(RpcMethodsTest, AMethodOfAnApplicationIsDescribedLikeTheBuiltInOnes) {
  Method method;
  method.name = "app.copy";
  method.summary = "Copies.";
  method.parameters = {{"from", "The source.", Json{{"type", "string"}}, true}};
  method.access_default = "D:(A;;GXGR;;;AU)";
  method.acts = Acts::kAsCaller;
  method.handler = [](const Call&) -> MethodResult { return Json(); };
  methods_.Add(std::move(method));
  const Json document = test::MethodCaller().Result(methods_, "rpc.discover");
  EXPECT_EQ(document.at("methods").at(0), (Json{{"name", "app.copy"},
                                                {"summary", "Copies."},
                                                {"paramStructure", "either"},
                                                {"params",
                                                 {{{"name", "from"},
                                                   {"summary", "The source."},
                                                   {"required", true},
                                                   {"schema", {{"type", "string"}}}}}},
                                                {"result", {{"name", "result"}, {"schema", Json::object()}}},
                                                {"x-acts", "caller"},
                                                {"x-impersonation-level", "impersonation"},
                                                {"x-access-default", "D:(A;;GXGR;;;AU)"},
                                                {"x-pace", "may block"}}));
}

}  // namespace
}  // namespace onbehalf::service
