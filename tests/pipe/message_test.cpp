#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <future>
#include <string>
#include <string_view>

#include "forms.h"
#include "onbehalf/win32/lean_windows.h"
#include "support/platform_probe.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::pipe {
namespace {

using namespace std::chrono_literals;

// A text in which each position is recognizable.
std::string Pattern(std::size_t bytes) {
  std::string text(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>((i * 31 + i / 4096) & 0x7F);
  return text;
}

class MessageTest : public testing::TestWithParam<Form> {
 protected:
  IoResult ReadMessage(PipeEnd& end, std::string& message, std::size_t max_bytes, Deadline deadline = Soon(),
                       NativeHandle stop = nullptr) {
    return Get(StartReadMessage(GetParam(), end, message, max_bytes, deadline, stop));
  }
};
INSTANTIATE_TEST_SUITE_P(Forms, MessageTest, AllForms(), NameOf);

// Around the sizes at which ReadMessage asks for more (16 KiB, 16 MiB), the quota (64 KiB), and 64 MiB.
TEST_P(MessageTest, IsReadWholeWhateverItsSize) {
  Connection pipe;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{16383}, std::size_t{16384}, std::size_t{16385},
        std::size_t{65536}, std::size_t{65537}, (std::size_t{16} << 20) + 16385, std::size_t{64} << 20}) {
    const std::string sent = Pattern(size);
    auto write = StartWrite(Form::kCallback, pipe.client, sent, Soon());
    std::string message = "old";
    // The limit is exactly its size.
    const IoResult read = ReadMessage(pipe.served, message, size);
    EXPECT_EQ(read.status, Status::kOk) << size << ": " << read.code;
    EXPECT_EQ(read.bytes, size);
    EXPECT_TRUE(message == sent) << size;
    const IoResult written = Get(std::move(write));
    EXPECT_EQ(written.status, Status::kOk) << size;
    EXPECT_EQ(written.bytes, size);
  }
}

TEST_P(MessageTest, LongerThanTheLimitIsTooLargeAndTheNextReadContinuesInIt) {
  Connection pipe;
  for (const std::size_t limit :
       {std::size_t{1}, std::size_t{1000}, std::size_t{16384}, std::size_t{100000}}) {
    const std::string sent = Pattern(limit + 5);
    auto write = StartWrite(Form::kCallback, pipe.client, sent, Soon());
    std::string message;
    const IoResult read = ReadMessage(pipe.served, message, limit);
    EXPECT_EQ(read.status, Status::kTooLarge) << limit;
    EXPECT_EQ(read.code, static_cast<std::uint32_t>(ERROR_MORE_DATA));
    EXPECT_EQ(read.bytes, limit);
    EXPECT_TRUE(message == sent.substr(0, limit));
    EXPECT_TRUE(ReadMessage(pipe.served, message, 100));
    EXPECT_EQ(message, sent.substr(limit));
    EXPECT_TRUE(Get(std::move(write)));
  }
}

TEST_P(MessageTest, OfOneByteIsTooLargeForALimitOfZero) {
  Connection pipe;
  ASSERT_TRUE(pipe.client.Write("x", Soon()));
  std::string message;
  EXPECT_EQ(ReadMessage(pipe.served, message, 0).status, Status::kTooLarge);
  EXPECT_EQ(message, "");
}

TEST_P(MessageTest, NotThereIsATimeoutOrTheEnd) {
  Connection pipe;
  std::string message;
  EXPECT_EQ(ReadMessage(pipe.served, message, 10, Clock::now() + 20ms).status, Status::kTimeout);
  StopEvent stop;
  stop.Set();
  EXPECT_EQ(ReadMessage(pipe.served, message, 10, Soon(), stop.native()).status, Status::kStopped);
  pipe.client.Close();
  const IoResult read = ReadMessage(pipe.served, message, 10);
  EXPECT_EQ(read.status, Status::kClosed);
  EXPECT_EQ(read.code, static_cast<std::uint32_t>(ERROR_BROKEN_PIPE));
}

// Many writes make no difference to the reader's limits of messages.
TEST_P(MessageTest, EachReadReturnsBytesOfOneWrite) {
  Connection pipe;
  for (const char* text : {"a", "", "bb", "", "", "ccc"}) ASSERT_TRUE(pipe.client.Write(text, Soon()));
  std::string message;
  for (const char* text : {"a", "", "bb", "", "", "ccc"}) {
    ASSERT_TRUE(ReadMessage(pipe.served, message, 10));
    EXPECT_EQ(message, text);
  }
}

// What was written before the writer closed its end stays readable, all of it.
TEST_P(MessageTest, QueuedBeforeTheWriterClosedAreAllRead) {
  Connection pipe;
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(pipe.served.Write(std::to_string(i), Soon()));
  pipe.served.Close();
  std::string message;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(ReadMessage(pipe.client, message, 10));
    EXPECT_EQ(message, std::to_string(i));
  }
  EXPECT_EQ(ReadMessage(pipe.client, message, 10).status, Status::kClosed);
}

// A client that did not ask for messages gets the bytes.
TEST(MessageModeTest, IsOfTheClientsChoice) {
  Connection pipe;
  ClientEnd bytes = OpenTo(pipe.server, Kind::kByte);
  ServerEnd served = std::move(pipe.server.Accept(Soon()).client.value());
  ASSERT_TRUE(served.Write("0123", Soon()));
  ASSERT_TRUE(served.Write("45", Soon()));
  std::string all;
  std::array<char, 3> buffer{};
  while (all.size() < 6) {
    const IoResult read = bytes.Read(buffer, Soon());
    ASSERT_EQ(read.status, Status::kOk) << read.code;
    all.append(buffer.data(), read.bytes);
  }
  EXPECT_EQ(all, "012345");
}

TEST(MessageModeTest, IsRefusedForABytePipe) {
  // Wine makes a message pipe of every pipe that refuses remote clients.
  const Server server(test::UniquePipeName(), {.kind = Kind::kByte, .accept_remote = true});
  const ClientEnd bytes = OpenTo(server, Kind::kByte);
  DWORD mode = PIPE_READMODE_MESSAGE;
  ONBEHALF_SKIP_WITHOUT("byte pipes that refuse the message read mode",
                        !::SetNamedPipeHandleState(bytes.native(), &mode, nullptr, nullptr));
  EXPECT_EQ(ErrorOf([&] { OpenTo(server, Kind::kMessage); }),
            static_cast<std::uint32_t>(ERROR_INVALID_PARAMETER));
}

}  // namespace
}  // namespace onbehalf::pipe
