#include "onbehalf/win32/overlapped.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "support/handle_count.h"
#include "support/patience.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::win32 {
namespace {

using namespace std::chrono_literals;

// Both ends of a message pipe, overlapped; the server reads messages, the client bytes.
class OverlappedTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::wstring path = ToWide(test::LocalPipePath(test::UniquePipeName()));
    server_.reset(::CreateNamedPipeW(path.c_str(), PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
                                     PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1, 4096, 4096, 0, nullptr));
    ASSERT_TRUE(server_) << ErrorName(::GetLastError());
    client_.reset(::CreateFileW(path.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING,
                                FILE_FLAG_OVERLAPPED, nullptr));
    ASSERT_TRUE(client_) << ErrorName(::GetLastError());
  }

  // Reads from the server's end with an operation prepared by `operation`.
  OverlappedOperation::Outcome Read(OverlappedOperation& operation, Clock::time_point deadline,
                                    HANDLE stop = nullptr) {
    const BOOL succeeded = ::ReadFile(server_.get(), buffer_.data(), static_cast<DWORD>(buffer_.size()),
                                      nullptr, operation.Prepare());
    const DWORD error = succeeded ? ERROR_SUCCESS : ::GetLastError();
    return operation.Wait(succeeded != FALSE, error, deadline, stop);
  }

  void ClientWrites(std::string_view bytes) {
    OverlappedOperation write(client_.get());
    const BOOL succeeded =
        ::WriteFile(client_.get(), bytes.data(), static_cast<DWORD>(bytes.size()), nullptr, write.Prepare());
    const DWORD error = succeeded ? ERROR_SUCCESS : ::GetLastError();
    const auto outcome = write.Wait(succeeded != FALSE, error, Clock::now() + test::kPatience);
    ASSERT_EQ(outcome.code, static_cast<DWORD>(ERROR_SUCCESS));
    ASSERT_EQ(outcome.bytes, bytes.size());
  }

  std::string Buffer(DWORD bytes) const { return std::string(buffer_.data(), bytes); }

  UniqueFile server_;
  UniqueFile client_;
  std::array<char, 8> buffer_{};
};

TEST_F(OverlappedTest, AvailableBytesAreReadAtOnce) {
  ClientWrites("hello");
  OverlappedOperation operation(server_.get());
  const auto outcome = Read(operation, kNoDeadline);
  EXPECT_EQ(outcome.code, static_cast<DWORD>(ERROR_SUCCESS));
  EXPECT_EQ(Buffer(outcome.bytes), "hello");
}

TEST_F(OverlappedTest, APendingOperationIsWaitedFor) {
  OverlappedOperation operation(server_.get());
  const BOOL succeeded = ::ReadFile(server_.get(), buffer_.data(), static_cast<DWORD>(buffer_.size()),
                                    nullptr, operation.Prepare());
  ASSERT_FALSE(succeeded);
  const DWORD error = ::GetLastError();
  ASSERT_EQ(error, static_cast<DWORD>(ERROR_IO_PENDING));
  ClientWrites("later");
  const auto outcome = operation.Wait(false, error, kNoDeadline);
  EXPECT_EQ(outcome.code, static_cast<DWORD>(ERROR_SUCCESS));
  EXPECT_EQ(Buffer(outcome.bytes), "later");
}

TEST_F(OverlappedTest, TheDeadlineCancels) {
  OverlappedOperation operation(server_.get());
  const auto started = Clock::now();
  const auto outcome = Read(operation, started + 50ms);
  EXPECT_EQ(outcome.code, static_cast<DWORD>(WAIT_TIMEOUT));
  EXPECT_EQ(outcome.bytes, 0U);
  EXPECT_GE(Clock::now() - started, 50ms);
  // Really cancelled: the next read gets the next message.
  ClientWrites("after");
  const auto next = Read(operation, kNoDeadline);
  EXPECT_EQ(Buffer(next.bytes), "after");
}

TEST_F(OverlappedTest, ADeadlineThatHasPassedCancelsAtOnce) {
  OverlappedOperation operation(server_.get());
  EXPECT_EQ(Read(operation, Clock::now() - 1s).code, static_cast<DWORD>(WAIT_TIMEOUT));
}

TEST_F(OverlappedTest, ACompletedOperationCountsAfterTheDeadlineToo) {
  ClientWrites("hello");
  OverlappedOperation operation(server_.get());
  const auto outcome = Read(operation, Clock::now() - 1s);
  EXPECT_EQ(outcome.code, static_cast<DWORD>(ERROR_SUCCESS));
  EXPECT_EQ(outcome.bytes, 5U);
}

TEST_F(OverlappedTest, TheStopEventCancels) {
  const UniqueObject stop(::CreateEventW(nullptr, TRUE, TRUE, nullptr));
  ASSERT_TRUE(stop);
  OverlappedOperation operation(server_.get());
  EXPECT_EQ(Read(operation, kNoDeadline, stop.get()).code, static_cast<DWORD>(ERROR_CANCELLED));
}

