#include "onbehalf/win32/security_descriptor.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::win32 {
namespace {

constexpr SECURITY_INFORMATION kAll = OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION |
                                      DACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION;

std::string RoundTrip(std::string_view sddl) { return SecurityDescriptor::FromSddl(sddl).ToSddl(); }

TEST(SecurityDescriptorTest, TextGoesBothWays) {
  for (const auto* sddl : {
           "O:SYG:SYD:(A;;FA;;;BA)",
           "O:BAG:SYD:P(D;;FA;;;AN)(A;;0x12019b;;;AU)",
           "D:P(A;OICI;FA;;;SY)(A;OICIIO;GA;;;CO)",
           "D:AI(A;ID;FR;;;BU)",
           "D:(A;;FA;;;S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464)",
           "D:P",
           "O:SY",
           "O:SYG:SYD:P(A;;FA;;;SY)S:(ML;;NWNR;;;ME)",
       }) {
    EXPECT_EQ(RoundTrip(sddl), sddl);
  }
}

TEST(SecurityDescriptorTest, TheTextHasOnlyTheRequestedParts) {
  const auto descriptor = SecurityDescriptor::FromSddl("O:SYG:BAD:P(A;;FA;;;SY)S:(ML;;NW;;;HI)");
  EXPECT_EQ(descriptor.ToSddl(OWNER_SECURITY_INFORMATION), "O:SY");
  EXPECT_EQ(descriptor.ToSddl(DACL_SECURITY_INFORMATION), "D:P(A;;FA;;;SY)");
  EXPECT_EQ(descriptor.ToSddl(LABEL_SECURITY_INFORMATION), "S:(ML;;NW;;;HI)");
}

TEST(SecurityDescriptorTest, InvalidTextIsAnError) {
  using namespace std::string_view_literals;
  for (const auto sddl : {"X:"sv, "D:(A;;FA;;;"sv, "D:(Q;;FA;;;BA)"sv, "D:(A;;FA;;;NOBODY)"sv,
                          "D:P\0(A;;FA;;;WD)"sv, "D:(A;;FA;;;\xC3\xA4)"sv}) {
    EXPECT_THROW(SecurityDescriptor::FromSddl(sddl), Win32Error) << testing::PrintToString(sddl);
  }
}

TEST(SecurityDescriptorTest, EntriesAreReadInOrder) {
  const auto entries =
      SecurityDescriptor::FromSddl("D:P(D;;FA;;;AN)(A;OICIIO;0x12019b;;;AU)(A;ID;FR;;;BA)").Dacl();
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_TRUE(entries[0].denies());
  EXPECT_FALSE(entries[0].allows());
  EXPECT_EQ(entries[0].mask, static_cast<ACCESS_MASK>(FILE_ALL_ACCESS));
  EXPECT_EQ(entries[0].sid, Sid::FromWellKnown(WinAnonymousSid));
  EXPECT_TRUE(entries[1].allows());
  EXPECT_TRUE(entries[1].inherit_only());
  EXPECT_EQ(entries[1].mask, 0x12019BU);
  EXPECT_EQ(entries[1].sid, Sid::FromWellKnown(WinAuthenticatedUserSid));
  EXPECT_EQ(entries[2].flags, INHERITED_ACE);
}

TEST(SecurityDescriptorTest, OwnerMayBeMissing) {
  EXPECT_EQ(SecurityDescriptor::FromSddl("O:BAD:P").Owner(), Sid::FromWellKnown(WinBuiltinAdministratorsSid));
  EXPECT_FALSE(SecurityDescriptor::FromSddl("D:P").Owner());
}

TEST(SecurityDescriptorTest, AnEmptyDaclIsADacl) {
  const auto descriptor = SecurityDescriptor::FromSddl("D:P");
  EXPECT_TRUE(descriptor.HasDacl());
  EXPECT_TRUE(descriptor.IsProtected());
  EXPECT_TRUE(descriptor.Dacl().empty());
  EXPECT_FALSE(SecurityDescriptor::FromSddl("D:").IsProtected());
}

TEST(SecurityDescriptorTest, AMissingAndANullDaclAreNotDacls) {
  EXPECT_FALSE(SecurityDescriptor::FromSddl("O:SYG:SY").HasDacl());
  SECURITY_DESCRIPTOR absolute{};
  ASSERT_TRUE(::InitializeSecurityDescriptor(&absolute, SECURITY_DESCRIPTOR_REVISION));
  ASSERT_TRUE(::SetSecurityDescriptorDacl(&absolute, TRUE, nullptr, FALSE));
  const auto null_dacl = SecurityDescriptor::FromPointer(&absolute);
  EXPECT_FALSE(null_dacl.HasDacl());
  EXPECT_TRUE(null_dacl.Dacl().empty());
}

TEST(SecurityDescriptorTest, AnAbsoluteDescriptorIsCopied) {
  Sid owner = Sid::FromWellKnown(WinLocalSystemSid);
  const auto source = SecurityDescriptor::FromSddl("D:P(A;;FA;;;BA)");
  BOOL present = FALSE;
  BOOL defaulted = FALSE;
  PACL dacl = nullptr;
  ASSERT_TRUE(::GetSecurityDescriptorDacl(source.get(), &present, &dacl, &defaulted));
  SECURITY_DESCRIPTOR absolute{};
  ASSERT_TRUE(::InitializeSecurityDescriptor(&absolute, SECURITY_DESCRIPTOR_REVISION));
  ASSERT_TRUE(::SetSecurityDescriptorOwner(&absolute, owner.get(), FALSE));
  ASSERT_TRUE(::SetSecurityDescriptorDacl(&absolute, TRUE, dacl, FALSE));
  const auto copy = SecurityDescriptor::FromPointer(&absolute);
  EXPECT_EQ(copy.ToSddl(), "O:SYD:(A;;FA;;;BA)");
  EXPECT_EQ(copy.size(), ::GetSecurityDescriptorLength(copy.get()));
}

TEST(SecurityDescriptorTest, NonsenseIsNotADescriptor) {
  SECURITY_DESCRIPTOR nonsense{};
  try {
    SecurityDescriptor::FromPointer(&nonsense);
    FAIL();
  } catch (const Win32Error& error) {
    EXPECT_EQ(error.win32_code(), static_cast<DWORD>(ERROR_INVALID_SECURITY_DESCR));
  }
  EXPECT_THROW(SecurityDescriptor::FromPointer(nullptr), Win32Error);
}

TEST(SecurityDescriptorTest, LabelIsFound) {
  const auto label = SecurityDescriptor::FromSddl("D:PS:(ML;;NWNR;;;ME)").Label();
  ASSERT_TRUE(label);
  EXPECT_EQ(label->type, SYSTEM_MANDATORY_LABEL_ACE_TYPE);
  EXPECT_EQ(label->mask,
            static_cast<ACCESS_MASK>(SYSTEM_MANDATORY_LABEL_NO_WRITE_UP | SYSTEM_MANDATORY_LABEL_NO_READ_UP));
  EXPECT_EQ(label->sid, Sid::FromWellKnown(WinMediumLabelSid));
  EXPECT_FALSE(SecurityDescriptor::FromSddl("D:P").Label());
}

TEST(SecurityDescriptorTest, CanonicalOrder) {
  for (const auto* sddl :
       {"D:", "D:(D;;FA;;;AN)", "D:(A;;FA;;;BA)", "D:(D;;FA;;;AN)(D;;FA;;;BG)(A;;FA;;;BA)(A;;FR;;;BU)",
        "D:(D;;FA;;;AN)(A;;FA;;;BA)(D;ID;FA;;;BG)(A;ID;FR;;;BU)",
        // Two levels of inheritance.
        "D:(A;;FA;;;BA)(D;ID;FA;;;BG)(A;ID;FR;;;BU)(D;ID;FA;;;AN)(A;ID;FR;;;AU)"}) {
    EXPECT_TRUE(SecurityDescriptor::FromSddl(sddl).IsCanonical()) << sddl;
  }
  for (const auto* sddl :
       {"D:(A;;FA;;;BA)(D;;FA;;;AN)", "D:(A;ID;FA;;;BA)(D;;FA;;;AN)", "D:(D;ID;FA;;;AN)(A;;FA;;;BA)"}) {
    EXPECT_FALSE(SecurityDescriptor::FromSddl(sddl).IsCanonical()) << sddl;
  }
}

// The service's descriptor for its pipe according to its design, with Administrators in place of the service.
constexpr std::string_view kPipeSddl =
    "O:BAG:SYD:P(D;;FA;;;AN)(D;;FA;;;BG)(A;;0x1e019f;;;BA)(A;;RC;;;OW)"
    "(A;;0x12019b;;;SY)(A;;0x12019b;;;BA)(A;;0x12019b;;;AU)S:(ML;;NWNR;;;ME)";

TEST(SecurityDescriptorTest, APipesDescriptorIsReadBackEntryByEntry) {
  const auto wanted = SecurityDescriptor::FromSddl(kPipeSddl);
  EXPECT_TRUE(wanted.IsCanonical());
  const std::string path = test::LocalPipePath(test::UniquePipeName());
  SECURITY_ATTRIBUTES attributes{sizeof(attributes), wanted.get(), FALSE};
  const UniqueFile pipe(
      ::CreateNamedPipeW(ToWide(path).c_str(), PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE,
                         PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_REJECT_REMOTE_CLIENTS,
                         PIPE_UNLIMITED_INSTANCES, 4096, 4096, 0, &attributes));
  ASSERT_TRUE(pipe) << ErrorName(::GetLastError());

  const auto found = SecurityDescriptor::FromKernelObject(pipe.get(), kAll);
  EXPECT_EQ(found.Owner(), wanted.Owner());
  EXPECT_TRUE(found.IsProtected());
  const auto wanted_entries = wanted.Dacl();
  const auto found_entries = found.Dacl();
  ASSERT_EQ(found_entries.size(), wanted_entries.size());
  for (std::size_t i = 0; i < wanted_entries.size(); ++i) {
    EXPECT_EQ(found_entries[i].type, wanted_entries[i].type) << i;
    EXPECT_EQ(found_entries[i].flags, wanted_entries[i].flags) << i;
    EXPECT_EQ(found_entries[i].mask, wanted_entries[i].mask) << i;
    EXPECT_EQ(found_entries[i].sid, wanted_entries[i].sid) << i;
  }
  ASSERT_TRUE(found.Label());
  EXPECT_EQ(found.Label()->mask, wanted.Label()->mask);
  EXPECT_EQ(found.Label()->sid, wanted.Label()->sid);
}

TEST(SecurityDescriptorTest, AFilesDescriptorIsFoundByName) {
  wchar_t directory[MAX_PATH] = {};
  ASSERT_NE(::GetTempPathW(MAX_PATH, directory), 0U);
  const auto descriptor =
      SecurityDescriptor::FromFile(ToUtf8(directory), OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION);
  EXPECT_TRUE(descriptor.Owner());
  EXPECT_TRUE(descriptor.HasDacl());
}

TEST(SecurityDescriptorTest, AMissingFileHasNone) {
  try {
    SecurityDescriptor::FromFile("C:\\onbehalf-no-such-file", OWNER_SECURITY_INFORMATION);
    FAIL();
  } catch (const Win32Error& error) {
    EXPECT_EQ(error.win32_code(), static_cast<DWORD>(ERROR_FILE_NOT_FOUND));
    EXPECT_EQ(error.operation(), "GetNamedSecurityInfoW");
    EXPECT_EQ(error.subject(), "C:\\onbehalf-no-such-file");
  }
}

TEST(SecurityDescriptorTest, ABadHandleHasNone) {
  EXPECT_THROW(SecurityDescriptor::FromKernelObject(nullptr, DACL_SECURITY_INFORMATION), Win32Error);
}

}  // namespace
}  // namespace onbehalf::win32
