#include "database_query.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

#include "client_cost.h"
#include "latencies.h"
#include "onbehalf/client/client.h"
#include "onbehalf/win32/process.h"
#include "service/temporary_folder.h"
#include "service/test_server.h"
#include "support/child_process.h"
#include "support/direct_odbc.h"
#include "support/sqlite_driver.h"

namespace onbehalf::bench {
namespace {

using client::Client;
using nlohmann::json;
using test::DirectOdbc;

constexpr std::size_t kRows = 1'000;
constexpr std::size_t kRuns = 5;
constexpr int kWarmUps = 5;

struct Yardstick {
  const char* name;
  std::string connection;
  // Four columns: an integer, a text of 32 characters, a decimal number, a time.
  std::string sql;
};

// The available databases. `folder` holds their files.
std::vector<Yardstick> Yardsticks(const std::filesystem::path& folder) {
  std::vector<Yardstick> all;
  if (test::SqliteDriver()) {
    const std::string connection = test::SqliteConnection(folder / "bench.db");
    DirectOdbc odbc(connection);
    odbc.Execute("create table rows (n integer, t varchar(32), price decimal(10,2), at timestamp)");
    odbc.Execute(
        "insert into rows with recursive c(n) as (select 1 union all select n + 1 from c where n < 1000) "
        "select n, printf('%032d', n), printf('%.2f', n / 100.0), datetime(n * 86400, 'unixepoch') from c");
    all.push_back({"SQLite", connection, "select n, t, price, at from rows"});
  } else {
    std::puts("SQLite is omitted: its ODBC driver is not installed.");
  }
  if (const auto connection = test::ConnectionFromEnvironment(L"ONBEHALF_TEST_POSTGRES")) {
    all.push_back({"PostgreSQL", *connection + ";UseDeclareFetch=1;Fetch=500",
                   "select n, md5(n::text) as t, (n / 100.0)::numeric(10,2) as price, "
                   "to_timestamp(n * 86400)::timestamp as at from generate_series(1, 1000) n"});
  } else {
    std::puts("PostgreSQL is omitted: ONBEHALF_TEST_POSTGRES is not set.");
  }
  return all;
}

void ExpectAllRows(std::size_t rows) {
  if (rows != kRows) throw std::runtime_error("a query did not return 1,000 rows");
}

// A service with `connection` as its only source.
class DatabaseService {
 public:
  explicit DatabaseService(const std::string& connection) : process_(Start(connection)) {
    const auto line = process_.ReadLine();
    if (!line) throw std::runtime_error("the service did not start: " + process_.WaitForExit().errors);
    path_ = json::parse(*line).at("pipe").get<std::string>();
  }
  ~DatabaseService() { process_.WaitForExit(); }

  const std::string& path() const { return path_; }

 private:
  static test::ChildProcess Start(const std::string& connection) {
    test::ChildProcess::Options options;
    options.executable = win32::OwnImagePath();
    options.arguments = {"--serve-database", connection};
    return test::ChildProcess::Start(options);
  }

  test::ChildProcess process_;
  std::string path_;
};

}  // namespace

json MeasureDatabaseQuery(std::size_t queries) {
  const std::size_t each = std::max<std::size_t>(queries / kRuns, 1);
  std::printf("\nA query of %zu rows with 4 columns; median of %zu runs, %zu queries each\n\n", kRows, kRuns,
              each);
  std::printf("%-12s %-22s %10s %10s %12s\n", "database", "by", "p50 us", "p99 us", "queries/s");
  json rows = json::array();
  const test::TemporaryFolder folder;
  for (const Yardstick& yardstick : Yardsticks(folder.path())) {
    DirectOdbc odbc(yardstick.connection);
    const DatabaseService service(yardstick.connection);
    Client client = Connect(service.path());
    const json params{{"source", "db"}, {"sql", yardstick.sql}};
    client::CallOptions streaming;
    std::size_t streamed = 0;
    streaming.progress = [&streamed](const json& value) {
      if (value.contains("rows")) streamed += value.at("rows").size();
    };
    const auto directly = [&] { ExpectAllRows(odbc.Count(yardstick.sql)); };
    const auto through_service = [&] {
      ExpectAllRows(client.Call("database.query", params).at("rows").size());
    };
    const auto as_stream = [&] {
      streamed = 0;
      client.Call("database.query", params, streaming);
      ExpectAllRows(streamed);
    };
    for (int warm = 0; warm < kWarmUps; ++warm) {
      directly();
      through_service();
      as_stream();
    }
    std::vector<Latencies> direct_runs;
    std::vector<Latencies> service_runs;
    std::vector<Latencies> stream_runs;
    for (std::size_t run = 0; run < kRuns; ++run) {
      direct_runs.push_back(OneAtATime(each, directly));
      service_runs.push_back(OneAtATime(each, through_service));
      stream_runs.push_back(OneAtATime(each, as_stream));
    }
    const Latencies direct = Median(direct_runs);
    json row{{"database", yardstick.name}, {"direct", ToJson(direct)}};
    std::printf("%-12s %-22s %10.1f %10.1f %12.1f\n", yardstick.name, "ODBC directly", direct.p50_us,
                direct.p99_us, direct.per_second);
    for (const auto& [name, key, runs] : {std::tuple{"the service", "service", &service_runs},
                                          std::tuple{"the service, a stream", "stream", &stream_runs}}) {
      const Latencies ours = Median(*runs);
      const double ratio = ours.p50_us / direct.p50_us;
      std::printf("%-12s %-22s %10.1f %10.1f %12.1f   %.2fx\n", "", name, ours.p50_us, ours.p99_us,
                  ours.per_second, ratio);
      row[key] = ToJson(ours);
      row[std::string(key) + "_p50_ratio"] = ratio;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

int ServeDatabase(const std::string& connection) {
  test::TestServer server;
  server.settings().database.sources["db"].connection = connection;
  server.Start();
  std::puts(json{{"pipe", server.pipe_path()}}.dump().c_str());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  return 0;
}

}  // namespace onbehalf::bench
