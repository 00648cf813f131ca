#include "requests/request_set.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/access_control.h"
#include "access/callers.h"
#include "audit/audit.h"
#include "gate.h"
#include "intercepted_files.h"
#include "log/log.h"
#include "messages.h"
#include "onbehalf/pipe/server_end.h"
#include "onbehalf/win32/account_names.h"
#include "onbehalf/win32/lock.h"
#include "onbehalf/win32/win32_error.h"
#include "requests/connection_table.h"
#include "requests/server_parts.h"
#include "requests/subscriptions.h"
#include "settings/live_settings.h"
#include "support/patience.h"
#include "temporary_folder.h"
#include "test_server.h"
#include "threads/thread_pool.h"

namespace onbehalf::test {
namespace {

using protocol::ErrorCode;
using service::Acts;
using service::Json;
using service::Pace;
using service::RunningRequest;

// A client without a pipe: keeps what would be sent to it. Its requests are a member, as they are in a
// connection.
class KeptMessages final : public service::Outbox {
 public:
  explicit KeptMessages(service::ServerParts& server)
      : alive_(server.connections),
        pipe_(INVALID_HANDLE_VALUE, server.io_pool.environment()),
        writes_(pipe_, [](DWORD) {}),
        room_(writes_, 1000),
        requests_(server, client_, *this, [this] { Set(drained_); }) {}

  void Send(std::string_view text) override {
    const std::lock_guard lock(mutex_);
    messages_.push_back(Json::parse(text));
    changed_.NotifyAll();
  }
  pipe::WriteRoom& room() override { return room_; }
  void Close() override { Set(closed_); }

  service::RequestSet& requests() { return requests_; }
  bool is_drained() const { return Get(drained_); }
  bool is_closed() const { return Get(closed_); }
  // All messages so far, once there are `count`.
  std::vector<Json> Messages(std::size_t count) {
    const std::lock_guard lock(mutex_);
    EXPECT_TRUE(changed_.WaitFor(mutex_, kPatience, [&] { return messages_.size() >= count; }));
    return messages_;
  }
  bool WaitUntilDrained() {
    const std::lock_guard lock(mutex_);
    return changed_.WaitFor(mutex_, kPatience, [this] { return drained_; });
  }

 private:
  void Set(bool& flag) {
    const std::lock_guard lock(mutex_);
    flag = true;
    changed_.NotifyAll();
  }
  bool Get(const bool& flag) const {
    const std::lock_guard lock(mutex_);
    return flag;
  }

  const service::ConnectionTable::Alive alive_;
  mutable win32::Lock mutex_;
  win32::Condition changed_;
  std::vector<Json> messages_;
  bool drained_ = false;
  bool closed_ = false;
  const service::Client client_{7};
  const pipe::ServerEnd pipe_;
  pipe::WriteQueue writes_;
  pipe::WriteRoom room_;
  service::RequestSet requests_;
};

// Everything that requests need from a server, without a pipe.
class RequestSetTest : public testing::Test {
 protected:
  RequestSetTest() {
    service::AuditOptions options;
    files_.before = [this](const InterceptedFiles::Operation& operation) {
      if (disk_is_full_ && operation.name == "Write") throw win32::Win32Error(ERROR_DISK_FULL, "WriteFile");
    };
    options.files = &files_;
    audit_ = std::make_unique<service::Audit>(folder_.path(), std::move(options));
    methods_.Add(gate_.AsMethod("test.wait"));
    service::Method count =
        PublicMethod("test.count", Acts::kAsService, Pace::kQuick,
                     [this](const service::Call&) -> service::MethodResult { return Json(++count_); });
    count.without_audit_for_administrators = true;
    methods_.Add(std::move(count));
    access_ = std::make_unique<service::AccessControl>(methods_, folder_.path(), *audit_, log_,
                                                       std::make_shared<win32::AccountNames>());
    access_->Start();
    parts_.reset(new service::ServerParts{settings_,
                                          true,
                                          {methods_, stopping_, handlers_, streams_, limits_, log_},
                                          methods_,
                                          *access_,
                                          *audit_,
                                          log_,
                                          statistics_,
                                          connections_,
                                          unanswered_,
                                          io_pool_,
                                          handler_pool_,
                                          stopping_,
                                          "run"});
    client_ = std::make_shared<KeptMessages>(*parts_);
  }
  ~RequestSetTest() override {
    gate_.Open();
    client_.reset();
    // Until the last handler has released it.
    EXPECT_TRUE(connections_.WaitUntilGone(kPatience));
    access_->Stop();
  }

