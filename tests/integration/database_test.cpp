// The methods of `database` between processes as they ship: unbounded results in bounded memory, killed
// clients, and connections that belong to one logon.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <future>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "caller_process.h"
#include "onbehalf/client/client.h"
#include "onbehalf/protocol/error_code.h"
#include "service/temporary_folder.h"
#include "service_process.h"
#include "support/child_main.h"
#include "support/direct_odbc.h"
#include "support/handle_count.h"
#include "support/patience.h"
#include "support/platform_probe.h"
#include "support/postgres_database.h"
#include "support/process_usage.h"
#include "support/restricted_token.h"
#include "support/sqlite_driver.h"

namespace onbehalf::test {
namespace {

using client::CallOptions;
using client::Client;

constexpr int kRows = 1'000'000;
// What the service or the client may use for a result of about 120 MB: pages under way, the write queue, the
// driver's own page, and what the heap does not return at once.
constexpr std::size_t kMaxMemory = 24 * 1024 * 1024;
constexpr std::size_t kMebibyte = 1024 * 1024;

Json SettingsFor(const std::string& connection, bool as_caller = false) {
  return {{"database", {{"sources", {{"db", {{"connection", connection}, {"as_caller", as_caller}}}}}}}};
}

client::Options OptionsFor(const std::string& pipe_name) {
  client::Options options;
  options.pipe = pipe_name;
  options.trust = client::Trust::kSameUser;
  options.connect_timeout = kPatience;
  options.call_timeout = std::chrono::minutes(10);
  return options;
}

Json Params(std::string_view sql) { return {{"source", "db"}, {"sql", sql}}; }

// ---- A million rows ----

// Reads all of them with the client library and checks both processes' memory along the way.
void ExpectMillionRowsInConstantMemory(const std::string& connection, const std::string& sql) {
  ONBEHALF_SKIP_WITHOUT("a figure of private memory that grows with what is used", PrivateBytesAreCounted());
  ServiceProcess service("onbehalf-service.exe", SettingsFor(connection).dump());
  Client client = Client::Connect(OptionsFor(service.pipe_name()));

  std::size_t rows = 0;
  std::size_t bytes = 0;
  std::size_t pages = 0;
  std::size_t own_max = 0;
  std::size_t service_max = 0;
  bool in_order = true;
  CallOptions options;
  options.progress = [&](const Json& value) {
    if (!value.contains("rows")) return;
    for (const Json& row : value.at("rows")) {
      in_order = in_order && row.at(0) == rows + 1;
      ++rows;
      bytes += row.at(1).get_ref<const std::string&>().size();
    }
    if (++pages % 64 != 0) return;
    own_max = std::max(own_max, PrivateBytes());
    service_max = std::max(service_max, PrivateBytesOf(service.id()));
  };
  // Code and memory that are loaded once.
  client.Call("database.query", Params("select 1"));
  const std::size_t own_before = PrivateBytes();
  const std::size_t service_before = PrivateBytesOf(service.id());
  const auto begun = std::chrono::steady_clock::now();
  const Json answer = client.Call("database.query", Params(sql), options);
  const auto took = std::chrono::steady_clock::now() - begun;

  EXPECT_EQ(answer, (Json{{"count", kRows}, {"truncated", false}}));
  EXPECT_EQ(rows, static_cast<std::size_t>(kRows));
  EXPECT_TRUE(in_order);
  EXPECT_EQ(bytes, static_cast<std::size_t>(kRows) * 96);
  ASSERT_GT(pages, 640U);
  EXPECT_LT(own_max, own_before + kMaxMemory);
  EXPECT_LT(service_max, service_before + kMaxMemory);
  const auto grown = [](std::size_t most, std::size_t before) {
    return (static_cast<double>(most) - static_cast<double>(before)) / static_cast<double>(kMebibyte);
  };
  std::printf(
      "%d rows in %.1f s, %zu pages; the service's memory grew by at most %.1f MiB, the client's by %.1f MiB\n",
      kRows, std::chrono::duration<double>(took).count(), pages, grown(service_max, service_before),
      grown(own_max, own_before));
}

TEST(DatabaseStream, ReturnsAMillionRowsOfPostgresInConstantMemory) {
  ONBEHALF_SKIP_WITHOUT_POSTGRES();
  PostgresDatabase database(*GivenPostgres());
  ExpectMillionRowsInConstantMemory(database.connection(),
                                    "select n, repeat(md5(n::text), 3) from generate_series(1, 1000000) n");
}

TEST(DatabaseStream, ReturnsAMillionRowsOfSqliteInConstantMemory) {
  ONBEHALF_SKIP_WITHOUT_SQLITE();
  const TemporaryFolder folder;
  const std::string connection = SqliteConnection(folder.path() / "rows.db");
  DirectOdbc odbc(connection);
  odbc.Execute("create table numbers (n integer primary key, t varchar(100))");
  odbc.Execute(
      "insert into numbers with recursive c(n) as (select 1 union all select n + 1 from c where n < 1000000) "
      "select n, printf('%096d', n) from c");
  ExpectMillionRowsInConstantMemory(connection + ";StepAPI=1", "select n, t from numbers");
}

// ---- Clients that are killed ----

// Opens a query as a stream, prints "reading" at its third page and stops reading.
ONBEHALF_CHILD_MAIN(StuckReader) {
  Client client = Client::Connect(OptionsFor(arguments.at(0)));
  std::size_t pages = 0;
  CallOptions options;
  options.progress = [&pages](const Json&) {
    if (++pages < 3) return;
    std::puts("reading");
    std::fflush(stdout);
    // Until it is killed.
    std::promise<void>().get_future().wait_for(std::chrono::minutes(10));
  };
  client.Call("database.query", Params(arguments.at(1)), options);
  return 0;
}

// Retries while the service is busy.
Json ResultWhenFree(Client& client, const Json& params) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    try {
      return client.Call("database.query", params);
    } catch (const client::RpcError& error) {
      if (error.code() != static_cast<int>(protocol::ErrorCode::kBusy) ||
          std::chrono::steady_clock::now() > end)
        throw;
    }
  }
}

