#include "onbehalf/win32/file_security.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::win32 {
namespace {

std::vector<UntrustedWriter> Writers(std::string_view sddl) {
  return WritersOtherThan(SecurityDescriptor::FromSddl(sddl), AdministrativeAccounts());
}

TEST(FileSecurityTest, AdministrativeAccounts) {
  const auto accounts = AdministrativeAccounts();
  ASSERT_EQ(accounts.size(), 3U);
  EXPECT_EQ(accounts[0].ToString(), "S-1-5-18");
  EXPECT_EQ(accounts[1].ToString(), "S-1-5-32-544");
  EXPECT_EQ(accounts[2], Sid::ForService("TrustedInstaller"));
}

TEST(FileSecurityTest, ProgramFilesHasNoOtherWriters) {
  // The descriptor that Windows gives to folders there.
  EXPECT_TRUE(Writers("O:S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464G:SY"
                      "D:PAI(A;OICI;FA;;;S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464)"
                      "(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)(A;OICIIO;GA;;;CO)"
                      "(A;OICI;0x1200a9;;;AC)")
                  .empty());
}

TEST(FileSecurityTest, ReadAccessIsNotAWriter) {
  EXPECT_TRUE(Writers("O:BAD:P(A;;FRFX;;;WD)(A;;GRGX;;;BU)").empty());
}

TEST(FileSecurityTest, EachWriteRightIsNamed) {
  constexpr ACCESS_MASK kRights[] = {
      FILE_WRITE_DATA,   FILE_APPEND_DATA, FILE_WRITE_EA, FILE_WRITE_ATTRIBUTES,
      FILE_DELETE_CHILD, DELETE,           WRITE_DAC,     WRITE_OWNER};
  for (const ACCESS_MASK right : kRights) {
    const auto writers = Writers("O:BAD:P(A;;" + std::to_string(right) + ";;;BU)");
    ASSERT_EQ(writers.size(), 1U) << right;
    EXPECT_EQ(writers[0].sid, Sid::FromWellKnown(WinBuiltinUsersSid));
    EXPECT_EQ(writers[0].rights, right);
    EXPECT_FALSE(writers[0].is_owner);
  }
}

TEST(FileSecurityTest, GenericRightsAreMapped) {
  auto writers = Writers("O:BAD:P(A;;GW;;;BU)");
  ASSERT_EQ(writers.size(), 1U);
  EXPECT_EQ(writers[0].rights, static_cast<ACCESS_MASK>(FILE_WRITE_DATA | FILE_APPEND_DATA | FILE_WRITE_EA |
                                                        FILE_WRITE_ATTRIBUTES));
  writers = Writers("O:BAD:P(A;;GA;;;BU)");
  ASSERT_EQ(writers.size(), 1U);
  EXPECT_EQ(writers[0].rights, kFileChangeRights);
}

TEST(FileSecurityTest, InheritOnlyEntriesAreForChildren) {
  EXPECT_TRUE(Writers("O:BAD:P(A;OICIIO;FA;;;BU)").empty());
}

TEST(FileSecurityTest, DenyEntriesAreNotWriters) {
  EXPECT_TRUE(Writers("O:BAD:P(D;;FA;;;BU)(A;;FR;;;BU)").empty());
}

TEST(FileSecurityTest, AnotherOwnerIsAWriter) {
  const auto writers = Writers("O:BUD:P(A;;FA;;;BA)");
  ASSERT_EQ(writers.size(), 1U);
  EXPECT_TRUE(writers[0].is_owner);
  EXPECT_EQ(writers[0].rights, static_cast<ACCESS_MASK>(WRITE_DAC));
  EXPECT_EQ(writers[0].sid, Sid::FromWellKnown(WinBuiltinUsersSid));
}

TEST(FileSecurityTest, OwnerRightsLimitTheOwner) {
  EXPECT_TRUE(Writers("O:BUD:P(A;;FA;;;BA)(A;;RC;;;OW)").empty());
  const auto writers = Writers("O:BUD:P(A;;FA;;;BA)(A;;0x2;;;OW)");
  ASSERT_EQ(writers.size(), 1U);
  EXPECT_TRUE(writers[0].is_owner);
  EXPECT_EQ(writers[0].rights, static_cast<ACCESS_MASK>(FILE_WRITE_DATA));
  EXPECT_TRUE(Writers("O:BAD:P(A;;FA;;;OW)").empty());
}

TEST(FileSecurityTest, ANullDaclLetsEveryoneWrite) {
  const auto writers = Writers("O:BAG:BA");
  ASSERT_EQ(writers.size(), 1U);
  EXPECT_EQ(writers[0].sid, Sid::FromWellKnown(WinWorldSid));
  EXPECT_EQ(writers[0].rights, kFileChangeRights);
}

TEST(FileSecurityTest, TheCallerChoosesWhomToTrust) {
  const std::vector<Sid> trusted{Sid::FromWellKnown(WinBuiltinUsersSid)};
  const auto writers =
      WritersOtherThan(SecurityDescriptor::FromSddl("O:BUD:P(A;;FA;;;BU)(A;;FA;;;SY)"), trusted);
  ASSERT_EQ(writers.size(), 1U);
  EXPECT_EQ(writers[0].sid, Sid::FromWellKnown(WinLocalSystemSid));
}

TEST(FileSecurityTest, AnOrdinaryDirectoryIsNotAReparsePoint) {
  wchar_t directory[MAX_PATH] = {};
  ASSERT_NE(::GetSystemDirectoryW(directory, MAX_PATH), 0U);
  EXPECT_FALSE(IsReparsePoint(ToUtf8(directory)));
}

TEST(FileSecurityTest, AMissingFileIsAnError) {
  try {
    (void)IsReparsePoint("C:\\onbehalf-no-such-file");
    FAIL();
  } catch (const Win32Error& error) {
    EXPECT_EQ(error.win32_code(), static_cast<DWORD>(ERROR_FILE_NOT_FOUND));
    EXPECT_EQ(error.subject(), "C:\\onbehalf-no-such-file");
  }
}

}  // namespace
}  // namespace onbehalf::win32
