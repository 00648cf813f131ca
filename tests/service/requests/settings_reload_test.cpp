#include "requests/settings_reload.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "gate.h"
#include "log/event_log.h"
#include "log/log.h"
#include "messages.h"
#include "raw_client.h"
#include "settings/live_settings.h"
#include "temporary_folder.h"
#include "test_server.h"

namespace onbehalf::test {
namespace {

using protocol::ErrorCode;
using service::LiveSettings;
using service::LogLevel;
using service::Settings;
using service::SettingsReload;

using Keys = std::vector<std::string>;

// ---- By itself ----

// Settings from a file that the test writes.
class SettingsReloadTest : public testing::Test {
 protected:
  SettingsReloadTest() {
    live_->Observe([this](const Settings&, const Settings&) { ++observed_; });
  }

  SettingsReload::Result Reload(std::string_view text) {
    WriteAll(folder_.path() / "onbehalf.json", text);
    return reload_.Run("HERE\\ann");
  }
  std::string LogText() const { return ReadAll(folder_.path() / "service.log"); }

  const TemporaryFolder folder_;
  int observed_ = 0;
  std::vector<std::string> events_;
  service::Log log_{folder_.path(), {}, service::Log::Console::kNo};
  const std::shared_ptr<LiveSettings> live_ = std::make_shared<LiveSettings>(Settings{});
  SettingsReload reload_{[this] { return service::ReadSettings(folder_.path() / "onbehalf.json"); }, live_,
                         log_,
                         [this](service::Event event, std::initializer_list<std::string_view> strings) {
                           EXPECT_EQ(event, service::Event::kSettingsReloaded);
                           for (const auto text : strings) events_.emplace_back(text);
                         }};
};

TEST_F(SettingsReloadTest, AppliesWhatCanChangeAndNamesTheRest) {
  const auto result = Reload(R"({
    "limits": {"connections": 99, "request_deadline_ms": 1000},
    "pipe": {"remote": true},
    "log": {"level": "debug", "files": 9},
    "audit": {"required": false},
    "threads": {"handlers": 2},
    "file": {"roots": ["D:\\Shares"]},
    "database": {"sources": {"orders": {"connection": "DSN=secret"}}, "idle_ms": 5000},
    "modules": {"load": {"orders": {}}},
    "methods": {"limits": {"rpc.ping": {"deadline_ms": 2000, "handlers": 3}}}})");
  EXPECT_TRUE(result.faults.empty());
  EXPECT_EQ(result.changed, (Keys{"limits.connections", "limits.request_deadline_ms", "log.level",
                                  "file.roots", "database.sources", "database.idle_ms", "methods.limits"}));
  EXPECT_EQ(result.needs_restart,
            (Keys{"pipe.remote", "threads.handlers", "log.files", "audit.required", "modules.load"}));
  const auto now = live_->Now();
  EXPECT_EQ(now->limits.connections, 99u);
  EXPECT_EQ(now->log.level, LogLevel::kDebug);
  EXPECT_EQ(now->file.roots, Keys{"D:\\Shares"});
  EXPECT_EQ(now->database.sources.at("orders").connection, "DSN=secret");
  EXPECT_EQ(now->methods.limits.at("rpc.ping"),
            (Settings::MethodLimits{std::chrono::seconds(2), 3, std::nullopt}));
  EXPECT_FALSE(now->pipe.remote);
  EXPECT_EQ(now->log.files, Settings().log.files);
  EXPECT_TRUE(now->audit.required);
  EXPECT_TRUE(now->modules.load.empty());
  EXPECT_EQ(observed_, 1);
}

TEST_F(SettingsReloadTest, TheLogsNameTheCallerAndTheKeysButNoValues) {
  Reload(R"({"limits": {"connections": 99}, "database": {"sources": {"orders": {"connection": "DSN=secret"}}},
             "pipe": {"remote": true}})");
  EXPECT_EQ(events_, (Keys{"Requested by HERE\\ann. In force now: limits.connections, database.sources. "
                           "In force after a restart: pipe.remote."}));
  EXPECT_NE(LogText().find("INFO the settings were reloaded by=HERE\\ann changed=\"limits.connections, "
                           "database.sources\" needs_restart=pipe.remote"),
            std::string::npos)
      << LogText();
  EXPECT_EQ(LogText().find("secret"), std::string::npos);
}

