#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "gate.h"
#include "growing_deadline.h"
#include "idle_connections.h"
#include "messages.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/win32_error.h"
#include "raw_client.h"
#include "stream_source.h"
#include "support/handle_count.h"
#include "support/patience.h"
#include "support/platform_probe.h"
#include "support/process_usage.h"
#include "test_server.h"

namespace onbehalf::test {
namespace {

using protocol::ErrorCode;
using service::Acts;
using service::Call;
using service::MethodResult;
using service::Pace;
using service::Stream;
using std::chrono::milliseconds;

Json Open(const Json& id, std::string_view method, const Json& token = 0) {
  return RequestMessage(id, method, {{"progressToken", token}});
}

Json PieceMessage(const Json& token, const Json& value) {
  return NotificationMessage("$/progress", {{"token", token}, {"value", value}});
}

// Parameters that deny `node` to the account that these tests run under.
Json DenyOwn(const char* node) {
  return {{"account", win32::Token::FromOwnProcess(TOKEN_QUERY).User().ToString()},
          {"node", node},
          {"rights", {"call"}}};
}

// A stream that calls this for each step.
service::Method StreamOf(std::string name, std::function<Stream::Step(const Call&)> next,
                         std::function<void(service::Waker)> take_waker = {}) {
  class OfFunction final : public Stream {
   public:
    explicit OfFunction(std::function<Step(const Call&)> next) : next_(std::move(next)) {}
    Step Next(const Call& call) override { return next_(call); }

   private:
    const std::function<Step(const Call&)> next_;
  };
  service::Method method = PublicMethod(std::move(name), Acts::kAsCaller, Pace::kMayBlock, nullptr);
  method.stream = [next = std::move(next), take_waker = std::move(take_waker)](
                      const Call&, service::Waker waker) -> service::Result<std::unique_ptr<Stream>> {
    if (take_waker) take_waker(std::move(waker));
    return std::make_unique<OfFunction>(next);
  };
  return method;
}

TEST(Streams, GiveTheirPiecesInOrderAndEndWithTheAnswer) {
  for (const auto acts : {Acts::kAsService, Acts::kAsCaller}) {
    StreamSource source;
    TestServer server;
    server.methods().Add(source.AsMethod("test.watch", acts));
    server.Start();
    RawClient client(server.pipe_path());
    client.Send(Open("s", "test.watch", "t"));
    ASSERT_TRUE(source.WaitUntilOpened(1));
    for (int i = 0; i < 200; ++i) source.Push(i);
    for (int i = 0; i < 200; ++i) ASSERT_EQ(client.Read(), PieceMessage("t", i));
    // While it waits for more, the connection is free for other requests.
    EXPECT_TRUE(client.Call("rpc.ping").contains("result"));
    source.Push("last");
    source.End(Json{{"pieces", 201}});
    EXPECT_EQ(client.Read(), PieceMessage("t", "last"));
    EXPECT_EQ(client.Read(), ResultMessage("s", {{"pieces", 201}}));
    EXPECT_EQ(source.closed(), 1U);
    EXPECT_EQ(source.faults(), 0U);
  }
}

TEST(Streams, AreLimitedPerMethod) {
  StreamSource source;
  StreamSource other;
  TestServer server;
  server.settings().methods.limits["test.watch"].handlers = 2;
  server.methods().Add(source.AsMethod("test.watch"));
  server.methods().Add(other.AsMethod("test.other"));
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(Open(1, "test.watch", "one"));
  client.Send(Open(2, "test.watch", "two"));
  ASSERT_TRUE(source.WaitUntilOpened(2));
  client.Send(Open(3, "test.watch", "three"));
  EXPECT_EQ(client.Read(), ErrorMessageFor(3, ErrorCode::kBusy));
  client.Send(Open(4, "test.other", "four"));
  EXPECT_TRUE(other.WaitUntilOpened(1));
  // A stream that has ended has freed its place by the time its response arrives.
  for (int id = 5; id < 15; ++id) {
    client.Send(CancelMessage(id == 5 ? 1 : id - 1));
    EXPECT_EQ(ErrorCodeOf(client.Read().value()), static_cast<int>(ErrorCode::kRequestCancelled));
    client.Send(Open(id, "test.watch", std::to_string(id)));
    ASSERT_TRUE(source.WaitUntilOpened(static_cast<std::size_t>(id) - 2));
  }
  EXPECT_EQ(source.opened(), 12U);
}

TEST(Streams, WokenByManyThreadsTakeOneTurnAtATime) {
  StreamSource source;
  TestServer server;
  server.methods().Add(source.AsMethod("test.watch", Acts::kAsCaller));
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(Open(1, "test.watch"));
  ASSERT_TRUE(source.WaitUntilOpened(1));
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 250; ++i) source.Push(i);
    });
  }
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(client.Read().value().contains("method"));
  threads.clear();
  source.End(Json("end"));
  EXPECT_EQ(client.Read(), ResultMessage(1, "end"));
  EXPECT_EQ(source.faults(), 0U);
}

