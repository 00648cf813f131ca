#include "onbehalf/win32/sid.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>

#include "onbehalf/win32/win32_error.h"

namespace onbehalf::win32 {
namespace {

Sid FromText(std::string_view text) {
  const auto sid = Sid::FromString(text);
  if (!sid) throw Win32Error(ERROR_INVALID_SID, "Sid::FromString", text);
  return *sid;
}

TEST(SidTest, TextGoesBothWays) {
  for (const auto* text : {"S-1-0-0", "S-1-1-0", "S-1-5-18", "S-1-5-32-544", "S-1-16-8192",
                           "S-1-5-21-1004336348-1177238915-682003330-512"}) {
    EXPECT_EQ(FromText(text).ToString(), text);
  }
}

TEST(SidTest, AliasesOfSddlAreSids) {
  EXPECT_EQ(FromText("BA").ToString(), "S-1-5-32-544");
  EXPECT_EQ(FromText("SY").ToString(), "S-1-5-18");
  EXPECT_EQ(FromText("WD").ToString(), "S-1-1-0");
  EXPECT_EQ(FromText("AU").ToString(), "S-1-5-11");
}

TEST(SidTest, OtherTextIsNotASid) {
  using namespace std::string_view_literals;
  for (const auto text : {""sv, "x"sv, "S-1"sv, "S-1-5-"sv, "Administrators"sv, "S-1-5-18\0"sv, "BA\0x"sv,
                          "S-1-5-18 "sv, "\xC3\x84"sv, "\xFF"sv}) {
    EXPECT_FALSE(Sid::FromString(text)) << testing::PrintToString(text);
  }
}

TEST(SidTest, NumbersAreReadAsByWindows) {
  for (const auto* text :
       {"S-1-0-0", "S-1-5-18", "S-1-16-8192", "S-1-5-21-1004336348-1177238915-682003330-512",
        "S-1-4294967295-4294967295", "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"}) {
    EXPECT_EQ(Sid::FromNumbers(text), FromText(text)) << text;
  }
  EXPECT_FALSE(Sid::FromNumbers("BA"));
}

TEST(SidTest, WellKnownSids) {
  EXPECT_EQ(Sid::FromWellKnown(WinBuiltinAdministratorsSid).ToString(), "S-1-5-32-544");
  EXPECT_EQ(Sid::FromWellKnown(WinLocalSystemSid), FromText("S-1-5-18"));
}

// What `sc.exe showsid TrustedInstaller` prints on every Windows.
constexpr std::string_view kTrustedInstaller =
    "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464";

TEST(SidTest, ServiceSidIsTheHashOfTheName) {
  EXPECT_EQ(Sid::ForService("TrustedInstaller").ToString(), kTrustedInstaller);
}

TEST(SidTest, ServiceSidIgnoresCase) {
  EXPECT_EQ(Sid::ForService("trustedINSTALLER").ToString(), kTrustedInstaller);
  EXPECT_EQ(Sid::ForService("d\xC3\xA4mon"), Sid::ForService("D\xC3\x84MON"));
  EXPECT_NE(Sid::ForService("OnBehalf"), Sid::ForService("OnBehalf2"));
}

TEST(SidTest, ServiceWithoutANameHasNoSid) { EXPECT_THROW(Sid::ForService(""), Win32Error); }

TEST(SidTest, FromPsidCopiesAndChecks) {
  const Sid system = FromText("S-1-5-18");
  EXPECT_EQ(Sid::FromPsid(system.get()), system);
  std::array<std::byte, SECURITY_MAX_SID_SIZE> nonsense{};
  nonsense[0] = std::byte{9};  // no such revision
  try {
    Sid::FromPsid(nonsense.data());
    FAIL();
  } catch (const Win32Error& error) {
    EXPECT_EQ(error.win32_code(), static_cast<DWORD>(ERROR_INVALID_SID));
  }
  EXPECT_THROW(Sid::FromPsid(nullptr), Win32Error);
}

TEST(SidTest, ComparesAsWindowsDoes) {
  const Sid a = FromText("S-1-5-32-544");
  const Sid same = Sid::FromWellKnown(WinBuiltinAdministratorsSid);
  const Sid other = FromText("S-1-5-32-545");
  const Sid shorter = FromText("S-1-5-32");
  EXPECT_TRUE(a == same);
  EXPECT_TRUE(::EqualSid(a.get(), same.get()));
  EXPECT_TRUE(a != other);
  EXPECT_TRUE(a != shorter);
  EXPECT_TRUE((a <=> same) == std::strong_ordering::equal);
  EXPECT_TRUE((a < other) != (other < a));
  EXPECT_TRUE((a < shorter) != (shorter < a));
}

TEST(SidTest, SizeIsThatOfWindows) {
  for (const auto* text : {"S-1-0-0", "S-1-5-32-544", "S-1-5-80-1-2-3-4-5"}) {
    const Sid sid = FromText(text);
    EXPECT_EQ(sid.size(), ::GetLengthSid(sid.get()));
    EXPECT_EQ(sid.bytes().size(), sid.size());
  }
  // The longest: 15 sub-authorities.
  EXPECT_EQ(FromText("S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15").size(),
            static_cast<std::size_t>(SECURITY_MAX_SID_SIZE));
}

TEST(SidTest, ServesContainers) {
  const std::set<Sid> ordered{FromText("BA"), FromText("SY"), FromText("BA")};
  EXPECT_EQ(ordered.size(), 2U);
  const std::unordered_set<Sid, SidHash> hashed{FromText("BA"), FromText("SY"), FromText("BA")};
  EXPECT_EQ(hashed.size(), 2U);
  EXPECT_TRUE(hashed.contains(Sid::FromWellKnown(WinLocalSystemSid)));
}

}  // namespace
}  // namespace onbehalf::win32