  void Take(std::int64_t id, const std::string& method, Who who = Who::kOrdinary) {
    requests().Take(std::make_shared<RunningRequest>(protocol::Request{protocol::Id(id), method, nullptr},
                                                     false, Caller(who), nullptr, parts_->NextRequestId(),
                                                     RunningRequest::Clock::now(), settings_.Now()),
                    false);
  }
  service::RequestSet& requests() { return client_->requests(); }
  std::vector<Json> AuditLines() const {
    std::vector<Json> lines;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      if (entry.path().extension() != ".jsonl") continue;
      for (const std::string& line : Lines(ReadAll(entry.path()))) lines.push_back(Json::parse(line));
    }
    return lines;
  }

  const TemporaryFolder folder_;
  const service::LiveSettings settings_{[] {
    service::Settings settings;
    settings.limits.request_deadline = kPatience;
    settings.limits.requests_per_connection = 2;
    return settings;
  }()};
  std::atomic<bool> disk_is_full_{false};
  InterceptedFiles files_;  // before the members that use it
  std::unique_ptr<service::Audit> audit_;
  service::Log log_{folder_.path(), settings_.Now()->log, service::Log::Console::kNo};
  Gate gate_;
  std::atomic<int> count_{0};
  service::MethodRegistry methods_;
  std::unique_ptr<service::AccessControl> access_;
  service::Statistics statistics_;
  service::ConnectionTable connections_;
  service::AccountQuota handlers_;
  service::AccountQuota streams_;
  service::MethodLimits limits_;
  service::UnansweredRequests unanswered_;
  std::atomic<bool> stopping_{false};
  service::ThreadPool io_pool_{1, 1};
  service::ThreadPool handler_pool_{0, 4};
  std::unique_ptr<service::ServerParts> parts_;
  std::shared_ptr<KeptMessages> client_;
};

TEST_F(RequestSetTest, ARequestIsRecordedDoneRecordedAndAnswered) {
  Take(1, "test.count");
  EXPECT_EQ(client_->Messages(1).back(), ResultMessage(1, 1));
  const std::vector<Json> lines = AuditLines();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].at("event"), "decision");
  EXPECT_EQ(lines[0].at("connection"), 7);
  EXPECT_EQ(lines[0].at("verdict"), "allowed");
  EXPECT_EQ(lines[1].at("event"), "outcome");
  EXPECT_EQ(lines[1].at("outcome"), "ok");
  const service::RequestSet::Counts counts = requests().counts();
  EXPECT_EQ(counts.read, 1U);
  EXPECT_TRUE(counts.is_empty);
}

TEST_F(RequestSetTest, AnIdIsInUseUntilItIsAnsweredAndPlacesAreCounted) {
  Take(1, "test.wait");
  ASSERT_TRUE(gate_.WaitUntilEntered(1));
  Take(1, "test.count");
  EXPECT_EQ(
      client_->Messages(1).back(),
      ErrorMessageFor(1, ErrorCode::kInvalidRequest, "A request with this id has not been answered yet."));
  Take(2, "test.wait");
  ASSERT_TRUE(gate_.WaitUntilEntered(2));
  Take(3, "test.count");
  EXPECT_EQ(client_->Messages(2).back(), ErrorMessageFor(3, ErrorCode::kBusy));
  EXPECT_EQ(requests().counts().unanswered, 2U);
  EXPECT_EQ(count_, 0);
  requests().Cancel({{"id", 2}});
  EXPECT_EQ(client_->Messages(3).back(), ErrorMessageFor(2, ErrorCode::kRequestCancelled));
  Take(2, "test.count");
  EXPECT_EQ(client_->Messages(4).back(), ResultMessage(2, 1));
}

