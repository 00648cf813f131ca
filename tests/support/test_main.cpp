#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/utf.h"
#include "support/child_main.h"
#include "support/patience.h"

namespace {

// The time limit of one test: far longer than any test takes, even on a busy machine, because only a hanging
// test may reach it. Shorter than CTest's timeout (tests/CMakeLists.txt), so that the process ends itself,
// names the test and takes its children with it.
constexpr std::chrono::seconds kTestLimit{300};
static_assert(kTestLimit >= 4 * onbehalf::test::kPatience);
constexpr UINT kHungExitCode = 3;

// Ends the process when a test hangs.
class Watchdog : public testing::EmptyTestEventListener {
 public:
  Watchdog() : thread_([this] { Watch(); }) {}
  ~Watchdog() override {
    {
      const std::lock_guard lock(mutex_);
      finished_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  void OnTestStart(const testing::TestInfo& test) override {
    const std::lock_guard lock(mutex_);
    running_ = std::string(test.test_suite_name()) + '.' + test.name();
    deadline_ = std::chrono::steady_clock::now() + kTestLimit;
    changed_.notify_all();
  }
  void OnTestEnd(const testing::TestInfo&) override {
    const std::lock_guard lock(mutex_);
    deadline_.reset();
  }

 private:
  void Watch() {
    std::unique_lock lock(mutex_);
    while (!finished_) {
      if (!deadline_) {
        changed_.wait(lock);
        continue;
      }
      const auto deadline = *deadline_;
      changed_.wait_until(lock, deadline);
      if (finished_ || deadline_ != deadline || std::chrono::steady_clock::now() < deadline) continue;
      std::fprintf(stderr, "[  HUNG    ] %s has not ended after %lld s\n", running_.c_str(),
                   static_cast<long long>(kTestLimit.count()));
      std::fflush(stderr);
      ::TerminateProcess(::GetCurrentProcess(), kHungExitCode);
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool finished_ = false;
  std::optional<std::chrono::steady_clock::time_point> deadline_;
  std::string running_;
  std::thread thread_;
};

}  // namespace

int wmain(int argc, wchar_t** argv) {
  std::vector<std::string> arguments;
  for (int i = 1; i < argc; ++i) arguments.push_back(onbehalf::win32::ToUtf8Lossy(argv[i]));
  if (const auto code = onbehalf::test::RunChildMain(arguments)) return *code;
  testing::InitGoogleTest(&argc, argv);
  // Owned by GoogleTest.
  testing::UnitTest::GetInstance()->listeners().Append(new Watchdog);
  return RUN_ALL_TESTS();
}
