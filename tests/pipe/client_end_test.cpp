#include "onbehalf/pipe/client.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <future>
#include <string>
#include <string_view>
#include <utility>

#include "onbehalf/win32/overlapped.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "support/handle_count.h"
#include "support/open_pipe.h"
#include "support/patience.h"
#include "support/platform_probe.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::pipe {
namespace {

using namespace std::chrono_literals;

using win32::ImpersonationLevel;
using win32::SecurityDescriptor;
using win32::ThrowLastError;
using win32::Token;
using win32::ToWide;
using win32::UniqueFile;
using win32::Win32Error;

constexpr ClientSecurity kSecurity{};

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
    test::OpenPipe(path, kSecurity, deadline);
    return ERROR_SUCCESS;
  } catch (const Win32Error& error) {
    EXPECT_EQ(error.subject(), path);
    return error.win32_code();
  }
}

TEST(ClientEndTest, MessagesGoBothWays) {
  Server server;
  auto served = std::async(std::launch::async, [&] {
    server.Accept();
    const std::string message = server.Read();
    server.Write("echo: " + message);
    return message;
  });
  auto client = test::OpenPipe(server.path(), kSecurity, Soon());
  client.Write("hello", Soon());
  std::array<char, 64> buffer{};
  const std::size_t bytes = client.Read(buffer, Soon()).bytes;
  EXPECT_EQ(std::string(buffer.data(), bytes), "echo: hello");
  EXPECT_EQ(served.get(), "hello");
}

TEST(ClientEndTest, OneWriteIsOneMessage) {
  Server server;
  const std::string large(60000, 'x');
  auto served = std::async(std::launch::async, [&] {
    server.Accept();
    const std::string first = server.Read();
    const std::string second = server.Read();
    return std::pair(first, second);
  });
  auto client = test::OpenPipe(server.path(), kSecurity, Soon());
  client.Write(large, Soon());
  client.Write("small", Soon());
  const auto [first, second] = served.get();
  EXPECT_EQ(first.size(), large.size());
  EXPECT_EQ(second, "small");
}

TEST(ClientEndTest, ALongMessageIsReadInPieces) {
  Server server;
  auto client = test::OpenPipe(server.path(), kSecurity, Soon());
  server.Write("0123456789");
  std::array<char, 4> buffer{};
  std::string all;
  while (all.size() < 10) {
    const std::size_t bytes = client.Read(buffer, Soon()).bytes;
    ASSERT_GT(bytes, 0U);
    all.append(buffer.data(), bytes);
  }
  EXPECT_EQ(all, "0123456789");
}

// Not as the end of the pipe, which is kClosed.
TEST(ClientEndTest, AnEmptyMessageIsReadAsOne) {
  Server server;
  ConnectOptions options;
  options.read_mode = Kind::kMessage;
  options.check = AnyServer();
  auto client = Connect(server.path(), options, Soon());
  server.Write("");
  server.Write("full");
  std::array<char, 8> buffer{};
  const IoResult empty = client.Read(buffer, Soon());
  EXPECT_EQ(empty.status, Status::kOk);
  EXPECT_EQ(empty.bytes, 0U);
  const std::size_t bytes = client.Read(buffer, Soon()).bytes;
  EXPECT_EQ(std::string(buffer.data(), bytes), "full");
}

TEST(ClientEndTest, EmptyMessagesAreSkippedByReadsInByteMode) {
  Server server;
  auto client = test::OpenPipe(server.path(), kSecurity, Soon());
  server.Write("");
  server.Write("full");
  std::array<char, 8> buffer{};
  const std::size_t bytes = client.Read(buffer, Soon()).bytes;
  EXPECT_EQ(std::string(buffer.data(), bytes), "full");
}

TEST(ClientEndTest, AReaderAndAWriterWorkConcurrently) {
  Server server;
  auto client = test::OpenPipe(server.path(), kSecurity, Soon());
  auto reader = std::async(std::launch::async, [&] {
    std::array<char, 8> buffer{};
    const std::size_t bytes = client.Read(buffer, Soon()).bytes;
    return std::string(buffer.data(), bytes);
  });
  client.Write("question", Soon());
  EXPECT_EQ(server.Read(), "question");
  server.Write("answer");
  EXPECT_EQ(reader.get(), "answer");
}

