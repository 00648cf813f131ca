#include "database/odbc_drivers.h"

#include <optional>
#include <vector>

#include "database/connection_string.h"
#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

// The registry value Driver of the key, with environment variables expanded; nullopt if there is none.
std::optional<std::wstring> DriverOf(HKEY root, const std::wstring& key) {
  DWORD bytes = 0;
  LSTATUS status = ::RegGetValueW(root, key.c_str(), L"Driver", RRF_RT_REG_SZ, nullptr, nullptr, &bytes);
  std::vector<wchar_t> text;
  while (status == ERROR_SUCCESS || status == ERROR_MORE_DATA) {
    text.resize(bytes / sizeof(wchar_t) + 1);
    bytes = static_cast<DWORD>(text.size() * sizeof(wchar_t));
    status = ::RegGetValueW(root, key.c_str(), L"Driver", RRF_RT_REG_SZ, nullptr, text.data(), &bytes);
    if (status == ERROR_SUCCESS) return std::wstring(text.data());
  }
  if (status == ERROR_FILE_NOT_FOUND || status == ERROR_PATH_NOT_FOUND) return std::nullopt;
  throw win32::Win32Error(static_cast<DWORD>(status), "RegGetValueW", win32::ToUtf8Lossy(key));
}

// Finds the driver as the driver manager does: a driver by its name, or a data source, of the account or of the
// computer, that names its driver's file, and for an unknown data source the one named Default ("Registry Entries for
// ODBC Components"). If both keys are present, the first one counts.
std::optional<std::wstring> DriverFile(const std::wstring& registry, std::string_view connection) {
  if (FirstKeyOf(connection, {"driver", "dsn"}) == "driver") {
    const std::wstring name = win32::ToWide(ConnectionStringValue(connection, "DRIVER").value_or(""));
    return DriverOf(HKEY_LOCAL_MACHINE, registry + LR"(\ODBCINST.INI\)" + name);
  }
  for (const std::string& name :
       {ConnectionStringValue(connection, "DSN").value_or("Default"), std::string("Default")}) {
    const std::wstring key = registry + LR"(\ODBC.INI\)" + win32::ToWide(name);
    for (const HKEY root : {HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE}) {
      if (auto file = DriverOf(root, key)) return file;
    }
  }
  return std::nullopt;
}

// False where the driver manager uses the drivers of another system.
bool RegistersDrivers(const std::wstring& registry) {
  const std::wstring path = registry + LR"(\ODBCINST.INI\ODBC Drivers)";
  win32::UniqueRegistryKey key;
  LSTATUS status = ::RegOpenKeyExW(HKEY_LOCAL_MACHINE, path.c_str(), 0, KEY_QUERY_VALUE, key.put());
  if (status == ERROR_FILE_NOT_FOUND) return false;
  DWORD values = 0;
  if (status == ERROR_SUCCESS) {
    status = ::RegQueryInfoKeyW(key.get(), nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, &values,
                                nullptr, nullptr, nullptr, nullptr);
  }
  if (status == ERROR_SUCCESS) return values != 0;
  throw win32::Win32Error(static_cast<DWORD>(status), "RegQueryInfoKeyW", win32::ToUtf8Lossy(path));
}

// Why the connection string cannot be used as the caller; empty if it can. A data source would be looked up in the
// caller's own registry.
std::string FaultAsCaller(std::string_view connection) {
  for (const char* key : {"FILEDSN", "SAVEFILE", "DSN"}) {
    if (ConnectionStringValue(connection, key)) {
      return std::string(key) +
             " cannot be used with as_caller: the driver manager would look it up as the caller";
    }
  }
  if (!ConnectionStringValue(connection, "DRIVER"))
    return "with as_caller, the connection string must name a DRIVER";
  return {};
}

OdbcDrivers::Loaded LoadDriver(const std::wstring& registry, const Settings::DatabaseSource& source) {
  OdbcDrivers::Loaded loaded;
  if (source.as_caller) {
    loaded.refusal = loaded.note = FaultAsCaller(source.connection);
    if (!loaded.note.empty()) return loaded;
  }
  bool must_be_loaded = source.as_caller;
  try {
    if (const auto file = DriverFile(registry, source.connection)) {
      // Never freed: a loaded driver is not searched for again.
      const HMODULE module = ::LoadLibraryExW(
          file->c_str(), nullptr, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32);
      if (module != nullptr) return loaded;
      const DWORD code = ::GetLastError();
      loaded.note = win32::Win32Error(code, "LoadLibraryExW", win32::ToUtf8Lossy(*file)).what();
    } else {
      loaded.note = "the driver is not registered, so it cannot be loaded before the first connection";
      // Without any registered driver, the driver manager does not load drivers from Windows files.
      must_be_loaded = must_be_loaded && RegistersDrivers(registry);
    }
  } catch (const win32::Win32Error& error) {
    loaded.note = error.what();
  }
  if (must_be_loaded) loaded.refusal = loaded.note;
  return loaded;
}

}  // namespace

OdbcDrivers::Loaded OdbcDrivers::Load(const Settings::DatabaseSource& source) {
  pipe::AssertNotImpersonating();
  const std::string key = (source.as_caller ? "c" : "s") + source.connection;
  const std::lock_guard guard(lock_);
  const auto found = known_.find(key);
  if (found != known_.end() && found->second.note.empty()) return found->second;
  Loaded loaded = LoadDriver(registry_, source);
  loaded.is_new = known_.insert_or_assign(key, loaded).second;
  return loaded;
}

}  // namespace onbehalf::service
