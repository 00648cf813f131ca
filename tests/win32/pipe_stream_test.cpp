#include "onbehalf/win32/pipe_stream.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <future>
#include <string>
#include <string_view>
#include <utility>

#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "support/handle_count.h"
#include "support/patience.h"
#include "support/platform_probe.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::win32 {
namespace {

using namespace std::chrono_literals;

constexpr ClientSecurity kSecurity{};
// Longer than anything here takes unless it hangs.

Clock::time_point Soon() { return Clock::now() + test::kPatience; }

// The server's end, blocking and message-type, like the service's.
class Server {
 public:
  explicit Server(DWORD instances = 1, const char* sddl = "D:P(A;;FA;;;WD)")
      : path_(test::LocalPipePath(test::UniquePipeName())) {
    pipe_ = AddInstance(instances, sddl);
  }

  UniqueFile AddInstance(DWORD instances, const char* sddl = "D:P(A;;FA;;;WD)") {
    const auto descriptor = SecurityDescriptor::FromSddl(sddl);
    SECURITY_ATTRIBUTES attributes{sizeof(attributes), descriptor.get(), FALSE};
    UniqueFile pipe(::CreateNamedPipeW(ToWide(path_).c_str(), PIPE_ACCESS_DUPLEX,
                                       PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, instances, 4096, 4096, 0,
                                       &attributes));
    if (!pipe) ThrowLastError("CreateNamedPipeW", path_);
    return pipe;
  }

  const std::string& path() const { return path_; }
  HANDLE get() const { return pipe_.get(); }
  void Close() { pipe_.reset(); }

  void Accept() {
    if (!::ConnectNamedPipe(pipe_.get(), nullptr) && ::GetLastError() != ERROR_PIPE_CONNECTED) {
      ThrowLastError("ConnectNamedPipe", path_);
    }
  }
  // One message, up to 64 KiB.
  std::string Read() {
    std::string message(65536, '\0');
    DWORD bytes = 0;
    if (!::ReadFile(pipe_.get(), message.data(), static_cast<DWORD>(message.size()), &bytes, nullptr)) {
      ThrowLastError("ReadFile", path_);
    }
    message.resize(bytes);
    return message;
  }
  void Write(std::string_view bytes) {
    DWORD written = 0;
    if (!::WriteFile(pipe_.get(), bytes.data(), static_cast<DWORD>(bytes.size()), &written, nullptr)) {
      ThrowLastError("WriteFile", path_);
    }
  }

