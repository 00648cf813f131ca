#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
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
#include "support/event.h"
#include "test_server.h"

// Method::on_overdue, by which modules are quarantined.
namespace onbehalf::test {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kTimeToEnd{1'000};

TEST(Overdue, ACallThatHasWaitedForAThreadHasTheWholeTimeOfARequestFromThen) {
  constexpr milliseconds kDeadline{3'000};
  std::optional<Clock::time_point> begun;
  std::optional<Clock::time_point> told_at;
  Event holds;
  Event told;
  TestServer server;
  service::Settings& settings = server.settings();
  settings.threads.handlers = 1;
  settings.limits.request_deadline = kDeadline;
  settings.methods.limits["test.hold"].deadline = milliseconds(1'000);
  // The one thread is free again at this one's deadline.
  server.methods().Add(PublicMethod("test.hold", service::Acts::kAsService, service::Pace::kMayBlock,
                                    [&](const service::Call& call) -> service::MethodResult {
                                      holds.Set();
                                      ::WaitForSingleObject(call.stop_event.handle(), INFINITE);
                                      return Json(1);
                                    }));
  service::Method late = PublicMethod("test.late", service::Acts::kAsService, service::Pace::kMayBlock,
                                      [&](const service::Call&) -> service::MethodResult {
                                        begun = Clock::now();
                                        return Json(told.Wait());
                                      });
  late.on_overdue = [&](std::string_view) {
    told_at = Clock::now();
    told.Set();
  };
  server.methods().Add(std::move(late));
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(RequestMessage(1, "test.hold"));
  ASSERT_TRUE(holds.Wait());
  client.Send(RequestMessage(2, "test.late"));
  ASSERT_TRUE(client.Read().has_value());
  ASSERT_TRUE(told.Wait());
  server.server().Stop();
  ASSERT_TRUE(begun.has_value() && told_at.has_value());
  EXPECT_GE(*told_at - *begun, kDeadline + kTimeToEnd);
}

// Each of its steps goes on until it is overdue.
class SlowSteps final : public service::Stream {
 public:
  explicit SlowSteps(HANDLE told) : told_(told) {}
  Step Next(const service::Call&) override {
    if (::WaitForSingleObject(told_, 15'000) != WAIT_OBJECT_0) return service::MethodResult(Json("not told"));
    if (++steps_ == 3) return service::MethodResult(Json("told"));
    return Piece{Json(steps_)};
  }

 private:
  const HANDLE told_;
  int steps_ = 0;
};

TEST(Overdue, EachStepOfAStreamIsToldOf) {
  // Counts up with each time it is told.
  const win32::UniqueObject told(::CreateSemaphoreW(nullptr, 0, 1000, nullptr));
  if (!told) win32::ThrowLastError("CreateSemaphoreW");
  TestServer server;
  server.settings().limits.request_deadline = milliseconds(100);
  service::Method slow;
  slow.name = "test.slow";
  slow.summary = "A method of a test.";
  slow.access_default = "D:(A;;GXGR;;;AU)";
  slow.stream = [&](const service::Call&,
                    service::Waker) -> std::variant<std::unique_ptr<service::Stream>, protocol::Error> {
    return std::make_unique<SlowSteps>(told.get());
  };
  slow.on_overdue = [&](std::string_view) { ::ReleaseSemaphore(told.get(), 1, nullptr); };
  server.methods().Add(std::move(slow));
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(RequestMessage(1, "test.slow", {{"progressToken", 1}}));
  for (int piece = 1; piece <= 2; ++piece) {
    const auto progress = client.Read();
    ASSERT_TRUE(progress.has_value() && progress->contains("params")) << progress.value_or(Json());
  }
  const auto answer = client.Read();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->value("result", Json()), "told") << *answer;
}

}  // namespace
}  // namespace onbehalf::test
