#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/win32_error.h"
#include "support/platform_probe.h"
#include "support/restricted_token.h"

namespace onbehalf::win32 {
namespace {

constexpr ACCESS_MASK kRead = 0x1;
constexpr ACCESS_MASK kWrite = 0x2;
constexpr GENERIC_MAPPING kMapping = {kRead | READ_CONTROL, kWrite | READ_CONTROL, READ_CONTROL,
                                      kRead | kWrite | STANDARD_RIGHTS_REQUIRED};

Token OwnToken() { return test::ImpersonationTokenOf(Token::FromOwnProcess(TOKEN_ALL_ACCESS)); }

// <me> in a descriptor stands for the user of this process.
SecurityDescriptor Descriptor(std::string sddl) {
  const std::string user = Token::FromOwnProcess().User().ToString();
  for (std::size_t at = sddl.find("<me>"); at != std::string::npos; at = sddl.find("<me>")) {
    sddl.replace(at, 4, user);
  }
  return SecurityDescriptor::FromSddl(sddl);
}

struct Case {
  const char* what;
  const char* sddl;
  ACCESS_MASK desired;
  bool allowed;
  std::optional<std::size_t> deciding_entry;
};

std::ostream& operator<<(std::ostream& out, const Case& row) { return out << row.what; }

class AccessCheckTest : public testing::TestWithParam<Case> {};

TEST_P(AccessCheckTest, AnswersAndNamesTheEntry) {
  const Case& row = GetParam();
  const auto descriptor = Descriptor(row.sddl);
  const Token token = OwnToken();
  const auto verdict = CheckAccess(descriptor, token, row.desired, kMapping);
  EXPECT_EQ(verdict.allowed, row.allowed);
  EXPECT_EQ(verdict.granted, row.allowed ? row.desired : 0U);
  EXPECT_EQ(DecidingEntry(descriptor, token, row.desired, kMapping), row.deciding_entry);
}

INSTANTIATE_TEST_SUITE_P(
    Table, AccessCheckTest,
    testing::Values(
        Case{"AnAllowEntryForTheUser", "O:SYG:SYD:(A;;0x1;;;<me>)", kRead, true, 0},
        Case{"AnAllowEntryForAGroup", "O:SYG:SYD:(A;;0x1;;;WD)", kRead, true, 0},
        Case{"AnAllowEntryForSomebodyElse", "O:SYG:SYD:(A;;0x1;;;AN)", kRead, false, std::nullopt},
        Case{"TooLittle", "O:SYG:SYD:(A;;0x1;;;WD)", kRead | kWrite, false, std::nullopt},
        Case{"TwoEntriesTogether", "O:SYG:SYD:(A;;0x1;;;WD)(A;;0x2;;;<me>)", kRead | kWrite, true, 1},
        Case{"DenyBeforeAllow", "O:SYG:SYD:(D;;0x1;;;<me>)(A;;0x3;;;WD)", kRead, false, 0},
        Case{"DenyOfAnotherRight", "O:SYG:SYD:(D;;0x1;;;<me>)(A;;0x3;;;WD)", kWrite, true, 1},
        Case{"DenyOfSomebodyElse", "O:SYG:SYD:(D;;0x1;;;AN)(A;;0x1;;;WD)", kRead, true, 1},
        Case{"AllowBeforeDeny", "O:SYG:SYD:(A;;0x1;;;WD)(D;;0x1;;;<me>)", kRead, true, 0},
        Case{"DenyAfterPartOfTheRights", "O:SYG:SYD:(A;;0x1;;;WD)(D;;0x3;;;<me>)(A;;0x2;;;WD)",
             kRead | kWrite, false, 1},
        Case{"InheritOnlyAllow", "O:SYG:SYD:(A;OICIIO;0x1;;;WD)", kRead, false, std::nullopt},
        Case{"InheritOnlyDeny", "O:SYG:SYD:(D;OICIIO;0x1;;;WD)(A;;0x1;;;WD)", kRead, true, 1},
        Case{"EmptyDacl", "O:SYG:SYD:P", kRead, false, std::nullopt},
        Case{"NoDacl", "O:SYG:SY", kRead | kWrite, true, std::nullopt},
        Case{"GenericBitsInAnEntry", "O:SYG:SYD:(A;;GR;;;WD)", kRead, true, 0},
        Case{"GenericAllInADenyEntry", "O:SYG:SYD:(D;;GA;;;<me>)(A;;0x1;;;WD)", kRead, false, 0},
        Case{"TheOwnersImplicitRights", "O:<me>G:SYD:P", READ_CONTROL | WRITE_DAC, true, std::nullopt},
        Case{"TheOwnersImplicitRightsAreNoMore", "O:<me>G:SYD:P", kRead, false, std::nullopt},
        Case{"TheOwnersImplicitRightsAndAnEntry", "O:<me>G:SYD:P(A;;0x1;;;WD)", READ_CONTROL | kRead, true,
             0},
        Case{"NotTheOwner", "O:SYG:SYD:P(A;;0x1;;;WD)", WRITE_DAC, false, std::nullopt}),
    [](const auto& info) { return std::string(info.param.what); });

DWORD ErrorOf(const SecurityDescriptor& descriptor, const Token& token) {
  try {
    CheckAccess(descriptor, token, kRead, kMapping);
    return ERROR_SUCCESS;
  } catch (const Win32Error& error) {
    EXPECT_EQ(error.operation(), "AccessCheck");
    return error.win32_code();
  }
}

TEST(AccessCheckErrorTest, APrimaryTokenIsRefused) {
  EXPECT_EQ(ErrorOf(Descriptor("O:SYG:SYD:(A;;0x1;;;WD)"), Token::FromOwnProcess(TOKEN_ALL_ACCESS)),
            static_cast<DWORD>(ERROR_NO_IMPERSONATION_TOKEN));
}

TEST(AccessCheckErrorTest, ADescriptorWithoutOwnerOrGroupIsRefused) {
  EXPECT_EQ(ErrorOf(Descriptor("D:(A;;0x1;;;WD)"), OwnToken()),
            static_cast<DWORD>(ERROR_INVALID_SECURITY_DESCR));
  EXPECT_EQ(ErrorOf(Descriptor("O:SYD:(A;;0x1;;;WD)"), OwnToken()),
            static_cast<DWORD>(ERROR_INVALID_SECURITY_DESCR));
}

TEST(AccessCheckErrorTest, IdentificationIsEnough) {
  const Token token = test::ImpersonationTokenOf(Token::FromOwnProcess(TOKEN_ALL_ACCESS),
                                                 ImpersonationLevel::kIdentification);
  EXPECT_TRUE(CheckAccess(Descriptor("O:SYG:SYD:(A;;0x1;;;WD)"), token, kRead, kMapping).allowed);
}

TEST(AccessCheckErrorTest, AnonymousLevelIsRefused) {
  const Token token =
      test::ImpersonationTokenOf(Token::FromOwnProcess(TOKEN_ALL_ACCESS), ImpersonationLevel::kAnonymous);
  EXPECT_EQ(ErrorOf(Descriptor("O:SYG:SYD:(A;;0x1;;;WD)"), token),
            static_cast<DWORD>(ERROR_BAD_IMPERSONATION_LEVEL));
}

TEST(AccessCheckRestrictedTest, ADenyOnlyGroupAllowsNothing) {
  const auto descriptor = Descriptor("O:SYG:SYD:(A;;0x1;;;BA)(A;;0x2;;;WD)");
  const Token restricted = test::ImpersonationTokenOf(test::AdministratorsDenyOnlyToken());
  EXPECT_FALSE(CheckAccess(descriptor, restricted, kRead, kMapping).allowed);
  EXPECT_EQ(DecidingEntry(descriptor, restricted, kRead, kMapping), std::nullopt);
  EXPECT_TRUE(CheckAccess(descriptor, restricted, kWrite, kMapping).allowed);
  EXPECT_EQ(DecidingEntry(descriptor, restricted, kWrite, kMapping), 1U);
}

TEST(AccessCheckRestrictedTest, TheDecidingEntryNeverContradictsTheVerdict) {
  // The system decides whether a deny ACE applies to a deny-only group.
  const auto descriptor = Descriptor("O:SYG:SYD:(D;;0x1;;;BA)(A;;0x1;;;WD)");
  const Token restricted = test::ImpersonationTokenOf(test::AdministratorsDenyOnlyToken());
  const bool allowed = CheckAccess(descriptor, restricted, kRead, kMapping).allowed;
  EXPECT_EQ(DecidingEntry(descriptor, restricted, kRead, kMapping), allowed ? 1U : 0U);
}

TEST(AccessCheckRestrictedTest, ADenyEntryHitsADenyOnlyGroup) {
  ONBEHALF_SKIP_WITHOUT("deny entries hit deny-only groups", test::DenyOnlyGroupsAreDenied());
  const auto descriptor = Descriptor("O:SYG:SYD:(D;;0x1;;;BA)(A;;0x1;;;WD)");
  const Token restricted = test::ImpersonationTokenOf(test::AdministratorsDenyOnlyToken());
  EXPECT_FALSE(CheckAccess(descriptor, restricted, kRead, kMapping).allowed);
}

TEST(AccessCheckRestrictedTest, OwnerRightsReplaceTheImplicitOnes) {
  ONBEHALF_SKIP_WITHOUT("entries for OWNER RIGHTS", test::OwnerRightsAreHonoured());
  const auto descriptor = Descriptor("O:<me>G:SYD:P(A;;RC;;;OW)");
  EXPECT_FALSE(CheckAccess(descriptor, OwnToken(), WRITE_DAC, kMapping).allowed);
  EXPECT_TRUE(CheckAccess(descriptor, OwnToken(), READ_CONTROL, kMapping).allowed);
  EXPECT_EQ(DecidingEntry(descriptor, OwnToken(), READ_CONTROL, kMapping), 0U);
}

TEST(AccessCheckRestrictedTest, RestrictingSidsMustHaveTheRightToo) {
  ONBEHALF_SKIP_WITHOUT("restricting SIDs", test::RestrictingSidsAreHonoured());
  const Token own = Token::FromOwnProcess(TOKEN_ALL_ACCESS);
  const Sid everyone = Sid::FromWellKnown(WinWorldSid);
  SID_AND_ATTRIBUTES restricting{everyone.get(), 0};
  UniqueObject handle;
  ASSERT_TRUE(::CreateRestrictedToken(own.get(), 0, 0, nullptr, 0, nullptr, 1, &restricting, handle.put()));
  const Token restricted = test::ImpersonationTokenOf(Token(std::move(handle)));
  EXPECT_EQ(restricted.RestrictingSids().size(), 1U);
  EXPECT_FALSE(restricted.IsMember(own.User()));
  EXPECT_TRUE(restricted.IsMember(everyone));

  const auto descriptor = Descriptor("O:SYG:SYD:(A;;0x1;;;<me>)(D;;0x2;;;WD)");
  EXPECT_FALSE(CheckAccess(descriptor, restricted, kRead, kMapping).allowed);
  EXPECT_EQ(DecidingEntry(descriptor, restricted, kRead, kMapping), std::nullopt);
  EXPECT_EQ(DecidingEntry(descriptor, restricted, kWrite, kMapping), 1U);
}

}  // namespace
}  // namespace onbehalf::win32
