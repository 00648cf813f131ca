#include "onbehalf/win32/token.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/win32_error.h"
#include "support/child_main.h"
#include "support/child_process.h"
#include "support/platform_probe.h"
#include "support/restricted_token.h"

namespace onbehalf::win32 {
namespace {

std::optional<TokenGroup> FindGroup(const Token& token, const Sid& sid) {
  const auto groups = token.Groups();
  const auto found =
      std::find_if(groups.begin(), groups.end(), [&](const TokenGroup& group) { return group.sid == sid; });
  if (found == groups.end()) return std::nullopt;
  return *found;
}

const Sid kAdministrators = Sid::FromWellKnown(WinBuiltinAdministratorsSid);
const Sid kEveryone = Sid::FromWellKnown(WinWorldSid);

// Whether this process could start an administrator's child at all.
class AdministratorTokenTest : public testing::Test {
 protected:
  void SetUp() override {
    ONBEHALF_SKIP_WITHOUT("an administrator who runs the tests",
                          Token::FromOwnProcess().IsMember(kAdministrators));
  }
};

TEST(TokenTest, OwnProcessHasAPrimaryToken) {
  const auto facts = Token::FromOwnProcess().Facts();
  EXPECT_TRUE(facts.is_primary);
  EXPECT_NE(facts.token_id, 0U);
}

TEST(TokenTest, EveryQueryAnswersForTheOwnProcess) {
  const Token token = Token::FromOwnProcess();
  EXPECT_TRUE(token.User().ToString().starts_with("S-1-5-"));
  EXPECT_TRUE(FindGroup(token, kEveryone));
  EXPECT_FALSE(token.Privileges().empty());
  EXPECT_TRUE(token.RestrictingSids().empty());
  EXPECT_FALSE(token.IntegrityLevel().Name().empty());
  EXPECT_FALSE(ToString(token.ElevationType()).empty());
  EXPECT_NO_THROW(token.IsElevated());
  EXPECT_NO_THROW(token.SessionId());
  const auto logon_sid = token.LogonSid();
  if (logon_sid) {
    EXPECT_TRUE(logon_sid->ToString().starts_with("S-1-5-5-"));
  }
}

TEST(TokenTest, PrivilegesHaveTheirNames) {
  const auto privileges = Token::FromOwnProcess().Privileges();
  const auto found = std::find_if(privileges.begin(), privileges.end(), [](const TokenPrivilege& privilege) {
    return privilege.name == "SeChangeNotifyPrivilege";
  });
  ASSERT_NE(found, privileges.end());
  EXPECT_TRUE(found->enabled());
  EXPECT_TRUE(Token::FromOwnProcess().HasEnabledPrivilege(L"SeChangeNotifyPrivilege"));
}

TEST(TokenTest, PrivilegesAreTheSameUntilOneIsDisabledOrRemoved) {
  const Token own = Token::FromOwnProcess(TOKEN_ALL_ACCESS);
  const Token copy = test::ImpersonationTokenOf(own);
  const auto set_attributes = [&copy](DWORD attributes) {
    TOKEN_PRIVILEGES wanted{1, {{{}, attributes}}};
    if (!::LookupPrivilegeValueW(nullptr, L"SeChangeNotifyPrivilege", &wanted.Privileges[0].Luid))
      return false;
    return ::AdjustTokenPrivileges(copy.get(), FALSE, &wanted, 0, nullptr, nullptr) &&
           ::GetLastError() == ERROR_SUCCESS;
  };
  EXPECT_TRUE(own.HasSamePrivilegesAs(copy));
  ASSERT_TRUE(set_attributes(0));
  EXPECT_FALSE(own.HasSamePrivilegesAs(copy));
  EXPECT_FALSE(copy.HasSamePrivilegesAs(own));
  ASSERT_TRUE(set_attributes(SE_PRIVILEGE_ENABLED));
  EXPECT_TRUE(own.HasSamePrivilegesAs(copy));
  ASSERT_TRUE(set_attributes(SE_PRIVILEGE_REMOVED));
  EXPECT_FALSE(own.HasSamePrivilegesAs(copy));
  EXPECT_FALSE(copy.HasSamePrivilegesAs(own));
}

TEST(TokenTest, APrivilegeThatDoesNotExistIsAnError) {
  try {
    (void)Token::FromOwnProcess().HasEnabledPrivilege(L"SeNoSuchPrivilege");
    FAIL();
  } catch (const Win32Error& error) {
    EXPECT_EQ(error.win32_code(), static_cast<DWORD>(ERROR_NO_SUCH_PRIVILEGE));
    EXPECT_EQ(error.subject(), "SeNoSuchPrivilege");
  }
}

TEST(TokenTest, MembershipIsOfTheUserAndItsEnabledGroups) {
  const Token token = Token::FromOwnProcess();
  EXPECT_TRUE(token.IsMember(kEveryone));
  EXPECT_TRUE(token.IsMember(token.User()));
  EXPECT_FALSE(token.IsMember(Sid::FromWellKnown(WinAnonymousSid)));
  EXPECT_FALSE(token.IsMember(Sid::ForService("OnBehalf")));
}

TEST(TokenTest, AThreadWithoutATokenHasNone) { EXPECT_FALSE(Token::FromThread()); }

TEST(TokenTest, AThreadsTokenIsFound) {
  const Token copy = test::ImpersonationTokenOf(Token::FromOwnProcess(TOKEN_ALL_ACCESS));
  ASSERT_TRUE(::SetThreadToken(nullptr, copy.get()));
  const auto found = Token::FromThread();
  ASSERT_TRUE(::RevertToSelf());
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->Facts().is_primary);
  EXPECT_EQ(found->Facts().level, ImpersonationLevel::kImpersonation);
  EXPECT_EQ(found->User(), Token::FromOwnProcess().User());
  EXPECT_FALSE(Token::FromThread());
}

TEST(TokenTest, AnAnonymousThreadTokenCannotBeOpened) {
  const Token copy =
      test::ImpersonationTokenOf(Token::FromOwnProcess(TOKEN_ALL_ACCESS), ImpersonationLevel::kAnonymous);
  ASSERT_TRUE(::SetThreadToken(nullptr, copy.get()));
  DWORD code = ERROR_SUCCESS;
  try {
    (void)Token::FromThread();
  } catch (const Win32Error& error) {
    code = error.win32_code();
  }
  ASSERT_TRUE(::RevertToSelf());
  EXPECT_EQ(code, static_cast<DWORD>(ERROR_CANT_OPEN_ANONYMOUS));
}

TEST(TokenTest, DuplicatesHaveTheRequestedLevel) {
  const Token own = Token::FromOwnProcess(TOKEN_ALL_ACCESS);
  for (const auto level : {ImpersonationLevel::kAnonymous, ImpersonationLevel::kIdentification,
                           ImpersonationLevel::kImpersonation}) {
    const auto facts = own.Duplicate(TokenImpersonation, level, TOKEN_QUERY).Facts();
    EXPECT_FALSE(facts.is_primary);
    EXPECT_EQ(facts.level, level);
    EXPECT_EQ(facts.logon_id, own.Facts().logon_id);
    EXPECT_NE(facts.token_id, own.Facts().token_id);
  }
}

TEST(TokenTest, ALevelIsNeverRaised) {
  const Token low = test::ImpersonationTokenOf(Token::FromOwnProcess(TOKEN_ALL_ACCESS),
                                               ImpersonationLevel::kIdentification);
  try {
    (void)low.Duplicate(TokenImpersonation, ImpersonationLevel::kImpersonation, TOKEN_QUERY);
    FAIL();
  } catch (const Win32Error& error) {
    EXPECT_EQ(error.win32_code(), static_cast<DWORD>(ERROR_BAD_IMPERSONATION_LEVEL));
    EXPECT_EQ(error.operation(), "DuplicateTokenEx");
  }
}

TEST(TokenTest, AHandleThatMayNotBeQueriedIsAnError) {
  const Token blind = Token::FromOwnProcess(TOKEN_DUPLICATE);
  try {
    (void)blind.User();
    FAIL();
  } catch (const Win32Error& error) {
    EXPECT_EQ(error.win32_code(), static_cast<DWORD>(ERROR_ACCESS_DENIED));
    EXPECT_EQ(error.operation(), "GetTokenInformation");
  }
}

TEST(TokenTest, NamesOfLevelsElevationsAndIntegrity) {
  EXPECT_EQ(ToString(ImpersonationLevel::kAnonymous), "anonymous");
  EXPECT_EQ(ToString(ImpersonationLevel::kIdentification), "identification");
  EXPECT_EQ(ToString(ImpersonationLevel::kImpersonation), "impersonation");
  EXPECT_EQ(ToString(ImpersonationLevel::kDelegation), "delegation");
  EXPECT_LT(ImpersonationLevel::kIdentification, ImpersonationLevel::kImpersonation);
  EXPECT_EQ(ToString(Elevation::kDefault), "default");
  EXPECT_EQ(ToString(Elevation::kFull), "full");
  EXPECT_EQ(ToString(Elevation::kLimited), "limited");
  EXPECT_EQ(Integrity{0x0000}.Name(), "untrusted");
  EXPECT_EQ(Integrity{0x1000}.Name(), "low");
  EXPECT_EQ(Integrity{0x2000}.Name(), "medium");
  EXPECT_EQ(Integrity{0x2100}.Name(), "medium plus");
  EXPECT_EQ(Integrity{0x3000}.Name(), "high");
  EXPECT_EQ(Integrity{0x4000}.Name(), "system");
  EXPECT_EQ(Integrity{0x5000}.Name(), "protected");
  EXPECT_EQ(Integrity{0x2010}.Name(), "0x2010");
}

TEST_F(AdministratorTokenTest, ARestrictedTokenIsNotAMemberOfADenyOnlyGroup) {
  const Token restricted = test::AdministratorsDenyOnlyToken();
  const auto group = FindGroup(restricted, kAdministrators);
  ASSERT_TRUE(group);
  EXPECT_TRUE(group->deny_only());
  EXPECT_FALSE(group->enabled());
  EXPECT_FALSE(restricted.IsMember(kAdministrators));
  EXPECT_TRUE(restricted.IsMember(kEveryone));
  EXPECT_EQ(restricted.User(), Token::FromOwnProcess().User());
  EXPECT_FALSE(test::ImpersonationTokenOf(restricted).IsMember(kAdministrators));
}

ONBEHALF_CHILD_MAIN(TellMembership) { return Token::FromOwnProcess().IsMember(kAdministrators) ? 10 : 11; }

TEST_F(AdministratorTokenTest, AChildRunsWithTheGivenToken) {
  auto options = test::ChildProcess::Options::Self("TellMembership");
  EXPECT_EQ(test::RunChild(options).code, 10U);
  const Token restricted = test::AdministratorsDenyOnlyToken();
  options.token = restricted.get();
  EXPECT_EQ(test::RunChild(options).code, 11U);
}

}  // namespace
}  // namespace onbehalf::win32
