// The methods of `database` against a real PostgreSQL server, over the pipe.

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "messages.h"
#include "raw_client.h"
#include "support/patience.h"
#include "support/postgres_database.h"
#include "test_server.h"

namespace onbehalf::test {
namespace {

using protocol::ErrorCode;

constexpr const char* kSleeps = "state = 'active' and query like '%pg_sleep%'";

class Postgres : public testing::Test {
 protected:
  void SetUp() override {
    ONBEHALF_SKIP_WITHOUT_POSTGRES();
    database_.emplace(*GivenPostgres());
    server_.settings().database.sources["pg"].connection = database_->connection();
    service::Settings::DatabaseSource& as_caller = server_.settings().database.sources["pg as caller"];
    as_caller.connection = database_->connection();
    as_caller.as_caller = true;
  }

  void Start() {
    server_.Start();
    client_.emplace(server_.pipe_path());
  }

  Json Query(std::string_view sql, const Json& parameters = Json::array(), std::string_view source = "pg") {
    return client_->Call("database.query", {{"source", source}, {"sql", sql}, {"parameters", parameters}});
  }
  // The first row. Throws with the response if there is none.
  Json Row(std::string_view sql, const Json& parameters = Json::array(), std::string_view source = "pg") {
    const Json answer = Query(sql, parameters, source);
    if (!answer.contains("result")) throw std::runtime_error(answer.dump());
    return answer.at("result").at("rows").at(0);
  }
  Json Value(std::string_view sql, const Json& parameters = Json::array(), std::string_view source = "pg") {
    return Row(sql, parameters, source).at(0);
  }
  Json Execute(std::string_view sql, const Json& parameters = Json::array()) {
    return client_->Call("database.execute", {{"source", "pg"}, {"sql", sql}, {"parameters", parameters}});
  }
  Json Batch(const Json& statements) {
    return client_->Call("database.batch", {{"source", "pg"}, {"statements", statements}});
  }
  // Sends a query, as a stream or not, without waiting.
  void Send(int id, std::string_view sql, Json more = Json::object()) {
    more["source"] = "pg";
    more["sql"] = sql;
    client_->Send(RequestMessage(id, "database.query", std::move(more)));
  }

