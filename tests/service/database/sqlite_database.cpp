#include "database/sqlite_database.h"

#include <chrono>
#include <filesystem>
#include <stdexcept>

#include "database/odbc_error.h"
#include "database/sql_parameters.h"
#include "onbehalf/win32/utf.h"

namespace onbehalf::test {
namespace {

service::UniqueOdbcEnvironment Environment() {
  service::UniqueOdbcEnvironment environment;
  if (!SQL_SUCCEEDED(::SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, environment.put()))) {
    throw std::runtime_error("no ODBC environment");
  }
  ::SQLSetEnvAttr(environment.get(), SQL_ATTR_ODBC_VERSION, service::OdbcValue(SQL_OV_ODBC3), SQL_IS_UINTEGER);
  return environment;
}

// Where the drivers are those of another system, so are the paths that they take.
std::string PathForDrivers(const std::filesystem::path& path) {
  using Convert = char*(CDECL*)(const wchar_t*);
  const HMODULE kernel = ::GetModuleHandleW(L"kernel32.dll");
  const auto convert = reinterpret_cast<Convert>(
      reinterpret_cast<void*>(::GetProcAddress(kernel, "wine_get_unix_file_name")));
  if (convert == nullptr) return win32::ToUtf8(path.wstring());
  char* const converted = convert(path.c_str());
  std::string text = converted == nullptr ? std::string() : std::string(converted);
  ::HeapFree(::GetProcessHeap(), 0, converted);
  return text;
}

protocol::Json RowsOf(const std::string& connection, std::string_view sql) {
  const auto environment = Environment();
  service::OdbcConnection open(environment.get(), win32::ToWide(connection), std::chrono::seconds(5));
  auto none = service::SqlParameters::FromJson(protocol::Json::array(), "");
  auto& statement = open.statement();
  statement.Execute(win32::ToWide(sql), std::get<service::SqlParameters>(none));
  protocol::Json rows = protocol::Json::array();
  if (statement.OpenResult().empty()) return rows;
  protocol::Json row;
  std::size_t bytes = 0;
  while (statement.Fetch(1024 * 1024, row, bytes) == service::SqlStatement::Fetched::kRow) rows.push_back(row);
  return rows;
}

}  // namespace

const std::optional<std::string>& SqliteDriver() {
  static const std::optional<std::string> kDriver = []() -> std::optional<std::string> {
    for (const char* name : {"SQLite3 ODBC Driver", "SQLite3"}) {
      try {
        RowsOf("DRIVER={" + std::string(name) + "};Database=:memory:", "select 1");
        return name;
      } catch (const service::OdbcError&) {
        // Not under this name.
      }
    }
    return std::nullopt;
  }();
  return kDriver;
}

SqliteDatabase::SqliteDatabase()
    : connection_("DRIVER={" + SqliteDriver().value() + "};Database=" + PathForDrivers(folder_.path() / file_name()) +
                  ";Timeout=100") {}

void SqliteDatabase::Execute(std::string_view sql) { RowsOf(connection_, sql); }

std::string SqliteDatabase::Value(std::string_view sql) {
  const protocol::Json value = RowsOf(connection_, sql).at(0).at(0);
  return value.is_string() ? value.get<std::string>() : value.dump();
}

void WithSqlite::SetUp() {
  if (!SqliteDriver()) GTEST_SKIP() << "missing here: an ODBC driver called SQLite3 ODBC Driver, or SQLite3";
  database_.emplace();
  settings_.database.sources["orders"].connection = database_->connection();
  log_.emplace(folder_.path(), settings_.log, service::Log::Console::kNo);
}

}  // namespace onbehalf::test
