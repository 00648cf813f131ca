#include "database/odbc_drivers.h"

#include <gtest/gtest.h>

#include <string>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::service {
namespace {

// A driver's or a data source's entry in the registry, for as long as the object lives.
class RegisteredDriver {
 public:
  RegisteredDriver(const std::wstring& parent, const std::string& name, const std::wstring& file, DWORD type = REG_SZ)
      : path_(LR"(SOFTWARE\ODBC\)" + parent + L"\\" + win32::ToWide(name)) {
    win32::UniqueRegistryKey key;
    status_ = ::RegCreateKeyExW(HKEY_LOCAL_MACHINE, path_.c_str(), 0, nullptr, 0, KEY_WRITE, nullptr, key.put(), nullptr);
    if (status_ != ERROR_SUCCESS) return;
    status_ = ::RegSetValueExW(key.get(), L"Driver", 0, type, reinterpret_cast<const BYTE*>(file.c_str()),
                               static_cast<DWORD>((file.size() + 1) * sizeof(wchar_t)));
  }
  ~RegisteredDriver() { ::RegDeleteKeyW(HKEY_LOCAL_MACHINE, path_.c_str()); }
  RegisteredDriver(const RegisteredDriver&) = delete;
  RegisteredDriver& operator=(const RegisteredDriver&) = delete;

  LSTATUS status() const { return status_; }

 private:
  const std::wstring path_;
  LSTATUS status_ = ERROR_SUCCESS;
};

#define SKIP_WITHOUT_RIGHT(driver)                                                                       \
  if ((driver).status() == ERROR_ACCESS_DENIED) GTEST_SKIP() << "missing here: the right to register drivers"; \
  ASSERT_EQ((driver).status(), ERROR_SUCCESS)

Settings::DatabaseSource Source(const std::string& connection, bool as_caller) {
  Settings::DatabaseSource source;
  source.connection = connection;
  source.as_caller = as_caller;
  return source;
}

// A library that is in every system and that this program does not have.
constexpr const wchar_t* kLibrary = L"%SystemRoot%\\System32\\cabinet.dll";

TEST(OdbcDrivers, LoadTheDriverThatIsRegisteredAndKeepIt) {
  for (const bool by_source : {false, true}) {
    const std::string name = test::UniquePipeName();
    const RegisteredDriver driver(by_source ? L"ODBC.INI" : L"ODBCINST.INI", name, kLibrary, REG_EXPAND_SZ);
    SKIP_WITHOUT_RIGHT(driver);
    OdbcDrivers drivers;
    const std::string connection = by_source ? "DSN=" + name : "DRIVER={" + name + "};Pwd=x";
    const auto loaded = drivers.Load(Source(connection, true));
    EXPECT_EQ(loaded.note, "");
    EXPECT_EQ(loaded.refusal, "");
    EXPECT_TRUE(loaded.is_new);
    EXPECT_NE(::GetModuleHandleW(L"cabinet.dll"), nullptr);
    EXPECT_FALSE(drivers.Load(Source(connection, true)).is_new);
  }
}

TEST(OdbcDrivers, ThatCannotBeLoadedAreNotUsedAsACaller) {
  const std::string name = test::UniquePipeName();
  const RegisteredDriver driver(L"ODBCINST.INI", name, L"C:\\nowhere\\driver.dll");
  SKIP_WITHOUT_RIGHT(driver);
  OdbcDrivers drivers;
  const auto as_service = drivers.Load(Source("DRIVER={" + name + "}", false));
  EXPECT_NE(as_service.note.find("LoadLibraryExW(C:\\nowhere\\driver.dll)"), std::string::npos) << as_service.note;
  EXPECT_EQ(as_service.refusal, "");
  const auto as_caller = drivers.Load(Source("DRIVER={" + name + "}", true));
  EXPECT_EQ(as_caller.note, as_service.note);
  EXPECT_EQ(as_caller.refusal, as_service.note);
}

TEST(OdbcDrivers, SayWhenThereIsNoneToLoad) {
  OdbcDrivers drivers;
  const auto loaded = drivers.Load(Source("DRIVER={" + test::UniquePipeName() + "};Pwd=hush", true));
  EXPECT_EQ(loaded.note, "its driver is not registered: it cannot be loaded before the first connection");
  EXPECT_EQ(loaded.refusal, "");
}

TEST(OdbcDrivers, OpenNoFileOfAConnectionAsACaller) {
  OdbcDrivers drivers;
  for (const char* connection : {"FileDSN=C:\\x.dsn", "DRIVER=x;SAVEFILE=C:\\x.dsn"}) {
    EXPECT_NE(drivers.Load(Source(connection, true)).refusal, "") << connection;
    EXPECT_EQ(drivers.Load(Source(connection, false)).refusal, "") << connection;
  }
}

}  // namespace
}  // namespace onbehalf::service
