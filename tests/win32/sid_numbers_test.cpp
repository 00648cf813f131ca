#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "onbehalf/win32/sid.h"

namespace onbehalf::win32 {
namespace {

// On systems other than Windows, too; sid_test.cpp compares this with Windows' own results.

TEST(SidNumbers, AreTheParts) {
  const auto sid = Sid::FromNumbers("S-1-5-21-1004336348-1177238915-682003330-512");
  ASSERT_TRUE(sid);
  EXPECT_EQ(sid->Authority(), 5u);
  ASSERT_EQ(sid->PartCount(), 5u);
  EXPECT_EQ(sid->Part(0), 21u);
  EXPECT_EQ(sid->Part(1), 1004336348u);
  EXPECT_EQ(sid->Part(4), 512u);
  EXPECT_EQ(sid->size(), 28u);
  EXPECT_NE(sid, Sid::FromNumbers("S-1-5-21-1004336348-1177238915-682003330-513"));
}

TEST(SidNumbers, HaveBounds) {
  std::string longest = "S-1-281474976710655";
  for (int i = 0; i < 15; ++i) longest += "-4294967295";
  const auto sid = Sid::FromNumbers(longest);
  ASSERT_TRUE(sid);
  EXPECT_EQ(sid->Authority(), 281474976710655u);
  EXPECT_EQ(sid->PartCount(), 15u);
  EXPECT_EQ(sid->Part(14), 4294967295u);
  EXPECT_FALSE(Sid::FromNumbers(longest + "-0"));
  EXPECT_FALSE(Sid::FromNumbers("S-1-281474976710656-0"));
  EXPECT_FALSE(Sid::FromNumbers("S-1-5-4294967296"));
}

TEST(SidNumbers, OtherTextIsNotASid) {
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {""sv, "BA"sv, "S-1"sv, "S-1-"sv, "S-1-5"sv, "S-1-5-"sv, "S-2-5-18"sv, "s-1-5-18"sv, "S-1-5-18 "sv,
        "S-1-5--18"sv, "S-1-5-+18"sv, "S-1-5-0x12"sv, "S-1-5-18\0"sv}) {
    EXPECT_FALSE(Sid::FromNumbers(text)) << testing::PrintToString(text);
  }
}

// "How to enable loopback and troubleshoot network isolation" and icacls show Edge's; the others are from dumps of tokens in
// "Windows Internals" (Calculator) and from the same documentation (Store).
TEST(PackageSids, AreThoseThatWindowsDerivesFromTheFamilyName) {
  for (const auto& [name, sid] :
       {std::pair<std::string_view, std::string_view>{
            "Microsoft.MicrosoftEdge_8wekyb3d8bbwe",
            "S-1-15-2-3624051433-2125758914-1423191267-1740899205-1073925389-3782572162-737981194"},
        {"Microsoft.WindowsCalculator_8wekyb3d8bbwe",
         "S-1-15-2-466767348-3739614953-2700836392-1801644223-4227750657-1087833535-2488631167"},
        {"microsoft.windowsstore_8WEKYB3D8BBWE",
         "S-1-15-2-1609473798-1231923017-684268153-4268514328-882773646-2760585773-1760938157"}}) {
    EXPECT_EQ(Sid::ForPackageFamily(name), Sid::FromNumbers(sid)) << name;
  }
}

TEST(PackageSids, NeedAPackageFamilyName) {
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {""sv, "Microsoft.WindowsCalculator"sv, "_8wekyb3d8bbwe"sv, "ab_8wekyb3d8bbwe"sv,
        "Contoso.App_8wekyb3d8bbw"sv, "Contoso.App_8wekyb3d8bbwee"sv, "Contoso.App_8wekyb3d8bbwi"sv,
        "Contoso.App_8wekyb3d8bbwl"sv, "Contoso.App_8wekyb3d8bbwo"sv, "Contoso.App_8wekyb3d8bbwu"sv,
        "Contoso App_8wekyb3d8bbwe"sv, "Contoso.App__8wekyb3d8bbwe"sv, "Contoso\\App_8wekyb3d8bbwe"sv,
        "Contoso.App_1.0.0.0_x64__8wekyb3d8bbwe"sv, "C\xC3\xB6ntoso_8wekyb3d8bbwe"sv,
        "Contoso.App_8wekyb3d8bbwe\0"sv, "S-1-15-2-1"sv}) {
    EXPECT_FALSE(Sid::ForPackageFamily(text)) << testing::PrintToString(text);
  }
  EXPECT_FALSE(Sid::ForPackageFamily(std::string(51, 'a') + "_8wekyb3d8bbwe"));
  EXPECT_TRUE(Sid::ForPackageFamily(std::string(50, 'a') + "_8wekyb3d8bbwe"));
  EXPECT_TRUE(Sid::ForPackageFamily("a-1_8wekyb3d8bbwe"));
}

TEST(PackageSids, AreToldFromOthers) {
  const auto sid = [](std::string_view text) { return Sid::FromNumbers(text).value(); };
  for (const char* package : {"S-1-15-2-1", "S-1-15-2-2", "S-1-15-2-1-2-3-4-5-6-7"}) {
    EXPECT_TRUE(sid(package).IsPackage()) << package;
    EXPECT_FALSE(sid(package).IsCapability()) << package;
  }
  EXPECT_TRUE(sid("S-1-15-3-1").IsCapability());
  EXPECT_FALSE(sid("S-1-15-3-1").IsPackage());
  for (const char* other : {"S-1-15-2", "S-1-15-4-1", "S-1-5-2-1", "S-1-5-15-2", "S-1-1-0"}) {
    EXPECT_FALSE(sid(other).IsPackage() || sid(other).IsCapability()) << other;
  }
  EXPECT_TRUE(sid("S-1-15-2-1").IsEveryPackage());
  EXPECT_TRUE(sid("S-1-15-2-2").IsEveryPackage());
  EXPECT_FALSE(sid("S-1-15-2-3").IsEveryPackage());
  EXPECT_FALSE(sid("S-1-15-2-1-2-3-4-5-6-7").IsEveryPackage());
  EXPECT_FALSE(sid("S-1-15-3-1").IsEveryPackage());
}

}  // namespace
}  // namespace onbehalf::win32
