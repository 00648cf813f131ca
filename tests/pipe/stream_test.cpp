#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "forms.h"
#include "onbehalf/win32/lean_windows.h"
#include "support/event.h"
#include "support/patience.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::pipe {
namespace {

using namespace std::chrono_literals;

// More than the quota of the pipe of these tests: such a write waits until it is read.
const std::string kLarge(1 << 20, 'x');

class StreamTest : public testing::TestWithParam<Form> {
 protected:
  void ExpectEnd(const IoResult& result, Status status, std::uint32_t code, std::size_t bytes = 0) {
    EXPECT_EQ(result.status, status) << "code " << result.code;
    EXPECT_EQ(result.code, code);
    EXPECT_EQ(result.bytes, bytes);
  }
  IoResult Read(PipeEnd& end, std::span<char> buffer, Deadline deadline = Soon()) {
    return Get(StartRead(GetParam(), end, buffer, deadline));
  }
  IoResult Write(PipeEnd& end, std::string_view bytes, Deadline deadline = Soon()) {
    return Get(StartWrite(GetParam(), end, bytes, deadline));
  }
  // Cancels until the operation has ended: in the synchronous form it may not have begun.
  IoResult CancelUntilEnd(PipeEnd& end, std::future<IoResult> future) {
    do {
      end.Cancel();
    } while (GetParam() == Form::kSynchronous && future.wait_for(1ms) != std::future_status::ready);
    return Get(std::move(future));
  }

