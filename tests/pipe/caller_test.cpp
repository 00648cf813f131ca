#include "onbehalf/pipe/caller.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "forms.h"
#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/process.h"
#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/win32_error.h"
#include "support/child_main.h"
#include "support/child_process.h"
#include "support/platform_probe.h"
#include "support/restricted_token.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::pipe {
namespace {

using win32::Token;

std::string UserOfThread() {
  const auto token = Token::FromThread();
  return token ? token->User().ToString() : "none";
}

// A connection whose client asks for `security`.
struct Identified {
  explicit Identified(ClientSecurity security)
      : server(test::UniquePipeName()),
        client([&] {
          ConnectOptions options;
          options.security = security;
          options.check = AnyServer();
          return Connect(server.path(), options, Soon());
        }()),
        served(std::move(server.Accept(Soon()).client.value())) {}
  Server server;
  ClientEnd client;
  ServerEnd served;
};

// Writes as `account` and reads at the server; returns who wrote it.
std::variant<Caller, CaptureFailure> CallerOf(Identified& pipe, const Token* account = nullptr) {
  if (account != nullptr) {
    const Token token = test::ImpersonationTokenOf(*account);
    if (!::SetThreadToken(nullptr, token.get())) win32::ThrowLastError("SetThreadToken");
  }
  const IoResult written = pipe.client.Write("x", Soon());
  if (!::RevertToSelf()) win32::ThrowLastError("RevertToSelf");
  EXPECT_TRUE(written) << written.code;
  EXPECT_EQ(ReadText(pipe.served), "x");
  return pipe.served.CaptureCaller();
}

Token Account(int number) {
  return test::TokenOfAnotherAccount(
      *win32::Sid::FromNumbers("S-1-5-21-42-42-42-300" + std::to_string(number)));
}

TEST(CallerTest, IsTheAccountThatWrote) {
  Identified pipe({ImpersonationLevel::kImpersonation, true});
  const auto caller = CallerOf(pipe);
  ASSERT_TRUE(std::holds_alternative<Caller>(caller)) << std::get<CaptureFailure>(caller).code;
  const Caller& mine = std::get<Caller>(caller);
  EXPECT_EQ(mine.user(), Token::FromOwnProcess().User());
  EXPECT_EQ(mine.level(), ImpersonationLevel::kImpersonation);
  EXPECT_FALSE(mine.Account().empty());
  EXPECT_FALSE(IsImpersonating());
  EXPECT_EQ(UserOfThread(), "none");
}

TEST(CallerTest, IsUnknownBeforeTheFirstMessageIsRead) {
  ONBEHALF_SKIP_WITHOUT("a pipe client's token", test::PipeClientTokenIsGiven());
  Identified pipe({ImpersonationLevel::kImpersonation, true});
  ASSERT_TRUE(pipe.client.Write("unread", Soon()));
  const auto caller = pipe.served.CaptureCaller();
  ASSERT_TRUE(std::holds_alternative<CaptureFailure>(caller));
  const auto& failure = std::get<CaptureFailure>(caller);
  EXPECT_EQ(failure.code, static_cast<std::uint32_t>(ERROR_CANNOT_IMPERSONATE));
  EXPECT_STREQ(failure.operation, "ImpersonateNamedPipeClient");
  EXPECT_FALSE(failure.is_anonymous);
  EXPECT_FALSE(IsImpersonating());
}

TEST(CallerTest, IsTheAccountOfEachMessageUnderDynamicTracking) {
  ONBEHALF_SKIP_WITHOUT("other accounts, and a pipe client's token",
                        test::OtherAccountsCanBeMade() && test::PipeClientTokenIsGiven());
  Identified pipe({ImpersonationLevel::kImpersonation, true});
  std::vector<Caller> callers;
  for (const int number : {1, 2, 1}) {
    const Token account = Account(number);
    auto caller = CallerOf(pipe, &account);
    ASSERT_TRUE(std::holds_alternative<Caller>(caller)) << std::get<CaptureFailure>(caller).code;
    callers.push_back(std::get<Caller>(caller));
  }
  // A caller stays who it was when others have written since, and after the end is closed.
  pipe.served.Close();
  EXPECT_EQ(callers[0].user(), Account(1).User());
  EXPECT_EQ(callers[1].user(), Account(2).User());
  EXPECT_EQ(callers[2].user(), Account(1).User());
  std::string as;
  ASSERT_FALSE(callers[1].Run([&] { as = UserOfThread(); }));
  EXPECT_EQ(as, Account(2).User().ToString());
}

TEST(CallerTest, IsTheAccountOfTheOpenUnderStaticTracking) {
  ONBEHALF_SKIP_WITHOUT("other accounts, and a pipe client's token",
                        test::OtherAccountsCanBeMade() && test::PipeClientTokenIsGiven());
  Identified pipe({ImpersonationLevel::kImpersonation, false});
  const Token account = Account(1);
  const auto caller = CallerOf(pipe, &account);
  ASSERT_TRUE(std::holds_alternative<Caller>(caller));
  EXPECT_EQ(std::get<Caller>(caller).user(), Token::FromOwnProcess().User());
}

TEST(CallerTest, BelowTheRequiredLevelNothingRuns) {
  ONBEHALF_SKIP_WITHOUT("a pipe client's impersonation level", test::PipeClientLevelIsHonoured());
  Identified pipe({ImpersonationLevel::kIdentification, true});
  const auto captured = CallerOf(pipe);
  ASSERT_TRUE(std::holds_alternative<Caller>(captured));
  const Caller& caller = std::get<Caller>(captured);
  EXPECT_EQ(caller.level(), ImpersonationLevel::kIdentification);
  bool ran = false;
  const auto failure = caller.Run([&] { ran = true; });
  ASSERT_TRUE(failure);
  EXPECT_FALSE(ran);
  EXPECT_EQ(failure->code, 0U);
  EXPECT_EQ(failure->required, ImpersonationLevel::kImpersonation);
  EXPECT_EQ(failure->actual, ImpersonationLevel::kIdentification);
  EXPECT_FALSE(caller.Run([&] { ran = true; }, ImpersonationLevel::kIdentification));
  EXPECT_TRUE(ran);
}

TEST(CallerTest, AnAnonymousClientHasNoToken) {
  ONBEHALF_SKIP_WITHOUT("a pipe client's impersonation level", test::PipeClientLevelIsHonoured());
  Identified pipe({ImpersonationLevel::kAnonymous, true});
  const auto captured = CallerOf(pipe);
  ASSERT_TRUE(std::holds_alternative<CaptureFailure>(captured));
  EXPECT_TRUE(std::get<CaptureFailure>(captured).is_anonymous);
  EXPECT_EQ(std::get<CaptureFailure>(captured).code, static_cast<std::uint32_t>(ERROR_CANT_OPEN_ANONYMOUS));
}

TEST(CallerTest, RunRevertsOnReturnAndOnAnException) {
  Identified pipe({ImpersonationLevel::kImpersonation, true});
  const auto captured = CallerOf(pipe);
  ASSERT_TRUE(std::holds_alternative<Caller>(captured));
  const Caller& caller = std::get<Caller>(captured);
  bool impersonated = false;
  ASSERT_FALSE(caller.Run([&] { impersonated = IsImpersonating() && UserOfThread() != "none"; }));
  EXPECT_TRUE(impersonated);
  EXPECT_FALSE(IsImpersonating());
  EXPECT_EQ(UserOfThread(), "none");
  EXPECT_THROW(static_cast<void>(caller.Run([] { throw std::runtime_error("work"); })), std::runtime_error);
  EXPECT_FALSE(IsImpersonating());
  EXPECT_EQ(UserOfThread(), "none");
}

ONBEHALF_CHILD_MAIN(RunNested) {
  Identified pipe({ImpersonationLevel::kImpersonation, true});
  const auto captured = CallerOf(pipe);
  const Caller& caller = std::get<Caller>(captured);
  static_cast<void>(caller.Run([&] { static_cast<void>(caller.Run([] {})); }));
  return 0;
}

// Capturing reverts: what followed would run as the process.
ONBEHALF_CHILD_MAIN(CaptureAsTheCaller) {
  Identified pipe({ImpersonationLevel::kImpersonation, true});
  const auto captured = CallerOf(pipe);
  const Caller& caller = std::get<Caller>(captured);
  static_cast<void>(caller.Run([&] { static_cast<void>(pipe.served.CaptureCaller()); }));
  return 0;
}

ONBEHALF_CHILD_MAIN(CaptureWithATokenOfAnother) {
  Identified pipe({ImpersonationLevel::kImpersonation, true});
  static_cast<void>(CallerOf(pipe));
  if (!::ImpersonateSelf(SecurityImpersonation)) return 1;
  static_cast<void>(pipe.served.CaptureCaller());
  return 0;
}

// A callback that returns with a token would give it to whatever the pool runs next.
ONBEHALF_CHILD_MAIN(LeaveACallbackImpersonating) {
  Connection pipe;
  std::array<char, 8> buffer{};
  pipe.client.ReadAsync(buffer, [&](IoResult) {
    static Impersonation impersonation(test::ImpersonationTokenOf(Token::FromOwnProcess(TOKEN_ALL_ACCESS)),
                                       ImpersonationLevel::kImpersonation);
  });
  pipe.served.Write("x", Soon());
  ::Sleep(INFINITE);
  return 0;
}

TEST(CallerTest, NestingEndsTheProcess) {
  EXPECT_EQ(test::RunChild(test::ChildProcess::Options::Self("RunNested")).code, 0xC0000409U);
}

TEST(CallerTest, CapturingOnAThreadWithATokenEndsTheProcess) {
  EXPECT_EQ(test::RunChild(test::ChildProcess::Options::Self("CaptureAsTheCaller")).code, 0xC0000409U);
  EXPECT_EQ(test::RunChild(test::ChildProcess::Options::Self("CaptureWithATokenOfAnother")).code,
            0xC0000409U);
}

TEST(CallerTest, ACallbackThatReturnsWithATokenEndsTheProcess) {
  EXPECT_EQ(test::RunChild(test::ChildProcess::Options::Self("LeaveACallbackImpersonating")).code,
            0xC0000409U);
}

TEST(ClientProcessTest, IsThisProcess) {
  Connection pipe;
  const ClientProcess client = pipe.served.Client();
  EXPECT_EQ(client.process_id, ::GetCurrentProcessId());
  EXPECT_EQ(client.image_path, win32::OwnImagePath());
  EXPECT_FALSE(client.computer.empty());
  pipe.client.Close();
  // Its id may be another process's by now.
  EXPECT_EQ(pipe.served.Client().image_path, "");
}

}  // namespace
}  // namespace onbehalf::pipe
