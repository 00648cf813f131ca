#include "registry/first_entries.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace onbehalf::service {
namespace {

bool ComesBefore(std::wstring_view a, std::wstring_view b) { return a < b; }

constexpr std::size_t kMaxBytes = 100'000;

// 0..count-1 as three digits, each offered once in an order that is not theirs.
std::vector<std::wstring> Names(std::size_t count) {
  std::vector<std::wstring> names;
  for (std::size_t i = 0; i < count; ++i) {
    const std::wstring digits = std::to_wstring(1000 + i * 7 % count);
    names.push_back(digits.substr(1));
  }
  return names;
}

std::vector<std::wstring> NamesOf(const std::vector<RegistryEntry>& entries) {
  std::vector<std::wstring> names;
  for (const RegistryEntry& entry : entries) names.push_back(entry.name);
  return names;
}

TEST(FirstEntries, AreThoseOfAPageAndOneMoreInTheirOrder) {
  const auto names = Names(100);
  FirstEntries first(nullptr, 3, kMaxBytes, ComesBefore);
  for (std::uint32_t i = 0; i < names.size(); ++i) first.Offer(names[i], i, i);
  const auto entries = std::move(first).Take();
  EXPECT_EQ(NamesOf(entries), (std::vector<std::wstring>{L"000", L"001", L"002", L"003"}));
  for (const RegistryEntry& entry : entries) EXPECT_EQ(names[entry.index], entry.name);
}

TEST(FirstEntries, PagesHaveEachEntryOnce) {
  const auto names = Names(100);
  std::vector<std::wstring> seen;
  for (;;) {
    const std::wstring after = seen.empty() ? std::wstring() : seen.back();
    FirstEntries first(seen.empty() ? nullptr : &after, 7, kMaxBytes, ComesBefore);
    for (std::uint32_t i = 0; i < names.size(); ++i) first.Offer(names[i], i, 0);
    auto page = NamesOf(std::move(first).Take());
    const bool is_last = page.size() <= 7;
    if (!is_last) page.pop_back();
    seen.insert(seen.end(), page.begin(), page.end());
    if (is_last) break;
  }
  auto sorted = names;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(seen, sorted);
}

TEST(FirstEntries, AreNoMoreBytesThanAPageHasAndOneMoreEntry) {
  // 96 bytes and six for the name's one unit.
  FirstEntries first(nullptr, 100, 250, ComesBefore);
  for (const wchar_t* name : {L"e", L"d", L"c", L"b", L"a"}) first.Offer(name, 0, 0);
  EXPECT_EQ(NamesOf(std::move(first).Take()), (std::vector<std::wstring>{L"a", L"b", L"c"}));
}

TEST(FirstEntries, KeepTheFirstHoweverLargeItIs) {
  FirstEntries first(nullptr, 100, 10, ComesBefore);
  for (const wchar_t* name : {L"b", L"a", L"c"}) first.Offer(name, 0, 1000);
  EXPECT_EQ(NamesOf(std::move(first).Take()), (std::vector<std::wstring>{L"a", L"b"}));
}

TEST(FirstEntries, CountAValueThatFitsPageAlone) {
  const RegistryEntry small{L"a", 0, 10};
  EXPECT_TRUE(FitsPage(small, 132));
  EXPECT_FALSE(FitsPage(small, 131));
  EXPECT_EQ(PageBytes(small, 132), 132U);
  EXPECT_EQ(PageBytes(small, 131), 102U);
  EXPECT_FALSE(FitsPage({L"a", 0, UINT32_MAX}, 1'000'000'000));
}

}  // namespace
}  // namespace onbehalf::service
