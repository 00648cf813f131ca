#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "forms.h"
#include "onbehalf/pipe/client.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/win32_error.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::pipe {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLimit = 8 << 20;

// Answers each message of each client with as many bytes as its text says, until it is destroyed.
class Answerer {
 public:
  Answerer() : server_(test::UniquePipeName()), thread_([this] { Serve(); }) {}
  ~Answerer() {
    server_.Stop();
    thread_.join();
  }
  const Server& server() const { return server_; }

 private:
  void Serve() {
    std::string request;
    while (Accepted accepted = server_.Accept()) {
      while (accepted.client->ReadMessage(request, 100, Soon())) {
        if (!accepted.client->Write(std::string(std::stoul(request), 'a'), Soon())) break;
      }
    }
  }
  Server server_;
  std::thread thread_;
};

TEST(CallTest, ReturnsTheWholeAnswerWhateverItsSize) {
  const Answerer answerer;
  ClientEnd client = OpenTo(answerer.server());
  for (const std::size_t size : {0U, 1U, 16383U, 16384U, 16385U, 100000U, 4U << 20}) {
    std::string answer = "old";
    const IoResult result = client.Call(std::to_string(size), answer, size == 0 ? 1 : size, Soon());
    EXPECT_EQ(result.status, Status::kOk) << size << ": " << result.code;
    EXPECT_EQ(result.bytes, size);
    EXPECT_EQ(answer, std::string(size, 'a'));
  }
}

TEST(CallTest, AnAnswerBeyondTheLimitIsTooLargeAndTheRestCanBeRead) {
  const Answerer answerer;
  ClientEnd client = OpenTo(answerer.server());
  for (const std::size_t limit : {std::size_t{10}, std::size_t{16384}, std::size_t{100000}}) {
    std::string answer;
    const IoResult result = client.Call(std::to_string(limit + 3), answer, limit, Soon());
    EXPECT_EQ(result.status, Status::kTooLarge);
    EXPECT_EQ(result.code, static_cast<std::uint32_t>(ERROR_MORE_DATA));
    EXPECT_EQ(result.bytes, limit);
    EXPECT_EQ(answer.size(), limit);
    EXPECT_TRUE(client.ReadMessage(answer, 10, Soon()));
    EXPECT_EQ(answer, "aaa");
  }
}

TEST(CallTest, AnUnreadMessageMakesThePipeBusy) {
  Connection pipe;
  ASSERT_TRUE(pipe.served.Write("unread", Soon()));
  std::string answer;
  EXPECT_EQ(ErrorOf([&] { pipe.client.Call("1", answer, kLimit, Soon()); }),
            static_cast<std::uint32_t>(ERROR_PIPE_BUSY));
  EXPECT_EQ(ReadText(pipe.client), "unread");
}

TEST(CallTest, NeedsTheMessageReadMode) {
  Connection pipe;
  ClientEnd bytes = OpenTo(pipe.server, Kind::kByte);
  std::string answer;
  EXPECT_EQ(ErrorOf([&] { bytes.Call("1", answer, kLimit, Clock::now() + 100ms); }),
            static_cast<std::uint32_t>(ERROR_BAD_PIPE));
}

TEST(CallTest, EndsAtItsDeadlineWithTheStopEventAndWhenThePeerCloses) {
  Connection pipe;
  std::string answer;
  EXPECT_EQ(pipe.client.Call("mute", answer, kLimit, Clock::now() + 20ms).status, Status::kTimeout);
  StopEvent stop;
  stop.Set();
  EXPECT_EQ(pipe.client.Call("mute", answer, kLimit, Soon(), stop.native()).status, Status::kStopped);
  auto call =
      std::async(std::launch::async, [&] { return pipe.client.Call("mute", answer, kLimit, Soon()); });
  std::string request;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(pipe.served.ReadMessage(request, 10, Soon()));
  pipe.served.Close();
  const IoResult result = Get(std::move(call));
  EXPECT_EQ(result.status, Status::kClosed) << result.code;
}

TEST(CallTest, OnAConnectionOfItsOwn) {
  const Answerer answerer;
  ConnectOptions options;
  options.check = AnyServer();
  std::string answer;
  for (int i = 0; i < 20; ++i) {
    const IoResult result = Call(answerer.server().path(), "70000", answer, kLimit, options, Soon());
    ASSERT_TRUE(result) << result.code;
    ASSERT_EQ(answer.size(), 70000U);
  }
}

TEST(CallTest, APipeThatDoesNotExistIsNotFound) {
  std::string answer;
  EXPECT_EQ(ErrorOf([&] { Call(test::UniquePipeName(), "1", answer, kLimit, {}, Soon()); }),
            static_cast<std::uint32_t>(ERROR_FILE_NOT_FOUND));
}

TEST(CallTest, ABusyPipeIsWaitedForUntilTheDeadline) {
  Server server(test::UniquePipeName(), {.max_clients = 1});
  const ClientEnd first = OpenTo(server);
  Accepted accepted = server.Accept(Soon());
  std::string answer;
  ConnectOptions options;
  options.check = AnyServer();
  EXPECT_EQ(ErrorOf([&] { Call(server.path(), "1", answer, kLimit, options, Clock::now() + 50ms); }),
            static_cast<std::uint32_t>(ERROR_PIPE_BUSY));
}

// ---- Which server ----

ConnectOptions Checking(ServerCheck check) {
  ConnectOptions options;
  options.check = std::move(check);
  return options;
}

TEST(ServerCheckTest, TheUsersOwnServerIsTrusted) {
  const Server server(test::UniquePipeName());
  EXPECT_TRUE(Connect(server.path(), {}, Soon()).is_open());
  const win32::Sid user = win32::Token::FromOwnProcess().User();
  EXPECT_TRUE(Connect(server.path(), Checking(OwnedBy({user})), Soon()).is_open());
}

TEST(ServerCheckTest, AnotherOwnerIsNotTrustedAndGetsNothing) {
  Server server(test::UniquePipeName());
  std::string answer;
  for (const ServerCheck& check : {OwnedBy({*win32::Sid::FromNumbers("S-1-5-21-1-2-3-4")}),
                                   OwnedByService("onbehalf-nowhere"), OwnedBy({})}) {
    try {
      Call(server.path(), "secret", answer, kLimit, Checking(check), Soon());
      ADD_FAILURE() << "trusted";
    } catch (const ServerNotTrusted& error) {
      const std::string user = win32::Token::FromOwnProcess().User().ToString();
      EXPECT_NE(std::string(error.what()).find(user), std::string::npos) << error.what();
    }
    // The connection was closed before the first byte.
    Accepted accepted = server.Accept(Soon());
    ASSERT_TRUE(accepted);
    std::array<char, 8> buffer{};
    EXPECT_EQ(accepted.client->Read(buffer, Soon()).status, Status::kClosed);
  }
}

TEST(ServerCheckTest, GetsTheOwnerAndTheProcess) {
  Connection pipe;
  const auto facts = ServerFactsOf(pipe.client.native());
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->owner, win32::Token::FromOwnProcess().User());
  EXPECT_EQ(facts->process_id, ::GetCurrentProcessId());
  std::string why;
  EXPECT_THROW(
      Connect(pipe.server.path(), Checking([](const ServerFacts&) { return std::string("why"); }), Soon()),
      ServerNotTrusted);
}

}  // namespace
}  // namespace onbehalf::pipe
