#include <gtest/gtest.h>

#include <string>
#include <string_view>

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

}  // namespace
}  // namespace onbehalf::win32
