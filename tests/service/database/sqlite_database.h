#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "log/log.h"
#include "onbehalf/service/settings.h"
#include "settings/live_settings.h"
#include "support/direct_odbc.h"
#include "support/sqlite_driver.h"
#include "temporary_folder.h"

namespace onbehalf::test {

// A SQLite database in a file of this test alone.
class SqliteDatabase {
 public:
  // SqliteDriver() must have a value.
  SqliteDatabase();

  std::string connection() const { return connection_; }
  // Rows are fetched one by one, not all before the first; only declared columns then have types.
  std::string stepping_connection() const { return connection_ + ";StepAPI=1"; }
  // On a connection of its own, like Value.
  void Execute(std::string_view sql) { DirectOdbc(connection_).Execute(sql); }
  // The first column of the first row, as text.
  std::string Value(std::string_view sql) { return DirectOdbc(connection_).Value(sql); }

 private:
  TemporaryFolder folder_;
  std::string connection_;
};

// The fixture for database methods, with a source "orders" on a SQLite database.
class WithSqlite : public testing::Test {
 protected:
  void SetUp() override;

  std::shared_ptr<const service::LiveSettings> Live() const {
    return std::make_shared<const service::LiveSettings>(settings_);
  }
  std::string LogText() const { return ReadAll(folder_.path() / "service.log"); }

  TemporaryFolder folder_;
  std::optional<SqliteDatabase> database_;
  service::Settings settings_;
  std::optional<service::Log> log_;
};

}  // namespace onbehalf::test