TEST_F(SettingsReloadTest, UnchangedSettingsAreNotNamed) {
  const char* const text = R"({"limits": {"connections": 99}, "pipe": {"remote": true}})";
  Reload(text);
  const auto again = Reload(text);
  EXPECT_EQ(again.changed, Keys{});
  // Still not applied.
  EXPECT_EQ(again.needs_restart, Keys{"pipe.remote"});
  EXPECT_EQ(events_.back(),
            "Requested by HERE\\ann. In force now: nothing. In force after a restart: pipe.remote.");
  // A setting that is removed from the file returns to its default.
  const auto back = Reload("{}");
  EXPECT_EQ(back.changed, Keys{"limits.connections"});
  EXPECT_EQ(back.needs_restart, Keys{});
  EXPECT_EQ(live_->Now()->limits.connections, Settings().limits.connections);
}

TEST_F(SettingsReloadTest, AFileWithFaultsChangesNothingAndReportsAllFaults) {
  Reload(R"({"limits": {"connections": 99}})");
  events_.clear();
  const auto before = live_->Now();
  const auto result = Reload(R"({"limits": {"connections": 77, "frame_byte": 1}, "log": {"level": "loud"}})");
  ASSERT_EQ(result.faults.size(), 2u);
  EXPECT_EQ(result.faults[0].key, "limits.frame_byte");
  EXPECT_EQ(result.faults[1].key, "log.level");
  EXPECT_TRUE(result.changed.empty() && result.needs_restart.empty());
  EXPECT_EQ(live_->Now(), before);
  EXPECT_EQ(observed_, 1);
  EXPECT_TRUE(events_.empty());
  EXPECT_NE(LogText().find("key=log.level"), std::string::npos);
}

TEST(LiveSettingsTest, HoldersKeepTheirSettingsAndObserversSeeEachChangeOnce) {
  LiveSettings live{Settings{}};
  std::vector<std::pair<std::size_t, std::size_t>> seen;
  live.Observe([&](const Settings& before, const Settings& now) {
    seen.emplace_back(before.limits.connections, now.limits.connections);
    EXPECT_EQ(live.Now()->limits.connections, now.limits.connections);
  });
  const auto kept = live.Now();
  constexpr std::size_t kEach = 200;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      for (std::size_t i = 0; i < kEach; ++i) {
        live.Change([](const Settings& now) {
          Settings next = now;
          ++next.limits.connections;
          return next;
        });
      }
    });
  }
  threads.clear();
  EXPECT_EQ(kept->limits.connections, Settings().limits.connections);
  ASSERT_EQ(seen.size(), 3 * kEach);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(seen[i], std::pair(Settings().limits.connections + i, Settings().limits.connections + i + 1));
  }
}

// ---- Through the pipe ----

class ServiceReload : public testing::Test {
 protected:
  void Start() {
    // What is not in the file returns to its default.
    server_.settings().limits = protocol::Limits();
    server_.methods().Add(gate_.AsMethod("test.wait"));
    server_.Start();
  }
  Json Reload(RawClient& client, std::string_view text) {
    WriteAll(server_.settings_file(), text);
    return client.Call("service.reload");
  }

  Gate gate_;
  TestServer server_;
};

