#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

namespace onbehalf::bench {

// What a query of 1,000 rows costs through the service (database.query by the client library, the service in a process of its
// own) against the same query by a program that calls ODBC itself, by turns, one at a time, on one open connection each.

// Of SQLite, and of PostgreSQL if ONBEHALF_TEST_POSTGRES gives one; what is not there is left out, and that is said.
nlohmann::json MeasureDatabaseQuery(std::size_t queries);

// The part of the service's process: serves `connection` as the source "db" until its input ends. Says its pipe first.
int ServeDatabase(const std::string& connection);

}  // namespace onbehalf::bench
