// A service that starts by its pipe and stops itself when nobody has a connection.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <stdexcept>
#include <thread>

#include "onbehalf/pipe/status.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "raw_client.h"
#include "support/patience.h"
#include "test_server.h"

namespace onbehalf::service {
namespace {

using std::chrono::milliseconds;

class IdleStopTest : public testing::Test {
 protected:
  void Start(milliseconds idle) {
    server_.server().StopWhenIdle(idle, [this] { idle_.set_value(); });
    server_.Start();
  }
  bool IsIdleWithin(std::chrono::nanoseconds time) {
    return is_idle_.wait_for(time) == std::future_status::ready;
  }

  std::promise<void> idle_;
  std::future<void> is_idle_ = idle_.get_future();
  test::TestServer server_;
};

TEST_F(IdleStopTest, ComesAfterTheTimeWithoutAnyClient) {
  const auto start = std::chrono::steady_clock::now();
  Start(milliseconds(200));
  ASSERT_TRUE(IsIdleWithin(test::kPatience));
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(190));
  // No client can connect to it any more.
  EXPECT_FALSE(::WaitNamedPipeW(win32::ToWide(server_.pipe_path()).c_str(), 1));
  server_.server().Stop();
}

TEST_F(IdleStopTest, DoesNotComeWhileThereIsAConnection) {
  Start(milliseconds(300));
  {
    test::RawClient client(server_.pipe_path());
    EXPECT_FALSE(IsIdleWithin(milliseconds(900))) << "stopped in front of a client";
    EXPECT_EQ(client.Call("rpc.ping").at("id"), 1);
  }
  ASSERT_TRUE(IsIdleWithin(test::kPatience)) << "does not stop after the last client has gone";
}

TEST_F(IdleStopTest, BeginsAnewWithEachClient) {
  Start(milliseconds(600));
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(IsIdleWithin(milliseconds(300))) << "a client " << i << " was counted as nobody";
    test::RawClient client(server_.pipe_path());
  }
  ASSERT_TRUE(IsIdleWithin(test::kPatience));
}

// Or finds its end closed before anything was read from it: the instant in which an instance is closed cannot be avoided
// (pipe::Listener::Pause), and the client library tries again. Nothing else, and nobody is left waiting.
TEST_F(IdleStopTest, AClientThatConnectsJustThenIsServedOrFindsNoPipe) {
  constexpr milliseconds kIdle{15};
  for (int run = 0; run < 20; ++run) {
    test::TestServer server;
    std::promise<void> idle;
    server.server().StopWhenIdle(kIdle, [&idle] { idle.set_value(); });
    server.Start();
    std::thread host([&] {
      idle.get_future().wait();
      EXPECT_TRUE(server.server().Stop());
    });
    // Around the moment at which it stops.
    ::Sleep(static_cast<DWORD>(kIdle.count()) - 5 + static_cast<DWORD>(run % 10));
    try {
      test::RawClient client(server.pipe_path());
      const auto response = client.Call("rpc.ping");
      EXPECT_TRUE(response.contains("result")) << response;
    } catch (const win32::Win32Error& error) {
      if (error.win32_code() != ERROR_FILE_NOT_FOUND) {
        EXPECT_TRUE(pipe::IsPipeClosed(error.win32_code())) << error.what();
      }
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "the server closed the connection");
    }
    host.join();
  }
}

TEST_F(IdleStopTest, AnOrdinaryStopMayComeAtAnyTime) {
  for (int run = 0; run < 20; ++run) {
    test::TestServer server;
    server.server().StopWhenIdle(milliseconds(1 + run % 3), [] {});
    server.Start();
    ::Sleep(static_cast<DWORD>(run % 4));
    EXPECT_TRUE(server.server().Stop());
  }
}

}  // namespace
}  // namespace onbehalf::service
