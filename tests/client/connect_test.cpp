#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "create_file_spy.h"
#include "fake_server.h"
#include "onbehalf/client/client.h"
#include "onbehalf/pipe/client.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/utf.h"
#include "support/open_pipe.h"
#include "support/platform_probe.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::client {
namespace {

using test::FakeServer;

std::error_code CodeOfConnect(const Options& options) {
  try {
    Client::Connect(options);
  } catch (const std::system_error& error) {
    return error.code();
  }
  return {};
}

TEST(Connect, ReportsAMissingPipe) {
  Options options;
  options.pipe = test::UniquePipeName();
  EXPECT_EQ(CodeOfConnect(options), std::error_code(ERROR_FILE_NOT_FOUND, std::system_category()));
}

TEST(Connect, ReportsBusyInstancesAtItsTimeout) {
  Options options;
  options.pipe = test::UniquePipeName();
  options.connect_timeout = std::chrono::milliseconds(100);
  const std::string path = test::LocalPipePath(options.pipe);
  const win32::UniqueFile pipe(::CreateNamedPipeW(win32::ToWide(path).c_str(), PIPE_ACCESS_DUPLEX,
                                                  PIPE_TYPE_MESSAGE, 1, 512, 512, 0, nullptr));
  ASSERT_TRUE(pipe);
  const auto first = test::OpenPipe(path, {}, pipe::kNoDeadline);
  EXPECT_EQ(CodeOfConnect(options), std::error_code(ERROR_PIPE_BUSY, std::system_category()));
}

TEST(Connect, RefusesInvalidPipeNames) {
  Options options;
  options.pipe = "a/b";
  EXPECT_THROW(Client::Connect(options), std::invalid_argument);
  options.pipe = "a";
  options.server = "host\\c$";
  EXPECT_THROW(Client::Connect(options), std::invalid_argument);
}

TEST(Connect, NamesThePipeOfALocalAndOfARemoteServer) {
  Options options;
  EXPECT_EQ(PipePath(options), "\\\\.\\pipe\\onbehalf");
  options.server = "";
  EXPECT_EQ(PipePath(options), "\\\\.\\pipe\\onbehalf");
  options.service = "OnBehalf-Two";
  EXPECT_EQ(PipePath(options), "\\\\.\\pipe\\onbehalf-two");
  options.server = "files";
  options.pipe = "other";
  EXPECT_EQ(PipePath(options), "\\\\files\\pipe\\other");
}

// The flags with which the client opened its pipe.
DWORD FlagsOfConnect(std::optional<Level> level) {
  FakeServer server([](FakeServer::Session& session) { session.ReadSome(); });
  Options options = server.ClientOptions();
  options.level = level;
  test::TakePipeOpenFlags();
  const Client client = Client::Connect(options);
  const std::vector<DWORD> flags = test::TakePipeOpenFlags();
  EXPECT_EQ(flags.size(), 1u);
  return flags.empty() ? 0 : flags.front();
}

TEST(Connect, AlwaysSetsLevelAndDynamicTracking) {
  constexpr DWORD kAlways = SECURITY_SQOS_PRESENT | SECURITY_CONTEXT_TRACKING;
  constexpr DWORD kLevels = SECURITY_IDENTIFICATION | SECURITY_IMPERSONATION | SECURITY_DELEGATION;
  struct Row {
    std::optional<Level> level;
    DWORD flag;
  };
  for (const Row& row :
       {Row{std::nullopt, SECURITY_IMPERSONATION}, Row{Level::kImpersonate, SECURITY_IMPERSONATION},
        Row{Level::kIdentify, SECURITY_IDENTIFICATION}, Row{Level::kAnonymous, SECURITY_ANONYMOUS}}) {
    const DWORD flags = FlagsOfConnect(row.level);
    EXPECT_EQ(flags & kAlways, kAlways);
    EXPECT_EQ(flags & kLevels, row.flag);
  }
}

TEST(Connect, GivesTheServerOnlyTheRequestedLevel) {
  ONBEHALF_SKIP_WITHOUT("the client's level at ImpersonateNamedPipeClient",
                        test::PipeClientLevelIsHonoured());
  for (const Level level : {Level::kIdentify, Level::kImpersonate}) {
    FakeServer server([](FakeServer::Session& session) {
      const Json request = session.ReadRequest();
      if (request.is_null()) return;
      std::string seen = "none";
      if (::ImpersonateNamedPipeClient(session.pipe())) {
        const auto token = win32::Token::FromThread(TOKEN_QUERY);
        ::RevertToSelf();
        if (token) seen = win32::ToString(token->Facts().level);
      }
      session.Answer(request, seen);
      session.ReadRequest();
    });
    Options options = server.ClientOptions();
    options.level = level;
    EXPECT_EQ(Client::Connect(options).Call("x"),
              level == Level::kIdentify ? "identification" : "impersonation");
  }
}

}  // namespace
}  // namespace onbehalf::client