TEST(Streams, NeedATokenAndAreOpenedByAPlainRequestOnly) {
  StreamSource source;
  TestServer server;
  server.methods().Add(source.AsMethod("test.watch"));
  server.Start();
  RawClient client(server.pipe_path());
  const Json no_token = ErrorMessageFor(
      1, ErrorCode::kInvalidParams,
      "progressToken: required, because the method is a stream: expected a string or an integer");
  client.Send(RequestMessage(1, "test.watch"));
  EXPECT_EQ(client.Read(), no_token);
  client.Send(RequestMessage(1, "test.watch", Json::array()));
  EXPECT_EQ(client.Read(), no_token);
  client.Send(NotificationMessage("test.watch", {{"progressToken", 1}}));
  client.Send(Json::array({Open(2, "test.watch"), RequestMessage(3, "rpc.none")}));
  EXPECT_EQ(
      client.Read(),
      Json::array({ErrorMessageFor(2, ErrorCode::kInvalidRequest, "A stream cannot be opened in a batch."),
                   ErrorMessageFor(3, ErrorCode::kMethodNotFound)}));
  EXPECT_EQ(source.opened(), 0U);
  std::size_t refused = 0;
  for (const Json& line : server.AuditLines()) {
    if (line.value("method", "") == "test.watch" && line.value("verdict", "") == "refused") ++refused;
  }
  EXPECT_EQ(refused, 4U);
  // By position, as StreamJsonRpc does.
  client.Send(RequestMessage(4, "test.watch", Json::array({17})));
  ASSERT_TRUE(source.WaitUntilOpened(1));
  source.Push("x");
  EXPECT_EQ(client.Read(), PieceMessage(17, "x"));
}

TEST(Streams, ACancelEndsOneThatWaits) {
  StreamSource source;
  TestServer server;
  server.methods().Add(source.AsMethod("test.watch", Acts::kAsCaller));
  server.Start();
  RawClient client(server.pipe_path());
  for (std::size_t round = 0; round < 100; ++round) {
    client.Send(Open(1, "test.watch"));
    if (round % 2 == 0) {
      ASSERT_TRUE(source.WaitUntilOpened(round / 2 + 1));
    }
    client.Send(CancelMessage(1));
    ASSERT_EQ(client.Read(), ErrorMessageFor(1, ErrorCode::kRequestCancelled));
    ASSERT_EQ(source.closed(), source.opened());
  }
  EXPECT_EQ(source.faults(), 0U);
  std::size_t outcomes = 0;
  for (const Json& line : server.AuditLines()) {
    if (line.value("outcome", "") == "RequestCancelled") ++outcomes;
  }
  EXPECT_EQ(outcomes, 100U);
}

// Whatever comes first, there is one response, and no piece after it.
TEST(Streams, ACancelAmongThePiecesIsAnsweredOnceAndLast) {
  std::atomic<std::size_t> turns = 0;
  TestServer server;
  server.methods().Add(EndlessStream("test.endless", 100, turns));
  server.Start();
  RawClient client(server.pipe_path());
  for (int id = 0; id < 200; ++id) {
    client.Send(Open(id, "test.endless", id));
    for (int i = 0; i < id % 7; ++i) ASSERT_TRUE(client.Read().value().contains("method"));
    client.Send(CancelMessage(id));
    for (;;) {
      const auto message = client.Read();
      ASSERT_TRUE(message.has_value());
      if (message->contains("id")) {
        ASSERT_EQ(*message, ErrorMessageFor(id, ErrorCode::kRequestCancelled));
        break;
      }
      ASSERT_EQ(message->at("params").at("token"), id);
    }
    client.Send(RequestMessage("after", "rpc.none"));
    ASSERT_EQ(client.Read(), ErrorMessageFor("after", ErrorCode::kMethodNotFound));
  }
}

