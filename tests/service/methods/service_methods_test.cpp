#include "methods/service_methods.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "method_caller.h"
#include "methods_model/parameters.h"
#include "onbehalf/win32/account_names.h"

namespace onbehalf::service {
namespace {

using namespace std::chrono_literals;
using protocol::Json;
using std::chrono::system_clock;

class FakeServer final : public ServerControl {
 public:
  const Statistics& statistics() const override { return counted; }
  system_clock::time_point started() const override { return start; }
  std::vector<ConnectionInfo> Connections() const override { return connections; }
  bool Disconnect(std::uint64_t id) override {
    return std::erase_if(connections, [id](const ConnectionInfo& one) { return one.id == id; }) != 0;
  }
  bool Subscribe(std::uint64_t, EventSet) override { return false; }

  Statistics counted;
  system_clock::time_point start = system_clock::now() - 100s;
  std::vector<ConnectionInfo> connections;
};

class ServiceMethodsTest : public testing::Test {
 protected:
  ServiceMethodsTest() {
    ServiceFacts facts;
    facts.pipe = R"(\\.\pipe\onbehalf)";
    facts.hardening = {{"one"}, {"two", "three"}, {"four"}};
    facts.last_error = [this] { return last_error_; };
    facts.audit = [this] { return audit_; };
    facts.modules = [] {
      return std::vector<ModuleState>{{"one", "1.2", false, 0}, {"two", "beta", true, 3}};
    };
    AddServiceMethods(methods_, server_, std::move(facts), std::make_shared<win32::AccountNames>());

    ConnectionInfo silent;
    silent.id = 3;
    silent.since = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 19h;
    ConnectionInfo known = silent;
    known.id = 4;
    known.user = win32::Sid::FromWellKnown(WinLocalSystemSid);
    known.process = {4711, R"(C:\client.exe)", "HERE"};
    known.requests = 12;
    known.in_flight = 2;
    server_.connections = {silent, known};
  }
  Json Status() const {
    Json status = test::MethodCaller().Result(methods_, "service.status");
    EXPECT_EQ(test::Misfit(status, methods_.Find("service.status")->result_schema), "");
    return status;
  }
  void Took(std::chrono::nanoseconds time, int requests) {
    for (int i = 0; i < requests; ++i) server_.counted.AddLatency(time);
  }

