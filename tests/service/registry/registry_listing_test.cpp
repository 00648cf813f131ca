// Pages of a key's subkeys and values, even while they change.

#include "registry/registry_listing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "registry_test.h"
#include "support/platform_probe.h"
#include "support/process_usage.h"

namespace onbehalf::service {
namespace {

std::function<void(DWORD index)> g_while_enumerating;
// Replaces the key's own subkeys: returns the name of each; "" after the last one.
std::function<std::wstring(DWORD index)> g_subkeys;

// Looked up by name at run time: every link-time reference would be to the replacements below.
template <typename Function>
Function Find(const char* name) {
  return reinterpret_cast<Function>(
      reinterpret_cast<void*>(::GetProcAddress(::GetModuleHandleW(L"advapi32.dll"), name)));
}

LSTATUS WINAPI OnRegEnumKeyEx(HKEY key, DWORD index, LPWSTR name, LPDWORD units, LPDWORD reserved,
                              LPWSTR class_name, LPDWORD class_units, PFILETIME written) {
  static const auto real = Find<decltype(&OnRegEnumKeyEx)>("RegEnumKeyExW");
  if (g_while_enumerating) g_while_enumerating(index);
  if (g_subkeys) {
    const std::wstring subkey = g_subkeys(index);
    if (subkey.empty()) return ERROR_NO_MORE_ITEMS;
    if (subkey.size() >= *units) return ERROR_MORE_DATA;
    std::copy_n(subkey.c_str(), subkey.size() + 1, name);
    *units = static_cast<DWORD>(subkey.size());
    return ERROR_SUCCESS;
  }
  return real(key, index, name, units, reserved, class_name, class_units, written);
}

LSTATUS WINAPI OnRegEnumValue(HKEY key, DWORD index, LPWSTR name, LPDWORD units, LPDWORD reserved,
                              LPDWORD type, LPBYTE bytes, LPDWORD size) {
  static const auto real = Find<decltype(&OnRegEnumValue)>("RegEnumValueW");
  if (g_while_enumerating) g_while_enumerating(index);
  return real(key, index, name, units, reserved, type, bytes, size);
}

class RegistryListing : public RegistryTest {
 protected:
  struct All {
    std::vector<std::string> keys;
    std::vector<std::string> values;
    std::size_t pages = 0;
    std::size_t busy = 0;
  };
  // Reads every page, calling `between` after each but the last. Retries when a key changes all the time.
  template <typename Between>
  All ListAll(const Json& limit, Between between) const {
    All all;
    Json params{{"key", key_.text()}, {"limit", limit}};
    for (;;) {
      const MethodResult result = Call("registry.list", params);
      if (const auto* const error = result.error_if()) {
        EXPECT_EQ(error->code, ErrorCode::kBusy) << error->message;
        if (error->code != ErrorCode::kBusy) return all;
        ++all.busy;
        continue;
      }
      const Json& page = result.value();
      EXPECT_EQ(test::Misfit(page, methods_.Find("registry.list")->result_schema), "");
      ++all.pages;
      for (const Json& key : page.at("keys")) all.keys.push_back(key);
      for (const Json& value : page.at("values")) all.values.push_back(value.at("name"));
      EXPECT_LE(page.at("keys").size() + page.at("values").size(), limit.get<std::size_t>());
      if (page.at("next").is_null()) return all;
      params["after"] = page.at("next");
      between();
    }
  }
  All ListAll(const Json& limit) const {
    return ListAll(limit, [] {});
  }
};

TEST_F(RegistryListing, ReturnsKeysThenValuesByNameInPagesOfEverySize) {
  // In NT's order: ordinal, in upper case; so "_" (0x5F) comes after "Z" (in lower case, before "a").
  const std::vector<std::string> names{"1", "a", "B", "b2", "C", "Z", "_", "\xC3\xA4"};
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    key_.Make(win32::ToWide(*name));
    key_.SetValue(win32::ToWide(*name), REG_BINARY, *name);
  }
  key_.SetValue(L"", REG_BINARY, "");
  std::vector<std::string> values = names;
  values.insert(values.begin(), "");
  for (std::size_t limit = 1; limit <= 18; ++limit) {
    const All all = ListAll(limit);
    EXPECT_EQ(all.keys, names) << limit;
    EXPECT_EQ(all.values, values) << limit;
    EXPECT_EQ(all.pages, (17 + limit - 1) / limit) << limit;
    EXPECT_EQ(all.busy, 0U);
  }
}

TEST_F(RegistryListing, OfAnEmptyKeyIsEmpty) {
  EXPECT_EQ(Result("registry.list", {{"key", key_.text()}}),
            (Json{{"keys", Json::array()}, {"values", Json::array()}, {"next", nullptr}}));
}

TEST_F(RegistryListing, EndsAPageBeforeItIsTooLargeForAResponse) {
  // Six of them are larger than a response may be; each alone is not.
  for (int i = 0; i < 6; ++i) key_.SetValue(L"v" + std::to_wstring(i), REG_BINARY, std::string(50'000, 'x'));
  Json params{{"key", key_.text()}};
  std::size_t pages = 0;
  std::size_t values = 0;
  do {
    const Json page = Result("registry.list", params);
    EXPECT_LE(protocol::ToText(page).size(), kResponseBytes);
    for (const Json& value : page.at("values")) EXPECT_EQ(value.at("encoding"), "base64");
    values += page.at("values").size();
    params["after"] = page.at("next");
    ASSERT_LE(++pages, 6U);
  } while (!params.at("after").is_null());
  EXPECT_EQ(values, 6U);
  EXPECT_GE(pages, 2U);
}

TEST_F(RegistryListing, IsNeverLargerThanAResponse) {
  // The worst case in JSON: a one-unit character that becomes six.
  const std::wstring worst(200, L'\x01');
  for (int i = 0; i < 300; ++i)
    key_.SetValue(worst + std::to_wstring(i), REG_SZ, test::Bytes(std::wstring(300, L'\x01')));
  for (int i = 0; i < 300; ++i) key_.Make(worst + std::to_wstring(i));
  Json params{{"key", key_.text()}, {"limit", 10'000}};
  std::size_t entries = 0;
  do {
    const Json page = Result("registry.list", params);
    EXPECT_LE(protocol::ToText(page).size(), kResponseBytes);
    entries += page.at("values").size() + page.at("keys").size();
    params["after"] = page.at("next");
  } while (!params.at("after").is_null());
  EXPECT_EQ(entries, 600U);
}

// A key with `count` subkeys, the last by name first; and this process's memory use when Windows has
// enumerated all of them.
class ManySubkeys {
 public:
  explicit ManySubkeys(DWORD count) {
    g_subkeys = [this, count](DWORD index) {
      if (index < count) return NameOf(count - 1 - index);
      at_the_end_ = test::PrivateBytes();
      return std::wstring();
    };
  }
  ~ManySubkeys() { g_subkeys = nullptr; }
  ManySubkeys(const ManySubkeys&) = delete;
  ManySubkeys& operator=(const ManySubkeys&) = delete;

  static std::wstring NameOf(DWORD number) {
    return std::to_wstring(1'000'000 + number) + std::wstring(200, L'n');
  }
  std::size_t at_the_end() const { return at_the_end_; }

 private:
  std::size_t at_the_end_ = 0;
};

TEST_F(RegistryListing, UsesNoMoreMemoryForAKeyWithManySubkeys) {
  ONBEHALF_SKIP_WITHOUT("a process's private bytes", test::PrivateBytesAreCounted());
  // 100,000 names of 414 bytes, 41 MB: each sorts before all earlier ones.
  const ManySubkeys subkeys(100'000);
  struct Case {
    std::size_t max_entries;
    std::size_t max_bytes;
  };
  for (const Case& each : {Case{100, 64u << 20}, {10'000, 100'000}}) {
    const std::size_t before = test::PrivateBytes();
    const auto page = ListRegistryKey(key_.get(), std::nullopt, each.max_entries, each.max_bytes, {});
    EXPECT_LT(subkeys.at_the_end(), before + (8u << 20));
    ASSERT_TRUE(page);
    EXPECT_GT(page->keys.size(), 50U);
    EXPECT_LE(page->keys.size(), 100U);
    for (DWORD i = 0; i < page->keys.size(); ++i) EXPECT_EQ(page->keys[i], ManySubkeys::NameOf(i));
    ASSERT_TRUE(page->next);
    EXPECT_EQ(page->next->name, page->keys.back());
    // And from the middle.
    const auto next = ListRegistryKey(key_.get(), RegistryCursor{false, ManySubkeys::NameOf(49'999)},
                                      each.max_entries, each.max_bytes, {});
    EXPECT_LT(subkeys.at_the_end(), before + (8u << 20));
    ASSERT_TRUE(next);
    EXPECT_EQ(next->keys.size(), page->keys.size());
    EXPECT_EQ(next->keys.front(), ManySubkeys::NameOf(50'000));
  }
}

TEST_F(RegistryListing, ReturnsRemainingKeysOnceWhenOthersAreDeletedBetweenPages) {
  // Windows renumbers them each time, so enumerating by number would skip some.
  for (int i = 0; i < 40; ++i) key_.Make(L"gone" + std::to_wstring(10 + i));
  std::vector<std::string> stays;
  for (int i = 0; i < 40; ++i) {
    stays.push_back("stays" + std::to_string(10 + i));
    key_.Make(win32::ToWide(stays.back()));
  }
  int gone = 0;
  const All all = ListAll(10, [&] {
    for (int n = 0; n < 10 && gone < 40; ++n) {
      test::CheckRegistry(::RegDeleteKeyW(key_.get(), (L"gone" + std::to_wstring(10 + gone++)).c_str()),
                          "RegDeleteKeyW");
    }
  });
  std::vector<std::string> found;
  std::copy_if(all.keys.begin(), all.keys.end(), std::back_inserter(found),
               [](const std::string& name) { return name.starts_with("stays"); });
  EXPECT_EQ(found, stays);
}

// Called when Windows enumerates the subkey, or the value, with this number.
class WhileEnumerating {
 public:
  explicit WhileEnumerating(std::function<void(DWORD index)> action) {
    g_while_enumerating = std::move(action);
  }
  ~WhileEnumerating() { g_while_enumerating = nullptr; }
};

TEST_F(RegistryListing, ReturnsRemainingKeysOnceWhenOthersChangeDuringAPage) {
  std::vector<std::string> stays;
  for (int i = 0; i < 30; ++i) {
    const std::string number = std::to_string(10 + i);
    key_.Make(L"b-gone" + win32::ToWide(number));
    key_.SetValue(L"b-gone" + win32::ToWide(number), REG_BINARY, "x");
    stays.push_back("c-stays" + number);
    key_.Make(win32::ToWide(stays.back()));
    key_.SetValue(win32::ToWide(stays.back()), REG_BINARY, "x");
  }
  int changes = 0;
  // Deleting a key decreases the numbers of all that follow; creating one increases them.
  const WhileEnumerating change([&](DWORD index) {
    if (index != 40 || changes == 8) return;
    const std::wstring number = std::to_wstring(10 + changes);
    if (++changes % 2 == 0) {
      ::RegDeleteKeyW(key_.get(), (L"b-gone" + number).c_str());
      ::RegDeleteValueW(key_.get(), (L"b-gone" + number).c_str());
    } else {
      key_.Make(L"a-new" + number);
      key_.SetValue(L"a-new" + number, REG_BINARY, "x");
    }
  });
  const All all = ListAll(1000);
  EXPECT_EQ(changes, 8);
  EXPECT_EQ(all.busy, 0U);
  for (const auto* names : {&all.keys, &all.values}) {
    // Eight changes: four were created, four deleted.
    EXPECT_EQ(names->size(), 60U);
    EXPECT_TRUE(std::is_sorted(names->begin(), names->end()));
    EXPECT_EQ(std::vector<std::string>(names->end() - 30, names->end()), stays);
  }
}

TEST_F(RegistryListing, ReportsThatAConstantlyChangingKeyIsBusy) {
  for (int i = 0; i < 5; ++i) key_.Make(L"n" + std::to_wstring(i));
  {
    int attempts = 0;
    const WhileEnumerating change([&](DWORD index) {
      if (index == 0) key_.SetValue(L"v", REG_DWORD, std::string(4, static_cast<char>(++attempts)));
    });
    const protocol::Error error = Refusal("registry.list", {{"key", key_.text()}});
    EXPECT_EQ(error.code, ErrorCode::kBusy);
    EXPECT_EQ(error.message, "The key changes faster than it can be listed.");
    EXPECT_GE(attempts, 10);
  }
  EXPECT_EQ(Result("registry.list", {{"key", key_.text()}}).at("keys").size(), 5U);
}

TEST_F(RegistryListing, ContinuesAfterANameThatIsNotUnicode) {
  // Value names are units as the registry has them, and these two differ in units that no valid text can
  // express.
  key_.SetValue(L"a\xD83D", REG_BINARY, "1");
  key_.SetValue(L"a\xD83E", REG_BINARY, "2");
  key_.SetValue(L"b", REG_BINARY, "3");
  std::vector<std::string> values;
  Json params{{"key", key_.text()}, {"limit", 1}};
  do {
    const Json page = Result("registry.list", params);
    for (const Json& value : page.at("values")) values.push_back(value.at("value"));
    params["after"] = page.at("next");
    ASSERT_LE(values.size(), 3U);
  } while (!params.at("after").is_null());
  EXPECT_EQ(values, (std::vector<std::string>{"MQ==", "Mg==", "Mw=="}));
}

}  // namespace
}  // namespace onbehalf::service

// The symbols that calls of another DLL's functions go through: the linker prefers these to the import
// library's.
extern "C" {
extern decltype(&onbehalf::service::OnRegEnumKeyEx) __imp_RegEnumKeyExW;
decltype(&onbehalf::service::OnRegEnumKeyEx) __imp_RegEnumKeyExW = &onbehalf::service::OnRegEnumKeyEx;
extern decltype(&onbehalf::service::OnRegEnumValue) __imp_RegEnumValueW;
decltype(&onbehalf::service::OnRegEnumValue) __imp_RegEnumValueW = &onbehalf::service::OnRegEnumValue;
}
