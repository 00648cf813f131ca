#include "database/odbc_drivers.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::service {
namespace {

// Registry keys like ODBC's, for this test alone, while the object exists.
class OdbcRegistry {
 public:
  OdbcRegistry() : path_(LR"(SOFTWARE\)" + win32::ToWide(test::UniquePipeName())) {}
  ~OdbcRegistry() { ::RegDeleteTreeW(HKEY_LOCAL_MACHINE, path_.c_str()); }
  OdbcRegistry(const OdbcRegistry&) = delete;
  OdbcRegistry& operator=(const OdbcRegistry&) = delete;

  LSTATUS Set(const std::wstring& key, const wchar_t* name, const std::wstring& text,
              DWORD type = REG_SZ) const {
    const std::wstring path = path_ + L"\\" + key;
    win32::UniqueRegistryKey opened;
    const LSTATUS status = ::RegCreateKeyExW(HKEY_LOCAL_MACHINE, path.c_str(), 0, nullptr, 0, KEY_WRITE,
                                             nullptr, opened.put(), nullptr);
    if (status != ERROR_SUCCESS) return status;
    return ::RegSetValueExW(opened.get(), name, 0, type, reinterpret_cast<const BYTE*>(text.c_str()),
                            static_cast<DWORD>((text.size() + 1) * sizeof(wchar_t)));
  }
  const std::wstring& path() const { return path_; }

 private:
  const std::wstring path_;
};

#define SET_OR_SKIP(...)                                                     \
  if (const LSTATUS status = (__VA_ARGS__); status == ERROR_ACCESS_DENIED) { \
    GTEST_SKIP() << "missing here: the right to register drivers";           \
  } else {                                                                   \
    ASSERT_EQ(status, ERROR_SUCCESS);                                        \
  }

Settings::DatabaseSource Source(const std::string& connection, bool as_caller) {
  Settings::DatabaseSource source;
  source.connection = connection;
  source.as_caller = as_caller;
  return source;
}

// A library that every system has and this program has not loaded.
constexpr const wchar_t* kLibrary = L"%SystemRoot%\\System32\\cabinet.dll";

TEST(OdbcDrivers, LoadTheRegisteredDriverAndKeepIt) {
  const OdbcRegistry registry;
  for (const bool by_source : {false, true}) {
    SET_OR_SKIP(registry.Set(by_source ? LR"(ODBC.INI\mine)" : LR"(ODBCINST.INI\mine)", L"Driver", kLibrary,
                             REG_EXPAND_SZ));
    OdbcDrivers drivers(registry.path());
    const std::string connection = by_source ? "DSN=mine" : "DRIVER={mine};Pwd=x";
    const auto loaded = drivers.Load(Source(connection, !by_source));
    EXPECT_EQ(loaded.note, "");
    EXPECT_EQ(loaded.refusal, "");
    EXPECT_TRUE(loaded.is_new);
    EXPECT_NE(::GetModuleHandleW(L"cabinet.dll"), nullptr);
    EXPECT_FALSE(drivers.Load(Source(connection, !by_source)).is_new);
  }
}

TEST(OdbcDrivers, ThatCannotBeLoadedAreNotUsedAsTheCaller) {
  const OdbcRegistry registry;
  SET_OR_SKIP(registry.Set(LR"(ODBCINST.INI\mine)", L"Driver", L"C:\\nowhere\\driver.dll"));
  OdbcDrivers drivers(registry.path());
  const auto as_service = drivers.Load(Source("DRIVER={mine}", false));
  EXPECT_NE(as_service.note.find("LoadLibraryExW(C:\\nowhere\\driver.dll)"), std::string::npos)
      << as_service.note;
  EXPECT_EQ(as_service.refusal, "");
  const auto as_caller = drivers.Load(Source("DRIVER={mine}", true));
  EXPECT_EQ(as_caller.note, as_service.note);
  EXPECT_EQ(as_caller.refusal, as_service.note);
  EXPECT_TRUE(as_caller.is_new);
  // Tried again, and loaded as soon as it exists.
  EXPECT_FALSE(drivers.Load(Source("DRIVER={mine}", true)).is_new);
  SET_OR_SKIP(registry.Set(LR"(ODBCINST.INI\mine)", L"Driver", kLibrary, REG_EXPAND_SZ));
  EXPECT_EQ(drivers.Load(Source("DRIVER={mine}", true)).refusal, "");
}

TEST(OdbcDrivers, ThatAreNotRegisteredAreNotUsedAsTheCaller) {
  constexpr const char* kNote =
      "the driver is not registered, so it cannot be loaded before the first connection";
  const OdbcRegistry registry;
  OdbcDrivers drivers(registry.path());
  // If none is registered, the driver manager has drivers of another system.
  auto loaded = drivers.Load(Source("DRIVER={mine};Pwd=hush", true));
  EXPECT_EQ(loaded.note, kNote);
  EXPECT_EQ(loaded.refusal, "");
  SET_OR_SKIP(registry.Set(LR"(ODBCINST.INI\ODBC Drivers)", L"other", L"Installed"));
  loaded = drivers.Load(Source("DRIVER={mine};Pwd=hush", true));
  EXPECT_EQ(loaded.note, kNote);
  EXPECT_EQ(loaded.refusal, kNote);
  EXPECT_EQ(drivers.Load(Source("DRIVER={mine};Pwd=hush", false)).refusal, "");
}

TEST(OdbcDrivers, AreSelectedByTheFirstKeyword) {
  const OdbcRegistry registry;
  SET_OR_SKIP(registry.Set(LR"(ODBCINST.INI\driver)", L"Driver", L"C:\\nowhere\\driver.dll"));
  SET_OR_SKIP(registry.Set(LR"(ODBC.INI\source)", L"Driver", L"C:\\nowhere\\source.dll"));
  SET_OR_SKIP(registry.Set(LR"(ODBC.INI\Default)", L"Driver", L"C:\\nowhere\\default.dll"));
  OdbcDrivers drivers(registry.path());
  for (const auto& [connection, file] :
       {std::pair("DRIVER={driver};DSN=source", "driver.dll"),
        std::pair("Dsn=source;Driver={driver}", "source.dll"), std::pair("DSN=nobody", "default.dll"),
        std::pair("DSN=nobody;DRIVER={driver}", "default.dll")}) {
    const auto loaded = drivers.Load(Source(connection, false));
    EXPECT_NE(loaded.note.find(file), std::string::npos) << connection << ": " << loaded.note;
  }
}

TEST(OdbcDrivers, RefuseSourcesThatACallerCouldInfluence) {
  OdbcDrivers drivers;
  for (const char* connection :
       {"FileDSN=C:\\x.dsn", "DRIVER=x;SAVEFILE=C:\\x.dsn", "DSN=x", "DRIVER=x;dsn=y", "Server=x"}) {
    EXPECT_NE(drivers.Load(Source(connection, true)).refusal, "") << connection;
    EXPECT_EQ(drivers.Load(Source(connection, false)).refusal, "") << connection;
  }
}

}  // namespace
}  // namespace onbehalf::service