TEST_F(RequestSetTest, ARequestThatCannotBeRecordedDoesNotRun) {
  disk_is_full_ = true;
  Take(1, "test.count");
  EXPECT_EQ(client_->Messages(1).back(), ErrorMessageFor(1, ErrorCode::kAuditUnavailable));
  Take(2, "test.wait", Who::kAdministrator);
  EXPECT_EQ(client_->Messages(2).back(), ErrorMessageFor(2, ErrorCode::kAuditUnavailable));
  EXPECT_EQ(count_, 0);
  EXPECT_EQ(gate_.entered(), 0U);
  // An administrator may find out why.
  Take(3, "test.count", Who::kAdministrator);
  EXPECT_EQ(client_->Messages(3).back(), ResultMessage(3, 1));
  // A caller who would have got another error gets this one all the same.
  Take(4, "test.none");
  EXPECT_EQ(client_->Messages(4).back(), ErrorMessageFor(4, ErrorCode::kAuditUnavailable));
  disk_is_full_ = false;
  Take(5, "test.count");
  EXPECT_EQ(client_->Messages(5).back(), ResultMessage(5, 2));
}

TEST_F(RequestSetTest, AfterCloseWhenDoneNothingStartsAndTheLastEndIsReported) {
  Take(1, "test.wait");
  ASSERT_TRUE(gate_.WaitUntilEntered(1));
  EXPECT_FALSE(requests().CloseWhenDone());
  Take(2, "test.count");
  EXPECT_EQ(count_, 0);
  EXPECT_FALSE(client_->is_drained());
  gate_.Open();
  EXPECT_TRUE(client_->WaitUntilDrained());
  EXPECT_EQ(client_->Messages(1), (std::vector<Json>{ResultMessage(1, {{"passed", true}})}));
  EXPECT_TRUE(requests().CloseWhenDone());
}

TEST_F(RequestSetTest, AfterCloseNothingStartsAndNothingIsAnswered) {
  Take(1, "test.wait");
  ASSERT_TRUE(gate_.WaitUntilEntered(1));
  std::vector<service::RequestPtr> ended;
  EXPECT_FALSE(requests().Close(ended));
  ASSERT_EQ(ended.size(), 1U);
  Take(2, "test.count");
  requests().Abandon(ended);
  EXPECT_EQ(ended[0]->stop_reason(), ErrorCode::kRequestCancelled);
  ASSERT_TRUE(gate_.WaitUntilLeft(1));
  EXPECT_EQ(count_, 0);
  EXPECT_TRUE(client_->Messages(0).empty());
  EXPECT_FALSE(client_->is_drained());
}

TEST_F(RequestSetTest, SubscriptionsWriteToTheOutboxWhileItExists) {
  const auto subscriptions = std::make_shared<service::Subscriptions>(client_, io_pool_);
  subscriptions->Notify(service::kStopping);
  EXPECT_TRUE(client_->Messages(0).empty());
  service::EventSet wanted;
  wanted.set(service::kStopping);
  subscriptions->Set(wanted);
  subscriptions->Notify(service::kMethodsChanged);
  subscriptions->Notify(service::kStopping);
  EXPECT_EQ(client_->Messages(1), (std::vector<Json>{NotificationMessage("service.stopping")}));
  client_ = std::make_shared<KeptMessages>(*parts_);
  subscriptions->Notify(service::kStopping);
  EXPECT_TRUE(client_->Messages(0).empty());
}

}  // namespace
}  // namespace onbehalf::test