 private:
  std::string path_;
  UniqueFile pipe_;
};

DWORD OpenError(std::string_view path, Clock::time_point deadline) {
  try {
    PipeStream::Open(path, kSecurity, deadline);
    return ERROR_SUCCESS;
  } catch (const Win32Error& error) {
    EXPECT_EQ(error.subject(), path);
    return error.win32_code();
  }
}

template <typename Action>
DWORD ErrorOf(Action action) {
  try {
    action();
    return ERROR_SUCCESS;
  } catch (const Win32Error& error) {
    return error.win32_code();
  }
}

TEST(PipeStreamTest, MessagesGoBothWays) {
  Server server;
  auto served = std::async(std::launch::async, [&] {
    server.Accept();
    const std::string message = server.Read();
    server.Write("echo: " + message);
    return message;
  });
  auto client = PipeStream::Open(server.path(), kSecurity, Soon());
  client.Write("hello", Soon());
  std::array<char, 64> buffer{};
  const std::size_t bytes = client.Read(buffer, Soon());
  EXPECT_EQ(std::string(buffer.data(), bytes), "echo: hello");
  EXPECT_EQ(served.get(), "hello");
}

TEST(PipeStreamTest, OneWriteIsOneMessage) {
  Server server;
  const std::string large(60000, 'x');
  auto served = std::async(std::launch::async, [&] {
    server.Accept();
    const std::string first = server.Read();
    const std::string second = server.Read();
    return std::pair(first, second);
  });
  auto client = PipeStream::Open(server.path(), kSecurity, Soon());
  client.Write(large, Soon());
  client.Write("small", Soon());
  const auto [first, second] = served.get();
  EXPECT_EQ(first.size(), large.size());
  EXPECT_EQ(second, "small");
}

TEST(PipeStreamTest, ALongMessageIsReadInPieces) {
  Server server;
  auto client = PipeStream::Open(server.path(), kSecurity, Soon());
  server.Write("0123456789");
  std::array<char, 4> buffer{};
  std::string all;
  while (all.size() < 10) {
    const std::size_t bytes = client.Read(buffer, Soon());
    ASSERT_GT(bytes, 0U);
    all.append(buffer.data(), bytes);
  }
  EXPECT_EQ(all, "0123456789");
}

TEST(PipeStreamTest, EmptyMessagesAreSkipped) {
  Server server;
  auto client = PipeStream::Open(server.path(), kSecurity, Soon());
  server.Write("");
  server.Write("full");
  std::array<char, 8> buffer{};
  const std::size_t bytes = client.Read(buffer, Soon());
  EXPECT_EQ(std::string(buffer.data(), bytes), "full");
}

TEST(PipeStreamTest, AReaderAndAWriterWorkConcurrently) {
  Server server;
  auto client = PipeStream::Open(server.path(), kSecurity, Soon());
  auto reader = std::async(std::launch::async, [&] {
    std::array<char, 8> buffer{};
    const std::size_t bytes = client.Read(buffer, Soon());
    return std::string(buffer.data(), bytes);
  });
  client.Write("question", Soon());
  EXPECT_EQ(server.Read(), "question");
  server.Write("answer");
  EXPECT_EQ(reader.get(), "answer");
}

TEST(PipeStreamTest, AReadEndsAtItsDeadline) {
  Server server;
  auto client = PipeStream::Open(server.path(), kSecurity, Soon());
  std::array<char, 8> buffer{};
  EXPECT_EQ(ErrorOf([&] { client.Read(buffer, Clock::now() + 30ms); }), static_cast<DWORD>(WAIT_TIMEOUT));
  // The stream still works.
  server.Write("late");
  EXPECT_EQ(client.Read(buffer, Soon()), 4U);
}

TEST(PipeStreamTest, AnUnreadWriteEndsAtItsDeadline) {
  Server server;
  auto client = PipeStream::Open(server.path(), kSecurity, Soon());
  const std::string large(1 << 20, 'x');
  EXPECT_EQ(ErrorOf([&] {
              for (int i = 0; i < 64; ++i) client.Write(large, Clock::now() + 30ms);
            }),
            static_cast<DWORD>(WAIT_TIMEOUT));
}

TEST(PipeStreamTest, AClosedPeerEndsTheStreamAfterItsLastBytes) {
  Server server;
  auto client = PipeStream::Open(server.path(), kSecurity, Soon());
  server.Write("last");
  server.Close();
  std::array<char, 8> buffer{};
  EXPECT_EQ(client.Read(buffer, Soon()), 4U);
  EXPECT_EQ(client.Read(buffer, Soon()), 0U);
  EXPECT_EQ(client.Read(buffer, Soon()), 0U);
}

TEST(PipeStreamTest, ADisconnectedPeerEndsTheStream) {
  Server server;
  auto client = PipeStream::Open(server.path(), kSecurity, Soon());
  ASSERT_TRUE(::DisconnectNamedPipe(server.get()));
  std::array<char, 8> buffer{};
  EXPECT_EQ(client.Read(buffer, Soon()), 0U);
}

TEST(PipeStreamTest, APeerThatClosesEndsAWaitingRead) {
  Server server;
  auto client = PipeStream::Open(server.path(), kSecurity, Soon());
  auto reader = std::async(std::launch::async, [&] {
    std::array<char, 8> buffer{};
    return client.Read(buffer, Soon());
  });
  server.Close();
  EXPECT_EQ(reader.get(), 0U);
}

TEST(PipeStreamTest, WritingToAClosedPeerIsAnError) {
  Server server;
  auto client = PipeStream::Open(server.path(), kSecurity, Soon());
  server.Close();
  const DWORD code = ErrorOf([&] { client.Write("x", Soon()); });
  EXPECT_TRUE(code == ERROR_NO_DATA || code == ERROR_BROKEN_PIPE || code == ERROR_PIPE_NOT_CONNECTED) << code;
}

TEST(PipeStreamTest, APipeThatDoesNotExistIsNotFound) {
  EXPECT_EQ(OpenError(test::LocalPipePath(test::UniquePipeName()), Soon()),
            static_cast<DWORD>(ERROR_FILE_NOT_FOUND));
}

TEST(PipeStreamTest, ABusyPipeIsWaitedForUntilTheDeadline) {
  Server server;
  const auto first = PipeStream::Open(server.path(), kSecurity, Soon());
  const auto started = Clock::now();
  EXPECT_EQ(OpenError(server.path(), started + 100ms), static_cast<DWORD>(ERROR_PIPE_BUSY));
  EXPECT_GE(Clock::now() - started, 100ms);
}

TEST(PipeStreamTest, ABusyPipeWithoutTimeIsBusyAtOnce) {
  Server server;
  const auto first = PipeStream::Open(server.path(), kSecurity, Soon());
  EXPECT_EQ(OpenError(server.path(), Clock::now() - 1s), static_cast<DWORD>(ERROR_PIPE_BUSY));
}

TEST(PipeStreamTest, ABusyPipeIsOpenedWhenAnInstanceIsFree) {
  Server server(2);
  const auto first = PipeStream::Open(server.path(), kSecurity, Soon());
  auto second = std::async(std::launch::async, [&] { return OpenError(server.path(), Soon()); });
  const UniqueFile instance = server.AddInstance(2);
  EXPECT_EQ(second.get(), static_cast<DWORD>(ERROR_SUCCESS));
}

TEST(PipeStreamTest, OnlyPipesAreOpened) {
  using namespace std::string_view_literals;
  for (const auto path :
       {""sv, "C:\\Windows\\win.ini"sv, "\\\\.\\C:\\Windows\\win.ini"sv, "\\\\.\\pipe\\"sv, "\\\\.\\pipe"sv,
        "\\\\.\\pipe\\..\\C:\\Windows\\win.ini"sv, "\\\\?\\pipe\\x"sv, "\\\\.\\pipe\\a/b"sv,
        "\\\\host\\share\\file"sv, "\\\\\\pipe\\x"sv, "pipe\\x"sv, "\\\\.\\pipe\\a\0b"sv}) {
    EXPECT_EQ(OpenError(path, Soon()), static_cast<DWORD>(ERROR_BAD_PATHNAME))
        << testing::PrintToString(path);
  }
}

TEST(PipeStreamTest, TheWordPipeIsNotCaseSensitive) {
  std::string path = test::LocalPipePath(test::UniquePipeName());
  path.replace(path.find("pipe"), 4, "PIPE");
  EXPECT_EQ(OpenError(path, Soon()), static_cast<DWORD>(ERROR_FILE_NOT_FOUND));
}

TEST(PipeStreamTest, TheLevelIsAlwaysStated) {
  for (const bool dynamic : {false, true}) {
    for (const auto level : {ImpersonationLevel::kAnonymous, ImpersonationLevel::kIdentification,
                             ImpersonationLevel::kImpersonation, ImpersonationLevel::kDelegation}) {
      const DWORD flags = PipeStream::OpenFlags({level, dynamic});
      EXPECT_NE(flags & SECURITY_SQOS_PRESENT, 0U);
      EXPECT_NE(flags & FILE_FLAG_OVERLAPPED, 0U);
      EXPECT_EQ((flags & SECURITY_CONTEXT_TRACKING) != 0, dynamic);
      EXPECT_EQ((flags >> 16) & 3U, static_cast<DWORD>(level));
    }
  }
  EXPECT_EQ(PipeStream::OpenFlags({ImpersonationLevel::kIdentification, false}) & SECURITY_VALID_SQOS_FLAGS,
            static_cast<DWORD>(SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION));
  EXPECT_EQ(PipeStream::OpenFlags({ImpersonationLevel::kImpersonation, true}) & SECURITY_VALID_SQOS_FLAGS,
            static_cast<DWORD>(SECURITY_SQOS_PRESENT | SECURITY_IMPERSONATION | SECURITY_CONTEXT_TRACKING));
}

// The level that the server gets, read from its thread.
ImpersonationLevel LevelAtServer(ImpersonationLevel asked) {
  Server server;
  auto client = PipeStream::Open(server.path(), {asked, true}, Soon());
  client.Write("x", Soon());
  server.Read();
  if (!::ImpersonateNamedPipeClient(server.get())) ThrowLastError("ImpersonateNamedPipeClient");
  const auto token = Token::FromThread(TOKEN_QUERY);
  if (!::RevertToSelf()) ThrowLastError("RevertToSelf");
  return token ? token->Facts().level : ImpersonationLevel::kAnonymous;
}

TEST(PipeStreamTest, TheServerGetsExactlyTheRequestedLevel) {
  ONBEHALF_SKIP_WITHOUT("a pipe client's impersonation level", test::PipeClientLevelIsHonoured());
  EXPECT_EQ(LevelAtServer(ImpersonationLevel::kIdentification), ImpersonationLevel::kIdentification);
  EXPECT_EQ(LevelAtServer(ImpersonationLevel::kImpersonation), ImpersonationLevel::kImpersonation);
}

TEST(PipeStreamTest, APipeThatRefusesTheClientIsAccessDenied) {
  ONBEHALF_SKIP_WITHOUT("a pipe's DACL enforced at open", test::PipeDaclIsEnforced());
  const Server server(1, "D:P(D;;FA;;;WD)");
  EXPECT_EQ(OpenError(server.path(), Soon()), static_cast<DWORD>(ERROR_ACCESS_DENIED));
}

TEST(PipeStreamTest, MovingKeepsTheConnection) {
  Server server;
  auto first = PipeStream::Open(server.path(), kSecurity, Soon());
  PipeStream second = std::move(first);
  second.Write("moved", Soon());
  EXPECT_EQ(server.Read(), "moved");
}

TEST(PipeStreamTest, LeaksNoHandles) {
  const auto round = [] {
    Server server;
    auto client = PipeStream::Open(server.path(), kSecurity, Soon());
    client.Write("x", Soon());
    server.Read();
  };
  round();
  const std::size_t before = test::OpenHandleCount();
  for (int i = 0; i < 100; ++i) round();
  EXPECT_LT(test::OpenHandleCount(), before + 50);
}

}  // namespace
}  // namespace onbehalf::win32