TEST(DatabaseStream, FreesCursorAndConnectionOfAKilledClient) {
  ONBEHALF_SKIP_WITHOUT_POSTGRES();
  PostgresDatabase database(*GivenPostgres());
  Json settings = SettingsFor(database.connection());
  settings["database"]["connections_per_source"] = 1;
  // The readers must stay connected, without reading, until their memory has been checked.
  settings["limits"]["write_timeout_ms"] = 600'000;
  ServiceProcess service("onbehalf-service.exe", settings.dump());
  Client client = Client::Connect(OptionsFor(service.pipe_name()));
  client.Call("database.query", Params("select 1"));
  std::size_t handles = 0;
  for (int round = 0; round < 5; ++round) {
    ChildProcess reader = ChildProcess::Start(ChildProcess::Options::Self(
        "StuckReader", {service.pipe_name(), "select generate_series(1, 100000000), repeat('x', 100)"}));
    ASSERT_EQ(reader.ReadLine(), "reading");
    ASSERT_EQ(database.Backends(kHasCursor), 1);
    EXPECT_THROW(client.Call("database.query", Params("select 1")), client::RpcError);
    reader.Terminate();
    ASSERT_TRUE(database.WaitForBackends(0, kHasCursor));
    // The only connection allowed is free too, a moment later than the cursor.
    ASSERT_EQ(ResultWhenFree(client, Params("select 1")).at("count"), 1);
    if (round == 0) handles = OpenHandleCountOf(service.id());
  }
  // With tolerance for what threads of the pool open and close.
  EXPECT_LE(OpenHandleCountOf(service.id()), handles + 12);
}

// ---- Connection ownership ----

