#include "support/postgres_database.h"

#include <algorithm>
#include <chrono>
#include <regex>

#include "support/patience.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::test {
namespace {

std::string NewName() {
  std::string name = UniquePipeName();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::string WithDatabase(const std::string& connection, const std::string& name) {
  static const std::regex database("(^|;)Database=[^;]*", std::regex::icase);
  return std::regex_replace(connection, database, "$1Database=" + name);
}

}  // namespace

std::optional<std::string> GivenPostgres() { return ConnectionFromEnvironment(L"ONBEHALF_TEST_POSTGRES"); }

PostgresDatabase::PostgresDatabase(const std::string& server)
    : name_(NewName()), server_(server), own_(WithDatabase(server, name_)) {
  server_.Execute("create database " + name_);
  direct_.emplace(own_);
  direct_pid_ = direct_->Value("select pg_backend_pid()");
}

PostgresDatabase::~PostgresDatabase() {
  direct_.reset();
  try {
    server_.Execute("drop database " + name_ + " with (force)");
  } catch (const OdbcFailure&) {
    // The server is gone, and the database with it.
  }
}

int PostgresDatabase::Backends(std::string_view condition) {
  return std::stoi(server_.Value("select count(*) from pg_stat_activity where datname = '" + name_ +
                                 "' and backend_type = 'client backend' and pid <> " + direct_pid_ +
                                 " and (" + std::string(condition) + ")"));
}

bool PostgresDatabase::WaitForBackends(int count, std::string_view condition) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (Backends(condition) != count) {
    if (std::chrono::steady_clock::now() > end) return false;
    server_.Execute("select pg_sleep(0.01)");
  }
  return true;
}

}  // namespace onbehalf::test
