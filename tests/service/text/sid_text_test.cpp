#include "text/sid_text.h"

#include <gtest/gtest.h>

#include <string>

#include "onbehalf/win32/lean_windows.h"
namespace onbehalf::service {
namespace {

TEST(SidText, IsWhatWindowsWrites) {
  std::string longest = "S-1-5";
  for (int i = 0; i < 15; ++i) longest += "-4294967295";
  for (const std::string& text :
       {std::string("S-1-0-0"), std::string("S-1-5-18"), std::string("S-1-16-12288"),
        std::string("S-1-5-32-544"), std::string("S-1-5-21-4294967295-1-2-1000"),
        std::string("S-1-4294967295-7"), longest}) {
    const auto sid = win32::Sid::FromString(text);
    ASSERT_TRUE(sid) << text;
    EXPECT_EQ(SidText(*sid).view(), text);
  }
}

TEST(SidText, AgreesWithTheSystem) {
  for (const WELL_KNOWN_SID_TYPE type : {WinNullSid, WinWorldSid, WinLocalSystemSid,
                                         WinBuiltinAdministratorsSid, WinHighLabelSid, WinAnonymousSid}) {
    const win32::Sid sid = win32::Sid::FromWellKnown(type);
    EXPECT_EQ(SidText(sid).view(), sid.ToString());
  }
}

TEST(SidText, WritesAnAuthorityBeyond32BitsAsHexadecimal) {
  // ConvertStringSidToSidW accepts it too; built by hand because not every system's does.
  struct {
    BYTE revision = 1, parts = 1;
    BYTE authority[6] = {0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc};
    DWORD part = 1;
  } bytes;
  EXPECT_EQ(SidText(win32::Sid::FromPsid(&bytes)).view(), "S-1-0x123456789abc-1");
}

}  // namespace
}  // namespace onbehalf::service