TEST(ClientEndTest, AReadEndsAtItsDeadline) {
  Server server;
  auto client = test::OpenPipe(server.path(), kSecurity, Soon());
  std::array<char, 8> buffer{};
  EXPECT_EQ(client.Read(buffer, Clock::now() + 30ms).status, Status::kTimeout);
  // The stream still works.
  server.Write("late");
  EXPECT_EQ(client.Read(buffer, Soon()).bytes, 4U);
}

TEST(ClientEndTest, AnUnreadWriteEndsAtItsDeadline) {
  Server server;
  auto client = test::OpenPipe(server.path(), kSecurity, Soon());
  const std::string large(1 << 20, 'x');
  Status status = Status::kOk;
  for (int i = 0; i < 64 && status == Status::kOk; ++i)
    status = client.Write(large, Clock::now() + 30ms).status;
  EXPECT_EQ(status, Status::kTimeout);
}

TEST(ClientEndTest, AClosedPeerEndsTheStreamAfterItsLastBytes) {
  Server server;
  auto client = test::OpenPipe(server.path(), kSecurity, Soon());
  server.Write("last");
  server.Close();
  std::array<char, 8> buffer{};
  EXPECT_EQ(client.Read(buffer, Soon()).bytes, 4U);
  EXPECT_EQ(client.Read(buffer, Soon()).status, Status::kClosed);
  EXPECT_EQ(client.Read(buffer, Soon()).status, Status::kClosed);
}

TEST(ClientEndTest, ADisconnectedPeerEndsTheStream) {
  Server server;
  auto client = test::OpenPipe(server.path(), kSecurity, Soon());
  ASSERT_TRUE(::DisconnectNamedPipe(server.get()));
  std::array<char, 8> buffer{};
  EXPECT_EQ(client.Read(buffer, Soon()).status, Status::kClosed);
}

TEST(ClientEndTest, APeerThatClosesEndsAWaitingRead) {
  Server server;
  auto client = test::OpenPipe(server.path(), kSecurity, Soon());
  auto reader = std::async(std::launch::async, [&] {
    std::array<char, 8> buffer{};
    return client.Read(buffer, Soon()).status;
  });
  server.Close();
  EXPECT_EQ(reader.get(), Status::kClosed);
}

TEST(ClientEndTest, WritingToAClosedPeerTellsThatItIsClosed) {
  Server server;
  auto client = test::OpenPipe(server.path(), kSecurity, Soon());
  server.Close();
  const IoResult written = client.Write("x", Soon());
  EXPECT_EQ(written.status, Status::kClosed) << written.code;
}

TEST(ClientEndTest, APipeThatDoesNotExistIsNotFound) {
  EXPECT_EQ(OpenError(test::LocalPipePath(test::UniquePipeName()), Soon()),
            static_cast<DWORD>(ERROR_FILE_NOT_FOUND));
}

TEST(ClientEndTest, ABusyPipeIsWaitedForUntilTheDeadline) {
  Server server;
  const auto first = test::OpenPipe(server.path(), kSecurity, Soon());
  const auto started = Clock::now();
  EXPECT_EQ(OpenError(server.path(), started + 100ms), static_cast<DWORD>(ERROR_PIPE_BUSY));
  EXPECT_GE(Clock::now() - started, 100ms);
}

TEST(ClientEndTest, ABusyPipeWithoutTimeIsBusyAtOnce) {
  Server server;
  const auto first = test::OpenPipe(server.path(), kSecurity, Soon());
  EXPECT_EQ(OpenError(server.path(), Clock::now() - 1s), static_cast<DWORD>(ERROR_PIPE_BUSY));
}

TEST(ClientEndTest, ABusyPipeIsOpenedWhenAnInstanceIsFree) {
  Server server(2);
  const auto first = test::OpenPipe(server.path(), kSecurity, Soon());
  auto second = std::async(std::launch::async, [&] { return OpenError(server.path(), Soon()); });
  const UniqueFile instance = server.AddInstance(2);
  EXPECT_EQ(second.get(), static_cast<DWORD>(ERROR_SUCCESS));
}