  std::array<char, 8> buffer_{};
};
INSTANTIATE_TEST_SUITE_P(Forms, StreamTest, AllForms(), NameOf);

TEST_P(StreamTest, AMessageGoesEachWay) {
  Connection pipe;
  ExpectEnd(Write(pipe.client, "ask"), Status::kOk, ERROR_SUCCESS, 3);
  ExpectEnd(Read(pipe.served, buffer_), Status::kOk, ERROR_SUCCESS, 3);
  EXPECT_EQ(std::string_view(buffer_.data(), 3), "ask");
  ExpectEnd(Write(pipe.served, "answer"), Status::kOk, ERROR_SUCCESS, 6);
  ExpectEnd(Read(pipe.client, buffer_), Status::kOk, ERROR_SUCCESS, 6);
  EXPECT_EQ(std::string_view(buffer_.data(), 6), "answer");
}

TEST_P(StreamTest, AReadThatWaitsGetsTheNextMessage) {
  Connection pipe;
  auto read = StartRead(GetParam(), pipe.served, buffer_, Soon());
  ASSERT_TRUE(pipe.client.Write("late", Soon()));
  ExpectEnd(Get(std::move(read)), Status::kOk, ERROR_SUCCESS, 4);
}

TEST_P(StreamTest, AMessageLongerThanTheBufferContinues) {
  Connection pipe;
  ASSERT_TRUE(pipe.client.Write("0123456789", Soon()));
  ASSERT_TRUE(pipe.client.Write("next", Soon()));
  ExpectEnd(Read(pipe.served, buffer_), Status::kMoreData, ERROR_MORE_DATA, 8);
  ExpectEnd(Read(pipe.served, buffer_), Status::kOk, ERROR_SUCCESS, 2);
  EXPECT_EQ(std::string_view(buffer_.data(), 2), "89");
  ExpectEnd(Read(pipe.served, buffer_), Status::kOk, ERROR_SUCCESS, 4);
}

// The read is pending when the message comes.
TEST_P(StreamTest, AWaitingReadGetsTheFirstPartOfALongMessage) {
  Connection pipe;
  auto read = StartRead(GetParam(), pipe.served, buffer_, Soon());
  ASSERT_TRUE(pipe.client.Write("0123456789", Soon()));
  ExpectEnd(Get(std::move(read)), Status::kMoreData, ERROR_MORE_DATA, 8);
  ExpectEnd(Read(pipe.served, buffer_), Status::kOk, ERROR_SUCCESS, 2);
}

// libuv#4738: not "more data", and the next read waits.
TEST_P(StreamTest, AMessageThatFillsTheBufferIsWhole) {
  Connection pipe;
  ASSERT_TRUE(pipe.client.Write("01234567", Soon()));
  ExpectEnd(Read(pipe.served, buffer_), Status::kOk, ERROR_SUCCESS, 8);
  ExpectEnd(Read(pipe.served, buffer_, Clock::now()), Status::kTimeout, WAIT_TIMEOUT);
}

TEST_P(StreamTest, AnEmptyMessageIsAMessageAndNotTheEnd) {
  Connection pipe;
  ExpectEnd(Write(pipe.client, ""), Status::kOk, ERROR_SUCCESS);
  ASSERT_TRUE(pipe.client.Write("x", Soon()));
  ExpectEnd(Read(pipe.served, buffer_), Status::kOk, ERROR_SUCCESS);
  ExpectEnd(Read(pipe.served, buffer_), Status::kOk, ERROR_SUCCESS, 1);
}

TEST_P(StreamTest, AReadEndsAtItsDeadlineAndTheNextOneWorks) {
  Connection pipe;
  ExpectEnd(Read(pipe.served, buffer_, Clock::now() + 20ms), Status::kTimeout, WAIT_TIMEOUT);
  ExpectEnd(Read(pipe.served, buffer_, Clock::now() - 1s), Status::kTimeout, WAIT_TIMEOUT);
  ASSERT_TRUE(pipe.client.Write("x", Soon()));
  ExpectEnd(Read(pipe.served, buffer_), Status::kOk, ERROR_SUCCESS, 1);
}

TEST_P(StreamTest, ADeadlineThatHasPassedStillReadsWhatIsThere) {
  Connection pipe;
  ASSERT_TRUE(pipe.client.Write("x", Soon()));
  ExpectEnd(Read(pipe.served, buffer_, Clock::now() - 1s), Status::kOk, ERROR_SUCCESS, 1);
}

// Whatever comes first: never lost, never twice.
TEST_P(StreamTest, AReadThatIsCancelledLosesNoMessage) {
  Connection pipe;
  int read = 0;
  std::thread writer([&] {
    for (int i = 0; i < 300; ++i) EXPECT_TRUE(pipe.client.Write(std::to_string(i), Soon()));
  });
  const Deadline limit = Soon();
  while (read < 300 && Clock::now() < limit) {
    const IoResult result = Read(pipe.served, buffer_, Clock::now() + std::chrono::microseconds(200));
    if (result.status == Status::kTimeout) continue;
    if (!result || std::string(buffer_.data(), result.bytes) != std::to_string(read)) {
      ADD_FAILURE() << ToString(result.status) << " instead of message " << read;
      break;
    }
    ++read;
  }
  writer.join();
  EXPECT_EQ(read, 300);
}

TEST_P(StreamTest, AStopEventEndsAWaitingRead) {
  Connection pipe;
  StopEvent stop;
  auto read = StartRead(GetParam(), pipe.served, buffer_, Soon(), stop.native());
  stop.Set();
  ExpectEnd(Get(std::move(read)), Status::kStopped, ERROR_CANCELLED);
  // It stays set.
  ExpectEnd(Get(StartRead(GetParam(), pipe.served, buffer_, Soon(), stop.native())), Status::kStopped,
            ERROR_CANCELLED);
  stop.Reset();
  ASSERT_TRUE(pipe.client.Write("x", Soon()));
  ExpectEnd(Get(StartRead(GetParam(), pipe.served, buffer_, Soon(), stop.native())), Status::kOk,
            ERROR_SUCCESS, 1);
}

TEST_P(StreamTest, CancelEndsAWaitingReadAndTheEndStillWorks) {
  Connection pipe;
  ExpectEnd(CancelUntilEnd(pipe.served, StartRead(GetParam(), pipe.served, buffer_, Soon())),
            Status::kStopped, ERROR_OPERATION_ABORTED);
  ASSERT_TRUE(pipe.client.Write("x", Soon()));
  ExpectEnd(Read(pipe.served, buffer_), Status::kOk, ERROR_SUCCESS, 1);
}

TEST_P(StreamTest, AClosedPeerIsTheEndAfterItsLastMessage) {
  Connection pipe;
  ASSERT_TRUE(pipe.client.Write("last", Soon()));
  pipe.client.Close();
  ExpectEnd(Read(pipe.served, buffer_), Status::kOk, ERROR_SUCCESS, 4);
  ExpectEnd(Read(pipe.served, buffer_), Status::kClosed, ERROR_BROKEN_PIPE);
  ExpectEnd(Read(pipe.served, buffer_), Status::kClosed, ERROR_BROKEN_PIPE);
}

TEST_P(StreamTest, APeerThatClosesEndsAWaitingRead) {
  Connection pipe;
  auto read = StartRead(GetParam(), pipe.served, buffer_, Soon());
  pipe.client.Close();
  ExpectEnd(Get(std::move(read)), Status::kClosed, ERROR_BROKEN_PIPE);
}

TEST_P(StreamTest, WritingToAClosedPeerIsClosedWithNoData) {
  Connection pipe;
  pipe.client.Close();
  ExpectEnd(Write(pipe.served, "x"), Status::kClosed, ERROR_NO_DATA);
  Connection other;
  other.served.Close();
  ExpectEnd(Write(other.client, "x"), Status::kClosed, ERROR_NO_DATA);
}

TEST_P(StreamTest, AfterADisconnectBothDirectionsAreNotConnected) {
  Connection pipe;
  ASSERT_TRUE(pipe.served.Write("unread", Soon()));
  pipe.served.Disconnect();
  // What was not read is lost.
  ExpectEnd(Read(pipe.client, buffer_), Status::kClosed, ERROR_PIPE_NOT_CONNECTED);
  ExpectEnd(Write(pipe.client, "x"), Status::kClosed, ERROR_PIPE_NOT_CONNECTED);
}

TEST_P(StreamTest, ADisconnectEndsAWaitingRead) {
  Connection pipe;
  auto read = StartRead(GetParam(), pipe.client, buffer_, Soon());
  pipe.served.Disconnect();
  const IoResult result = Get(std::move(read));
  EXPECT_EQ(result.status, Status::kClosed) << result.code;
}

TEST_P(StreamTest, AWriteBeyondTheQuotaWaitsForTheReader) {
  Connection pipe;
  auto write = StartWrite(GetParam(), pipe.client, kLarge, Soon());
  EXPECT_EQ(write.wait_for(0s), std::future_status::timeout);
  std::string message;
  ASSERT_TRUE(pipe.served.ReadMessage(message, kLarge.size(), Soon()));
  EXPECT_TRUE(message == kLarge);
  ExpectEnd(Get(std::move(write)), Status::kOk, ERROR_SUCCESS, kLarge.size());
}

TEST_P(StreamTest, AnUnreadWriteEndsAtItsDeadline) {
  Connection pipe;
  const IoResult result = Write(pipe.client, kLarge, Clock::now() + 20ms);
  EXPECT_EQ(result.status, Status::kTimeout);
  EXPECT_EQ(result.code, static_cast<std::uint32_t>(WAIT_TIMEOUT));
}

TEST_P(StreamTest, AStopEventEndsAnUnreadWrite) {
  Connection pipe;
  StopEvent stop;
  auto write = StartWrite(GetParam(), pipe.client, kLarge, Soon(), stop.native());
  stop.Set();
  const IoResult result = Get(std::move(write));
  EXPECT_EQ(result.status, Status::kStopped);
  EXPECT_EQ(result.code, static_cast<std::uint32_t>(ERROR_CANCELLED));
}

TEST_P(StreamTest, APeerThatClosesEndsAnUnreadWrite) {
  Connection pipe;
  auto write = StartWrite(GetParam(), pipe.client, kLarge, Soon());
  pipe.served.Close();
  const IoResult result = Get(std::move(write));
  EXPECT_EQ(result.status, Status::kClosed) << result.code;
}

TEST_P(StreamTest, AFailureOfWindowsIsToldInEachForm) {
  ServerOptions options;
  options.direction = Direction::kOutbound;
  Connection pipe(options, Access::kRead);
  ExpectEnd(Read(pipe.served, buffer_), Status::kFailed, ERROR_ACCESS_DENIED);
}

TEST_P(StreamTest, AnInboundPipeIsReadByTheServer) {
  ServerOptions options;
  options.direction = Direction::kInbound;
  Connection pipe(options, Access::kWrite);
  ExpectEnd(Write(pipe.client, "x"), Status::kOk, ERROR_SUCCESS, 1);
  ExpectEnd(Read(pipe.served, buffer_), Status::kOk, ERROR_SUCCESS, 1);
  ExpectEnd(Write(pipe.served, "x"), Status::kFailed, ERROR_ACCESS_DENIED);
}

TEST_P(StreamTest, AnOutboundPipeIsWrittenByTheServer) {
  ServerOptions options;
  options.direction = Direction::kOutbound;
  Connection pipe(options, Access::kRead);
  ExpectEnd(Write(pipe.served, "x"), Status::kOk, ERROR_SUCCESS, 1);
  ExpectEnd(Read(pipe.client, buffer_), Status::kOk, ERROR_SUCCESS, 1);
  ExpectEnd(Write(pipe.client, "x"), Status::kFailed, ERROR_ACCESS_DENIED);
}

TEST_P(StreamTest, ABytePipeHasNoMessages) {
  ServerOptions options;
  options.kind = Kind::kByte;
  options.accept_remote = true;  // Wine makes a message pipe of every pipe that refuses remote clients
  Connection pipe(options);
  ExpectEnd(Write(pipe.client, "0123"), Status::kOk, ERROR_SUCCESS, 4);
  ExpectEnd(Write(pipe.client, ""), Status::kOk, ERROR_SUCCESS);
  ExpectEnd(Write(pipe.client, "456789"), Status::kOk, ERROR_SUCCESS, 6);
  ExpectEnd(Read(pipe.served, {buffer_.data(), 3}), Status::kOk, ERROR_SUCCESS, 3);
  std::string rest;
  while (rest.size() < 7) {
    const IoResult read = Read(pipe.served, buffer_);
    ASSERT_TRUE(read) << read.code;
    ASSERT_GT(read.bytes, 0U);
    rest.append(buffer_.data(), read.bytes);
  }
  EXPECT_EQ(rest, "3456789");
  pipe.client.Close();
  ExpectEnd(Read(pipe.served, buffer_), Status::kClosed, ERROR_BROKEN_PIPE);
}

// ---- Waiting for the next client of an instance ----

TEST_P(StreamTest, ADisconnectedInstanceServesTheNextClient) {
  Connection pipe({.max_clients = 1});
  pipe.served.Disconnect();
  pipe.client.Close();
  for (int i = 0; i < 3; ++i) {
    auto wait = StartWait(GetParam(), pipe.served, Soon());
    ClientEnd next = OpenTo(pipe.server);
    ExpectEnd(Get(std::move(wait)), Status::kOk, ERROR_SUCCESS);
    ExpectEnd(Write(next, "again"), Status::kOk, ERROR_SUCCESS, 5);
    ExpectEnd(Read(pipe.served, buffer_), Status::kOk, ERROR_SUCCESS, 5);
    pipe.served.Disconnect();
  }
}

TEST_P(StreamTest, AWaitForAClientEndsAtItsDeadlineAndWithTheStopEvent) {
  Connection pipe({.max_clients = 1});
  pipe.served.Disconnect();
  ExpectEnd(Get(StartWait(GetParam(), pipe.served, Clock::now() + 20ms)), Status::kTimeout, WAIT_TIMEOUT);
  StopEvent stop;
  auto wait = StartWait(GetParam(), pipe.served, Soon(), stop.native());
  stop.Set();
  ExpectEnd(Get(std::move(wait)), Status::kStopped, ERROR_CANCELLED);
  ExpectEnd(CancelUntilEnd(pipe.served, StartWait(GetParam(), pipe.served, Soon())), Status::kStopped,
            ERROR_OPERATION_ABORTED);
}

TEST_P(StreamTest, AClientThatIsConnectedNeedsNoWait) {
  Connection pipe;
  ExpectEnd(Get(StartWait(GetParam(), pipe.served, Soon())), Status::kOk, ERROR_SUCCESS);
}

// The instance listens after the wait that timed out. The client connects, writes and leaves.
TEST_P(StreamTest, AClientThatCameAndLeftBeforeTheWaitIsRead) {
  Connection pipe({.max_clients = 1});
  pipe.served.Disconnect();
  ExpectEnd(Get(StartWait(GetParam(), pipe.served, Clock::now())), Status::kTimeout, WAIT_TIMEOUT);
  {
    ClientEnd brief = OpenTo(pipe.server);
    ASSERT_TRUE(brief.Write("brief", Soon()));
  }
  ExpectEnd(Get(StartWait(GetParam(), pipe.served, Soon())), Status::kOk, ERROR_SUCCESS);
  ExpectEnd(Read(pipe.served, buffer_), Status::kOk, ERROR_SUCCESS, 5);
  ExpectEnd(Read(pipe.served, buffer_), Status::kClosed, ERROR_BROKEN_PIPE);
  pipe.served.Disconnect();
  auto wait = StartWait(GetParam(), pipe.served, Soon());
  const ClientEnd next = OpenTo(pipe.server);
  ExpectEnd(Get(std::move(wait)), Status::kOk, ERROR_SUCCESS);
}

// ---- Both directions at once ----

TEST_P(StreamTest, ReadsAndWritesOfOneEndRunAtTheSameTime) {
  Connection pipe;
  constexpr int kMessages = 500;
  const auto send = [this](PipeEnd& end) {
    for (int i = 0; i < kMessages; ++i) {
      const std::string message(static_cast<std::size_t>(i) * 7, 'm');
      ASSERT_EQ(Write(end, message).bytes, message.size());
    }
  };
  const auto receive = [this](PipeEnd& end) {
    std::string buffer(65536, '\0');
    for (int i = 0; i < kMessages; ++i) {
      const IoResult read = Read(end, buffer);
      ASSERT_EQ(read.status, Status::kOk) << read.code;
      ASSERT_EQ(read.bytes, static_cast<std::size_t>(i) * 7);
    }
  };
  std::thread threads[] = {std::thread(send, std::ref(pipe.client)), std::thread(send, std::ref(pipe.served)),
                           std::thread(receive, std::ref(pipe.client)),
                           std::thread(receive, std::ref(pipe.served))};
  for (std::thread& thread : threads) thread.join();
}

TEST_P(StreamTest, LeaksNoHandles) {
  const auto round = [this] {
    Connection pipe;
    Write(pipe.client, "x");
    Read(pipe.served, buffer_);
    Read(pipe.served, buffer_, Clock::now());
  };
  EXPECT_FALSE(LeaksHandles(round));
}

// ---- Closing while something is pending ----

class PendingTest : public StreamTest {};
INSTANTIATE_TEST_SUITE_P(Forms, PendingTest, testing::Values(Form::kCallback, Form::kCoroutine), NameOf);

TEST_P(PendingTest, CloseEndsWhatIsPending) {
  Connection pipe;
  auto read = StartRead(GetParam(), pipe.served, buffer_);
  auto write = StartWrite(GetParam(), pipe.served, kLarge);
  pipe.served.Close();
  EXPECT_FALSE(pipe.served.is_open());
  ExpectEnd(Get(std::move(read)), Status::kStopped, ERROR_OPERATION_ABORTED);
  EXPECT_EQ(Get(std::move(write)).status, Status::kStopped);
  // The handle is closed.
  EXPECT_EQ(pipe.client.Write("x", Soon()).code, static_cast<std::uint32_t>(ERROR_NO_DATA));
}

TEST_P(PendingTest, DestroyingAnEndEndsWhatIsPending) {
  Connection pipe;
  std::future<IoResult> read;
  {
    ServerEnd end = std::move(pipe.served);
    read = StartRead(GetParam(), end, buffer_, Soon());
  }
  ExpectEnd(Get(std::move(read)), Status::kStopped, ERROR_OPERATION_ABORTED);
}

TEST_P(PendingTest, CloseRacesWithTheEndOfAnOperation) {
  for (int i = 0; i < 200; ++i) {
    Connection pipe;
    auto read = StartRead(GetParam(), pipe.served, buffer_, Clock::now() + std::chrono::microseconds(i * 10));
    std::thread writer([&] { pipe.client.Write("x", Soon()); });
    pipe.served.Close();
    const Status status = Get(std::move(read)).status;
    EXPECT_TRUE(status == Status::kOk || status == Status::kStopped || status == Status::kTimeout)
        << ToString(status);
    writer.join();
  }
}

// The callback's own reference must not keep the handle open: the peer would wait for the callback to return.
TEST(CallbackTest, AnEndThatIsClosedInItsCallbackIsClosedAtOnce) {
  Connection pipe;
  std::array<char, 8> buffer{};
  test::Event seen;
  const auto done = std::make_shared<std::promise<bool>>();
  pipe.served.ReadAsync(buffer, [&pipe, &seen, done](IoResult) {
    pipe.served.Close();
    done->set_value(seen.Wait());
  });
  ASSERT_TRUE(pipe.client.Write("x", Soon()));
  std::array<char, 8> answer{};
  EXPECT_EQ(pipe.client.Read(answer, Soon()).code, static_cast<std::uint32_t>(ERROR_BROKEN_PIPE));
  seen.Set();
  EXPECT_TRUE(Get(done->get_future()));
}

TEST(CallbackTest, AnEndThatIsClosedInTheCallbackOfAMessageIsClosedAtOnce) {
  Connection pipe;
  std::string message;
  test::Event seen;
  const auto done = std::make_shared<std::promise<bool>>();
  pipe.served.ReadMessageAsync(message, 100'000, [&pipe, &seen, done](IoResult) {
    pipe.served.Close();
    done->set_value(seen.Wait());
  });
  // Two parts: longer than the first read.
  ASSERT_TRUE(pipe.client.Write(std::string(50'000, 'x'), Soon()));
  std::array<char, 8> answer{};
  EXPECT_EQ(pipe.client.Read(answer, Soon()).code, static_cast<std::uint32_t>(ERROR_BROKEN_PIPE));
  seen.Set();
  EXPECT_TRUE(Get(done->get_future()));
  EXPECT_EQ(message.size(), 50'000U);
}

TEST(CallbackTest, ACallbackStartsTheNextOperation) {
  Connection pipe;
  std::array<char, 8> buffer{};
  const auto all = std::make_shared<std::promise<std::string>>();
  std::string got;
  std::function<void(IoResult)> next = [&, all](IoResult result) {
    if (!result) return all->set_value(got);
    got.append(buffer.data(), result.bytes);
    pipe.served.ReadAsync(buffer, next);
  };
  pipe.served.ReadAsync(buffer, next);
  for (const char* message : {"a", "b", "c"}) ASSERT_TRUE(pipe.client.Write(message, Soon()));
  pipe.client.Close();
  EXPECT_EQ(Get(all->get_future()), "abc");
}

// ---- Operations without an allocation ----

class Waited final : public Operation {
 public:
  void OnComplete(std::uint32_t code, std::size_t bytes) override {
    // Kept here: this object may be gone before set_value has returned.
    const auto promise = ended_;
    promise->set_value({Status::kOk, code, bytes});
  }
  IoResult Result() { return Get(ended_->get_future()); }

 private:
  const std::shared_ptr<std::promise<IoResult>> ended_ = std::make_shared<std::promise<IoResult>>();
};

TEST(OperationTest, CompletesOnceWithItsCode) {
  Connection pipe;
  std::array<char, 4> buffer{};
  Waited read;
  ASSERT_EQ(pipe.served.StartRead(read, buffer), static_cast<std::uint32_t>(ERROR_SUCCESS));
  Waited write;
  ASSERT_EQ(pipe.client.StartWrite(write, "012345"), static_cast<std::uint32_t>(ERROR_SUCCESS));
  EXPECT_EQ(write.Result().bytes, 6U);
  const IoResult part = read.Result();
  EXPECT_EQ(part.code, static_cast<std::uint32_t>(ERROR_MORE_DATA));
  EXPECT_EQ(part.bytes, 4U);
  Waited rest;
  ASSERT_EQ(pipe.served.StartRead(rest, buffer), static_cast<std::uint32_t>(ERROR_SUCCESS));
  EXPECT_EQ(rest.Result().bytes, 2U);
}

TEST(OperationTest, IsCancelledByCancel) {
  Connection pipe;
  std::array<char, 4> buffer{};
  Waited read;
  ASSERT_EQ(pipe.served.StartRead(read, buffer), static_cast<std::uint32_t>(ERROR_SUCCESS));
  pipe.served.Cancel();
  EXPECT_EQ(read.Result().code, static_cast<std::uint32_t>(ERROR_OPERATION_ABORTED));
}

TEST(OperationTest, AFailureAtOnceIsReturned) {
  Connection pipe;
  Waited connect;
  EXPECT_EQ(pipe.served.StartConnect(connect), static_cast<std::uint32_t>(ERROR_PIPE_CONNECTED));
  pipe.client.Close();
  Waited again;
  EXPECT_EQ(pipe.served.StartConnect(again), static_cast<std::uint32_t>(ERROR_NO_DATA));
  std::array<char, 4> buffer{};
  Waited read;
  EXPECT_EQ(pipe.served.StartRead(read, buffer), static_cast<std::uint32_t>(ERROR_BROKEN_PIPE));
  Waited write;
  EXPECT_EQ(pipe.served.StartWrite(write, "x"), static_cast<std::uint32_t>(ERROR_NO_DATA));
}

// ---- Waiting until the peer has read ----

TEST(WaitUntilReadTest, ReturnsWhenThePeerHasReadEverything) {
  Connection pipe;
  ASSERT_TRUE(pipe.served.Write("one", Soon()));
  ASSERT_TRUE(pipe.served.Write("two", Soon()));
  std::atomic<int> read{0};
  auto flush = std::async(std::launch::async, [&] {
    const Status status = pipe.served.WaitUntilRead();
    // The second message was read before this returned.
    EXPECT_GE(read.load(), 1);
    pipe.served.Disconnect();
    return status;
  });
  EXPECT_EQ(ReadText(pipe.client), "one");
  read = 1;
  EXPECT_EQ(ReadText(pipe.client), "two");
  EXPECT_EQ(Get(std::move(flush)), Status::kOk);
}

// Windows says closed; Wine says ok, although nothing was read.
TEST(WaitUntilReadTest, EndsWhenThePeerCloses) {
  Connection pipe;
  ASSERT_TRUE(pipe.served.Write("unread", Soon()));
  auto flush = std::async(std::launch::async, [&] { return pipe.served.WaitUntilRead(); });
  pipe.client.Close();
  const Status status = Get(std::move(flush));
  EXPECT_TRUE(status == Status::kClosed || status == Status::kOk) << ToString(status);
}

TEST(StatusTest, HasANameForEachAndKnowsTheThreeCodesOfTheEnd) {
  EXPECT_EQ(ToString(Status::kOk), "ok");
  EXPECT_EQ(ToString(Status::kMoreData), "more data");
  EXPECT_EQ(ToString(Status::kClosed), "closed");
  EXPECT_EQ(ToString(Status::kTimeout), "timeout");
  EXPECT_EQ(ToString(Status::kStopped), "stopped");
  EXPECT_EQ(ToString(Status::kTooLarge), "too large");
  EXPECT_EQ(ToString(Status::kFailed), "failed");
  for (const std::uint32_t code : {109U, 232U, 233U}) EXPECT_TRUE(IsPipeClosed(code)) << code;
  for (const std::uint32_t code : {0U, 5U, 231U, 234U, 995U}) EXPECT_FALSE(IsPipeClosed(code)) << code;
}

}  // namespace
}  // namespace onbehalf::pipe
