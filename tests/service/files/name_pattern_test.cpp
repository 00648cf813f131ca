#include "files/name_pattern.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace onbehalf::service {
namespace {

bool Matches(std::string_view pattern, std::wstring_view name) { return NamePattern(pattern).Matches(name); }

TEST(NamePattern, MatchesNames) {
  for (const wchar_t* name : {L"a.txt", L"A.TXT", L".txt", L"a.b.txt"}) EXPECT_TRUE(Matches("*.txt", name));
  for (const wchar_t* name : {L"a.txt2", L"txt", L"a.tx", L"a.txt.bak"}) EXPECT_FALSE(Matches("*.txt", name));
  EXPECT_TRUE(Matches("*", L""));
  EXPECT_TRUE(Matches("", L""));
  EXPECT_FALSE(Matches("", L"a"));
  EXPECT_FALSE(Matches("?", L""));
  EXPECT_TRUE(Matches("??", L"ab"));
  EXPECT_FALSE(Matches("??", L"abc"));
  EXPECT_TRUE(Matches("a*b*c", L"aXbYbZc"));
  EXPECT_FALSE(Matches("a*b*c", L"aXbYbZ"));
  EXPECT_TRUE(Matches("*a*a*a", L"aaa"));
  EXPECT_FALSE(Matches("*a*a*a*a", L"aaa"));
  EXPECT_TRUE(Matches("**", L"x"));
  // Nothing else is special, and *.* does not mean *.
  EXPECT_FALSE(Matches("*.*", L"README"));
  EXPECT_TRUE(Matches("[ab].(c)+^$\\", L"[AB].(C)+^$\\"));
  EXPECT_FALSE(Matches("[ab]", L"a"));
}

TEST(NamePattern, HandlesCaseBeyondAsciiAndSurrogatePairs) {
  EXPECT_TRUE(Matches("\xC3\xA4*", L"\u00C4rger"));
  EXPECT_TRUE(Matches("?.x", L"\U0001F600.x"));
  EXPECT_FALSE(Matches("??.x", L"\U0001F600.x"));
  EXPECT_TRUE(Matches("*?.x", L"a\U0001F600.x"));
}

// One pattern must not keep a thread busy: a search that backtracks beyond the last star would take forever.
TEST(NamePattern, IsNotSlowForPatternsWithManyStars) {
  std::string pattern;
  for (int i = 0; i < 500; ++i) pattern += "a*";
  EXPECT_FALSE(Matches(pattern + "b", std::wstring(255, L'a')));
}

TEST(NamePattern, OrdersNamesWithoutCaseAndThenWithIt) {
  std::vector<std::wstring> names{L"b", L"a", L"B", L"A", L"_", L"aa", L"\u00E4", L"Z"};
  std::sort(names.begin(), names.end(), IsNameBefore);
  EXPECT_EQ(names, (std::vector<std::wstring>{L"A", L"a", L"aa", L"B", L"b", L"Z", L"_", L"\u00E4"}));
  EXPECT_FALSE(IsNameBefore(L"a", L"a"));
}

}  // namespace
}  // namespace onbehalf::service
