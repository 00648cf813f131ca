#include "onbehalf/pipe/impersonation.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "onbehalf/win32/win32_error.h"
#include "requests/fault_test.h"

namespace onbehalf::test {
namespace {

using pipe::Impersonation;
using win32::ImpersonationLevel;
using win32::Token;

// The thread has no token, and the service's own marker agrees.
void ExpectClean() {
  HANDLE token = nullptr;
  EXPECT_FALSE(WindowsOpenThreadToken(::GetCurrentThread(), TOKEN_QUERY, TRUE, &token));
  EXPECT_EQ(::GetLastError(), static_cast<DWORD>(ERROR_NO_TOKEN));
  EXPECT_FALSE(pipe::IsImpersonating());
}

void ExpectFailed(const Impersonation& impersonation, DWORD code, const std::string& operation) {
  EXPECT_FALSE(impersonation);
  EXPECT_EQ(impersonation.failure().code, code);
  EXPECT_EQ(impersonation.failure().operation, operation);
  ExpectClean();
}

TEST(ImpersonationScope, SetsAndRemovesTheThreadsToken) {
  const Token caller = DenyOnlyToken();
  ExpectClean();
  {
    const Impersonation impersonation(caller, ImpersonationLevel::kImpersonation);
    ASSERT_TRUE(impersonation);
    EXPECT_TRUE(pipe::IsImpersonating());
    const auto carried = Token::FromThread();
    ASSERT_TRUE(carried);
    EXPECT_FALSE(carried->IsMember(win32::Sid::FromWellKnown(WinBuiltinAdministratorsSid)));
  }
  ExpectClean();
}

TEST(ImpersonationScope, EndsByAnExceptionOrAReturn) {
  const Token caller = OwnToken();
  EXPECT_THROW(
      {
        const Impersonation impersonation(caller, ImpersonationLevel::kImpersonation);
        throw win32::Win32Error(ERROR_ACCESS_DENIED, "CreateFileW");
      },
      win32::Win32Error);
  ExpectClean();
}

TEST(ImpersonationScope, AffectsOnlyItsThread) {
  const Token caller = OwnToken();
  const Impersonation impersonation(caller, ImpersonationLevel::kImpersonation);
  ASSERT_TRUE(impersonation);
  std::thread([] { ExpectClean(); }).join();
}

TEST(ImpersonationScope, RefusesATokenBelowTheRequiredLevel) {
  std::atomic<int> sets{0};
  TokenHooks hooks;
  hooks.set_thread_token = [&sets](HANDLE* thread, HANDLE token) {
    ++sets;
    return WindowsSetThreadToken(thread, token);
  };
  const TokenSeam seam(hooks);
  const Token caller = OwnToken(ImpersonationLevel::kIdentification);
  {
    const Impersonation impersonation(caller, ImpersonationLevel::kImpersonation);
    ExpectFailed(impersonation, ERROR_SUCCESS, "");
    EXPECT_EQ(impersonation.failure().required, ImpersonationLevel::kImpersonation);
    EXPECT_EQ(impersonation.failure().actual, ImpersonationLevel::kIdentification);
  }
  EXPECT_EQ(sets, 0);
  const pipe::Impersonation enough(caller, ImpersonationLevel::kIdentification);
  EXPECT_TRUE(enough);
}

TEST(ImpersonationScope, FailsIfSetThreadTokenFails) {
  TokenHooks hooks;
  hooks.set_thread_token = [](HANDLE*, HANDLE) { return FailWith(ERROR_NO_SYSTEM_RESOURCES); };
  const TokenSeam seam(hooks);
  const Token caller = OwnToken();
  const Impersonation impersonation(caller, ImpersonationLevel::kImpersonation);
  ExpectFailed(impersonation, ERROR_NO_SYSTEM_RESOURCES, "SetThreadToken");
}

TEST(ImpersonationScope, FailsIfTheTokenCannotBeQueried) {
  TokenHooks hooks;
  hooks.get_token_information = [](auto&&...) { return FailWith(ERROR_NO_SYSTEM_RESOURCES); };
  const Token caller = OwnToken();
  const TokenSeam seam(hooks);
  const Impersonation impersonation(caller, ImpersonationLevel::kImpersonation);
  ExpectFailed(impersonation, ERROR_NO_SYSTEM_RESOURCES, "GetTokenInformation");
}

TEST(ImpersonationScope, ReadsTheLevelBackFromTheThread) {
  TokenHooks hooks;
  hooks.set_thread_token = [](HANDLE* thread, HANDLE) {
    static const Token lowered = OwnToken(ImpersonationLevel::kIdentification);
    return WindowsSetThreadToken(thread, lowered.get());
  };
  const TokenSeam seam(hooks);
  const Token caller = OwnToken();
  const Impersonation impersonation(caller, ImpersonationLevel::kImpersonation);
  ExpectFailed(impersonation, ERROR_SUCCESS, "");
  EXPECT_EQ(impersonation.failure().required, ImpersonationLevel::kImpersonation);
  EXPECT_EQ(impersonation.failure().actual, ImpersonationLevel::kIdentification);
}

TEST(ImpersonationScope, FailsIfTheThreadsTokenCannotBeReadBack) {
  TokenHooks hooks;
  hooks.open_thread_token = [](auto&&...) { return FailWith(ERROR_ACCESS_DENIED); };
  const TokenSeam seam(hooks);
  const Token caller = OwnToken();
  const Impersonation impersonation(caller, ImpersonationLevel::kImpersonation);
  ExpectFailed(impersonation, ERROR_ACCESS_DENIED, "OpenThreadToken");
}

TEST(ImpersonationScope, FailsIfTheThreadHasNoToken) {
  TokenHooks hooks;
  hooks.set_thread_token = [](HANDLE*, HANDLE) { return TRUE; };
  const TokenSeam seam(hooks);
  const Token caller = OwnToken();
  const Impersonation impersonation(caller, ImpersonationLevel::kImpersonation);
  ExpectFailed(impersonation, ERROR_NO_TOKEN, "OpenThreadToken");
}

// ---- Around a handler ----

class HandlersThread : public FaultTest {};

TEST_F(HandlersThread, IsTheServicesAgainAfterAHandlerThatReverted) {
  server().methods().Add(PublicMethod(
      "test.reverts", service::Acts::kAsCaller, service::Pace::kMayBlock,
      [](const service::Call&) -> service::MethodResult { return Json(::RevertToSelf() != FALSE); }));
  Start();
  RawClient client = Connect();
  EXPECT_EQ(client.Call("test.reverts")["result"], true);
  ExpectServed(client);
}

TEST_F(HandlersThread, HasEachCallersTokenInTurnAndNoneBetween) {
  Start();
  RawClient client = Connect();
  for (int i = 0; i < 5; ++i) {
    writers().Add(DenyOnlyToken());
    EXPECT_EQ(client.Call("test.asCaller")["result"]["level"], "impersonation");
    EXPECT_EQ(client.Call("test.asService")["result"]["level"], nullptr);
  }
}

TEST_F(HandlersThread, LoadsTheErrorTextsBeforeAnyHandlerRuns) {
  // The text of an error that a handler throws is created where it is thrown, which is under the caller's
  // token.
  server().methods().Add(PublicMethod("test.refused", service::Acts::kAsCaller, service::Pace::kMayBlock,
                                      [](const service::Call&) -> service::MethodResult {
                                        throw win32::Win32Error(ERROR_ACCESS_DENIED, "OpenEventW",
                                                                "an event");
                                      }));
  Start();
  RawClient client = Connect();
  const Json answer = client.Call("test.refused");
  EXPECT_EQ(CodeOf(answer), -32015);
  EXPECT_EQ(answer["error"]["message"], win32::ErrorMessage(ERROR_ACCESS_DENIED));
  EXPECT_EQ(answer["error"]["data"],
            Json({{"code", 5}, {"name", "ERROR_ACCESS_DENIED"}, {"operation", "OpenEventW"}}));
}

}  // namespace
}  // namespace onbehalf::test