TEST(DatabaseConnections, BelongToOneLogon) {
  ONBEHALF_SKIP_WITHOUT("ImpersonateNamedPipeClient that gives the client's token", PipeClientTokenIsGiven());
  ONBEHALF_SKIP_WITHOUT_POSTGRES();
  PostgresDatabase database(*GivenPostgres());
  ServiceProcess service("onbehalf-service.exe", SettingsFor(database.connection(), true).dump());
  const win32::Token restricted_token = AdministratorsDenyOnlyToken();
  CallerProcess administrator(service.pipe_path());
  CallerProcess restricted(service.pipe_path(), &restricted_token);
  const auto pid_of = [](CallerProcess& caller) {
    const Json answer = caller.Call("database.query", Params("select pg_backend_pid()"));
    return answer.contains("result") ? answer["result"]["rows"][0][0] : answer;
  };
  EXPECT_EQ(restricted.Call("database.query", Params("select 1"))["error"]["code"], -32010);
  const Json granted = administrator.Call(
      "access.grant", {{"account", "AU"}, {"node", "database.query"}, {"rights", {"call"}}});
  ASSERT_TRUE(granted.contains("result")) << granted;

  const Json administrators = pid_of(administrator);
  const Json others = pid_of(restricted);
  ASSERT_TRUE(administrators.is_number()) << administrators;
  ASSERT_TRUE(others.is_number()) << others;
  EXPECT_NE(administrators, others);
  // The same logon gets the same connection again, whichever of its processes asks.
  EXPECT_EQ(pid_of(administrator), administrators);
  EXPECT_EQ(pid_of(restricted), others);
  CallerProcess another(service.pipe_path(), &restricted_token);
  EXPECT_EQ(pid_of(another), others);
  EXPECT_EQ(database.Backends(), 2);
}

// ---- SQL Server as the caller ----

// SQL Server supports Windows accounts: it reports which account and which groups it sees in its client.
TEST(DatabaseConnections, BelongToTheImpersonatedCallerInSqlServer) {
  const auto connection = ConnectionFromEnvironment(L"ONBEHALF_TEST_SQLSERVER");
  if (!connection) {
    GTEST_SKIP() << "missing here: a SQL Server that takes Windows accounts (ONBEHALF_TEST_SQLSERVER)";
  }
  ServiceProcess service("onbehalf-service.exe", SettingsFor(*connection, true).dump());
  const win32::Token restricted_token = AdministratorsDenyOnlyToken();
  CallerProcess administrator(service.pipe_path());
  CallerProcess restricted(service.pipe_path(), &restricted_token);
  const Json granted = administrator.Call(
      "access.grant", {{"account", "AU"}, {"node", "database.query"}, {"rights", {"call"}}});
  ASSERT_TRUE(granted.contains("result")) << granted;

  // The SID of Administrators, S-1-5-32-544, and how the login's token may use it (sys.login_token).
  const Json as_whom = Params(
      "select suser_sname(), (select usage from sys.login_token where sid = 0x01020000000000052000000020020000)");
  const Json administrators = administrator.Call("database.query", as_whom);
  const Json others = restricted.Call("database.query", as_whom);
  ASSERT_TRUE(administrators.contains("result")) << administrators;
  ASSERT_TRUE(others.contains("result")) << others;
  EXPECT_EQ(administrators["result"]["rows"][0][0], others["result"]["rows"][0][0]);
  EXPECT_EQ(administrators["result"]["rows"][0][1], "GRANT OR DENY") << administrators;
  EXPECT_EQ(others["result"]["rows"][0][1], "DENY ONLY") << others;

  // Each of them again on its own connection.
  const Json session = Params("select @@spid");
  const Json first = administrator.Call("database.query", session);
  ASSERT_TRUE(first.contains("result")) << first;
  EXPECT_EQ(administrator.Call("database.query", session)["result"], first["result"]);
  EXPECT_NE(restricted.Call("database.query", session)["result"], first["result"]);
}

}  // namespace
}  // namespace onbehalf::test