  // Destroyed last: its connections belong to the server.
  std::optional<PostgresDatabase> database_;
  TestServer server_;
  std::optional<RawClient> client_;
};

constexpr int CodeOf(ErrorCode code) { return static_cast<int>(code); }

std::string StateOf(const Json& answer) {
  return ErrorCodeOf(answer) == CodeOf(ErrorCode::kDatabaseError)
             ? answer.at("error").at("data").at("sqlstate").get<std::string>()
             : "no DatabaseError: " + answer.dump();
}

// ---- Values ----

TEST_F(Postgres, ReturnsEachTypeAsItsJsonType) {
  Start();
  struct Case {
    const char* sql;
    const char* type;
    Json value;
  };
  const std::vector<Case> cases{
      {"true", "boolean", true},
      {"false", "boolean", false},
      {"(-32768)::int2", "integer", -32768},
      {"2147483647::int4", "integer", 2147483647},
      {"9223372036854775807::int8", "integer", INT64_MAX},
      {"(-9223372036854775808)::int8", "integer", INT64_MIN},
      {"9007199254740993::int8", "integer", 9007199254740993},
      {"1.5::float4", "number", 1.5},
      {"0.1::float8", "number", 0.1},
      {"1.7976931348623157e308::float8", "number", 1.7976931348623157e308},
      {"5e-324::float8", "number", 5e-324},
      {"12.50::numeric(10,2)", "decimal", "12.50"},
      {"(-0.000000000000000001)::numeric(30,18)", "decimal", "-0.000000000000000001"},
      {"12345678901234567890.12345678::numeric(28,8)", "decimal", "12345678901234567890.12345678"},
      {"'text'::text", "text", "text"},
      {"''::text", "text", ""},
      {"'chars'::varchar(10)", "text", "chars"},
      {"'c'::char(3)", "text", "c  "},
      {"'\\x00ff10'::bytea", "binary", "AP8Q"},
      {"''::bytea", "binary", ""},
      {"'2026-02-28'::date", "date", "2026-02-28"},
      {"'0001-01-01'::date", "date", "0001-01-01"},
      {"'23:59:58'::time", "time", "23:59:58"},
      {"'23:59:58.25'::time", "time", "23:59:58.25"},
      {"'2026-02-28 23:59:58.123456'::timestamp", "timestamp", "2026-02-28T23:59:58.123456"},
      {"'6fa459ea-ee8a-3ca4-894e-db77e160355e'::uuid", "guid", "6FA459EA-EE8A-3CA4-894E-DB77E160355E"},
      {"'{\"a\": [1, null]}'::json", "text", "{\"a\": [1, null]}"},
      {"'{\"a\": [1, null]}'::jsonb", "text", "{\"a\": [1, null]}"},
      {"array[1, 2, null]", "text", "{1,2,NULL}"},
      {"'1 day 02:03:04'::interval", "text", "1 day 02:03:04"},
      {"null::int4", "integer", nullptr},
      {"null::text", "text", nullptr},
      {"null::bytea", "binary", nullptr},
      {"null::date", "date", nullptr},
  };
  for (const Case& each : cases) {
    const Json answer = Query("select " + std::string(each.sql) + " as v");
    ASSERT_TRUE(answer.contains("result")) << each.sql << ": " << answer;
    EXPECT_EQ(answer["result"]["columns"][0]["name"], "v") << each.sql;
    EXPECT_EQ(answer["result"]["columns"][0]["type"], each.type) << each.sql;
    EXPECT_EQ(answer["result"]["rows"], Json::array({Json::array({each.value})})) << each.sql;
    EXPECT_EQ(answer["result"]["rows"][0][0].is_number_integer(), each.value.is_number_integer()) << each.sql;
  }
}

TEST_F(Postgres, ReturnsATimeWithZoneInTheSessionsZone) {
  Start();
  // In one statement: a session that was changed is not reused.
  const Json answer =
      Query("select set_config('TimeZone', 'Asia/Tokyo', false), '2026-02-28 12:00:00+00'::timestamptz");
  EXPECT_EQ(answer["result"]["rows"], Json::parse(R"([["Asia/Tokyo", "2026-02-28T21:00:00"]])")) << answer;
  EXPECT_EQ(Value("select current_setting('TimeZone') <> 'Asia/Tokyo'"), true);
}

TEST_F(Postgres, BindsParametersAsTheirTypes) {
  Start();
  struct Case {
    const char* type;  // the server's type of the parameter
    Json parameter;
    const char* text;  // and its text form of the value
  };
  const std::vector<Case> cases{
      {"int8", INT64_MAX, "9223372036854775807"},
      {"int8", INT64_MIN, "-9223372036854775808"},
      {"float8", 0.1, "0.1"},
      {"float8", 1.7976931348623157e308, "1.7976931348623157e+308"},
      {"bool", true, "true"},
      {"bool", false, "false"},
      {"text", "text", "text"},
      {"text", "", ""},
      {"text", "\xF0\x9F\x90\x98 \xC3\xA9", "\xF0\x9F\x90\x98 \xC3\xA9"},
      {"bytea", {{"base64", "AP8Q"}}, "\\x00ff10"},
      {"bytea", {{"base64", ""}}, "\\x"},
      {"numeric",
       {{"type", "decimal"}, {"value", "12345678901234567890.12345678"}},
       "12345678901234567890.12345678"},
      {"numeric", UINT64_MAX, "18446744073709551615"},
      {"date", {{"type", "date"}, {"value", "2026-02-28"}}, "2026-02-28"},
      {"time", {{"type", "time"}, {"value", "23:59:58"}}, "23:59:58"},
      {"timestamp",
       {{"type", "timestamp"}, {"value", "2026-02-28T23:59:58.123456"}},
       "2026-02-28 23:59:58.123456"},
      {"uuid",
       {{"type", "guid"}, {"value", "6fa459ea-ee8a-3ca4-894e-db77e160355e"}},
       "6fa459ea-ee8a-3ca4-894e-db77e160355e"},
      {"json", "{\"a\": 1}", "{\"a\": 1}"},
      {"int4[]", "{1,2}", "{1,2}"},
  };
  for (const Case& each : cases) {
    const std::string sql = "select (?::" + std::string(each.type) + ")::text";
    const Json answer = Query(sql, Json::array({each.parameter}));
    ASSERT_TRUE(answer.contains("result")) << sql << each.parameter << ": " << answer;
    EXPECT_EQ(answer["result"]["rows"][0][0], each.text) << sql << each.parameter;
  }
  for (const char* type :
       {"int8", "float8", "bool", "text", "bytea", "numeric", "date", "timestamp", "uuid"}) {
    EXPECT_EQ(Value("select ?::" + std::string(type) + " is null", {nullptr}), true) << type;
  }
}

TEST_F(Postgres, PreservesEveryCharacterOfUnicode) {
  Start();
  // Every scalar value except U+0000, which PostgreSQL's texts cannot contain.
  constexpr char32_t kBlock = 0x8000;
  for (char32_t block = 0; block < 0x110000; block += kBlock) {
    std::string text;
    for (char32_t c = block; c < block + kBlock; ++c) {
      if (c == 0 || (c >= 0xD800 && c < 0xE000)) continue;
      if (c < 0x80) {
        text += static_cast<char>(c);
      } else if (c < 0x800) {
        text += {static_cast<char>(0xC0 | (c >> 6)), static_cast<char>(0x80 | (c & 0x3F))};
      } else if (c < 0x10000) {
        text += {static_cast<char>(0xE0 | (c >> 12)), static_cast<char>(0x80 | ((c >> 6) & 0x3F)),
                 static_cast<char>(0x80 | (c & 0x3F))};
      } else {
        text += {static_cast<char>(0xF0 | (c >> 18)), static_cast<char>(0x80 | ((c >> 12) & 0x3F)),
                 static_cast<char>(0x80 | ((c >> 6) & 0x3F)), static_cast<char>(0x80 | (c & 0x3F))};
      }
    }
    const Json row = Row("select ?::text, octet_length(?::text)", {text, text});
    EXPECT_EQ(row[1], text.size()) << "in the block of " << static_cast<std::uint32_t>(block);
    EXPECT_TRUE(row[0] == text) << "in the block of " << static_cast<std::uint32_t>(block);
  }
}

// The driver would truncate it there.
TEST_F(Postgres, RefusesATextWithANul) {
  Start();
  const std::string text("a\0b", 3);
  for (const Json& parameter : {Json(text), Json{{"type", "text"}, {"value", text}}}) {
    const Json answer = Query("select ?::text", Json::array({parameter}));
    EXPECT_EQ(ErrorCodeOf(answer), CodeOf(ErrorCode::kInvalidParams)) << answer;
    EXPECT_NE(answer["error"]["message"].get<std::string>().find("without U+0000"), std::string::npos)
        << answer;
  }
}

TEST_F(Postgres, ReturnsLongValuesWhole) {
  Start();
  const std::string text(300'000, 'x');
  EXPECT_TRUE(Value("select ?::text", {text}) == text);
  EXPECT_EQ(Value("select length(?::text)", {text}), 300'000);
  const Json binary = Row("select decode(repeat('00ff10', 100000), 'hex') as b").at(0);
  std::string expected;
  for (int i = 0; i < 100'000; ++i) expected += "AP8Q";
  EXPECT_TRUE(binary == expected);
}

// ---- Injection ----

TEST_F(Postgres, NeverTreatsAParameterAsSql) {
  Start();
  ASSERT_TRUE(Execute("create table notes (id int primary key, note text)").contains("result"));
  const std::vector<std::string> corpus{
      "'; drop table notes; --",
      "' or '1'='1",
      "\\'; drop table notes; --",
      "$$; drop table notes; $$",
      "$1",
      "?",
      "? ?",
      "{fn now()}",
      "{d '2026-01-01'}",
      "E'\\x27'",
      "%'; select pg_sleep(10); --",
      "\" ; drop table notes; --",
      "/* */ union select 1",
      "\xCA\xBC or 1=1",
      "\xEF\xBC\x87 or 1=1",
      "a\r\nb\nc",
      "\x1A\x08",
  };
  int id = 0;
  for (const std::string& text : corpus) {
    const Json answer = Execute("insert into notes values (?, ?)", {++id, text});
    ASSERT_EQ(answer, ResultMessage(answer.at("id"), {{"affected", 1}})) << text;
    EXPECT_EQ(Value("select note from notes where note = ?", {text}), text);
    EXPECT_EQ(Value("select id from notes where note = ? and id = ?", {text, id}), id) << text;
  }
  EXPECT_EQ(Value("select count(*) from notes"), id);
  // What the server has stored, read without the service.
  EXPECT_EQ(database_->direct().Value("select count(*) from notes where note like '%drop table%'"), "4");
  // A parameter cannot stand for a name.
  EXPECT_EQ(StateOf(Query("select * from ?", {"notes"})), "42601");
}

TEST_F(Postgres, RefusesTheWrongNumberOfParameters) {
  Start();
  EXPECT_EQ(ErrorCodeOf(Query("select ?::int, ?::int", {1})), CodeOf(ErrorCode::kInvalidParams));
  EXPECT_EQ(ErrorCodeOf(Query("select ?::int", {1, 2})), CodeOf(ErrorCode::kInvalidParams));
  EXPECT_EQ(ErrorCodeOf(Query("select 1", {1})), CodeOf(ErrorCode::kInvalidParams));
}

// ---- Errors ----

TEST_F(Postgres, ReportsTheServersSqlstate) {
  Start();
  ASSERT_TRUE(
      Execute("create table things (id int primary key, name varchar(3) not null check (name <> 'no'), "
              "parent int references things)")
          .contains("result"));
  ASSERT_TRUE(Execute("insert into things values (1, 'one', null)").contains("result"));
  struct Case {
    const char* sql;
    const char* sqlstate;
  };
  const std::vector<Case> cases{
      {"selekt 1", "42601"},                                     // syntax_error
      {"select * from missing", "42P01"},                        // undefined_table
      {"select missing from things", "42703"},                   // undefined_column
      {"select missing(1)", "42883"},                            // undefined_function
      {"insert into things values (1, 'two', null)", "23505"},   // unique_violation
      {"insert into things values (2, null, null)", "23502"},    // not_null_violation
      {"insert into things values (2, 'no', null)", "23514"},    // check_violation
      {"insert into things values (2, 'two', 9)", "23503"},      // foreign_key_violation
      {"insert into things values (2, 'long', null)", "22001"},  // string_data_right_truncation
      {"select 1 / 0", "22012"},                                 // division_by_zero
      {"select 'x'::int", "22P02"},                              // invalid_text_representation
      {"select 99999999999::int", "22003"},                      // numeric_value_out_of_range
  };
  for (const Case& each : cases) {
    for (const Json& answer : {Execute(each.sql), Query(each.sql)}) {
      EXPECT_EQ(StateOf(answer), each.sqlstate) << each.sql;
      ASSERT_TRUE(answer["error"].contains("data")) << answer;
      const Json& data = answer["error"]["data"];
      EXPECT_EQ(data["diagnostics"][0]["sqlstate"], each.sqlstate) << answer;
      EXPECT_TRUE(data["message"].get<std::string>().find("ERROR: ") != std::string::npos) << answer;
    }
  }
  // A failed statement leaves nothing on the connection.
  EXPECT_EQ(Value("select count(*) from things"), 1);
}

TEST_F(Postgres, NeverRevealsItsConnection) {
  const std::string password = "Pwd=a-secret-password";
  server_.settings().database.sources["wrong"].connection =
      "DRIVER={PostgreSQL Unicode};Server=127.0.0.1;Port=1;Database=secret_database;Uid=secret_account;" +
      password;
  Start();
  const Json answer = Query("select 1", Json::array(), "wrong");
  EXPECT_EQ(StateOf(answer).substr(0, 2), "08") << answer;
  for (const char* secret : {"secret", "127.0.0.1", "Pwd"}) {
    EXPECT_EQ(answer.dump().find(secret), std::string::npos) << answer;
  }
  EXPECT_EQ(server_.LogText().find("a-secret-password"), std::string::npos);
}

// ---- Transactions ----

TEST_F(Postgres, RunsABatchAllOrNothing) {
  Start();
  ASSERT_TRUE(Execute("create table numbers (n int primary key)").contains("result"));
  const Json done = Batch({{{"sql", "insert into numbers values (?)"}, {"parameters", {1}}},
                           {{"sql", "insert into numbers select generate_series(2, 4)"}},
                           {{"sql", "delete from numbers where n > ?"}, {"parameters", {2}}}});
  ASSERT_TRUE(done.contains("result")) << done;
  EXPECT_EQ(done["result"], (Json{{"affected", {1, 3, 2}}}));
  const Json failed = Batch({{{"sql", "insert into numbers values (10)"}},
                             {{"sql", "insert into numbers values (1)"}},
                             {{"sql", "insert into numbers values (11)"}}});
  EXPECT_EQ(StateOf(failed), "23505");
  EXPECT_EQ(failed["error"]["data"]["index"], 1) << failed;
  EXPECT_EQ(Value("select array_agg(n order by n)::text from numbers"), "{1,2}");
  // An error in the last one is found before the first is executed, or rolls it back.
  EXPECT_EQ(ErrorCodeOf(Batch({{{"sql", "insert into numbers values (12)"}},
                               {{"sql", "insert into numbers values (?)"}, {"parameters", {1, 2}}}})),
            CodeOf(ErrorCode::kInvalidParams));
  EXPECT_EQ(Value("select count(*) from numbers"), 2);
  EXPECT_EQ(database_->Backends("state like 'idle in transaction%'"), 0);
}

TEST_F(Postgres, ReportsASerializationFailure) {
  Start();
  ASSERT_TRUE(Execute("create table balance (amount int)").contains("result"));
  ASSERT_TRUE(Execute("insert into balance values (10)").contains("result"));
  DirectOdbc& other = database_->direct();
  other.Execute("select pg_advisory_lock(7)");
  client_->Send(
      RequestMessage("b", "database.batch",
                     {{"source", "pg"},
                      {"statements",
                       {{{"sql", "set transaction isolation level repeatable read"}},
                        {{"sql", "create temporary table seen on commit drop as select amount from balance"}},
                        // Waits until the other connection has changed the row.
                        {{"sql", "do 'begin perform pg_advisory_xact_lock(7); end'"}},
                        {{"sql", "update balance set amount = amount + 1"}}}}}));
  ASSERT_TRUE(database_->WaitForBackends(1, "wait_event = 'advisory'"));
  other.Execute("update balance set amount = 20");
  other.Execute("select pg_advisory_unlock(7)");
  const auto answer = client_->Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(StateOf(*answer), "40001");
  EXPECT_EQ(answer->at("error").at("data").at("index"), 3) << *answer;
  EXPECT_EQ(Value("select amount from balance"), 20);
}

TEST_F(Postgres, LeavesNoTransactionOnAReturnedConnection) {
  Start();
  EXPECT_TRUE(Execute("begin").contains("result"));
  EXPECT_TRUE(Execute("create table left_open (n int)").contains("result"));
  EXPECT_TRUE(database_->WaitForBackends(0, "state like 'idle in transaction%'"));
  // It was not part of that transaction, whose connection is gone.
  EXPECT_EQ(database_->direct().Value("select count(*) from pg_tables where tablename = 'left_open'"), "1");
}

// ---- The end of requests ----

TEST_F(Postgres, CancelsAStatementOnTheServer) {
  Start();
  const Json pid = Value("select pg_backend_pid()");
  Send(7, "select pg_sleep(600)");
  ASSERT_TRUE(database_->WaitForBackends(1, kSleeps));
  const auto begun = std::chrono::steady_clock::now();
  client_->Send(CancelMessage(7));
  const auto answer = client_->Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(*answer, ErrorMessageFor(7, ErrorCode::kRequestCancelled));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, kPatience / 2);
  EXPECT_TRUE(database_->WaitForBackends(0, kSleeps));
  // Another connection is used from then on: a SQLCancel may still be on its way to this one.
  EXPECT_NE(Value("select pg_backend_pid()"), pid);
  EXPECT_TRUE(database_->WaitForBackends(1));
}

TEST_F(Postgres, CancelsAStreamBeforeItsFirstRow) {
  Start();
  Send(7, "select pg_sleep(600)", {{"progressToken", "t"}});
  ASSERT_TRUE(database_->WaitForBackends(1, kSleeps));
  client_->Send(CancelMessage(7));
  const Json answer = client_->ReadToAnswer().back();
  EXPECT_EQ(ErrorCodeOf(answer), CodeOf(ErrorCode::kRequestCancelled)) << answer;
  EXPECT_TRUE(database_->WaitForBackends(0, kSleeps));
  EXPECT_EQ(Value("select 1"), 1);
}

TEST_F(Postgres, EndsAStatementAtItsDeadline) {
  Start();
  server_.ChangeLimits(
      [](protocol::Limits& limits) { limits.request_deadline = std::chrono::milliseconds(500); });
  const Json answer = Query("select pg_sleep(600)");
  EXPECT_EQ(ErrorCodeOf(answer), CodeOf(ErrorCode::kDeadlineExceeded)) << answer;
  server_.ChangeLimits([](protocol::Limits& limits) { limits.request_deadline = kPatience; });
  EXPECT_TRUE(database_->WaitForBackends(0, kSleeps));
  EXPECT_EQ(Value("select 1"), 1);
}

TEST_F(Postgres, EndsAStatementWhenItsClientDisconnects) {
  Start();
  {
    RawClient other(server_.pipe_path());
    other.Send(RequestMessage(1, "database.query", {{"source", "pg"}, {"sql", "select pg_sleep(600)"}}));
    ASSERT_TRUE(database_->WaitForBackends(1, kSleeps));
  }
  EXPECT_TRUE(database_->WaitForBackends(0, kSleeps));
}

TEST_F(Postgres, RollsBackACancelledBatch) {
  Start();
  ASSERT_TRUE(Execute("create table numbers (n int)").contains("result"));
  client_->Send(RequestMessage(
      "b", "database.batch",
      {{"source", "pg"},
       {"statements",
        {{{"sql", "insert into numbers values (1)"}}, {{"sql", "do 'begin perform pg_sleep(600); end'"}}}}}));
  ASSERT_TRUE(database_->WaitForBackends(1, kSleeps));
  client_->Send(CancelMessage("b"));
  const auto answer = client_->Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(ErrorCodeOf(*answer), CodeOf(ErrorCode::kRequestCancelled)) << *answer;
  EXPECT_EQ(Value("select count(*) from numbers"), 0);
}

// ---- Streams ----

TEST_F(Postgres, StreamsRowsPageByPage) {
  Start();
  Send(1, "select n, n::text as t from generate_series(1, 1234) n",
       {{"progressToken", "t"}, {"page_rows", 100}});
  std::vector<Json> values = client_->ReadToAnswer();
  const Json answer = values.back();
  values.pop_back();
  for (Json& value : values) value = Json(value.at("params").at("value"));
  ASSERT_EQ(values.size(), 14U) << answer.dump();
  EXPECT_EQ(values[0]["columns"][0]["name"], "n");
  EXPECT_EQ(values[0]["columns"][1]["type"], "text");
  int n = 0;
  for (std::size_t page = 1; page < values.size(); ++page) {
    EXPECT_EQ(values[page]["rows"].size(), page == 13 ? 34U : 100U);
    for (const Json& row : values[page]["rows"]) {
      ++n;
      ASSERT_EQ(row, (Json{n, std::to_string(n)}));
    }
  }
  EXPECT_EQ(answer, ResultMessage(1, {{"count", 1234}, {"truncated", false}}));
  EXPECT_TRUE(database_->WaitForBackends(0, kHasCursor));
}

TEST_F(Postgres, FreesTheCursorOfAStreamWhenItsClientDisconnects) {
  server_.settings().database.connections_per_source = 1;
  Start();
  {
    RawClient other(server_.pipe_path());
    other.Send(RequestMessage(1, "database.query",
                              {{"source", "pg"},
                               {"sql", "select generate_series(1, 100000000), repeat('x', 100)"},
                               {"progressToken", "t"}}));
    // Unread from the third page on: the stream waits for its client, with its cursor open.
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(other.Read());
    EXPECT_EQ(database_->Backends(kHasCursor), 1);
    EXPECT_EQ(ErrorCodeOf(Query("select 1")), CodeOf(ErrorCode::kBusy));
  }
  EXPECT_TRUE(database_->WaitForBackends(0, kHasCursor));
  // The only connection allowed is free as well, a moment later than the cursor.
  Json answer = Query("select 1");
  for (const auto end = std::chrono::steady_clock::now() + kPatience;
       ErrorCodeOf(answer) == CodeOf(ErrorCode::kBusy) && std::chrono::steady_clock::now() < end;) {
    answer = Query("select 1");
  }
  EXPECT_TRUE(answer.contains("result")) << answer;
}

TEST_F(Postgres, EndsAStreamWithTheErrorOfTheFailingRow) {
  Start();
  Send(1, "select 1 / (5000 - n) from generate_series(1, 10000) n", {{"progressToken", "t"}});
  const std::vector<Json> messages = client_->ReadToAnswer();
  std::size_t rows = 0;
  for (std::size_t i = 0; i + 1 < messages.size(); ++i) {
    const Json& value = messages[i].at("params").at("value");
    if (value.contains("rows")) rows += value.at("rows").size();
  }
  EXPECT_EQ(StateOf(messages.back()), "22012");
  EXPECT_GT(rows, 3'000U);
  EXPECT_LT(rows, 5'000U);
  EXPECT_TRUE(database_->WaitForBackends(0, kHasCursor));
  EXPECT_EQ(Value("select 1"), 1);
}

// ---- Connections ----

TEST_F(Postgres, ReusesAConnection) {
  Start();
  const Json pid = Value("select pg_backend_pid()");
  RawClient other(server_.pipe_path());
  EXPECT_EQ(Value("select pg_backend_pid()"), pid);
  const Json answer = other.Call("database.query", {{"source", "pg"}, {"sql", "select pg_backend_pid()"}});
  EXPECT_EQ(answer["result"]["rows"][0][0], pid) << answer;
  EXPECT_EQ(database_->Backends(), 1);
  // Another source has its own connections, even to the same database.
  EXPECT_NE(Value("select pg_backend_pid()", Json::array(), "pg as caller"), pid);
  EXPECT_EQ(database_->Backends(), 2);
}

TEST_F(Postgres, ClosesUnusedConnections) {
  server_.settings().database.idle = std::chrono::milliseconds(200);
  Start();
  EXPECT_EQ(Value("select 1"), 1);
  EXPECT_EQ(Value("select 1", Json::array(), "pg as caller"), 1);
  EXPECT_TRUE(database_->WaitForBackends(0));
  EXPECT_EQ(Value("select 1"), 1);
}

TEST_F(Postgres, IsBusyWhenASourceHasNoConnectionLeft) {
  // One account may use half of them.
  server_.settings().database.connections_per_source = 4;
  Start();
  Send(1, "select pg_sleep(600)");
  Send(2, "select pg_sleep(600)");
  ASSERT_TRUE(database_->WaitForBackends(2, kSleeps));
  Send(3, "select 1");
  const auto busy = client_->Read();
  ASSERT_TRUE(busy);
  EXPECT_EQ(busy->at("id"), 3);
  EXPECT_EQ(ErrorCodeOf(*busy), CodeOf(ErrorCode::kBusy)) << *busy;
  client_->Send(CancelMessage(1));
  client_->Send(CancelMessage(2));
  for (int i = 0; i < 2; ++i) {
    const auto cancelled = client_->Read();
    ASSERT_TRUE(cancelled);
    EXPECT_EQ(ErrorCodeOf(*cancelled), CodeOf(ErrorCode::kRequestCancelled)) << *cancelled;
  }
  EXPECT_EQ(Value("select 1"), 1);
}

TEST_F(Postgres, RecoversFromALostConnection) {
  Start();
  const Json pid = Value("select pg_backend_pid()");
  ASSERT_EQ(database_->direct().Value("select pg_terminate_backend(" + pid.dump() + ")::text"), "true");
  ASSERT_TRUE(database_->WaitForBackends(0));
  // The loss is noticed only when the connection is used.
  const std::string state = StateOf(Query("select 1"));
  EXPECT_TRUE(state == "57P01" || state.substr(0, 2) == "08") << state;
  EXPECT_NE(Value("select pg_backend_pid()"), pid);
}

TEST_F(Postgres, ReportsALostConnectionDuringAStatement) {
  Start();
  Send(1, "select pg_sleep(600)");
  ASSERT_TRUE(database_->WaitForBackends(1, kSleeps));
  database_->direct().Execute(
      "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(600)%' and pid <> pg_backend_pid()");
  const auto answer = client_->Read();
  ASSERT_TRUE(answer);
  const std::string state = StateOf(*answer);
  EXPECT_TRUE(state == "57P01" || state.substr(0, 2) == "08") << *answer;
  EXPECT_EQ(Value("select 1"), 1);
}

TEST_F(Postgres, ServesManyThreadsConcurrently) {
  Start();
  constexpr int kThreads = 8;
  constexpr int kEach = 40;
  ASSERT_TRUE(Execute("create table counts (thread int, n int)").contains("result"));
  std::array<int, kThreads> right{};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        RawClient client(server_.pipe_path());
        for (int n = 0; n < kEach; ++n) {
          const Json text = "thread " + std::to_string(t) + " call " + std::to_string(n);
          const Json query =
              client.Call("database.query",
                          {{"source", "pg"}, {"sql", "select ?::text, ?::int"}, {"parameters", {text, n}}});
          const Json inserted = client.Call(
              "database.execute",
              {{"source", "pg"}, {"sql", "insert into counts values (?, ?)"}, {"parameters", {t, n}}});
          if (query.contains("result") && query["result"]["rows"] == Json::array({Json::array({text, n})}) &&
              inserted.contains("result")) {
            ++right[static_cast<std::size_t>(t)];
          }
        }
      });
    }
  }
  for (const int each : right) EXPECT_EQ(each, kEach);
  EXPECT_EQ(Value("select count(*) from counts"), kThreads * kEach);
  EXPECT_LE(database_->Backends(), kThreads);
}

}  // namespace
}  // namespace onbehalf::test