  FakeServer server_;
  std::string last_error_;
  AuditState audit_;
  MethodRegistry methods_;
};

TEST_F(ServiceMethodsTest, StatusDescribesTheService) {
  const Json status = Status();
  EXPECT_EQ(status.at("version"), ONBEHALF_VERSION);
  EXPECT_EQ(status.at("pipe"), R"(\\.\pipe\onbehalf)");
  EXPECT_EQ(status.at("process"), ::GetCurrentProcessId());
  EXPECT_GE(status.at("uptime_s"), 100);
  EXPECT_LT(status.at("uptime_s"), 200);
  EXPECT_EQ(status.at("hardening"),
            (Json{{"in_force", {"one"}}, {"missing", {"two", "three"}}, {"off", {"four"}}}));
  EXPECT_TRUE(status.at("last_error").is_null());
  last_error_ = "2026-11-22T19:00:00.123Z";
  EXPECT_EQ(Status().at("last_error"), last_error_);
}

TEST_F(ServiceMethodsTest, StatusReportsWhetherTheAuditCanBeWritten) {
  EXPECT_EQ(
      Status().at("audit"),
      (Json{{"ok", true}, {"required", true}, {"since", nullptr}, {"error", nullptr}, {"lines_lost", 0}}));
  audit_ = {false, std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 19h,
            "ERROR_DISK_FULL: There is not enough space on the disk.", 3};
  EXPECT_EQ(Status().at("audit"), (Json{{"ok", false},
                                        {"required", true},
                                        {"since", "2026-11-22T19:00:00.000Z"},
                                        {"error", "ERROR_DISK_FULL: There is not enough space on the disk."},
                                        {"lines_lost", 3}}));
}

TEST_F(ServiceMethodsTest, StatusListsTheModules) {
  EXPECT_EQ(Status().at("modules"),
            (Json{{{"name", "one"}, {"version", "1.2"}, {"state", "loaded"}, {"overdue_calls", 0}},
                  {{"name", "two"}, {"version", "beta"}, {"state", "quarantined"}, {"overdue_calls", 3}}}));
}

TEST_F(ServiceMethodsTest, OnlyStatusWorksForAdministratorsWithoutAnAudit) {
  for (const Method* method : methods_.All()) {
    EXPECT_EQ(method->without_audit_for_administrators, method->name == "service.status") << method->name;
  }
}

TEST_F(ServiceMethodsTest, AClockThatWasSetBackCausesNoNegativeUptime) {
  server_.start = system_clock::now() + 1h;
  EXPECT_EQ(Status().at("uptime_s"), 0);
}

TEST_F(ServiceMethodsTest, StatusCounts) {
  server_.counted.connections_accepted = 1;
  server_.counted.connections_evicted = 2;
  server_.counted.connections_refused = 3;
  server_.counted.connections_timed_out = 4;
  server_.counted.frames_refused = 5;
  server_.counted.requests = 6;
  server_.counted.requests_denied = 7;
  server_.counted.requests_failed = 8;
  server_.counted.bytes_read = 9;
  server_.counted.bytes_written = 10;
  const Json status = Status();
  EXPECT_EQ(
      status.at("connections"),
      (Json{{"open", 2}, {"silent", 1}, {"accepted", 1}, {"evicted", 2}, {"refused", 3}, {"timed_out", 4}}));
  EXPECT_EQ(status.at("requests"),
            (Json{{"answered", 6}, {"denied", 7}, {"failed", 8}, {"frames_refused", 5}}));
  EXPECT_EQ(status.at("bytes"), (Json{{"read", 9}, {"written", 10}}));
}

TEST_F(ServiceMethodsTest, WithoutRequestsThereIsNoLatency) {
  EXPECT_EQ(Status().at("latency"),
            (Json{{"p50_us", 0}, {"p90_us", 0}, {"p99_us", 0}, {"histogram", Json::array()}}));
}

TEST_F(ServiceMethodsTest, LatencyIsAHistogramWithPercentilesInsideTheirBuckets) {
  Took(100us, 90);   // 64 to 128
  Took(1'000us, 9);  // 512 to 1024
  Took(1h, 1);       // the last bucket
  const Json latency = Status().at("latency");
  EXPECT_EQ(latency.at("histogram"), (Json{{{"below_us", 128}, {"requests", 90}},
                                           {{"below_us", 1024}, {"requests", 9}},
                                           {{"below_us", nullptr}, {"requests", 1}}}));
  EXPECT_EQ(latency.at("p50_us"), 64 + 64 * 50 / 90);
  EXPECT_EQ(latency.at("p90_us"), 128);
  EXPECT_EQ(latency.at("p99_us"), 1024);
}

TEST_F(ServiceMethodsTest, TheShortestRequestsAreCounted) {
  Took(0ns, 1);
  EXPECT_EQ(Status().at("latency").at("histogram"), (Json{{{"below_us", 1}, {"requests", 1}}}));
}

TEST_F(ServiceMethodsTest, ConnectionsAreListedWithTheirDetails) {
  const Json list = test::MethodCaller().Result(methods_, "service.connections");
  EXPECT_EQ(test::Misfit(list, methods_.Find("service.connections")->result_schema), "");
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0], (Json{{"id", 3},
                           {"account", nullptr},
                           {"process", {{"id", 0}, {"image", nullptr}}},
                           {"since", "2026-11-22T19:00:00.000Z"},
                           {"requests", 0},
                           {"in_flight", 0}}));
  EXPECT_EQ(list[1].at("account").at("sid"), "S-1-5-18");
  EXPECT_TRUE(list[1].at("account").at("name").is_string());
  EXPECT_EQ(list[1].at("process"), (Json{{"id", 4711}, {"image", R"(C:\client.exe)"}}));
  EXPECT_EQ(list[1].at("requests"), 12);
  EXPECT_EQ(list[1].at("in_flight"), 2);
}

TEST_F(ServiceMethodsTest, DisconnectEndsTheConnectionOnce) {
  const test::MethodCaller caller;
  EXPECT_EQ(caller.Result(methods_, "service.disconnect", {{"connection", 4}}),
            (Json{{"disconnected", true}}));
  const MethodResult again = caller.Call(methods_, "service.disconnect", {{"connection", 4}});
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code, protocol::ErrorCode::kInvalidParams);
  EXPECT_EQ(again.error().message, "connection: there is no connection 4 (any more)");
}

TEST_F(ServiceMethodsTest, DisconnectAcceptsOnlyIds) {
  const Method& method = *methods_.Find("service.disconnect");
  for (const Json& params : {Json::object(), Json{{"connection", 0}}, Json{{"connection", -1}},
                             Json{{"connection", "4"}}, Json{{"connection", 4}, {"force", true}}}) {
    EXPECT_FALSE(BindParameters(method.parameters, method.takes_progress_token(), params).ok()) << params;
  }
  EXPECT_TRUE(
      BindParameters(method.parameters, method.takes_progress_token(), Json::array({18446744073709551615ull}))
          .ok());
}

TEST_F(ServiceMethodsTest, OnlyStatusMayBeSeenByAll) {
  EXPECT_EQ(methods_.Find("service.status")->access_default, "D:(A;;GR;;;AU)");
  EXPECT_EQ(methods_.Find("service.connections")->access_default, "D:");
  EXPECT_EQ(methods_.Find("service.disconnect")->access_default, "D:");
}

}  // namespace
}  // namespace onbehalf::service
