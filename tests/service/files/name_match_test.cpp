#include "files/name_match.h"

#include <gtest/gtest.h>

#include <string>

namespace onbehalf::service {
namespace {

TEST(MatchesPattern, StandsForNames) {
  for (const wchar_t* name : {L"A.TXT", L".TXT", L"A.B.TXT"}) EXPECT_TRUE(MatchesPattern(L"*.TXT", name));
  for (const wchar_t* name : {L"a.txt", L"A.TXT2", L"TXT", L"A.TX", L"A.TXT.BAK", L""}) {
    EXPECT_FALSE(MatchesPattern(L"*.TXT", name));
  }
  EXPECT_TRUE(MatchesPattern(L"*", L""));
  EXPECT_TRUE(MatchesPattern(L"", L""));
  EXPECT_FALSE(MatchesPattern(L"", L"A"));
  EXPECT_FALSE(MatchesPattern(L"?", L""));
  EXPECT_TRUE(MatchesPattern(L"??", L"AB"));
  EXPECT_FALSE(MatchesPattern(L"??", L"ABC"));
  EXPECT_TRUE(MatchesPattern(L"A*B*C", L"AXBYBZC"));
  EXPECT_FALSE(MatchesPattern(L"A*B*C", L"AXBYBZ"));
  EXPECT_FALSE(MatchesPattern(L"*A*A*A*A", L"AAA"));
  EXPECT_TRUE(MatchesPattern(L"**", L"X"));
  EXPECT_FALSE(MatchesPattern(L"[AB]", L"A"));
}

TEST(MatchesPattern, TakesASurrogatePairForOneCharacterAndAHalfOfOneToo) {
  EXPECT_TRUE(MatchesPattern(L"?.X", L"\xD83D\xDE00.X"));
  EXPECT_FALSE(MatchesPattern(L"??.X", L"\xD83D\xDE00.X"));
  EXPECT_TRUE(MatchesPattern(L"*?.X", L"A\xD83D\xDE00.X"));
  EXPECT_TRUE(MatchesPattern(L"?", L"\xD83D"));
  EXPECT_TRUE(MatchesPattern(L"??", L"\xDE00\xD83D"));
  EXPECT_TRUE(MatchesPattern(L"?A",
                             L"\xD83D"
                             L"A"));
  // The star goes on by whole characters: the pattern's half is not found inside of a pair.
  EXPECT_FALSE(MatchesPattern(L"*\xDE00", L"\xD83D\xDE00"));
}

// One pattern must not keep a thread busy: with a search that goes back further than the last star this takes for ever.
TEST(MatchesPattern, TakesNoLongerForPatternsOfManyStars) {
  std::wstring pattern;
  for (int i = 0; i < 500; ++i) pattern += L"A*";
  EXPECT_FALSE(MatchesPattern(pattern + L"B", std::wstring(255, L'A')));
}

}  // namespace
}  // namespace onbehalf::service
