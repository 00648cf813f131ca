#include "stop_callback.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "support/event.h"

namespace onbehalf::client {
namespace {

TEST(StopCallback, IsCalledOnceWhenAStopIsRequested) {
  std::stop_source source;
  int calls = 0;
  const StopCallback callback(source.get_token(), [&] { ++calls; });
  EXPECT_EQ(calls, 0);
  source.request_stop();
  source.request_stop();
  EXPECT_EQ(calls, 1);
}

TEST(StopCallback, IsCalledAtOnceWhenAStopWasRequestedBefore) {
  std::stop_source source;
  source.request_stop();
  int calls = 0;
  {
    const StopCallback callback(source.get_token(), [&] { ++calls; });
    EXPECT_EQ(calls, 1);
  }
  EXPECT_EQ(calls, 1);
}

TEST(StopCallback, IsNotCalledAfterItsDestruction) {
  std::stop_source source;
  int calls = 0;
  {
    const StopCallback callback(source.get_token(), [&] { ++calls; });
  }
  source.request_stop();
  EXPECT_EQ(calls, 0);
}

TEST(StopCallback, OfATokenThatCannotBeStoppedDoesNothing) {
  const StopCallback callback(std::stop_token(), [] { FAIL(); });
}

TEST(StopCallback, DestructorWaitsForItsFunction) {
  std::stop_source source;
  test::Event entered;
  test::Event may_end;
  std::atomic<bool> has_ended = false;
  std::optional<StopCallback> callback;
  callback.emplace(source.get_token(), [&] {
    entered.Set();
    may_end.Wait();
    has_ended = true;
  });
  std::jthread requester([&] { source.request_stop(); });
  entered.Wait();
  std::jthread opener([&] { may_end.Set(); });
  callback.reset();
  EXPECT_TRUE(has_ended);
}

TEST(StopCallback, MayBeDestroyedInItsOwnFunction) {
  std::stop_source source;
  std::unique_ptr<StopCallback> callback;
  callback = std::make_unique<StopCallback>(source.get_token(), [&] { callback.reset(); });
  source.request_stop();
  EXPECT_EQ(callback, nullptr);
}

TEST(StopCallback, DestroysItsFunction) {
  for (const bool is_stopped_first : {false, true}) {
    for (const bool is_stopped : {false, true}) {
      const auto held = std::make_shared<int>(0);
      std::stop_source source;
      if (is_stopped_first) source.request_stop();
      {
        const StopCallback callback(source.get_token(), [held] {});
        if (is_stopped) source.request_stop();
      }
      EXPECT_EQ(held.use_count(), 1);
    }
  }
}

TEST(StopCallback, SeveralOnOneSourceAreIndependent) {
  std::stop_source source;
  std::vector<int> called;
  std::optional<StopCallback> first;
  std::optional<StopCallback> second;
  first.emplace(source.get_token(), [&] { called.push_back(1); });
  second.emplace(source.get_token(), [&] { called.push_back(2); });
  const StopCallback third(source.get_token(), [&] { called.push_back(3); });
  second.reset();
  // A stop of another source does not affect them.
  std::stop_source other;
  const StopCallback of_another(other.get_token(), [&] { called.push_back(4); });
  other.request_stop();
  EXPECT_EQ(called, std::vector<int>{4});
  source.request_stop();
  EXPECT_EQ(called, (std::vector<int>{4, 1, 3}));
}

// A callback for a stop that can no longer be requested is dropped when the next one is registered.
TEST(StopCallback, KeepsNoStopStateAliveThatCannotBeRequested) {
  const auto held = std::make_shared<int>(0);
  std::optional<std::stop_source> source(std::in_place);
  std::optional<StopCallback> callback;
  callback.emplace(source->get_token(), [held] {});
  source.reset();
  std::stop_source other;
  const StopCallback next(other.get_token(), [] {});
  callback.reset();
  EXPECT_EQ(held.use_count(), 1);
}

// The bug of GCC 12's std::stop_callback: destroying one while another thread calls it may deadlock.
TEST(StopCallback, MayBeDestroyedWhileAStopIsRequested) {
  for (int round = 0; round < 1'000; ++round) {
    std::stop_source source;
    std::atomic<int> calls = 0;
    const auto held = std::make_shared<int>(0);
    // Not a latch: it would give one of the two threads a head start.
    std::atomic<int> arrived = 0;
    const auto meet = [&arrived] {
      ++arrived;
      // On a busy machine the other thread may need this one's processor.
      for (int looks = 0; arrived < 2; ++looks) {
        if (looks > 1'000) std::this_thread::yield();
      }
    };
    std::jthread requester([&] {
      meet();
      source.request_stop();
    });
    {
      const StopCallback callback(source.get_token(), [&calls, held] { ++calls; });
      meet();
    }
    const int calls_then = calls;
    requester.join();
    ASSERT_EQ(calls, calls_then);
    ASSERT_LE(calls_then, 1);
    ASSERT_EQ(held.use_count(), 1);
  }
}

}  // namespace
}  // namespace onbehalf::client
