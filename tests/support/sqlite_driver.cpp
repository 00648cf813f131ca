#include "support/sqlite_driver.h"

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/utf.h"
#include "support/direct_odbc.h"

namespace onbehalf::test {
namespace {

// Where the drivers belong to another system (under Wine), they take that system's paths.
std::string PathForDrivers(const std::filesystem::path& path) {
  using Convert = char*(CDECL*)(const wchar_t*);
  const HMODULE kernel = ::GetModuleHandleW(L"kernel32.dll");
  const auto convert =
      reinterpret_cast<Convert>(reinterpret_cast<void*>(::GetProcAddress(kernel, "wine_get_unix_file_name")));
  if (convert == nullptr) return win32::ToUtf8(path.wstring());
  char* const converted = convert(path.c_str());
  std::string text = converted == nullptr ? std::string() : std::string(converted);
  ::HeapFree(::GetProcessHeap(), 0, converted);
  return text;
}

}  // namespace

const std::optional<std::string>& SqliteDriver() {
  static const std::optional<std::string> kDriver = []() -> std::optional<std::string> {
    for (const char* name : {"SQLite3 ODBC Driver", "SQLite3"}) {
      try {
        DirectOdbc("DRIVER={" + std::string(name) + "};Database=:memory:");
        return name;
      } catch (const OdbcFailure&) {
        // Not installed under this name.
      }
    }
    return std::nullopt;
  }();
  return kDriver;
}

std::string SqliteConnection(const std::filesystem::path& file) {
  return "DRIVER={" + SqliteDriver().value() + "};Database=" + PathForDrivers(file) + ";Timeout=100";
}

}  // namespace onbehalf::test
