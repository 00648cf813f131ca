#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "messages.h"
#include "onbehalf/service/method.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/win32_error.h"
#include "raw_client.h"
#include "requests/growing_deadline.h"
#include "support/event.h"
#include "support/patience.h"
#include "test_server.h"

// Method::on_overdue, which quarantines modules.
namespace onbehalf::test {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kTimeToEnd{1'000};

TEST(Overdue, ACallThatWaitedForAThreadGetsTheFullTime) {
  Event holds;
  Event may_end;
  Event told;
  std::atomic<bool> has_begun = false;
  std::atomic<Clock::time_point> told_at = Clock::time_point();
  TestServer server;
  server.settings().threads.handlers = 1;
  server.methods().Add(PublicMethod("test.hold", service::Acts::kAsService, service::Pace::kMayBlock,
                                    [&](const service::Call&) -> service::MethodResult {
                                      holds.Set();
                                      return Json(may_end.Wait());
                                    }));
  server.methods().Add(PublicMethod("test.clock", service::Acts::kAsService, service::Pace::kMayBlock,
                                    [](const service::Call&) -> service::MethodResult { return Json(); }));
  service::Method late = PublicMethod("test.late", service::Acts::kAsService, service::Pace::kMayBlock,
                                      [&](const service::Call&) -> service::MethodResult {
                                        has_begun = true;
                                        return Json(told.Wait());
                                      });
  late.on_overdue = [&](std::string_view) {
    told_at = Clock::now();
    told.Set();
  };
  server.methods().Add(std::move(late));
  server.Start();
  RawClient client(server.pipe_path());
  Clock::time_point released_at;
  milliseconds time{};
  ASSERT_TRUE(WithGrowingDeadline(
      server,
      [&](milliseconds deadline) {
        time = deadline;
        server.live_settings()->Change([deadline](service::Settings next) {
          next.methods.limits["test.clock"].deadline = deadline / 2;
          return next;
        });
        holds.Reset();
        may_end.Reset();
        client.Send(RequestMessage("hold", "test.hold"));
        EXPECT_TRUE(holds.Wait());
        client.Send(RequestMessage("late", "test.late"));
        // It is read after that one and also waits for the only thread: when it is answered, this time has
        // passed.
        client.Send(RequestMessage("clock", "test.clock"));
        for (int i = 0; i < 3; ++i) {
          const Json answer = client.Read().value_or(nullptr);
          const Json id = answer.value("id", Json());
          EXPECT_EQ(answer, id == "hold" ? ResultMessage("hold", true)
                                         : ErrorMessageFor(id, protocol::ErrorCode::kDeadlineExceeded));
          if (id != "clock") continue;
          released_at = Clock::now();
          may_end.Set();
        }
        return has_begun.load();
      },
      "test.late"));
  ASSERT_TRUE(told.Wait());
  // It cannot have started before the thread was free.
  EXPECT_GE(told_at.load() - released_at, time + kTimeToEnd);
}

// Each of its steps runs until it is overdue.
class SlowSteps final : public service::Stream {
 public:
  explicit SlowSteps(HANDLE told) : told_(told) {}
  Step Next(const service::Call&) override {
    if (::WaitForSingleObject(told_, kPatienceMilliseconds) != WAIT_OBJECT_0)
      return service::MethodResult(Json("not told"));
    if (++steps_ == 3) return service::MethodResult(Json("told"));
    return Piece{Json(steps_)};
  }

 private:
  const HANDLE told_;
  int steps_ = 0;
};

TEST(Overdue, EachOverdueStepOfAStreamIsReported) {
  // Incremented at each report.
  const win32::UniqueObject told(::CreateSemaphoreW(nullptr, 0, 1000, nullptr));
  if (!told) win32::ThrowLastError("CreateSemaphoreW");
  TestServer server;
  service::Method slow;
  slow.name = "test.slow";
  slow.summary = "A method of a test.";
  slow.access_default = "D:(A;;GXGR;;;AU)";
  slow.stream = [&](const service::Call&,
                    service::Waker) -> service::Result<std::unique_ptr<service::Stream>> {
    return std::make_unique<SlowSteps>(told.get());
  };
  slow.on_overdue = [&](std::string_view) { ::ReleaseSemaphore(told.get(), 1, nullptr); };
  server.methods().Add(std::move(slow));
  server.Start();
  RawClient client(server.pipe_path());
  ASSERT_TRUE(WithGrowingDeadline(server, [&](milliseconds) {
    client.Send(RequestMessage(1, "test.slow", {{"progressToken", 1}}));
    const auto progress = client.Read();
    if (progress == ErrorMessageFor(1, protocol::ErrorCode::kDeadlineExceeded))
      return false;  // it was not open yet
    EXPECT_TRUE(progress.has_value() && progress->contains("params")) << progress.value_or(Json());
    return true;
  }));
  const auto second = client.Read();
  ASSERT_TRUE(second.has_value() && second->contains("params")) << second.value_or(Json());
  const auto answer = client.Read();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->value("result", Json()), "told") << *answer;
}

}  // namespace
}  // namespace onbehalf::test