TEST_F(OverlappedTest, AnUnsetStopEventStopsNothing) {
  const UniqueObject stop(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
  ClientWrites("hello");
  OverlappedOperation operation(server_.get());
  EXPECT_EQ(Read(operation, kNoDeadline, stop.get()).bytes, 5U);
}

TEST_F(OverlappedTest, AnErrorAtTheStartIsTheOutcome) {
  OverlappedOperation operation(server_.get());
  operation.Prepare();
  const auto outcome = operation.Wait(false, ERROR_PIPE_CONNECTED, kNoDeadline);
  EXPECT_EQ(outcome.code, static_cast<DWORD>(ERROR_PIPE_CONNECTED));
  EXPECT_EQ(outcome.bytes, 0U);
}

TEST_F(OverlappedTest, ALongMessageComesInParts) {
  ClientWrites("more than eight");
  OverlappedOperation operation(server_.get());
  const auto first = Read(operation, kNoDeadline);
  EXPECT_EQ(first.code, static_cast<DWORD>(ERROR_MORE_DATA));
  EXPECT_EQ(Buffer(first.bytes), "more tha");
  const auto rest = Read(operation, kNoDeadline);
  EXPECT_EQ(rest.code, static_cast<DWORD>(ERROR_SUCCESS));
  EXPECT_EQ(Buffer(rest.bytes), "n eight");
}

TEST_F(OverlappedTest, ALateLongMessageComesInPartsToo) {
  OverlappedOperation operation(server_.get());
  const BOOL succeeded = ::ReadFile(server_.get(), buffer_.data(), static_cast<DWORD>(buffer_.size()),
                                    nullptr, operation.Prepare());
  const DWORD error = succeeded ? ERROR_SUCCESS : ::GetLastError();
  ClientWrites("more than eight");
  const auto first = operation.Wait(succeeded != FALSE, error, kNoDeadline);
  EXPECT_EQ(first.code, static_cast<DWORD>(ERROR_MORE_DATA));
  EXPECT_EQ(first.bytes, 8U);
}

TEST_F(OverlappedTest, TheOtherEndsCloseEndsAPendingRead) {
  OverlappedOperation operation(server_.get());
  const BOOL succeeded = ::ReadFile(server_.get(), buffer_.data(), static_cast<DWORD>(buffer_.size()),
                                    nullptr, operation.Prepare());
  ASSERT_FALSE(succeeded);
  const DWORD error = ::GetLastError();
  client_.reset();
  EXPECT_EQ(operation.Wait(false, error, kNoDeadline).code, static_cast<DWORD>(ERROR_BROKEN_PIPE));
}

TEST_F(OverlappedTest, DestructionWhilePendingWaitsForTheEnd) {
  {
    OverlappedOperation operation(server_.get());
    ASSERT_FALSE(::ReadFile(server_.get(), buffer_.data(), static_cast<DWORD>(buffer_.size()), nullptr,
                            operation.Prepare()));
    ASSERT_EQ(::GetLastError(), static_cast<DWORD>(ERROR_IO_PENDING));
  }
  // If it still existed, it would take this message and write into the buffer.
  ClientWrites("mine");
  EXPECT_EQ(buffer_[0], '\0');
  OverlappedOperation operation(server_.get());
  const auto outcome = Read(operation, kNoDeadline);
  EXPECT_EQ(Buffer(outcome.bytes), "mine");
}

TEST_F(OverlappedTest, DestructionBeforeTheStartDoesNotWait) {
  OverlappedOperation operation(server_.get());
  operation.Prepare();
}

TEST_F(OverlappedTest, LeaksNoHandles) {
  const auto round = [&] {
    OverlappedOperation operation(server_.get());
    EXPECT_EQ(Read(operation, Clock::now()).code, static_cast<DWORD>(WAIT_TIMEOUT));
  };
  round();
  const std::size_t before = test::OpenHandleCount();
  for (int i = 0; i < 100; ++i) round();
  EXPECT_LT(test::OpenHandleCount(), before + 50);
}

TEST(WaitMillisecondsTest, RoundsUpAndHandlesItsLimits) {
  EXPECT_EQ(WaitMilliseconds(kNoDeadline), INFINITE);
  EXPECT_EQ(WaitMilliseconds(Clock::now() - 1ms), 0U);
  const DWORD second = WaitMilliseconds(Clock::now() + 1s);
  EXPECT_GT(second, 0U);
  EXPECT_LE(second, 1000U);
  EXPECT_EQ(WaitMilliseconds(Clock::now() + std::chrono::hours(24 * 365)), INFINITE - 1);
}

}  // namespace
}  // namespace onbehalf::win32
