#include "requests/running_request.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "gate.h"
#include "messages.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/win32_error.h"
#include "raw_client.h"
#include "test_server.h"

namespace onbehalf::test {
namespace {

using protocol::ErrorCode;
using service::RunningRequest;

// Both ends of a pipe on which reads block until a byte is written.
struct BlockingPipe {
  BlockingPipe() {
    if (!::CreatePipe(read_end.put(), write_end.put(), nullptr, 4096)) win32::ThrowLastError("CreatePipe");
  }
  void ReadByte() const {
    char byte = 0;
    DWORD bytes = 0;
    if (!::ReadFile(read_end.get(), &byte, 1, &bytes, nullptr)) win32::ThrowLastError("ReadFile");
  }
  void WriteByte() const {
    DWORD bytes = 0;
    if (!::WriteFile(write_end.get(), "x", 1, &bytes, nullptr)) win32::ThrowLastError("WriteFile");
  }
  win32::UniqueFile read_end;
  win32::UniqueFile write_end;
};

TEST(CancelRequest, EndsAHandlerThroughItsStopTokenAndIsAnsweredOnce) {
  Gate gate;
  TestServer server;
  server.methods().Add(gate.AsMethod("test.wait"));
  server.Start();
  RawClient client(server.pipe_path());
  for (const Json& id : {Json(7), Json("seven"), Json(-1), Json(1.5)}) {
    const std::size_t entered = gate.entered();
    client.Send(RequestMessage(id, "test.wait"));
    ASSERT_TRUE(gate.WaitUntilEntered(entered + 1));
    client.Send(CancelMessage(id));
    EXPECT_EQ(client.Read(), ErrorMessageFor(id, ErrorCode::kRequestCancelled));
    // A second cancel, and one that is too late: nothing is sent for them.
    client.Send(CancelMessage(id));
    client.Send(RequestMessage("last", "rpc.none"));
    EXPECT_EQ(client.Read(), ErrorMessageFor("last", ErrorCode::kMethodNotFound));
  }
}

TEST(CancelRequest, AcceptsTheIdByPositionToo) {
  Gate gate;
  TestServer server;
  server.methods().Add(gate.AsMethod("test.wait"));
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(RequestMessage(1, "test.wait"));
  client.Send(NotificationMessage("$/cancelRequest", Json::array({1})));
  EXPECT_EQ(client.Read(), ErrorMessageFor(1, ErrorCode::kRequestCancelled));
}

TEST(CancelRequest, AffectsOnlyTheRequestWithThatId) {
  Gate gate;
  TestServer server;
  server.methods().Add(gate.AsMethod("test.wait"));
  server.Start();
  RawClient client(server.pipe_path());
  RawClient other(server.pipe_path());
  client.Send(RequestMessage(1, "test.wait"));
  client.Send(RequestMessage("1", "test.wait"));
  other.Send(RequestMessage(1, "test.wait"));
  ASSERT_TRUE(gate.WaitUntilEntered(3));
  client.Send(CancelMessage(1));
  EXPECT_EQ(client.Read(), ErrorMessageFor(1, ErrorCode::kRequestCancelled));
  gate.Open();
  EXPECT_EQ(client.Read(), ResultMessage("1", {{"passed", true}}));
  EXPECT_EQ(other.Read(), ResultMessage(1, {{"passed", true}}));
}

TEST(CancelRequest, BeforeTheRequestIsIgnored) {
  TestServer server;
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(CancelMessage(1));
  client.Send(RequestMessage(1, "rpc.ping"));
  const auto answer = client.Read();
  ASSERT_TRUE(answer.has_value());
  EXPECT_TRUE(answer->contains("result"));
}

TEST(CancelRequest, InTheSameWriteAsTheRequestGivesOneAnswer) {
  Gate gate;
  TestServer server;
  server.methods().Add(gate.AsMethod("test.wait"));
  server.Start();
  RawClient client(server.pipe_path());
  for (int id = 0; id < 200; ++id) {
    client.Write(HeaderFrame(RequestMessage(id, "test.wait").dump()) + HeaderFrame(CancelMessage(id).dump()));
    ASSERT_EQ(client.Read(), ErrorMessageFor(id, ErrorCode::kRequestCancelled));
  }
}

TEST(CancelRequest, EndsAHandlerThatIsBlockedInARead) {
  for (const auto acts : {service::Acts::kAsService, service::Acts::kAsCaller}) {
    const BlockingPipe pipe;
    Gate entered;
    entered.Open();
    TestServer server;
    server.methods().Add(PublicMethod("test.read", acts, service::Pace::kMayBlock,
                                      [&](const service::Call&) -> service::MethodResult {
                                        entered.PassWhatever();
                                        pipe.ReadByte();
                                        return Json("read");
                                      }));
    server.Start();
    RawClient client(server.pipe_path());
    for (int id = 0; id < 10; ++id) {
      client.Send(RequestMessage(id, "test.read"));
      ASSERT_TRUE(entered.WaitUntilLeft(static_cast<std::size_t>(id) + 1));
      client.Send(CancelMessage(id));
      ASSERT_EQ(client.Read(), ErrorMessageFor(id, ErrorCode::kRequestCancelled));
    }
    pipe.WriteByte();
    EXPECT_EQ(client.Call("test.read").at("result"), "read");
  }
}

// A handler that finishes in spite of the cancel gives a normal result.
TEST(CancelRequest, IgnoredByTheHandlerIsAnsweredWithItsResult) {
  Gate gate;
  TestServer server;
  server.methods().Add(PublicMethod("test.deaf", service::Acts::kAsService, service::Pace::kMayBlock,
                                    [&](const service::Call&) -> service::MethodResult {
                                      gate.PassWhatever();
                                      return Json("done");
                                    }));
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(RequestMessage(1, "test.deaf"));
  ASSERT_TRUE(gate.WaitUntilEntered(1));
  client.Send(CancelMessage(1));
  client.Send(RequestMessage(2, "rpc.none"));
  EXPECT_EQ(client.Read(), ErrorMessageFor(2, ErrorCode::kMethodNotFound));
  gate.Open();
  EXPECT_EQ(client.Read(), ResultMessage(1, "done"));
}

TEST(CancelRequest, KeepsAWaitingBatchItemFromStarting) {
  Gate gate;
  TestServer server;
  server.settings().limits.batch_requests_at_once = 2;
  server.methods().Add(gate.AsMethod("test.wait"));
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(Json::array({RequestMessage(1, "test.wait"), RequestMessage(2, "test.wait"),
                           RequestMessage(3, "test.wait"), RequestMessage(4, "test.wait")}));
  client.Send(CancelMessage(3));
  client.Send(RequestMessage("after", "rpc.none"));
  EXPECT_EQ(client.Read(), ErrorMessageFor("after", ErrorCode::kMethodNotFound));
  gate.Open();
  const auto answers = client.Read();
  ASSERT_TRUE(answers.has_value());
  ASSERT_EQ(answers->size(), 4U);
  EXPECT_EQ(answers->at(0), ErrorMessageFor(3, ErrorCode::kRequestCancelled));
  EXPECT_EQ(gate.entered(), 3U);
}

// A request that was cancelled while it waited for a thread must not run afterwards.
TEST(CancelRequest, KeepsARequestThatWaitsForAThreadFromStarting) {
  Gate gate;
  std::atomic<int> ran = 0;
  TestServer server;
  server.settings().threads.handlers = 1;
  server.methods().Add(gate.AsMethod("test.wait"));
  server.methods().Add(PublicMethod("test.write", service::Acts::kAsService, service::Pace::kMayBlock,
                                    [&](const service::Call&) -> service::MethodResult {
                                      ++ran;
                                      return Json("written");
                                    }));
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(RequestMessage(1, "test.wait"));
  ASSERT_TRUE(gate.WaitUntilEntered(1));
  client.Send(RequestMessage(2, "test.write"));
  client.Send(CancelMessage(2));
  client.Send(RequestMessage("after", "rpc.none"));
  EXPECT_EQ(client.Read(), ErrorMessageFor("after", ErrorCode::kMethodNotFound));
  gate.Open();
  EXPECT_EQ(client.Read(), ResultMessage(1, {{"passed", true}}));
  EXPECT_EQ(client.Read(), ErrorMessageFor(2, ErrorCode::kRequestCancelled));
  EXPECT_EQ(ran, 0);
}

TEST(CancelRequest, NeverAffectsTheThreadsNextWork) {
  const BlockingPipe first;
  const BlockingPipe second;
  Gate entered;
  entered.Open();
  TestServer server;
  server.settings().threads.handlers = 1;
  const auto add_reader = [&](const char* name, const BlockingPipe& pipe) {
    server.methods().Add(PublicMethod(name, service::Acts::kAsService, service::Pace::kMayBlock,
                                      [&](const service::Call&) -> service::MethodResult {
                                        entered.PassWhatever();
                                        pipe.ReadByte();
                                        return Json("read");
                                      }));
  };
  add_reader("test.first", first);
  add_reader("test.second", second);
  server.Start();
  RawClient client(server.pipe_path());
  int cancelled = 0;
  for (std::size_t round = 0; round < 300; ++round) {
    client.Write(HeaderFrame(RequestMessage(1, "test.first").dump()) +
                 HeaderFrame(RequestMessage(2, "test.second").dump()));
    ASSERT_TRUE(entered.WaitUntilLeft(2 * round + 1));
    // The handler ends by itself at about the time when the cancel arrives.
    if (round % 2 == 0) first.WriteByte();
    client.Send(CancelMessage(1));
    if (round % 2 != 0) first.WriteByte();
    const auto answer = client.Read();
    ASSERT_TRUE(answer.has_value());
    ASSERT_EQ(answer->at("id"), 1);
    if (ErrorCodeOf(*answer) == static_cast<int>(ErrorCode::kRequestCancelled)) {
      ++cancelled;
      first.ReadByte();  // the byte that was not read
    } else {
      ASSERT_EQ(*answer, ResultMessage(1, "read"));
    }
    ASSERT_TRUE(entered.WaitUntilLeft(2 * round + 2));
    second.WriteByte();
    ASSERT_EQ(client.Read(), ResultMessage(2, "read")) << "in round " << round;
  }
  RecordProperty("cancelled", cancelled);
}

RunningRequest RequestOfNobody() {
  return RunningRequest({protocol::Id(std::int64_t{1}), "test.method", nullptr}, false,
                        service::CaptureFailure{ERROR_CANT_OPEN_ANONYMOUS, "", true}, nullptr, "audit",
                        RunningRequest::Clock::now(), std::make_shared<service::Settings>());
}

TEST(RunningRequest, IsAnsweredByExactlyOneThread) {
  for (int round = 0; round < 50; ++round) {
    RunningRequest request = RequestOfNobody();
    std::atomic<int> claimed = 0;
    std::array<std::thread, 4> threads;
    for (std::thread& thread : threads) {
      thread = std::thread([&] {
        if (request.ClaimAnswer()) ++claimed;
      });
    }
    for (std::thread& thread : threads) thread.join();
    ASSERT_EQ(claimed, 1);
    ASSERT_TRUE(request.is_answered());
  }
}

TEST(RunningRequest, KeepsTheFirstReasonToStopAndIsStuckOnlyWhileItRuns) {
  RunningRequest request = RequestOfNobody();
  EXPECT_FALSE(request.stop_reason().has_value());
  {
    const RunningRequest::OnThisThread running(request);
    EXPECT_FALSE(request.is_stuck());
    request.Stop(ErrorCode::kDeadlineExceeded);
    request.Stop(ErrorCode::kShuttingDown);
    EXPECT_TRUE(request.is_stuck());
    EXPECT_TRUE(request.stop_token().stop_requested());
  }
  EXPECT_FALSE(request.is_stuck());
  EXPECT_EQ(request.stop_reason(), ErrorCode::kDeadlineExceeded);
}

}  // namespace
}  // namespace onbehalf::test
