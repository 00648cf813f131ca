#include "database/odbc_drivers.h"

#include <optional>
#include <vector>

#include "database/connection_string.h"
#include "impersonation.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

// A text of the registry with its variables expanded; nullopt when there is none.
std::optional<std::wstring> RegistryText(HKEY root, const std::wstring& key, const wchar_t* name) {
  DWORD bytes = 0;
  LSTATUS status = ::RegGetValueW(root, key.c_str(), name, RRF_RT_REG_SZ, nullptr, nullptr, &bytes);
  std::vector<wchar_t> text;
  while (status == ERROR_SUCCESS || status == ERROR_MORE_DATA) {
    text.resize(bytes / sizeof(wchar_t) + 1);
    bytes = static_cast<DWORD>(text.size() * sizeof(wchar_t));
    status = ::RegGetValueW(root, key.c_str(), name, RRF_RT_REG_SZ, nullptr, text.data(), &bytes);
    if (status == ERROR_SUCCESS) return std::wstring(text.data());
  }
  if (status == ERROR_FILE_NOT_FOUND || status == ERROR_PATH_NOT_FOUND) return std::nullopt;
  throw win32::Win32Error(static_cast<DWORD>(status), "RegGetValueW", win32::ToUtf8Lossy(key));
}

// Where the driver manager looks: a driver by its name, and a data source, of the account or of the computer, that names its
// driver's file ("Registry Entries for ODBC Components"). It takes the first of both keys that a string has.
std::vector<std::wstring> DriverFiles(std::string_view connection) {
  std::vector<std::wstring> files;
  const auto add = [&files](std::optional<std::wstring> file) {
    if (file) files.push_back(*std::move(file));
    return file.has_value();
  };
  if (const auto driver = ConnectionStringValue(connection, "DRIVER")) {
    add(RegistryText(HKEY_LOCAL_MACHINE, LR"(SOFTWARE\ODBC\ODBCINST.INI\)" + win32::ToWide(*driver), L"Driver"));
  }
  if (const auto source = ConnectionStringValue(connection, "DSN")) {
    const std::wstring key = LR"(SOFTWARE\ODBC\ODBC.INI\)" + win32::ToWide(*source);
    if (!add(RegistryText(HKEY_CURRENT_USER, key, L"Driver"))) add(RegistryText(HKEY_LOCAL_MACHINE, key, L"Driver"));
  }
  return files;
}

OdbcDrivers::Loaded LoadDriver(const Settings::DatabaseSource& source) {
  OdbcDrivers::Loaded loaded;
  loaded.is_new = true;
  for (const char* key : {"FILEDSN", "SAVEFILE"}) {
    if (source.as_caller && ConnectionStringValue(source.connection, key)) {
      loaded.refusal = loaded.note =
          std::string(key) + " cannot be used with as_caller: the driver manager would open the file as the caller";
      return loaded;
    }
  }
  std::vector<std::wstring> files;
  try {
    files = DriverFiles(source.connection);
  } catch (const win32::Win32Error& error) {
    loaded.note = error.what();
    if (source.as_caller) loaded.refusal = loaded.note;
    return loaded;
  }
  // Then the driver manager finds none either, or has other ways to it than files of Windows.
  if (files.empty()) loaded.note = "its driver is not registered: it cannot be loaded before the first connection";
  for (const std::wstring& file : files) {
    // Never freed: what is loaded once is not looked for again.
    const HMODULE module = ::LoadLibraryExW(file.c_str(), nullptr,
                                            LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32);
    if (module != nullptr) continue;
    const DWORD code = ::GetLastError();
    loaded.note = win32::Win32Error(code, "LoadLibraryExW", win32::ToUtf8Lossy(file)).what();
    if (source.as_caller) loaded.refusal = loaded.note;
  }
  return loaded;
}

}  // namespace

OdbcDrivers::Loaded OdbcDrivers::Load(const Settings::DatabaseSource& source) {
  AssertNotImpersonating();
  const std::string key = (source.as_caller ? "c" : "s") + source.connection;
  const std::lock_guard guard(lock_);
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  const Loaded loaded = LoadDriver(source);
  known_[key] = loaded;
  known_[key].is_new = false;
  return loaded;
}

}  // namespace onbehalf::service