TEST_F(ServiceReload, AppliesToTheNextRequestsOfOpenConnections) {
  Start();
  RawClient client(server_.pipe_path());
  RawClient other(server_.pipe_path());
  ASSERT_TRUE(other.Call("rpc.ping").contains("result"));
  const Json answer = Reload(client, R"({"pipe": {"waiting_instances": 5},
      "limits": {"response_bytes": 1024, "handlers_per_account": 1}})");
  // The pipe's name is the test's own.
  EXPECT_EQ(answer.at("result"), (Json{{"changed", {"limits.response_bytes", "limits.handlers_per_account"}},
                                       {"needs_restart", {"pipe.name", "pipe.waiting_instances"}}}));
  other.Send(RequestMessage(2, "rpc.ping", {{"echo", std::string(1024, 'x')}}));
  EXPECT_EQ(ErrorCodeOf(other.Read().value()), static_cast<int>(ErrorCode::kTooLarge));
  other.Send(RequestMessage(3, "test.wait"));
  ASSERT_TRUE(gate_.WaitUntilEntered(1));
  other.Send(RequestMessage(4, "test.wait"));
  EXPECT_EQ(other.Read(), ErrorMessageFor(4, ErrorCode::kBusy));
  gate_.Open();
  EXPECT_EQ(other.Read(), ResultMessage(3, {{"passed", true}}));
}

TEST_F(ServiceReload, ChangesTheConnectionQuotaAndTheTimeouts) {
  Start();
  RawClient client(server_.pipe_path());
  ASSERT_TRUE(Reload(client, R"({"limits": {"connections_per_account": 1}})").contains("result"));
  RawClient second(server_.pipe_path());
  EXPECT_EQ(ErrorCodeOf(second.Call("rpc.ping")), static_cast<int>(ErrorCode::kBusy));
  ASSERT_TRUE(Reload(client, R"({"limits": {"idle_timeout_ms": 1000}})").contains("result"));
  EXPECT_TRUE(client.IsClosedByServer());
}

TEST_F(ServiceReload, ReportsAllFaultsAndChangesNothing) {
  Start();
  RawClient client(server_.pipe_path());
  const auto before = server_.live_settings()->Now();
  const Json answer = Reload(client, R"({"limits": {"connections": 0, "idle_timeout_ms": 1000},
      "methods": {"limits": {"rpc.pnig": {"handlers": 1}}}, "database": {"sources": {"a": {"connection": ["DSN=secret"]}}}})");
  EXPECT_EQ(
      answer.at("error"),
      (Json{
          {"code", static_cast<int>(ErrorCode::kSettingsRefused)},
          {"message", protocol::InfoOf(ErrorCode::kSettingsRefused).message},
          {"data",
           {{"faults",
             {{{"key", "database.sources.a.connection"},
               {"message", "expected a string of 1 to 16384 bytes, found an array"}},
              {{"key", "limits.connections"}, {"message", "expected an integer from 1 to 100000, found 0"}},
              {{"key", "methods.limits.rpc.pnig"}, {"message", "unknown key; did you mean rpc.ping?"}}}}}}}));
  EXPECT_EQ(server_.live_settings()->Now(), before);
}

TEST_F(ServiceReload, IsInTheAuditLikeAnyRequest) {
  Start();
  RawClient client(server_.pipe_path());
  Reload(client, "{}");
  Reload(client, "[]");
  Keys outcomes;
  for (const Json& line : server_.AuditLines()) {
    if (line.value("method", "") == "service.reload")
      outcomes.push_back(line.value("outcome", line.value("verdict", "")));
  }
  EXPECT_EQ(outcomes, (Keys{"allowed", "ok", "allowed", "SettingsRefused"}));
}

TEST_F(ServiceReload, RequestsContinueWhileSettingsChange) {
  Start();
  gate_.Open();
  constexpr int kRequests = 150;
  std::vector<std::jthread> callers;
  std::atomic<int> answered{0};
  for (int t = 0; t < 3; ++t) {
    callers.emplace_back([&] {
      RawClient client(server_.pipe_path());
      for (int i = 0; i < kRequests; ++i) {
        if (client.Call("test.wait").contains("result")) ++answered;
      }
    });
  }
  RawClient client(server_.pipe_path());
  for (int i = 0; i < 30; ++i) {
    const Json answer =
        Reload(client, i % 2 == 0 ? R"({"methods":{"limits":{"test.wait":{"handlers":9}}}})" : "{}");
    EXPECT_EQ(answer.at("result").at("changed"), Json::array({"methods.limits"}));
  }
  callers.clear();
  EXPECT_EQ(answered, 3 * kRequests);
}

}  // namespace
}  // namespace onbehalf::test