TEST(ClientEndTest, OnlyPipesAreOpened) {
  using namespace std::string_view_literals;
  for (const auto path :
       {""sv, "C:\\Windows\\win.ini"sv, "\\\\.\\C:\\Windows\\win.ini"sv, "\\\\.\\pipe\\"sv, "\\\\.\\pipe"sv,
        "\\\\.\\pipe\\..\\C:\\Windows\\win.ini"sv, "\\\\?\\pipe\\x"sv, "\\\\.\\pipe\\a/b"sv,
        "\\\\host\\share\\file"sv, "\\\\\\pipe\\x"sv, "pipe\\x"sv, "\\\\.\\pipe\\a\0b"sv}) {
    EXPECT_EQ(OpenError(path, Soon()), static_cast<DWORD>(ERROR_BAD_PATHNAME))
        << testing::PrintToString(path);
  }
}

TEST(ClientEndTest, TheWordPipeIsNotCaseSensitive) {
  std::string path = test::LocalPipePath(test::UniquePipeName());
  path.replace(path.find("pipe"), 4, "PIPE");
  EXPECT_EQ(OpenError(path, Soon()), static_cast<DWORD>(ERROR_FILE_NOT_FOUND));
}

TEST(ClientEndTest, TheLevelIsAlwaysStated) {
  for (const bool dynamic : {false, true}) {
    for (const auto level : {ImpersonationLevel::kAnonymous, ImpersonationLevel::kIdentification,
                             ImpersonationLevel::kImpersonation, ImpersonationLevel::kDelegation}) {
      const DWORD flags = OpenFlags({level, dynamic});
      EXPECT_NE(flags & SECURITY_SQOS_PRESENT, 0U);
      EXPECT_NE(flags & FILE_FLAG_OVERLAPPED, 0U);
      EXPECT_EQ((flags & SECURITY_CONTEXT_TRACKING) != 0, dynamic);
      EXPECT_EQ((flags >> 16) & 3U, static_cast<DWORD>(level));
    }
  }
  EXPECT_EQ(OpenFlags({ImpersonationLevel::kIdentification, false}) & SECURITY_VALID_SQOS_FLAGS,
            static_cast<DWORD>(SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION));
  EXPECT_EQ(OpenFlags({ImpersonationLevel::kImpersonation, true}) & SECURITY_VALID_SQOS_FLAGS,
            static_cast<DWORD>(SECURITY_SQOS_PRESENT | SECURITY_IMPERSONATION | SECURITY_CONTEXT_TRACKING));
}

// The level that the server gets, read from its thread.
ImpersonationLevel LevelAtServer(ImpersonationLevel asked) {
  Server server;
  auto client = test::OpenPipe(server.path(), {asked, true}, Soon());
  client.Write("x", Soon());
  server.Read();
  if (!::ImpersonateNamedPipeClient(server.get())) ThrowLastError("ImpersonateNamedPipeClient");
  const auto token = Token::FromThread(TOKEN_QUERY);
  if (!::RevertToSelf()) ThrowLastError("RevertToSelf");
  return token ? token->Facts().level : ImpersonationLevel::kAnonymous;
}

TEST(ClientEndTest, TheServerGetsExactlyTheRequestedLevel) {
  ONBEHALF_SKIP_WITHOUT("a pipe client's impersonation level", test::PipeClientLevelIsHonoured());
  EXPECT_EQ(LevelAtServer(ImpersonationLevel::kIdentification), ImpersonationLevel::kIdentification);
  EXPECT_EQ(LevelAtServer(ImpersonationLevel::kImpersonation), ImpersonationLevel::kImpersonation);
}

TEST(ClientEndTest, APipeThatRefusesTheClientIsAccessDenied) {
  ONBEHALF_SKIP_WITHOUT("a pipe's DACL enforced at open", test::PipeDaclIsEnforced());
  const Server server(1, "D:P(D;;FA;;;WD)");
  EXPECT_EQ(OpenError(server.path(), Soon()), static_cast<DWORD>(ERROR_ACCESS_DENIED));
}

TEST(ClientEndTest, MovingKeepsTheConnection) {
  Server server;
  auto first = test::OpenPipe(server.path(), kSecurity, Soon());
  ClientEnd second = std::move(first);
  second.Write("moved", Soon());
  EXPECT_EQ(server.Read(), "moved");
}

TEST(ClientEndTest, LeaksNoHandles) {
  const auto round = [] {
    Server server;
    auto client = test::OpenPipe(server.path(), kSecurity, Soon());
    client.Write("x", Soon());
    server.Read();
  };
  round();
  const std::size_t before = test::OpenHandleCount();
  for (int i = 0; i < 100; ++i) round();
  EXPECT_LT(test::OpenHandleCount(), before + 50);
}

}  // namespace
}  // namespace onbehalf::pipe
