#include "service_start.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

namespace onbehalf::client {
namespace {

using Clock = win32::Clock;

// What the manager says, one after the other; the last for ever.
class Manager {
 public:
  explicit Manager(std::vector<std::optional<StartFacts>> says) : says_(std::move(says)) {}

  ServiceStart Start() {
    return ServiceStart([this] { return says_[next_ < says_.size() ? next_ : says_.size() - 1]; },
                        [this](Clock::time_point) { ++next_; });
  }
  std::size_t pauses() const { return next_; }

 private:
  std::vector<std::optional<StartFacts>> says_;
  std::size_t next_ = 0;
};

Clock::time_point Soon() { return Clock::now() + std::chrono::milliseconds(50); }

constexpr StartFacts kStopped{SERVICE_STOPPED, false};
constexpr StartFacts kStoppedWithTrigger{SERVICE_STOPPED, true};
constexpr StartFacts kStarting{SERVICE_START_PENDING, false};
constexpr StartFacts kRunning{SERVICE_RUNNING, false};
constexpr StartFacts kStopping{SERVICE_STOP_PENDING, false};
constexpr StartFacts kStoppingWithTrigger{SERVICE_STOP_PENDING, true};

TEST(ServiceStart, AnOrdinaryStoppedServiceFailsAtOnce) {
  for (const auto& says : std::vector<std::optional<StartFacts>>{kStopped, kStopping, std::nullopt}) {
    Manager manager({says});
    EXPECT_FALSE(manager.Start().Await(win32::kNoDeadline));
    EXPECT_EQ(manager.pauses(), 0u);
  }
}

TEST(ServiceStart, WaitsForAServiceThatStarts) {
  Manager manager({kStarting, kStarting, kRunning});
  ServiceStart start = manager.Start();
  EXPECT_TRUE(start.Await(win32::kNoDeadline));
  EXPECT_EQ(manager.pauses(), 2u);
  EXPECT_FALSE(start.Await(win32::kNoDeadline)) << "it runs, but its pipe is another";
}

TEST(ServiceStart, WaitsForTheTriggerOfThePipe) {
  Manager manager({kStoppedWithTrigger, kStoppedWithTrigger, kStarting, kRunning});
  EXPECT_TRUE(manager.Start().Await(win32::kNoDeadline));
  EXPECT_EQ(manager.pauses(), 3u);
}

TEST(ServiceStart, OpensAgainOnceTheServiceHasStopped) {
  Manager manager({kStoppingWithTrigger, kStoppedWithTrigger, kStarting, kRunning});
  ServiceStart start = manager.Start();
  EXPECT_TRUE(start.Await(win32::kNoDeadline));
  EXPECT_EQ(manager.pauses(), 1u) << "the pipe must be opened for Windows to start the service";
  EXPECT_TRUE(start.Await(win32::kNoDeadline));
  EXPECT_EQ(manager.pauses(), 3u);
}

TEST(ServiceStart, AStartThatFailsIsNotWaitedFor) {
  Manager manager({kStoppedWithTrigger, kStarting, kStoppedWithTrigger});
  EXPECT_FALSE(manager.Start().Await(win32::kNoDeadline));
}

TEST(ServiceStart, EndsAtTheDeadline) {
  for (const StartFacts& says : {kStoppedWithTrigger, kStarting, kStoppingWithTrigger}) {
    Manager manager({says});
    EXPECT_FALSE(manager.Start().Await(Soon()));
    EXPECT_GT(manager.pauses(), 0u);
  }
}

TEST(ServiceStart, AClosedPipeOfARunningServiceIsNotOpenedAgain) {
  Manager running({kRunning});
  EXPECT_FALSE(running.Start().AwaitNext(win32::kNoDeadline));
  Manager ordinary({kStopping, kStopped});
  EXPECT_FALSE(ordinary.Start().AwaitNext(win32::kNoDeadline));
  Manager by_pipe({kStoppingWithTrigger, kStoppedWithTrigger});
  EXPECT_TRUE(by_pipe.Start().AwaitNext(win32::kNoDeadline));
}

TEST(ServiceStart, OfAServiceThatIsNotInstalledIsNotAwaited) {
  Options options;
  options.service = "OnBehalfThatIsNotInstalled";
  EXPECT_FALSE(ServiceStart(options).Await(win32::kNoDeadline));
}

}  // namespace
}  // namespace onbehalf::client
