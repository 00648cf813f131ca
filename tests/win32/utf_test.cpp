#include "onbehalf/win32/utf.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "onbehalf/win32/win32_error.h"

namespace onbehalf::win32 {
namespace {

using namespace std::string_view_literals;

void ExpectNotUtf8(std::string_view bytes) {
  try {
    ToWide(bytes);
    ADD_FAILURE() << "taken: " << testing::PrintToString(bytes);
  } catch (const Win32Error& error) {
    EXPECT_EQ(error.win32_code(), static_cast<DWORD>(ERROR_NO_UNICODE_TRANSLATION));
    EXPECT_EQ(error.operation(), "MultiByteToWideChar");
  }
}

TEST(UtfTest, EmptyStaysEmpty) {
  EXPECT_EQ(ToWide(""), L"");
  EXPECT_EQ(ToUtf8(L""), "");
  EXPECT_EQ(ToUtf8Lossy(L""), "");
}

TEST(UtfTest, RoundTripsEveryLengthOfCharacter) {
  // One to four bytes, the last one a surrogate pair, and a NUL in the middle.
  constexpr auto kText = "a\0\xC3\xA9\xE2\x82\xAC\xF0\x9F\x94\x91z"sv;
  const std::wstring wide = ToWide(kText);
  EXPECT_EQ(wide, L"a\0\u00E9\u20AC\xD83D\xDD11z"sv);
  EXPECT_EQ(ToUtf8(wide), kText);
  EXPECT_EQ(ToUtf8Lossy(wide), kText);
}

TEST(UtfTest, RoundTripsTheLimitsOfUnicode) {
  for (const auto text : {"\x7F"sv, "\xC2\x80"sv, "\xDF\xBF"sv, "\xE0\xA0\x80"sv, "\xED\x9F\xBF"sv,
                          "\xEE\x80\x80"sv, "\xEF\xBF\xBF"sv, "\xF0\x90\x80\x80"sv, "\xF4\x8F\xBF\xBF"sv}) {
    EXPECT_EQ(ToUtf8(ToWide(text)), text) << testing::PrintToString(text);
  }
}

TEST(UtfTest, RefusesWhatIsNotUtf8) {
  ExpectNotUtf8("\x80"sv);              // continuation alone
  ExpectNotUtf8("\xC3"sv);              // cut short
  ExpectNotUtf8("a\xE2\x82"sv);         // cut short
  ExpectNotUtf8("\xC0\xAF"sv);          // overlong '/'
  ExpectNotUtf8("\xE0\x80\xAF"sv);      // overlong '/'
  ExpectNotUtf8("\xED\xA0\x80"sv);      // a surrogate
  ExpectNotUtf8("\xF4\x90\x80\x80"sv);  // beyond U+10FFFF
  ExpectNotUtf8("\xFF"sv);              // never
}

TEST(UtfTest, RefusesLoneSurrogates) {
  for (const auto text : {L"\xD83D"sv, L"\xDD11"sv, L"a\xD83Dz"sv, L"\xDD11\xD83D"sv}) {
    try {
      ToUtf8(text);
      ADD_FAILURE() << "taken";
    } catch (const Win32Error& error) {
      EXPECT_EQ(error.win32_code(), static_cast<DWORD>(ERROR_NO_UNICODE_TRANSLATION));
      EXPECT_EQ(error.operation(), "WideCharToMultiByte");
    }
  }
}

TEST(UtfTest, LossyReplacesLoneSurrogates) {
  EXPECT_EQ(ToUtf8Lossy(L"a\xD83Dz"sv), "a\xEF\xBF\xBDz");
  EXPECT_EQ(ToUtf8Lossy(L"\xDD11"sv), "\xEF\xBF\xBD");
  EXPECT_EQ(ToUtf8Lossy(L"\xD83D\xDD11"sv), "\xF0\x9F\x94\x91");
}

}  // namespace
}  // namespace onbehalf::win32