TEST(Streams, AFailedStepOrAnUnsendablePieceEndsThem) {
  TestServer server;
  server.settings().limits.response_bytes = 10'000;
  server.methods().Add(StreamOf("test.windows", [](const Call&) -> Stream::Step {
    throw win32::Win32Error(ERROR_FILE_NOT_FOUND, "CreateFileW");
  }));
  server.methods().Add(
      StreamOf("test.other", [](const Call&) -> Stream::Step { throw std::runtime_error("C:\\secret"); }));
  server.methods().Add(StreamOf("test.large", [](const Call&) -> Stream::Step {
    return Stream::Piece{Json(std::string(20'000, 'x'))};
  }));
  server.methods().Add(
      StreamOf("test.bytes", [](const Call&) -> Stream::Step { return Stream::Piece{Json("\xFF")}; }));
  server.methods().Add(StreamOf("test.error", [](const Call&) -> Stream::Step {
    return MethodResult(protocol::Error{ErrorCode::kBusy, "later", nullptr});
  }));
  server.Start();
  RawClient client(server.pipe_path());
  for (const auto& [method, code] :
       {std::pair("test.windows", ErrorCode::kWindowsError),
        std::pair("test.other", ErrorCode::kInternalError), std::pair("test.large", ErrorCode::kTooLarge),
        std::pair("test.bytes", ErrorCode::kInternalError), std::pair("test.error", ErrorCode::kBusy)}) {
    client.Send(Open(1, method));
    const auto answer = client.Read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(ErrorCodeOf(*answer), static_cast<int>(code)) << *answer;
    EXPECT_EQ(answer->dump().find("secret"), std::string::npos);
  }
}

TEST(Streams, MayBeWokenAfterTheirEnd) {
  std::vector<service::Waker> wakers;
  TestServer server;
  server.methods().Add(StreamOf(
      "test.short", [](const Call&) -> Stream::Step { return MethodResult(Json("end")); },
      [&](service::Waker waker) { wakers.push_back(std::move(waker)); }));
  server.Start();
  {
    RawClient client(server.pipe_path());
    for (int id = 0; id < 10; ++id) {
      client.Send(Open(id, "test.short"));
      ASSERT_EQ(client.Read(), ResultMessage(id, "end"));
      for (const service::Waker& waker : wakers) waker();
    }
  }
  server.server().Stop();
  for (const service::Waker& waker : wakers) waker();
  EXPECT_EQ(wakers.size(), 10U);
}

// A slow reader pauses only its own stream.
TEST(Streams, ASlowReaderSlowsOnlyItself) {
  constexpr std::size_t kFill = 8 * 1024;
  constexpr std::size_t kQueue = 64 * 1024;
  std::atomic<std::size_t> slow_turns = 0;
  std::atomic<std::size_t> quick_turns = 0;
  TestServer server;
  server.settings().limits.progress_queue_bytes = kQueue;
  server.settings().limits.write_timeout = std::chrono::hours(1);  // longer than this test takes
  server.settings().threads.handlers = 2;
  server.methods().Add(EndlessStream("test.slow", kFill, slow_turns));
  server.methods().Add(EndlessStream("test.quick", kFill, quick_turns));
  server.Start();
  RawClient quick(server.pipe_path());
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < 8; ++i) {
    slow.push_back(std::make_unique<RawClient>(server.pipe_path()));
    slow.back()->Send(Open(1, "test.slow"));
  }
  quick.Send(Open(1, "test.quick"));
  for (std::size_t i = 0; i < 2'000; ++i) {
    const auto piece = quick.Read();
    ASSERT_TRUE(piece.has_value());
    ASSERT_EQ(piece->at("params").at("value").at("n"), i);
  }
  // What may be queued and what the pipe holds (the system chooses its size, a multiple of the
  // requested one).
  EXPECT_LE(slow_turns, 8 * (kQueue / kFill + 64));
  // A paused stream holds no thread: both are free for handlers.
  RawClient other(server.pipe_path());
  EXPECT_TRUE(other.Call("identity.whoami").contains("result"));
  // They continue where they stopped.
  for (auto& client : slow) {
    for (std::size_t i = 0; i < 200; ++i) {
      const auto piece = client->Read();
      ASSERT_TRUE(piece.has_value());
      ASSERT_EQ(piece->at("params").at("value").at("n"), i);
    }
  }
}

TEST(Streams, ForAClientThatNeverReadsEndWithItsConnection) {
  StreamSource source;
  TestServer server;
  server.settings().limits.write_timeout = milliseconds(300);
  server.settings().limits.progress_queue_bytes = 64 * 1024;
  server.methods().Add(source.AsMethod("test.watch", Acts::kAsCaller));
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(Open(1, "test.watch"));
  ASSERT_TRUE(source.WaitUntilOpened(1));
  for (int i = 0; i < 100; ++i) source.Push(std::string(64 * 1024, 'x'));
  EXPECT_TRUE(source.WaitUntilClosed(1));
  EXPECT_EQ(source.faults(), 0U);
}

// Opens the stream and calls a handler that ends at its deadline, which is later than that of the request
// that opens the stream. False if the stream's request has reached its deadline.
bool OutlivesTheDeadline(RawClient& client, StreamSource& source, const char* stream, const char* handler) {
  client.Send(Open("s", stream, "s"));
  client.Send(RequestMessage("h", handler));
  const auto first = client.Read();
  if (first == ErrorMessageFor("s", ErrorCode::kDeadlineExceeded)) {
    EXPECT_EQ(client.Read(), ErrorMessageFor("h", ErrorCode::kDeadlineExceeded));
    return false;
  }
  EXPECT_EQ(first, ErrorMessageFor("h", ErrorCode::kDeadlineExceeded));
  source.Push("still there");
  return client.Read() == PieceMessage("s", "still there");
}

TEST(Streams, HaveNoDeadlineAndTheirConnectionsAreNotIdle) {
  StreamSource source;
  Gate gate;
  TestServer server;
  server.methods().Add(source.AsMethod("test.watch"));
  server.methods().Add(gate.AsMethod("test.wait"));
  server.Start();
  RawClient client(server.pipe_path());
  ASSERT_TRUE(WithGrowingDeadline(
      server, [&](milliseconds) { return OutlivesTheDeadline(client, source, "test.watch", "test.wait"); }));
  ExpectIdleConnectionsToBeClosed(server);
  source.Push("and still");
  EXPECT_EQ(client.Read(), PieceMessage("s", "and still"));
  EXPECT_EQ(server.server().Connections().size(), 1U);
}

TEST(Streams, OneTooManyForAnAccountIsBusyAndTakesNoHandlersPlace) {
  StreamSource source;
  Gate gate;
  TestServer server;
  server.settings().limits.streams_per_account = 3;
  server.settings().limits.handlers_per_account = 2;
  server.methods().Add(source.AsMethod("test.watch"));
  server.methods().Add(gate.AsMethod("test.wait"));
  server.Start();
  RawClient client(server.pipe_path());
  RawClient other(server.pipe_path());
  for (int id = 0; id < 2; ++id) client.Send(Open(id, "test.watch"));
  other.Send(Open(2, "test.watch"));
  ASSERT_TRUE(source.WaitUntilOpened(3));
  other.Send(Open(3, "test.watch"));
  EXPECT_EQ(other.Read(), ErrorMessageFor(3, ErrorCode::kBusy));
  for (int id = 10; id < 12; ++id) other.Send(RequestMessage(id, "test.wait"));
  ASSERT_TRUE(gate.WaitUntilEntered(2));
  // A caller that has the response to a cancel may open the next one.
  for (int round = 0; round < 50; ++round) {
    client.Send(CancelMessage(1));
    ASSERT_EQ(client.Read(), ErrorMessageFor(1, ErrorCode::kRequestCancelled));
    client.Send(Open(1, "test.watch"));
    ASSERT_TRUE(source.WaitUntilOpened(4 + static_cast<std::size_t>(round)));
  }
  gate.Open();
}

TEST(Streams, EndWhenThePolicyNoLongerAllowsThem) {
  constexpr std::size_t kStreams = 64;
  StreamSource denied;
  StreamSource allowed;
  TestServer server;
  server.settings().limits.streams_per_account = kStreams + 1;
  server.methods().Add(denied.AsMethod("test.denied", Acts::kAsCaller));
  server.methods().Add(allowed.AsMethod("test.allowed", Acts::kAsCaller));
  server.Start();
  RawClient administrator(server.pipe_path());
  std::array<std::unique_ptr<RawClient>, 4> clients;
  for (std::size_t c = 0; c < clients.size(); ++c) {
    clients[c] = std::make_unique<RawClient>(server.pipe_path());
    for (std::size_t id = 0; id < kStreams / clients.size(); ++id)
      clients[c]->Send(Open(id, "test.denied", id));
  }
  RawClient other(server.pipe_path());
  other.Send(Open(1, "test.allowed"));
  ASSERT_TRUE(denied.WaitUntilOpened(kStreams));
  ASSERT_TRUE(allowed.WaitUntilOpened(1));

  ASSERT_TRUE(administrator.Call("access.deny", DenyOwn("test.denied")).contains("result"));
  std::set<std::string> request_ids;
  for (auto& client : clients) {
    for (std::size_t i = 0; i < kStreams / clients.size(); ++i) {
      const auto answer = client->Read();
      ASSERT_TRUE(answer.has_value());
      ASSERT_EQ(ErrorCodeOf(*answer), static_cast<int>(ErrorCode::kAccessDenied)) << *answer;
      request_ids.insert(answer->at("error").at("data").at("requestId").get<std::string>());
    }
  }
  EXPECT_EQ(request_ids.size(), kStreams);
  EXPECT_EQ(denied.closed(), kStreams);
  EXPECT_EQ(denied.faults(), 0U);
  // The other stream's access was checked again, and it continues.
  allowed.Push("still there");
  EXPECT_EQ(other.Read(), PieceMessage(0, "still there"));

  // Each was allowed, then denied by the new ACE, and that was its outcome.
  for (const std::string& id : request_ids) {
    std::vector<Json> lines;
    for (const Json& line : server.AuditLines()) {
      if (line.value("request", "") == id) lines.push_back(line);
    }
    ASSERT_EQ(lines.size(), 3U) << id;
    EXPECT_EQ(lines[0].at("verdict"), "allowed");
    EXPECT_EQ(lines[1].at("verdict"), "denied");
    EXPECT_EQ(lines[1].at("node"), "test.denied");
    EXPECT_EQ(lines[1].at("reason"), "AccessDenied");
    EXPECT_NE(lines[1].at("entry").get<std::string>().find("(D;"), std::string::npos) << lines[1];
    EXPECT_EQ(lines[2].at("outcome"), "AccessDenied");
    if (id != *request_ids.begin()) break;  // reading the audit for all of them takes too long
  }
}

// Once the change has been answered, a denied stream sends no piece and takes no turn.
TEST(Streams, ADenialEndsOneThatIsAlwaysBusy) {
  std::atomic<std::size_t> turns = 0;
  TestServer server;
  server.methods().Add(EndlessStream("test.endless", 100, turns));
  server.Start();
  RawClient administrator(server.pipe_path());
  RawClient client(server.pipe_path());
  client.Send(Open(1, "test.endless"));
  ASSERT_TRUE(client.Read().has_value());
  std::jthread reading([&] {
    for (;;) {
      const auto message = client.Read();
      ASSERT_TRUE(message.has_value());
      if (!message->contains("id")) continue;
      EXPECT_EQ(ErrorCodeOf(*message), static_cast<int>(ErrorCode::kAccessDenied));
      return;
    }
  });
  ASSERT_TRUE(administrator.Call("access.deny", DenyOwn("test.endless")).contains("result"));
  reading.join();
  const std::size_t at_end = turns;
  EXPECT_TRUE(client.Call("rpc.ping").contains("result"));
  EXPECT_EQ(turns, at_end);
}

// What a step finds before the denial is not sent after it, whether a piece or the result.
TEST(Streams, ADenialDuringAStepDiscardsItsResult) {
  for (const bool is_last : {false, true}) {
    Gate gate;
    TestServer server;
    server.methods().Add(StreamOf("test.secret", [&](const Call&) -> Stream::Step {
      gate.PassWhatever();
      if (is_last) return MethodResult(Json("secret"));
      return Stream::Piece{Json("secret")};
    }));
    server.Start();
    RawClient administrator(server.pipe_path());
    RawClient client(server.pipe_path());
    client.Send(Open(1, "test.secret"));
    ASSERT_TRUE(gate.WaitUntilEntered(1));
    ASSERT_TRUE(administrator.Call("access.deny", DenyOwn("test.secret")).contains("result"));
    gate.Open();
    const auto answer = client.Read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(ErrorCodeOf(*answer), static_cast<int>(ErrorCode::kAccessDenied)) << *answer;
  }
}

TEST(Streams, EndAtOnceWhenTheServiceStops) {
  StreamSource source;
  std::atomic<std::size_t> turns = 0;
  TestServer server;
  server.methods().Add(source.AsMethod("test.watch", Acts::kAsCaller));
  server.methods().Add(EndlessStream("test.endless", 1'000, turns));
  server.Start();
  RawClient client(server.pipe_path());
  RawClient slow(server.pipe_path());
  for (int id = 0; id < 8; ++id) client.Send(Open(id, "test.watch", id));
  ASSERT_TRUE(source.WaitUntilOpened(8));
  slow.Send(Open(1, "test.endless"));
  ASSERT_TRUE(slow.Read().has_value());
  std::jthread reading([&] {
    for (;;) {
      const auto message = slow.Read();
      ASSERT_TRUE(message.has_value());
      if (!message->contains("id")) continue;
      EXPECT_EQ(*message, ErrorMessageFor(1, ErrorCode::kShuttingDown));
      return;
    }
  });
  const auto begun = std::chrono::steady_clock::now();
  server.server().Stop();
  // Less than the grace time, which is kPatience.
  EXPECT_LT(std::chrono::steady_clock::now() - begun, kPatience / 2);
  for (int i = 0; i < 8; ++i) {
    const auto answer = client.Read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(*answer, ErrorMessageFor(answer->at("id"), ErrorCode::kShuttingDown));
  }
  EXPECT_TRUE(client.IsClosedByServer());
  EXPECT_EQ(source.closed(), 8U);
  EXPECT_EQ(source.faults(), 0U);
}

TEST(Streams, EndWithTheirConnection) {
  StreamSource source;
  std::atomic<std::size_t> turns = 0;
  TestServer server;
  constexpr std::size_t kMax = 128;  // fewer than are opened in total, and more than are closing at one time
  server.settings().limits.streams_per_account = kMax;
  server.methods().Add(source.AsMethod("test.watch", Acts::kAsCaller));
  server.methods().Add(EndlessStream("test.endless", 10'000, turns));
  server.Start();
  for (std::size_t round = 1; round <= 30; ++round) {
    RawClient client(server.pipe_path());
    for (int id = 0; id < 4; ++id) client.Send(Open(id, "test.watch", id));
    for (int id = 4; id < 8; ++id) client.Send(Open(id, "test.endless", id));
    ASSERT_TRUE(source.WaitUntilOpened(4 * round));
    if (round % 2 == 0) {
      server.server().Disconnect(server.server().Connections().front().id);
    }
  }
  EXPECT_TRUE(source.WaitUntilClosed(120));
  EXPECT_EQ(source.faults(), 0U);
  // Every place is free as soon as the last turns have ended.
  server.server().Stop();
  const std::size_t at_end = turns;
  server.Start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (std::size_t i = 0; i < kMax; ++i) {
    if (i % 32 == 0) clients.push_back(std::make_unique<RawClient>(server.pipe_path()));
    clients.back()->Send(Open(i, "test.watch"));
  }
  EXPECT_TRUE(source.WaitUntilOpened(120 + kMax));
  EXPECT_EQ(turns, at_end);
}

// What ends the connection ends its streams: nothing else would, and nothing would notice that the client is
// gone.
TEST(Streams, EndWhenTheirConnectionAcceptsNoMoreRequests) {
  StreamSource source;
  TestServer server;
  // Enough for a few that are about to free their places, and far fewer than are opened in total.
  server.settings().limits.streams_per_account = 8;
  server.methods().Add(source.AsMethod("test.watch", Acts::kAsCaller));
  server.Start();
  const std::array<std::string, 2> ends = {"Content-Length: none\r\n\r\n",
                                           HeaderFrame(Json{{"jsonrpc", "2.0"}, {"method", 5}}.dump())};
  std::size_t opened = 0;
  const auto rounds = [&](int count) {
    for (int round = 0; round < count; ++round) {
      for (const std::string& end : ends) {
        RawClient client(server.pipe_path());
        for (int id = 0; id < 2; ++id) client.Send(Open(id, "test.watch", id));
        opened += 2;
        ASSERT_TRUE(source.WaitUntilOpened(opened));
        client.Write(end);
        if (round % 2 == 0) {
          const auto error = client.Read();
          ASSERT_TRUE(error.has_value());
          EXPECT_TRUE(error->at("id").is_null());
          for (int i = 0; i < 2; ++i) {
            const auto answer = client.Read();
            ASSERT_TRUE(answer.has_value());
            EXPECT_EQ(*answer, ErrorMessageFor(answer->at("id"), ErrorCode::kRequestCancelled));
          }
          EXPECT_TRUE(client.IsClosedByServer());
        }
        ASSERT_TRUE(source.WaitUntilClosed(opened));
        // The client may see the end before the table does.
        while (!server.server().Connections().empty()) std::this_thread::yield();
      }
    }
  };
  rounds(4);
  const std::size_t handles = OpenHandleCount();
  rounds(20);
  EXPECT_LE(OpenHandleCount(), handles + 8);
  EXPECT_EQ(source.faults(), 0U);
}

// A stream may never end, so nothing may wait for it.
TEST(Streams, AreNotWaitedForByABatch) {
  StreamSource source;
  Gate gate;
  TestServer server;
  server.settings().limits.batch_requests_at_once = 1;
  server.settings().limits.handlers_per_account = 1;
  server.methods().Add(source.AsMethod("test.watch"));
  server.methods().Add(gate.AsMethod("test.wait"));
  server.Start();
  RawClient client(server.pipe_path());
  RawClient other(server.pipe_path());
  client.Send(Open("s", "test.watch"));
  ASSERT_TRUE(source.WaitUntilOpened(1));
  client.Send(Json::array({RequestMessage(1, "rpc.none"), RequestMessage(2, "rpc.none")}));
  EXPECT_EQ(client.Read(), Json::array({ErrorMessageFor(1, ErrorCode::kMethodNotFound),
                                        ErrorMessageFor(2, ErrorCode::kMethodNotFound)}));
  // Another connection uses the account's only handler, so no request of this connection that ends frees a
  // place.
  other.Send(RequestMessage("w", "test.wait"));
  ASSERT_TRUE(gate.WaitUntilEntered(1));
  client.Send(Json::array({RequestMessage(3, "test.wait")}));
  EXPECT_EQ(client.Read(), Json::array({ErrorMessageFor(3, ErrorCode::kBusy)}));
  gate.Open();
  EXPECT_EQ(other.Read(), ResultMessage("w", {{"passed", true}}));
}

TEST(Streams, AThousandOpenedAndCancelledLeakNothing) {
  StreamSource source;
  TestServer server;
  server.settings().threads.handlers = 8;
  server.methods().Add(source.AsMethod("test.watch", Acts::kAsCaller));
  server.Start();
  RawClient client(server.pipe_path());
  const auto rounds = [&](int count) {
    for (int i = 0; i < count; ++i) {
      client.Send(Open(i, "test.watch"));
      client.Send(CancelMessage(i));
      ASSERT_EQ(client.Read(), ErrorMessageFor(i, ErrorCode::kRequestCancelled));
    }
  };
  rounds(100);
  const std::size_t handles = OpenHandleCount();
  const std::size_t threads = ThreadsOfThisProcess();
  const std::size_t bytes = PrivateBytes();
  rounds(1'000);
  EXPECT_LE(OpenHandleCount(), handles + 8);
  EXPECT_LE(ThreadsOfThisProcess(), threads + 8);
  EXPECT_EQ(source.closed(), source.opened());
  EXPECT_EQ(source.faults(), 0U);
  ONBEHALF_SKIP_WITHOUT("a count of the process's private bytes", PrivateBytesAreCounted());
  EXPECT_LE(PrivateBytes(), bytes + 4 * 1024 * 1024);
}

// ---- Methods with a stream and a handler ----

// Opens a stream of `source` for a request with a token, and otherwise answers at `gate`.
service::Method OptionalStream(std::string name, StreamSource& source, Gate& gate) {
  service::Method method = source.AsMethod(name, Acts::kAsCaller);
  method.handler = [inner = gate.AsMethod(std::move(name)).handler](const Call& call) -> MethodResult {
    MethodResult result = inner(call);
    if (result.ok()) {
      (*result)["as caller"] = win32::Token::FromThread(TOKEN_QUERY).has_value();
      (*result)["has deadline"] = call.deadline != std::chrono::steady_clock::time_point::max();
      (*result)["progress wanted"] = call.progress.wanted();
    }
    return result;
  };
  return method;
}
const Json kHandlersAnswer{
    {"passed", true}, {"as caller", true}, {"has deadline", true}, {"progress wanted", false}};

TEST(OptionalStreams, AreOpenedByATokenAndOtherwiseTheHandlerAnswers) {
  StreamSource source;
  Gate gate;
  gate.Open();
  TestServer server;
  server.methods().Add(OptionalStream("test.rows", source, gate));
  server.Start();
  RawClient client(server.pipe_path());
  for (const Json& params :
       {Json(), Json::object(), Json::array(), Json{{"progressToken", nullptr}}, Json::array({nullptr})}) {
    client.Send(RequestMessage(1, "test.rows", params));
    EXPECT_EQ(client.Read(), ResultMessage(1, kHandlersAnswer)) << params;
  }
  EXPECT_EQ(source.opened(), 0U);
  std::size_t opened = 0;
  for (const Json& params : {Json{{"progressToken", "t"}}, Json::array({"t"})}) {
    client.Send(RequestMessage("s", "test.rows", params));
    ASSERT_TRUE(source.WaitUntilOpened(++opened));
    source.Push(opened);
    EXPECT_EQ(client.Read(), PieceMessage("t", opened));
    // The handler answers the others in the meantime.
    EXPECT_EQ(client.Call("test.rows").at("result"), kHandlersAnswer);
    client.Send(CancelMessage("s"));
    EXPECT_EQ(client.Read(), ErrorMessageFor("s", ErrorCode::kRequestCancelled));
  }
  client.Send(Open("s", "test.rows", 1.5));
  EXPECT_EQ(
      client.Read(),
      ErrorMessageFor(
          "s", ErrorCode::kInvalidParams,
          "progressToken: expected a string or an integer of at most 1024 characters, got another number"));
  EXPECT_EQ(source.faults(), 0U);
}

// A request that cannot open a stream gets the whole result, even if it has a token.
TEST(OptionalStreams, InABatchOrANotificationTheHandlerRuns) {
  StreamSource source;
  Gate gate;
  gate.Open();
  TestServer server;
  server.methods().Add(OptionalStream("test.rows", source, gate));
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(Json::array({Open(1, "test.rows"), RequestMessage(2, "test.rows")}));
  auto answers = client.Read();
  ASSERT_TRUE(answers && answers->is_array() && answers->size() == 2) << answers.value_or(nullptr);
  for (const Json& answer : *answers) EXPECT_EQ(answer, ResultMessage(answer.at("id"), kHandlersAnswer));
  client.Send(NotificationMessage("test.rows", {{"progressToken", 1}}));
  ASSERT_TRUE(gate.WaitUntilLeft(3));
  client.Send(Json::array({NotificationMessage("test.rows", {{"progressToken", 1}})}));
  ASSERT_TRUE(gate.WaitUntilLeft(4));
  // Nothing but the responses has come.
  client.Send(RequestMessage(3, "test.rows"));
  EXPECT_EQ(client.Read(), ResultMessage(3, kHandlersAnswer));
  EXPECT_EQ(source.opened(), 0U);
}

TEST(OptionalStreams, CountAsAStreamOrAHandlerAsTheyRun) {
  StreamSource source;
  Gate gate;
  TestServer server;
  server.settings().limits.streams_per_account = 1;
  server.settings().limits.handlers_per_account = 1;
  server.methods().Add(OptionalStream("test.rows", source, gate));
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(Open("s", "test.rows"));
  ASSERT_TRUE(source.WaitUntilOpened(1));
  client.Send(RequestMessage("h", "test.rows"));
  ASSERT_TRUE(gate.WaitUntilEntered(1));
  client.Send(Open("s2", "test.rows"));
  EXPECT_EQ(client.Read(), ErrorMessageFor("s2", ErrorCode::kBusy));
  client.Send(RequestMessage("h2", "test.rows"));
  EXPECT_EQ(client.Read(), ErrorMessageFor("h2", ErrorCode::kBusy));
  // The end of one does not free a place for the other.
  gate.Open();
  EXPECT_EQ(client.Read(), ResultMessage("h", kHandlersAnswer));
  client.Send(Open("s2", "test.rows"));
  EXPECT_EQ(client.Read(), ErrorMessageFor("s2", ErrorCode::kBusy));
  client.Send(CancelMessage("s"));
  EXPECT_EQ(client.Read(), ErrorMessageFor("s", ErrorCode::kRequestCancelled));
  client.Send(Open("s2", "test.rows"));
  ASSERT_TRUE(source.WaitUntilOpened(2));
  EXPECT_EQ(source.faults(), 0U);
}

// Only the handler has the deadline.
TEST(OptionalStreams, HaveADeadlineOnlyInTheHandler) {
  StreamSource source;
  Gate gate;
  TestServer server;
  server.methods().Add(OptionalStream("test.rows", source, gate));
  server.Start();
  RawClient client(server.pipe_path());
  // Until the stream is open, its request has the deadline too.
  ASSERT_TRUE(WithGrowingDeadline(
      server, [&](milliseconds) { return OutlivesTheDeadline(client, source, "test.rows", "test.rows"); }));
}

// ---- audit.follow ----

TEST(AuditFollow, SendsTheNewestRecordsAndThenEachAsItIsWritten) {
  TestServer server;
  server.Start();
  RawClient client(server.pipe_path());
  RawClient other(server.pipe_path());
  other.Call("rpc.ping");
  client.Send(RequestMessage("f", "audit.follow", {{"method", "rpc.ping"}, {"progressToken", 1}}));
  const auto lines_of = [&](std::size_t at_least) {
    std::vector<Json> lines;
    while (lines.size() < at_least) {
      const auto piece = client.Read();
      if (!piece || !piece->contains("method")) break;
      EXPECT_FALSE(piece->at("params").at("value").at("cursor").get<std::string>().empty());
      for (const Json& line : piece->at("params").at("value").at("lines")) lines.push_back(line);
    }
    return lines;
  };
  ASSERT_EQ(lines_of(2).size(), 2U);
  for (int round = 0; round < 50; ++round) {
    other.Call("rpc.ping");
    other.Call("rpc.none");
    const std::vector<Json> lines = lines_of(2);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].at("event"), "decision");
    EXPECT_EQ(lines[1].at("event"), "outcome");
    EXPECT_EQ(lines[0].at("request"), lines[1].at("request"));
  }
  client.Send(CancelMessage("f"));
  EXPECT_EQ(client.Read(), ErrorMessageFor("f", ErrorCode::kRequestCancelled));
}

// It sees the record of its own opening and of its own end, but not of what it sends.
TEST(AuditFollow, DoesNotFollowItself) {
  TestServer server;
  server.Start();
  RawClient client(server.pipe_path());
  client.Send(RequestMessage("f", "audit.follow", {{"progressToken", 1}}));
  const auto piece = client.Read();
  ASSERT_TRUE(piece.has_value());
  const Json& lines = piece->at("params").at("value").at("lines");
  ASSERT_EQ(lines.size(), 1U) << lines;
  EXPECT_EQ(lines[0].at("method"), "audit.follow");
  // Anything it had to send would come before the response to this request, whose record it follows.
  RawClient other(server.pipe_path());
  ASSERT_TRUE(other.Call("rpc.ping").contains("result"));
  std::vector<std::string> methods;
  while (methods.size() < 2) {
    const auto next = client.Read();
    ASSERT_TRUE(next.has_value());
    for (const Json& line : next->at("params").at("value").at("lines")) {
      methods.push_back(line.at("method").get<std::string>());
    }
  }
  EXPECT_EQ(methods, (std::vector<std::string>{"rpc.ping", "rpc.ping"}));
}

TEST(AuditFollow, ContinuesAfterACursorInPiecesOfALimit) {
  TestServer server;
  server.Start();
  RawClient client(server.pipe_path());
  client.Call("rpc.ping");
  const std::string cursor = client.Call("audit.read").at("result").at("cursor").get<std::string>();
  for (int i = 0; i < 10; ++i) client.Call("rpc.none");  // one record each: the refusal
  client.Send(RequestMessage(
      "f", "audit.follow",
      {{"after", cursor}, {"limit", 3}, {"denied", false}, {"method", "rpc.none"}, {"progressToken", "t"}}));
  for (const std::size_t size : {3U, 3U, 3U, 1U}) {
    const auto piece = client.Read();
    ASSERT_TRUE(piece.has_value());
    EXPECT_EQ(piece->at("params").at("value").at("lines").size(), size) << *piece;
  }
  for (const auto& [params, message] :
       {std::pair(Json{{"after", "none"}, {"progressToken", 1}}, "after: not a valid audit.read cursor"),
        std::pair(Json{{"account", "no such account"}, {"progressToken", 1}},
                  "account: no account has this name or SID")}) {
    client.Send(RequestMessage("g", "audit.follow", params));
    EXPECT_EQ(client.Read(), ErrorMessageFor("g", ErrorCode::kInvalidParams, message));
  }
}

// Neither many records nor a long one make a piece larger than a response may be.
TEST(AuditFollow, KeepsToTheLimitOfAResponse) {
  TestServer server;
  server.settings().limits.response_bytes = 8 * 1024;
  server.Start();
  RawClient client(server.pipe_path());
  const std::string cursor =
      client.Call("audit.read", {{"limit", 1}}).at("result").at("cursor").get<std::string>();
  for (int i = 0; i < 50; ++i) client.Call("rpc.none");
  ASSERT_TRUE(server.audit().Record(
      service::AuditPolicyChange{"p", nullptr, "file", std::nullopt, std::string(20'000, 'x'), 2}));
  client.Call("rpc.none");
  client.Send(RequestMessage("f", "audit.follow", {{"after", cursor}, {"progressToken", 1}}));
  std::size_t refusals = 0;
  std::size_t shortened = 0;
  while (refusals < 51) {
    const auto piece = client.Read();
    ASSERT_TRUE(piece && piece->contains("method")) << piece.value_or(nullptr);
    for (const Json& line : piece->at("params").at("value").at("lines")) {
      if (line.value("method", "") == "rpc.none") ++refusals;
      if (line.value("event", "") == "unreadable") ++shortened;
    }
  }
  EXPECT_EQ(shortened, 1U);
}

// Each step scans a bounded number of records; matching ones may come after that.
TEST(AuditFollow, SkipsRecordsThatDoNotMatch) {
  TestServer server;
  server.Start();
  RawClient client(server.pipe_path());
  for (int i = 0; i < 12; ++i) {
    ASSERT_TRUE(server.audit().Record(
        service::AuditPolicyChange{"p", nullptr, "file", std::nullopt, std::string(1024 * 1024, 'x'), 2}));
  }
  client.Call("rpc.none");
  client.Send(
      RequestMessage("f", "audit.follow", {{"after", ""}, {"method", "rpc.none"}, {"progressToken", 1}}));
  const auto piece = client.Read();
  ASSERT_TRUE(piece.has_value());
  EXPECT_EQ(piece->at("params").at("value").at("lines").size(), 1U) << *piece;
}

TEST(AuditFollow, EndsWhenAccessIsRevoked) {
  TestServer server;
  server.Start();
  RawClient administrator(server.pipe_path());
  RawClient client(server.pipe_path());
  client.Send(RequestMessage("f", "audit.follow", {{"method", "no.such"}, {"progressToken", 1}}));
  ASSERT_TRUE(client.Call("rpc.ping").contains("result"));
  ASSERT_TRUE(administrator.Call("access.deny", DenyOwn("audit.follow")).contains("result"));
  const auto answer = client.Read();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(ErrorCodeOf(*answer), static_cast<int>(ErrorCode::kAccessDenied)) << *answer;
}

}  // namespace
}  // namespace onbehalf::test
