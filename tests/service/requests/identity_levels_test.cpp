#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

#include "fault_test.h"

namespace onbehalf::test {
namespace {

using win32::ImpersonationLevel;

constexpr std::array<const char*, 4> kMethods = {"test.asCaller", "test.asService", "test.quickAsCaller",
                                                 "test.quickAsService"};

// SetThreadToken as it behaves for a process that may not impersonate the token's user: TRUE, and a token of
// this level on the thread.
TokenHooks LoweringTo(ImpersonationLevel level) {
  TokenHooks hooks;
  hooks.set_thread_token = [level](HANDLE* thread, HANDLE token) {
    HANDLE lowered = nullptr;
    if (!::DuplicateTokenEx(token, TOKEN_QUERY | TOKEN_IMPERSONATE, nullptr,
                            static_cast<SECURITY_IMPERSONATION_LEVEL>(level), TokenImpersonation, &lowered)) {
      return FALSE;
    }
    const win32::UniqueObject owner(lowered);
    return WindowsSetThreadToken(thread, lowered);
  };
  return hooks;
}

// OpenThreadToken as it behaves for a thread with an anonymous-level token, however the thread got it.
TokenHooks NotOpeningTokens(ThreadCarries kind) {
  TokenHooks hooks;
  hooks.open_thread_token = [kind](HANDLE thread, DWORD access, BOOL as_self, HANDLE* token) {
    if (WhatThreadCarries() == kind) return FailWith(ERROR_CANT_OPEN_ANONYMOUS);
    return WindowsOpenThreadToken(thread, access, as_self, token);
  };
  return hooks;
}

class IdentityLevels : public FaultTest {
 protected:
  IdentityLevels() { Start(); }
};

TEST_F(IdentityLevels, IdentificationSufficesForMethodsThatActAsTheService) {
  RawClient client = Connect();
  for (const char* method : {"test.asService", "test.quickAsService"}) {
    writers().Add(OwnToken(ImpersonationLevel::kIdentification));
    const Json answer = client.Call(method);
    ASSERT_TRUE(answer.contains("result")) << answer;
    EXPECT_EQ(answer["result"]["level"], nullptr);
  }
  EXPECT_EQ(runs(), 2);
}

TEST_F(IdentityLevels, IdentificationIsRefusedByMethodsThatActAsTheCaller) {
  RawClient client = Connect();
  for (const char* method : {"test.asCaller", "test.quickAsCaller"}) {
    writers().Add(OwnToken(ImpersonationLevel::kIdentification));
    EXPECT_TRUE(IsLevelError(client.Call(method), ImpersonationLevel::kImpersonation,
                             ImpersonationLevel::kIdentification));
  }
  EXPECT_EQ(runs(), 0);
  ExpectServed(client);
  ExpectServesOthers();
}

TEST_F(IdentityLevels, ImpersonationAndDelegationSufficeForEverything) {
  RawClient client = Connect();
  for (const ImpersonationLevel level :
       {ImpersonationLevel::kImpersonation, ImpersonationLevel::kDelegation}) {
    for (const char* method : kMethods) {
      writers().Add(OwnToken(level));
      const Json answer = client.Call(method);
      ASSERT_TRUE(answer.contains("result")) << answer;
      const bool as_caller = std::string_view(method).ends_with("Caller");
      EXPECT_EQ(answer["result"]["level"], as_caller ? Json(ToString(level)) : Json(nullptr)) << method;
    }
  }
}

TEST_F(IdentityLevels, AnonymousTokenThatCannotBeOpenedIsReported) {
  RawClient client = Connect();
  Use(NotOpeningTokens(ThreadCarries::kCaptured));
  // Every method gives the same response: it does not reveal which exist.
  for (const char* method : {"test.asCaller", "test.asService", "test.quickAsCaller", "test.quickAsService",
                             "service.connections", "no.such"}) {
    EXPECT_TRUE(IsLevelError(client.Call(method), ImpersonationLevel::kIdentification,
                             ImpersonationLevel::kAnonymous))
        << method;
  }
  EXPECT_EQ(runs(), 0);
  UseWindows();
  ExpectServed(client);
  ExpectServesOthers();
}

TEST_F(IdentityLevels, AnonymousTokenRefusedByTheCaptureIsReported) {
  RawClient client = Connect();
  writers().Add([](HANDLE) { return FailWith(ERROR_CANT_OPEN_ANONYMOUS); });
  EXPECT_TRUE(IsLevelError(client.Call("test.asService"), ImpersonationLevel::kIdentification,
                           ImpersonationLevel::kAnonymous));
  EXPECT_EQ(runs(), 0);
  ExpectServed(client);
}

TEST_F(IdentityLevels, AnonymousTokenThatCanBeOpenedIsReported) {
  RawClient client = Connect();
  for (const char* method : kMethods) {
    writers().Add(OwnToken(ImpersonationLevel::kAnonymous));
    EXPECT_TRUE(IsLevelError(client.Call(method), ImpersonationLevel::kIdentification,
                             ImpersonationLevel::kAnonymous))
        << method;
  }
  EXPECT_EQ(runs(), 0);
  ExpectServed(client);
  ExpectServesOthers();
}

TEST_F(IdentityLevels, ALevelSilentlyLoweredBySetThreadTokenIsDetected) {
  RawClient client = Connect();
  Use(LoweringTo(ImpersonationLevel::kIdentification));
  for (const char* method : {"test.asCaller", "test.quickAsCaller"}) {
    EXPECT_TRUE(IsLevelError(client.Call(method), ImpersonationLevel::kImpersonation,
                             ImpersonationLevel::kIdentification))
        << method;
  }
  EXPECT_EQ(runs(), 0);
  // Methods that act as the service are not affected.
  EXPECT_TRUE(client.Call("test.asService").contains("result"));
  UseWindows();
  ExpectServed(client);
  ExpectServesOthers();
}

TEST_F(IdentityLevels, ALevelLoweredToAnonymousIsDetectedWithoutOpeningTheToken) {
  RawClient client = Connect();
  Use(NotOpeningTokens(ThreadCarries::kSet));
  for (const char* method : {"test.asCaller", "test.quickAsCaller"}) {
    EXPECT_TRUE(
        IsLevelError(client.Call(method), ImpersonationLevel::kImpersonation, ImpersonationLevel::kAnonymous))
        << method;
  }
  EXPECT_EQ(runs(), 0);
  UseWindows();
  ExpectServed(client);
}

TEST_F(IdentityLevels, WhoamiShowsTheLevelThatTheThreadReallyHad) {
  RawClient client = Connect();
  for (const ImpersonationLevel level :
       {ImpersonationLevel::kIdentification, ImpersonationLevel::kImpersonation,
        ImpersonationLevel::kDelegation}) {
    writers().Add(OwnToken(level));
    const Json answer = client.Call("identity.whoami");
    ASSERT_TRUE(answer.contains("result")) << answer;
    EXPECT_EQ(answer["result"]["level"], Json(ToString(level)));
  }
}

TEST_F(IdentityLevels, RefusalsByLevelAreAuditedWithTheAccount) {
  RawClient client = Connect();
  writers().Add(OwnToken(ImpersonationLevel::kIdentification));
  client.Call("test.asCaller");
  const auto lines = server().AuditLines();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].value("method", ""), "test.asCaller");
  EXPECT_EQ(lines[0].value("verdict", ""), "refused");
  EXPECT_EQ(lines[0].value("reason", ""), "ImpersonationLevel");
  EXPECT_EQ(lines[0].value("account", ""), OwnToken().User().ToString());
}

}  // namespace
}  // namespace onbehalf::test
