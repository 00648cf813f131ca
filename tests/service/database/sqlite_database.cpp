#include "sqlite_database.h"

namespace onbehalf::test {

SqliteDatabase::SqliteDatabase() : connection_(SqliteConnection(folder_.path() / "orders.db")) {}

void WithSqlite::SetUp() {
  ONBEHALF_SKIP_WITHOUT_SQLITE();
  database_.emplace();
  settings_.database.sources["orders"].connection = database_->connection();
  log_.emplace(folder_.path(), settings_.log, service::Log::Console::kNo);
}

}  // namespace onbehalf::test
