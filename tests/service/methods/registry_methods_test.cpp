#include "methods/registry_methods.h"

#include <gtest/gtest.h>

#include "onbehalf/win32/lean_windows.h"
// After <windows.h>, which it needs.
#include <userenv.h>

#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "onbehalf/win32/token.h"
#include "registry/registry_test.h"
#include "support/platform_probe.h"
#include "support/token_seam.h"

namespace onbehalf::service {
namespace {

using test::Bytes;
using test::TestKey;
using Refused = std::pair<int, std::string>;

class RegistryMethods : public RegistryTest {
 protected:
  Json OfKey(const Json& more = Json::object()) const {
    Json params{{"key", key_.text()}};
    params.update(more);
    return params;
  }
};

// ---- Missing keys and invalid names ----

TEST_F(RegistryMethods, ReportMissingKeysWithWindowsErrors) {
  const std::string absent = key_.Below("absent");
  EXPECT_EQ(WindowsError("registry.get", {{"key", absent}}), Refused(ERROR_FILE_NOT_FOUND, "RegOpenKeyExW"));
  EXPECT_EQ(WindowsError("registry.get", OfKey({{"name", "absent"}})),
            Refused(ERROR_FILE_NOT_FOUND, "RegQueryValueExW"));
  EXPECT_EQ(WindowsError("registry.get", OfKey()), Refused(ERROR_FILE_NOT_FOUND, "RegQueryValueExW"));
  EXPECT_EQ(WindowsError("registry.set", {{"key", absent}, {"name", ""}, {"type", "dword"}, {"value", 1}}),
            Refused(ERROR_FILE_NOT_FOUND, "RegOpenKeyExW"));
  EXPECT_EQ(WindowsError("registry.list", {{"key", absent}}), Refused(ERROR_FILE_NOT_FOUND, "RegOpenKeyExW"));
  EXPECT_EQ(WindowsError("registry.delete", {{"key", absent}, {"subkeys", true}}),
            Refused(ERROR_FILE_NOT_FOUND, "RegOpenKeyExW"));
  EXPECT_EQ(WindowsError("registry.delete", OfKey({{"name", "absent"}})),
            Refused(ERROR_FILE_NOT_FOUND, "RegDeleteValueW"));
  EXPECT_FALSE(key_.Has(L"absent"));
}

TEST_F(RegistryMethods, NameTheInvalidParameter) {
  for (const auto& method : methods_.All()) {
    SCOPED_TRACE(method->name);
    if (!method->handler) continue;
    Json params{{"key", "HKXX\\Software"}};
    if (method->name == "registry.set") params.update({{"name", ""}, {"type", "dword"}, {"value", 1}});
    if (method->name == "registry.delete") params["subkeys"] = false;
    EXPECT_TRUE(Fault(method->name, params).starts_with("key: expected a root"));
    params["key"] = "HKLM\\";
    EXPECT_TRUE(Fault(method->name, params).starts_with("key: a key name is empty"));
    params["key"] = 1;
    EXPECT_TRUE(Fault(method->name, params).starts_with("key: expected a string"));
    params.erase("key");
    EXPECT_TRUE(Fault(method->name, params).starts_with("key: required"));
    params["key"] = key_.text();
    params["view"] = "16";
    EXPECT_TRUE(Fault(method->name, params).starts_with("view: expected one of \"64\", \"32\""));
  }
  const std::string nul("a\0b", 3);
  EXPECT_EQ(Fault("registry.get", OfKey({{"name", nul}})), "name: a value name cannot contain a NUL");
  EXPECT_EQ(Fault("registry.delete", OfKey({{"name", nul}})), "name: a value name cannot contain a NUL");
  EXPECT_EQ(Fault("registry.set", OfKey({{"name", nul}, {"type", "dword"}, {"value", 1}})),
            "name: a value name cannot contain a NUL");
  std::string pairs;
  for (int i = 0; i < 8192; ++i) pairs += "\xF0\x9F\x98\x80";
  EXPECT_EQ(Fault("registry.get", OfKey({{"name", pairs}})),
            "name: a value name can have at most 16383 UTF-16 units");
  EXPECT_TRUE(Fault("registry.get", OfKey({{"name", std::string(16'384, 'n')}}))
                  .starts_with("name: expected a string"));
  EXPECT_EQ(Fault("registry.list", OfKey({{"after", "x"}})),
            "after: not a valid registry.list cursor: expected the previous page's next");
  EXPECT_TRUE(Fault("registry.list", OfKey({{"limit", 0}})).starts_with("limit: expected an integer"));
}

// ---- Values ----

TEST_F(RegistryMethods, WriteAndReadTheDefaultValueAndNamesOfAllKinds) {
  const std::string longest(1000, 'n');
  for (const std::string& name :
       {std::string(), std::string("a\\b"), std::string("\xC3\xA4\xF0\x9F\x98\x80"), longest}) {
    Result("registry.set", OfKey({{"name", name}, {"type", "sz"}, {"value", "of " + name}}));
    EXPECT_EQ(Result("registry.get", OfKey({{"name", name}})).at("value"), "of " + name);
  }
  EXPECT_EQ(key_.GetValue(L"").bytes, Bytes(std::wstring(L"of ") + L'\0'));
  EXPECT_EQ(Result("registry.get", OfKey()).at("value"), "of ");
  // Names are not case-sensitive.
  Result("registry.set", OfKey({{"name", "A\\B"}, {"type", "dword"}, {"value", 7}}));
  EXPECT_EQ(Result("registry.get", OfKey({{"name", "a\\b"}})).at("value"), 7);
  EXPECT_EQ(Result("registry.list", OfKey()).at("values").size(), 4U);
  for (const std::string& name : {std::string(), std::string("a\\b")}) {
    EXPECT_EQ(Result("registry.delete", OfKey({{"name", name}})), (Json{{"keys", 0}}));
    EXPECT_EQ(WindowsError("registry.get", OfKey({{"name", name}})).first, ERROR_FILE_NOT_FOUND);
  }
}

// A variable of this process alone, like the service's own.
class OwnVariable {
 public:
  OwnVariable() { ::SetEnvironmentVariableW(L"ONBEHALF_TEST_VARIABLE", L"the service's"); }
  ~OwnVariable() { ::SetEnvironmentVariableW(L"ONBEHALF_TEST_VARIABLE", nullptr); }
};

TEST_F(RegistryMethods, ExpandVariablesOnlyIfAskedAndOnlyInExpandSz) {
  for (const char* type : {"expand_sz", "sz"}) {
    Result("registry.set",
           OfKey({{"name", type}, {"type", type}, {"value", "%SystemRoot%\\x %onbehalf_no_such%"}}));
    EXPECT_EQ(Result("registry.get", OfKey({{"name", type}})).at("value"),
              "%SystemRoot%\\x %onbehalf_no_such%");
  }
  wchar_t root[MAX_PATH] = {};
  ASSERT_NE(::GetSystemWindowsDirectoryW(root, MAX_PATH), 0U);
  const Json expanded = Result("registry.get", OfKey({{"name", "expand_sz"}, {"expand", true}}));
  EXPECT_EQ(expanded.at("type"), "expand_sz");
  const std::string text = expanded.at("value");
  const std::string expected = win32::ToUtf8(root) + "\\x %onbehalf_no_such%";
  EXPECT_EQ(::_stricmp(text.c_str(), expected.c_str()), 0) << text;
  EXPECT_EQ(Result("registry.get", OfKey({{"name", "sz"}, {"expand", true}})).at("value"),
            "%SystemRoot%\\x %onbehalf_no_such%");
  // Its bytes are not expanded.
  EXPECT_EQ(Result("registry.get", OfKey({{"name", "expand_sz"}, {"expand", true}, {"encoding", "base64"}})),
            Result("registry.get", OfKey({{"name", "expand_sz"}, {"encoding", "base64"}})));
}

TEST_F(RegistryMethods, ExpandWithTheCallersVariablesAndNotTheServices) {
  const OwnVariable variable;
  wchar_t probed[64] = {};
  ASSERT_TRUE(::ExpandEnvironmentStringsForUserW(caller_.caller().token().get(), L"%ONBEHALF_TEST_VARIABLE%",
                                                 probed, 64));
  ONBEHALF_SKIP_WITHOUT("ExpandEnvironmentStringsForUserW that asks the user's variables",
                        std::wstring_view(probed) == L"%ONBEHALF_TEST_VARIABLE%");
  Result("registry.set",
         OfKey({{"name", "v"}, {"type", "expand_sz"}, {"value", "%ONBEHALF_TEST_VARIABLE%"}}));
  EXPECT_EQ(Result("registry.get", OfKey({{"name", "v"}, {"expand", true}})).at("value"),
            "%ONBEHALF_TEST_VARIABLE%");
}

TEST_F(RegistryMethods, ReadNothingForACallerWhoseLevelIsTooLow) {
  key_.SetValue(L"v", REG_BINARY, "x");
  const test::MethodCaller low(win32::ImpersonationLevel::kIdentification);
  const MethodResult result = low.Call(methods_, "registry.get", OfKey({{"name", "v"}}));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::kImpersonationLevel);
}

// ---- Roots and views ----

TEST_F(RegistryMethods, UseTheCallersHiveForTheCurrentUser) {
  const std::string sid = caller_.caller().user().ToString();
  const std::string below = win32::ToUtf8(key_.path());
  Result("registry.set",
         {{"key", "HKEY_CURRENT_USER\\" + below}, {"name", "v"}, {"type", "dword"}, {"value", 7}});
  EXPECT_EQ(Result("registry.get", {{"key", "HKU\\" + sid + "\\" + below}, {"name", "v"}}).at("value"), 7);
  EXPECT_EQ(key_.GetValue(L"v").bytes, std::string("\x07\0\0\0", 4));
}

// The answer of GetTokenInformation for another account, one that is not logged on anywhere.
BOOL SayAnotherUser(HANDLE token, TOKEN_INFORMATION_CLASS kind, void* answer, DWORD size, DWORD* needed) {
  if (kind != TokenUser) return test::WindowsGetTokenInformation(token, kind, answer, size, needed);
  const win32::Sid sid = *win32::Sid::FromString("S-1-5-21-11-22-33-4444");
  *needed = static_cast<DWORD>(sizeof(TOKEN_USER) + sid.size());
  if (size < *needed) return test::FailWith(ERROR_INSUFFICIENT_BUFFER);
  auto* const user = static_cast<TOKEN_USER*>(answer);
  user->User.Attributes = 0;
  user->User.Sid = user + 1;
  std::memcpy(user + 1, sid.get(), sid.size());
  return TRUE;
}

TEST_F(RegistryMethods, ReportThatAProfileIsNotLoaded) {
  test::TokenHooks hooks;
  hooks.get_token_information = &SayAnotherUser;
  std::optional<test::TokenSeam> seam(std::in_place, std::move(hooks));
  const test::MethodCaller other;
  seam.reset();
  ASSERT_EQ(other.caller().user().ToString(), "S-1-5-21-11-22-33-4444");
  struct Case {
    const char* method;
    Json params;
  };
  for (const Case& each :
       {Case{"registry.get", {{"key", "HKCU\\Software"}, {"name", "v"}}},
        {"registry.get", {{"key", "HKCU"}}},
        {"registry.list", {{"key", "HKCU\\Software\\Contoso"}}},
        {"registry.set", {{"key", "HKCU\\Software"}, {"name", "v"}, {"type", "dword"}, {"value", 1}}},
        {"registry.makeKey", {{"key", "HKCU\\Software\\onbehalf-test"}}},
        {"registry.delete", {{"key", "HKCU\\Software\\Contoso"}, {"subkeys", true}}},
        {"registry.delete", {{"key", "HKCU\\Software\\Contoso"}, {"name", "v"}}}}) {
    SCOPED_TRACE(each.method);
    const MethodResult result = other.Call(methods_, each.method, each.params);
    ASSERT_FALSE(result.ok());
    const auto& error = result.error();
    EXPECT_EQ(error.code, ErrorCode::kWindowsError);
    EXPECT_EQ(
        error.message,
        "HKEY_CURRENT_USER is not available: the profile of S-1-5-21-11-22-33-4444 is not loaded on this computer.");
    EXPECT_EQ(error.data, (Json{{"code", 2},
                                {"name", "ERROR_FILE_NOT_FOUND"},
                                {"operation", "RegOpenKeyExW"},
                                {"profile", "not loaded"}}));
  }
  // Nothing was created in its place.
  win32::UniqueRegistryKey hive;
  EXPECT_EQ(::RegOpenKeyExW(HKEY_USERS, L"S-1-5-21-11-22-33-4444", 0, KEY_READ, hive.put()),
            ERROR_FILE_NOT_FOUND);
}

TEST_F(RegistryMethods, ListTheRoots) {
  const auto has = [this](const char* key, const char* name) {
    const Json keys = Result("registry.list", {{"key", key}, {"limit", 10'000}}).at("keys");
    for (const Json& each : keys) {
      if (::_stricmp(each.get_ref<const std::string&>().c_str(), name) == 0) return true;
    }
    return false;
  };
  EXPECT_TRUE(has("HKLM", "Software"));
  EXPECT_TRUE(has("HKLM", "System"));
  EXPECT_TRUE(has("HKU", caller_.caller().user().ToString().c_str()));
  EXPECT_TRUE(has("HKCU", "Software"));
  EXPECT_TRUE(has("HKCR", "CLSID"));
  EXPECT_EQ(Result("registry.list", {{"key", "HKCR"}, {"limit", 10}}).at("keys"),
            Result("registry.list", {{"key", "HKLM\\Software\\Classes"}, {"limit", 10}}).at("keys"));
}

TEST_F(RegistryMethods, NeitherCreateNorDeleteARoot) {
  const std::string fault = "key: a root or a key directly below HKLM or HKU cannot be deleted";
  for (const char* root : {"HKLM", "HKCU", "HKCR", "HKU", "HKCC", "HKEY_CURRENT_USER"}) {
    for (const bool subkeys : {false, true}) {
      EXPECT_EQ(Fault("registry.delete", {{"key", root}, {"subkeys", subkeys}}), fault);
    }
    EXPECT_EQ(Fault("registry.makeKey", {{"key", root}}),
              "key: a root always exists: expected a key below it");
  }
  // Under another name, with `subkeys` false, so that nothing is deleted if it is not refused.
  for (const std::string& key : {"HKU\\" + caller_.caller().user().ToString(), std::string("HKU\\.DEFAULT"),
                                 std::string("HKLM\\Software"), std::string("HKLM\\software\\CLASSES")}) {
    for (const char* view : {"64", "32"}) {
      EXPECT_EQ(Fault("registry.delete", {{"key", key}, {"subkeys", false}, {"view", view}}), fault) << key;
    }
  }
}

// The key in the other view, removed before and after a test; an ended process with the same id may have left
// one.
class NoKeyIn32 {
 public:
  explicit NoKeyIn32(const TestKey& key) : key_(key) { Remove(); }
  ~NoKeyIn32() { Remove(); }

 private:
  void Remove() const {
    {
      win32::UniqueRegistryKey opened;
      if (::RegOpenKeyExW(HKEY_LOCAL_MACHINE, key_.path().c_str(), 0, KEY_ALL_ACCESS | KEY_WOW64_32KEY,
                          opened.put()) != ERROR_SUCCESS) {
        return;
      }
      ::RegDeleteTreeW(opened.get(), nullptr);
    }
    ::RegDeleteKeyExW(HKEY_LOCAL_MACHINE, key_.path().c_str(), KEY_WOW64_32KEY, 0);
  }

  const TestKey& key_;
};

TEST_F(RegistryMethods, SeparateTheViews) {
  const TestKey in_64(HKEY_LOCAL_MACHINE, L"Software", "HKLM");
  const NoKeyIn32 clean(in_64);
  const auto is_in = [&in_64](REGSAM view) {
    win32::UniqueRegistryKey key;
    return ::RegOpenKeyExW(HKEY_LOCAL_MACHINE, in_64.path().c_str(), 0, KEY_READ | view, key.put()) ==
           ERROR_SUCCESS;
  };
  ONBEHALF_SKIP_WITHOUT("a registry with two views", is_in(KEY_WOW64_64KEY) && !is_in(KEY_WOW64_32KEY));
  const auto of = [&](const char* view, const Json& more = Json::object()) {
    Json params{{"key", in_64.text()}, {"view", view}};
    params.update(more);
    return params;
  };
  const Json value{{"name", "v"}, {"type", "dword"}, {"value", 64}};
  Result("registry.set", of("64", value));
  EXPECT_EQ(WindowsError("registry.set", of("32", value)).first, ERROR_FILE_NOT_FOUND);
  EXPECT_EQ(Result("registry.makeKey", of("32")), (Json{{"created", true}}));
  EXPECT_EQ(WindowsError("registry.get", of("32", {{"name", "v"}})).first, ERROR_FILE_NOT_FOUND);
  Result("registry.set", of("32", {{"name", "v"}, {"type", "dword"}, {"value", 32}}));
  EXPECT_EQ(Result("registry.get", of("32", {{"name", "v"}})).at("value"), 32);
  EXPECT_EQ(Result("registry.get", of("64", {{"name", "v"}})).at("value"), 64);
  EXPECT_EQ(Result("registry.get", {{"key", in_64.text()}, {"name", "v"}}).at("value"), 64);
  EXPECT_EQ(Result("registry.list", of("32")).at("values").at(0).at("value"), 32);
  Result("registry.delete", of("64", {{"name", "v"}}));
  EXPECT_EQ(Result("registry.get", of("32", {{"name", "v"}})).at("value"), 32);
  // The tree of this view is deleted.
  Result("registry.makeKey", {{"key", in_64.Below("a\\b")}, {"view", "32"}});
  in_64.Make(L"a");
  EXPECT_EQ(Result("registry.delete", of("32", {{"subkeys", true}})), (Json{{"keys", 3}}));
  EXPECT_EQ(WindowsError("registry.list", of("32")).first, ERROR_FILE_NOT_FOUND);
  EXPECT_TRUE(in_64.Has(L"a"));
}

// ---- Keys ----

TEST_F(RegistryMethods, CreateKeysWithTheirParents) {
  EXPECT_EQ(Result("registry.makeKey", {{"key", key_.Below("a\\b\\c")}}), (Json{{"created", true}}));
  EXPECT_TRUE(key_.Has(L"a\\b\\c"));
  EXPECT_EQ(Result("registry.makeKey", {{"key", key_.Below("a\\b\\c")}}), (Json{{"created", false}}));
  EXPECT_EQ(Result("registry.makeKey", {{"key", key_.Below("A\\B")}}), (Json{{"created", false}}));
  EXPECT_EQ(Result("registry.makeKey", {{"key", key_.Below("v")}, {"volatile", true}}),
            (Json{{"created", true}}));
  // Windows refuses a non-volatile key below a volatile one.
  win32::UniqueRegistryKey volatile_key;
  test::CheckRegistry(::RegOpenKeyExW(key_.get(), L"v", 0, KEY_ALL_ACCESS, volatile_key.put()),
                      "RegOpenKeyExW");
  EXPECT_EQ(WindowsError("registry.makeKey", {{"key", key_.Below("v\\x")}}),
            Refused(ERROR_CHILD_MUST_BE_VOLATILE, "RegCreateKeyExW"));
}

TEST_F(RegistryMethods, DeleteEitherAValueOrAKey) {
  const std::string fault =
      "name, subkeys: expected one of the two: the name of the value to delete, or whether to delete the key "
      "with its subkeys (true) or only if it has none (false)";
  EXPECT_EQ(Fault("registry.delete", OfKey()), fault);
  EXPECT_EQ(Fault("registry.delete", OfKey({{"name", ""}, {"subkeys", true}})), fault);
  EXPECT_EQ(Fault("registry.delete", Json::array({key_.text(), nullptr})), fault);
  EXPECT_TRUE(Fault("registry.delete", OfKey({{"name", nullptr}})).starts_with("name: expected a string"));
  // The key still exists.
  EXPECT_EQ(Result("registry.list", OfKey()).at("keys"), Json::array());
}

TEST_F(RegistryMethods, DeleteAKeyWithSubkeysOnlyIfAsked) {
  for (const wchar_t* name : {L"top\\a\\b\\c", L"top\\a\\d", L"top\\e", L"other"}) key_.Make(name);
  const std::string top = key_.Below("top");
  Result("registry.set", {{"key", top}, {"name", "v"}, {"type", "dword"}, {"value", 1}});

  const protocol::Error error = Refusal("registry.delete", {{"key", top}, {"subkeys", false}});
  EXPECT_EQ(error.code, ErrorCode::kWindowsError);
  EXPECT_EQ(error.message, "The key has subkeys: set subkeys to true to delete them too.");
  EXPECT_EQ(error.data, (Json{{"code", 5}, {"name", "ERROR_ACCESS_DENIED"}, {"operation", "NtDeleteKey"}}));
  EXPECT_TRUE(key_.Has(L"top\\a\\b\\c"));

  EXPECT_EQ(Result("registry.delete", {{"key", key_.Below("top\\e")}, {"subkeys", false}}),
            (Json{{"keys", 1}}));
  EXPECT_FALSE(key_.Has(L"top\\e"));
  EXPECT_EQ(Result("registry.delete", {{"key", top}, {"subkeys", true}}), (Json{{"keys", 5}}));
  EXPECT_FALSE(key_.Has(L"top"));
  EXPECT_TRUE(key_.Has(L"other"));
}

TEST_F(RegistryMethods, DeleteATreeOfManyKeysOnManyLevels) {
  std::wstring deep = L"top";
  for (int level = 0; level < 60; ++level) {
    deep += L"\\n";
    key_.Make(deep);
  }
  for (int i = 0; i < 100; ++i) key_.Make(L"top\\w" + std::to_wstring(i));
  EXPECT_EQ(Result("registry.delete", {{"key", key_.Below("top")}, {"subkeys", true}}),
            (Json{{"keys", 161}}));
  EXPECT_FALSE(key_.Has(L"top"));
}

TEST_F(RegistryMethods, StopDeletingATreeWhenTheRequestIsOver) {
  key_.Make(L"top\\a");
  caller_.stop.request_stop();
  EXPECT_EQ(WindowsError("registry.delete", {{"key", key_.Below("top")}, {"subkeys", true}}),
            Refused(ERROR_CANCELLED, "NtDeleteKey"));
  EXPECT_TRUE(key_.Has(L"top\\a"));
  EXPECT_EQ(WindowsError("registry.list", OfKey()), Refused(ERROR_CANCELLED, "RegEnumKeyExW"));
}

// Makes the symbolic link `name` to `target`, a kernel path.
void MakeLink(const TestKey& key, const std::wstring& name, const std::wstring& target) {
  const auto link = key.Make(name, REG_OPTION_CREATE_LINK | REG_OPTION_VOLATILE);
  test::CheckRegistry(::RegSetValueExW(link.get(), L"SymbolicLinkValue", 0, REG_LINK,
                                       reinterpret_cast<const BYTE*>(target.data()),
                                       static_cast<DWORD>(target.size() * sizeof(wchar_t))),
                      "RegSetValueExW");
}

TEST_F(RegistryMethods, FollowLinksAndDeleteTheLinkItself) {
  const TestKey target;
  target.Make(L"kept\\below");
  target.SetValue(L"v", REG_BINARY, "x");
  const std::wstring target_path =
      L"\\Registry\\User\\" + win32::ToWide(caller_.caller().user().ToString()) + L"\\" + target.path();
  key_.Make(L"top");
  MakeLink(key_, L"top\\link", target_path);
  const std::string link = key_.Below("top\\link");

  EXPECT_EQ(Result("registry.get", {{"key", link}, {"name", "v"}}).at("value"), "eA==");
  EXPECT_EQ(Result("registry.list", {{"key", link}}).at("keys"), Json::array({"kept"}));
  EXPECT_EQ(Result("registry.delete", {{"key", link}, {"subkeys", false}}), (Json{{"keys", 1}}));
  EXPECT_FALSE(key_.Has(L"top\\link"));
  EXPECT_TRUE(target.Has(L"kept\\below"));

  MakeLink(key_, L"top\\link", target_path);
  EXPECT_EQ(Result("registry.delete", {{"key", link}, {"subkeys", true}}), (Json{{"keys", 1}}));
  EXPECT_TRUE(target.Has(L"kept\\below"));

  // Deleting a tree deletes a link in it, but not its target.
  MakeLink(key_, L"top\\link", target_path);
  EXPECT_EQ(Result("registry.delete", {{"key", key_.Below("top")}, {"subkeys", true}}), (Json{{"keys", 2}}));
  EXPECT_FALSE(key_.Has(L"top"));
  EXPECT_TRUE(target.Has(L"kept\\below"));
  EXPECT_EQ(target.GetValue(L"v").bytes, "x");
}

TEST_F(RegistryMethods, DescribeWhatEachNeeds) {
  for (const Method* const method : methods_.All()) {
    EXPECT_EQ(method->access_default, "D:(A;;GR;;;AU)") << method->name;
    EXPECT_EQ(method->acts, method->name == "registry.get" ? Acts::kAsService : Acts::kAsCaller)
        << method->name;
    for (const Parameter& parameter : method->parameters) {
      EXPECT_EQ(parameter.audited, parameter.name != "value") << method->name << parameter.name;
    }
  }
}

}  // namespace
}  // namespace onbehalf::service
