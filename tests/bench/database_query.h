#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

namespace onbehalf::bench {

// What a query of 1,000 rows costs through the service (database.query with the client library, the service
// in a process of its own) against the same query by a program that calls ODBC itself, alternately, one at a
// time, on one open connection each.

// For SQLite, and for PostgreSQL if ONBEHALF_TEST_POSTGRES is set. Prints which of them are omitted.
nlohmann::json MeasureDatabaseQuery(std::size_t queries);

// The service's process: serves `connection` as the source "db" until its input ends. Prints its pipe first.
int ServeDatabase(const std::string& connection);

}  // namespace onbehalf::bench
