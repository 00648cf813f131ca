#include "methods/database_methods.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "database/sqlite_database.h"
#include "method_caller.h"
#include "onbehalf/protocol/base64.h"
#include "onbehalf/win32/token.h"
#include "support/patience.h"

namespace onbehalf::test {
namespace {

using protocol::Error;
using protocol::ErrorCode;
using service::Json;
using service::MethodRegistry;
using service::MethodResult;

class DatabaseMethods : public WithSqlite {
 protected:
  // The methods, with the settings as they are at the first use.
  MethodRegistry& methods() {
    if (!registry_) {
      registry_.emplace();
      service::AddDatabaseMethods(*registry_, Live(), *log_);
    }
    return *registry_;
  }
  Json Result(std::string_view method, Json params) {
    params["source"] = "orders";
    MethodResult result = caller_.Call(methods(), method, params);
    if (const auto* error = result.error_if()) {
      ADD_FAILURE() << method << " " << params << ": " << error->message << " " << error->data;
      return nullptr;
    }
    const Json& value = result.value();
    EXPECT_EQ(Misfit(value, methods().Find(method)->result_schema), "") << value;
    return value;
  }
  Error Refusal(std::string_view method, Json params) {
    if (!params.contains("source")) params["source"] = "orders";
    MethodResult result = caller_.Call(methods(), method, params);
    if (const auto* error = result.error_if()) return *error;
    ADD_FAILURE() << method << " " << params << " succeeded: " << result.value();
    return {};
  }
  Json Query(std::string_view sql, Json parameters = Json::array()) {
    return Result("database.query", {{"sql", sql}, {"parameters", std::move(parameters)}});
  }
  Json Execute(std::string_view sql, Json parameters = Json::array()) {
    return Result("database.execute", {{"sql", sql}, {"parameters", std::move(parameters)}}).at("affected");
  }
  // The one value that `select ?` returns.
  Json Echo(const Json& parameter) {
    return Query("select ?", Json::array({parameter})).at("rows").at(0).at(0);
  }

  MethodCaller caller_;
  std::optional<MethodRegistry> registry_;
};

TEST_F(DatabaseMethods, ReturnsValuesByTheTypesOfTheirColumns) {
  Execute(
      "create table kinds (i integer, big bigint, small smallint, r double, t varchar(40), long longvarchar, "
      "b varbinary(20), yes bit, d date, at timestamp, clock time, price decimal(20,4))");
  Execute(
      "insert into kinds values (7, 9007199254740993, -3, 0.5, 'text', 'longer', x'00ff10', 1, '2026-11-25', "
      "'2026-11-25 18:55:00.125', '18:55:01', '12.5000')");
  Execute("insert into kinds (i) values (null)");
  const Json result = Query("select * from kinds");
  std::vector<std::pair<std::string, std::string>> columns;
  for (const Json& column : result.at("columns")) columns.emplace_back(column.at("name"), column.at("type"));
  EXPECT_EQ(columns, (std::vector<std::pair<std::string, std::string>>{{"i", "integer"},
                                                                       {"big", "integer"},
                                                                       {"small", "integer"},
                                                                       {"r", "number"},
                                                                       {"t", "text"},
                                                                       {"long", "text"},
                                                                       {"b", "binary"},
                                                                       {"yes", "boolean"},
                                                                       {"d", "date"},
                                                                       {"at", "timestamp"},
                                                                       {"clock", "time"},
                                                                       {"price", "text"}}));
  EXPECT_EQ(result.at("rows").at(0),
            Json::array({7, 9007199254740993, -3, 0.5, "text", "longer", "AP8Q", true, "2026-11-25",
                         "2026-11-25T18:55:00.125", "18:55:01", "12.5"}));
  EXPECT_TRUE(result.at("rows").at(0).at(0).is_number_integer());
  for (const Json& value : result.at("rows").at(1)) EXPECT_TRUE(value.is_null()) << value;
  EXPECT_EQ(result.at("count"), 2);
  EXPECT_EQ(result.at("truncated"), false);
}

TEST_F(DatabaseMethods, BindsEveryKindOfParameter) {
  Execute("create table one (v)");
  const auto stored_as = [&](const Json& parameter) {
    EXPECT_EQ(Execute("delete from one").is_number_integer(), true);
    EXPECT_EQ(Execute("insert into one values (?)", Json::array({parameter})), 1);
    return database_->Value("select typeof(v) || ' ' || coalesce(cast(v as text), 'null') from one");
  };
  EXPECT_EQ(stored_as(nullptr), "null null");
  EXPECT_EQ(stored_as(7), "integer 7");
  EXPECT_EQ(stored_as(-9223372036854775807), "integer -9223372036854775807");
  EXPECT_EQ(stored_as(9007199254740993), "integer 9007199254740993");
  EXPECT_EQ(stored_as(0.25), "real 0.25");
  EXPECT_EQ(stored_as("text"), "text text");
  EXPECT_EQ(stored_as(""), "text ");
  EXPECT_EQ(stored_as({{"base64", "YWJj"}}), "blob abc");
  EXPECT_EQ(stored_as({{"type", "text"}, {"value", "x"}}), "text x");
  EXPECT_EQ(stored_as({{"type", "integer"}, {"value", 5}}), "integer 5");
  EXPECT_EQ(stored_as({{"type", "integer"}, {"value", "9007199254740993"}}), "integer 9007199254740993");
  EXPECT_EQ(stored_as({{"type", "integer"}, {"value", "-9223372036854775808"}}),
            "integer -9223372036854775808");
  EXPECT_EQ(stored_as({{"type", "integer"}, {"value", "+7"}}), "integer 7");
  EXPECT_EQ(stored_as({{"type", "integer"}, {"value", "9223372036854775808"}}), "text 9223372036854775808");
  EXPECT_EQ(stored_as({{"type", "number"}, {"value", 2.5}}), "real 2.5");
  EXPECT_EQ(stored_as({{"type", "decimal"}, {"value", "12.50"}}), "text 12.50");
  EXPECT_EQ(stored_as({{"type", "date"}, {"value", "2024-02-29"}}), "text 2024-02-29");
  EXPECT_EQ(stored_as({{"type", "time"}, {"value", "23:59:58"}}), "text 23:59:58");
  EXPECT_EQ(stored_as({{"type", "timestamp"}, {"value", "2026-11-25T18:55:00.125"}}),
            "text 2026-11-25 18:55:00.125");
  EXPECT_EQ(stored_as({{"type", "date"}, {"value", nullptr}}), "null null");
  // Larger than a signed 64-bit integer: sent as a decimal.
  EXPECT_EQ(stored_as(18446744073709551615u), "text 18446744073709551615");
}

TEST_F(DatabaseMethods, ReturnsTextOfAllOfUnicodeAndOfAnyLength) {
  const std::string all = "a \xC3\xA9 \xE4\xB8\xAD \xF0\x9F\x98\x80 \xE2\x80\xA8 ' \" \\ \t \n";
  EXPECT_EQ(Echo(all), all);
  // A surrogate pair at every position around the end of a chunk.
  for (std::size_t length = 8185; length < 8200; ++length) {
    const std::string text = std::string(length, 'x') + "\xF0\x9F\x98\x80" + "y";
    ASSERT_EQ(Echo(text), text) << length;
  }
  const std::string large(1'000'000, 'z');
  EXPECT_EQ(Echo(large), large);
}

TEST_F(DatabaseMethods, ReturnsBytes) {
  Execute("create table bytes (b blob)");
  for (const std::size_t size : {0U, 1U, 3U, 16383U, 16384U, 16385U, 300'000U}) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 7);
    const std::string text = protocol::ToBase64(bytes);
    Execute("delete from bytes");
    Execute("insert into bytes values (?)", Json::array({{{"base64", text}}}));
    EXPECT_EQ(Query("select b from bytes").at("rows"), Json::array({Json::array({text})})) << size;
  }
}

TEST_F(DatabaseMethods, DataThatLooksLikeSqlStaysData) {
  Execute("create table people (name text)");
  const std::vector<std::string> corpus{"'; drop table people; --",
                                        "' or '1'='1",
                                        "x'); delete from people; --",
                                        "\\'; drop table people; --",
                                        "?",
                                        "??",
                                        ":name @name $1 %s {d}",
                                        "/* */ -- #",
                                        "{call drop()}",
                                        "{fn now()}",
                                        "\";drop table people;\"",
                                        "\xEF\xBC\x87; drop table people; --",
                                        "a\nb; drop table people",
                                        "' union select sql from sqlite_master --"};
  for (const std::string& text : corpus) {
    EXPECT_EQ(Execute("insert into people values (?)", Json::array({text})), 1);
    EXPECT_EQ(Query("select name from people where name = ?", Json::array({text})).at("rows"),
              Json::array({Json::array({text})}));
  }
  EXPECT_EQ(database_->Value("select count(*) from people"), std::to_string(corpus.size()));
}

TEST_F(DatabaseMethods, RefusesInvalidParameters) {
  const std::vector<std::pair<Json, std::string>> cases{
      {Json::array({1}), "parameters[0]: expected null, a boolean, a number, a string, {\"base64\": "},
      {Json::object(), "parameters[0]: expected null"},
      {{{"base64", "%%%"}}, "parameters[0].base64: expected base64 in a string"},
      {{{"base64", 7}}, "parameters[0].base64: expected base64"},
      {{{"base64", "YWJj"}, {"more", 1}}, "parameters[0]: expected null"},
      {{{"type", "money"}, {"value", 1}},
       "parameters[0].type: expected one of text, integer, number, decimal"},
      {{{"type", "date"}}, "parameters[0]: expected null"},
      {{{"type", "date"}, {"value", "2026-02-29"}},
       "parameters[0].value: expected a date such as 2026-11-25"},
      {{{"type", "date"}, {"value", "2026-2-2"}}, "parameters[0].value: expected a date"},
      {{{"type", "time"}, {"value", "24:00:00"}}, "parameters[0].value: expected a time such as 18:55:00"},
      {{{"type", "timestamp"}, {"value", "2026-11-25T18:55:00Z"}},
       "parameters[0].value: expected a time such as 2026"},
      {{{"type", "timestamp"}, {"value", "2026-11-25T18:55:00."}}, "parameters[0].value: expected a time"},
      {{{"type", "timestamp"}, {"value", "2026-11-25T18:55:00.1234567890"}},
       "parameters[0].value: expected a time"},
      {{{"type", "decimal"}, {"value", "1e5"}},
       "parameters[0].value: expected an integer, or a decimal number"},
      {{{"type", "decimal"}, {"value", "1;drop"}}, "parameters[0].value: expected an integer, or a decimal"},
      {{{"type", "decimal"}, {"value", 1.5}}, "parameters[0].value: expected an integer, or a decimal"},
      {{{"type", "integer"}, {"value", 1.5}}, "parameters[0].value: expected an integer"},
      {{{"type", "integer"}, {"value", "+-7"}}, "parameters[0].value: expected an integer"},
      {{{"type", "integer"}, {"value", "7x"}}, "parameters[0].value: expected an integer"},
      {{{"type", "boolean"}, {"value", 1}}, "parameters[0].value: expected true or false"},
      {{{"type", "guid"}, {"value", "{0}"}}, "parameters[0].value: expected a GUID"},
      {{{"type", "text"}, {"value", 1}}, "parameters[0].value: expected a string"},
  };
  for (const auto& [parameter, message] : cases) {
    const Error error =
        Refusal("database.query", {{"sql", "select ?"}, {"parameters", Json::array({parameter})}});
    EXPECT_EQ(error.code, ErrorCode::kInvalidParams) << parameter;
    EXPECT_TRUE(error.message.starts_with(message)) << parameter << ": " << error.message;
  }
}

TEST_F(DatabaseMethods, RefusesTheWrongNumberOfParameters) {
  for (const auto& [sql, parameters, message] :
       {std::tuple("select ?, ?", Json::array({1}),
                   "parameters: expected 2, one for each ? of the statement, got 1"),
        std::tuple("select ?", Json::array(),
                   "parameters: expected 1, one for each ? of the statement, got 0"),
        std::tuple("select 1", Json::array({1}),
                   "parameters: expected 0, one for each ? of the statement, got 1")}) {
    const Error error = Refusal("database.query", {{"sql", sql}, {"parameters", parameters}});
    EXPECT_EQ(error.code, ErrorCode::kInvalidParams);
    EXPECT_EQ(error.message, message);
  }
  EXPECT_EQ(Refusal("database.execute", {{"sql", std::string("select 1\0", 9)}}).message,
            "sql: SQL cannot contain a NUL");
  // A question mark in a string is not a parameter.
  EXPECT_EQ(Query("select '?'").at("rows"), Json::array({Json::array({"?"})}));
}

TEST_F(DatabaseMethods, SqlErrorsAreReturnedUnchanged) {
  Execute("create table people (id integer primary key, name text not null)");
  Execute("insert into people values (1, 'a')");
  struct Case {
    const char* sql;
    int native;  // SQLite's own code; its driver reports only the SQLSTATE HY000
    const char* message;
  };
  for (const Case& one :
       {Case{"selec 1", 1, "syntax error"}, Case{"select * from nobody", 1, "no such table: nobody"},
        Case{"insert into people values (1, 'b')", 19, "UNIQUE constraint failed: people.id"},
        Case{"insert into people values (2, null)", 19, "NOT NULL constraint failed: people.name"}}) {
    for (const char* method : {"database.query", "database.execute"}) {
      const Error error = Refusal(method, {{"sql", one.sql}});
      EXPECT_EQ(error.code, ErrorCode::kDatabaseError) << one.sql;
      EXPECT_EQ(error.data.at("sqlstate"), "HY000") << one.sql;
      EXPECT_EQ(error.data.at("native"), one.native) << one.sql;
      EXPECT_NE(error.message.find(one.message), std::string::npos) << error.message;
      EXPECT_EQ(error.data.at("message"), error.message);
      EXPECT_EQ(error.data.at("operation"), "SQLExecDirectW");
      EXPECT_EQ(error.data.at("diagnostics").at(0).at("native"), one.native);
    }
  }
  // The same connection still works.
  EXPECT_EQ(Query("select count(*) from people").at("rows"), Json::array({Json::array({1})}));
}

constexpr const char* kNumbers =
    "with recursive n(i) as (select 1 union all select i + 1 from n where i < ?) select i from n";

TEST_F(DatabaseMethods, ReturnsAtMostTheRequestedRows) {
  const auto ask = [&](int rows, Json more) {
    more["sql"] = kNumbers;
    more["parameters"] = Json::array({rows});
    return more;
  };
  Json result = Result("database.query", ask(100, {{"limit_rows", 10}}));
  EXPECT_EQ(result.at("rows").size(), 10U);
  EXPECT_EQ(result.at("count"), 10);
  EXPECT_EQ(result.at("truncated"), true);
  result = Result("database.query", ask(10, {{"limit_rows", 10}}));
  EXPECT_EQ(result.at("count"), 10);
  EXPECT_EQ(result.at("truncated"), false);
  result = Result("database.query", ask(10'000, {{"limit_rows", nullptr}}));
  EXPECT_EQ(result.at("count"), 10'000);
  EXPECT_EQ(result.at("rows").back(), Json::array({10'000}));
  const Error error = Refusal("database.query", ask(10'001, Json::object()));
  EXPECT_EQ(error.code, ErrorCode::kTooLarge);
  EXPECT_NE(error.message.find("use a progressToken"), std::string::npos) << error.message;
}

TEST_F(DatabaseMethods, ReturnsAtMostTheBytesThatFitAResponse) {
  settings_.limits.response_bytes = 20'000;
  const std::string sql =
      "with recursive n(i) as (select 1 union all select i + 1 from n where i < 100) "
      "select i, '" +
      std::string(1000, 'x') + "' from n";
  const Error error = Refusal("database.query", {{"sql", sql}});
  EXPECT_EQ(error.code, ErrorCode::kTooLarge);
  EXPECT_NE(error.message.find("use a progressToken"), std::string::npos) << error.message;
  const Json result = Result("database.query", {{"sql", sql}, {"limit_rows", 50}});
  EXPECT_EQ(result.at("truncated"), true);
  EXPECT_GE(result.at("rows").size(), 15U);
  EXPECT_LE(result.dump().size(), 20'000U);
}

TEST_F(DatabaseMethods, NamesTheColumnThatIsTooLarge) {
  settings_.limits.response_bytes = 20'000;
  for (const char* value :
       {"hex(zeroblob(20000))", "zeroblob(20000)", "replace(hex(zeroblob(1000)), '0', char(9))"}) {
    const Error error =
        Refusal("database.query",
                {{"sql", "select 1 as little, " + std::string(value) + " as much"}, {"limit_rows", 5}});
    EXPECT_EQ(error.code, ErrorCode::kTooLarge) << value;
    EXPECT_EQ(error.message, "Row 1 is larger than a response may be, starting with its column \"much\".")
        << value;
  }
}

TEST_F(DatabaseMethods, CountsChangedRows) {
  Execute("create table t (a integer)");
  EXPECT_EQ(Execute("insert into t values (1), (2), (3)"), 3);
  EXPECT_EQ(Execute("update t set a = a + 1 where a > ?", Json::array({1})), 2);
  EXPECT_EQ(Execute("delete from t where a > 100"), 0);
  EXPECT_EQ(Execute("select * from t"), nullptr);
  const Json none = Query("insert into t values (9)");
  EXPECT_EQ(none.at("columns"), Json::array());
  EXPECT_EQ(none.at("count"), 0);
  EXPECT_EQ(database_->Value("select count(*) from t"), "4");
}

TEST_F(DatabaseMethods, ABatchIsAllOrNothing) {
  Execute("create table t (a integer primary key)");
  const auto insert = [](int value) {
    return Json{{"sql", "insert into t values (?)"}, {"parameters", {value}}};
  };
  EXPECT_EQ(Result("database.batch",
                   {{"statements", {insert(1), insert(2), {{"sql", "update t set a = a + 10"}}}}}),
            Json({{"affected", {1, 1, 2}}}));
  EXPECT_EQ(database_->Value("select group_concat(a) from t"), "11,12");

  const Error twice =
      Refusal("database.batch", {{"statements", {insert(3), insert(4), insert(3), insert(5)}}});
  EXPECT_EQ(twice.code, ErrorCode::kDatabaseError);
  EXPECT_EQ(twice.data.at("index"), 2);
  EXPECT_EQ(twice.data.at("native"), 19);
  EXPECT_EQ(database_->Value("select count(*) from t"), "2");

  const Error count =
      Refusal("database.batch",
              {{"statements", {insert(3), {{"sql", "insert into t values (?)"}, {"parameters", {1, 2}}}}}});
  EXPECT_EQ(count.code, ErrorCode::kInvalidParams);
  EXPECT_EQ(count.message, "statements[1].parameters: expected 1, one for each ? of the statement, got 2");
  EXPECT_EQ(database_->Value("select count(*) from t"), "2");

  for (const Json& bad : {Json{{"sq", "x"}}, Json{{"sql", 1}}, Json{{"sql", "x"}, {"parameters", 1}},
                          Json{{"sql", "x"}, {"other", 1}}, Json{{"sql", ""}}}) {
    const Error error = Refusal("database.batch", {{"statements", {insert(3), bad}}});
    EXPECT_EQ(error.code, ErrorCode::kInvalidParams) << bad;
    EXPECT_TRUE(error.message.starts_with("statements[1]: expected {\"sql\"")) << error.message;
  }
  // What was rolled back does not block the next one.
  EXPECT_EQ(Result("database.batch", {{"statements", {insert(3)}}}), Json({{"affected", {1}}}));
}

TEST_F(DatabaseMethods, AnOpenTransactionIsNotSharedWithOthers) {
  Execute("create table t (a integer)");
  Execute("begin");
  EXPECT_EQ(Execute("insert into t values (1)"), 1);
  // If it were in the transaction, no other connection would see it.
  EXPECT_EQ(database_->Value("select count(*) from t"), "1");
  Execute("begin immediate");
  EXPECT_EQ(Execute("insert into t values (2)"), 1);
  EXPECT_EQ(database_->Value("select count(*) from t"), "2");
}

TEST_F(DatabaseMethods, AStreamEndsWhenItsSourceChanges) {
  const std::vector<std::function<void(service::Settings&)>> changes{
      [](service::Settings& settings) { settings.database.sources.clear(); },
      [](service::Settings& settings) { settings.database.sources["orders"].access = "D:"; },
      [](service::Settings& settings) { settings.database.sources["orders"].connection += ";NoTXN=0"; }};
  for (const auto& change : changes) {
    const auto live = std::make_shared<service::LiveSettings>(settings_);
    MethodRegistry registry;
    service::AddDatabaseMethods(registry, live, *log_);
    const Json params{{"source", "orders"}, {"sql", kNumbers}, {"parameters", {1000}}, {"page_rows", 10}};
    const service::ClientProcess process{};
    const service::Call call{caller_.caller(),
                             process,
                             params,
                             "r-1",
                             1,
                             caller_.stop.get_token(),
                             std::chrono::steady_clock::now() + kPatience};
    auto made = registry.Find("database.query")->stream(call, service::Waker());
    service::Stream& stream = *made.value();
    for (int i = 0; i < 3; ++i)
      ASSERT_TRUE(std::holds_alternative<service::Stream::Piece>(stream.Next(call)));
    // A change of another source.
    live->Change([](service::Settings now) {
      now.database.sources["other"].connection = "DSN=x";
      return now;
    });
    ASSERT_TRUE(std::holds_alternative<service::Stream::Piece>(stream.Next(call)));
    live->Change([&](service::Settings now) {
      change(now);
      return now;
    });
    const auto step = stream.Next(call);
    const auto* const result = std::get_if<MethodResult>(&step);
    ASSERT_NE(result, nullptr);
    ASSERT_FALSE(result->ok());
    EXPECT_EQ(result->error().code, ErrorCode::kInvalidParams);
    EXPECT_EQ(result->error().message, "source: it was changed or removed during the request");
  }
}

TEST_F(DatabaseMethods, SqliteRunsNoCodeAndOpensNoFilesAsTheService) {
  Execute("create table t (a integer)");
  const Json good{{"sql", "insert into t values (1)"}};
  for (const char* sql :
       {"select load_extension('x')", "select/**/LOAD_EXTENSION('x', 'y')", "select {fn load_ex}tension('x')",
        "select blob_export(x'00', 'x')", "attach 'x' as y", "vacuum into 'x'"}) {
    for (const char* method : {"database.query", "database.execute"}) {
      const Error error = Refusal(method, {{"sql", sql}});
      EXPECT_EQ(error.code, ErrorCode::kInvalidParams) << sql;
      EXPECT_TRUE(error.message.starts_with("sql: ")) << error.message;
    }
    const Error error = Refusal("database.batch", {{"statements", {good, {{"sql", sql}}}}});
    EXPECT_EQ(error.code, ErrorCode::kInvalidParams) << sql;
    EXPECT_TRUE(error.message.starts_with("statements[1].sql: ")) << error.message;
  }
  EXPECT_EQ(database_->Value("select count(*) from t"), "0");
}

TEST_F(DatabaseMethods, SqliteRunsNoNativeCodeAsTheCallerEither) {
  settings_.database.sources["orders"].as_caller = true;
  EXPECT_EQ(Refusal("database.query", {{"sql", "select load_extension('x')"}}).code,
            ErrorCode::kInvalidParams);
  EXPECT_EQ(Execute("attach ':memory:' as other"), 0);
}

TEST_F(DatabaseMethods, SourcesAreListedByNameOnly) {
  settings_.database.sources["mine"] = {"DRIVER={SQLite3};Database=:memory:;Pwd=hush", true, true, ""};
  const Json expected =
      Json::parse(R"({"sources":[{"name":"mine","as_caller":true},{"name":"orders","as_caller":false}]})");
  EXPECT_EQ(caller_.Result(methods(), "database.sources"), expected);
  const Error unknown = Refusal("database.query", {{"source", "nobody"}, {"sql", "select 1"}});
  EXPECT_EQ(unknown.code, ErrorCode::kInvalidParams);
  EXPECT_EQ(unknown.message, "source: no such source");
}

TEST_F(DatabaseMethods, ASourcesOwnDaclDecidesWhoMayUseIt) {
  settings_.database.sources["open"] = settings_.database.sources["orders"];
  settings_.database.sources["open"].access = "D:(A;;GX;;;AU)";
  settings_.database.sources["closed"] = settings_.database.sources["orders"];
  settings_.database.sources["closed"].access = "D:(D;;GX;;;AU)(A;;GX;;;WD)";
  const Json sources = caller_.Result(methods(), "database.sources").at("sources");
  ASSERT_EQ(sources.size(), 2U);
  EXPECT_EQ(sources[0].at("name"), "open");
  EXPECT_EQ(sources[1].at("name"), "orders");
  EXPECT_EQ(Refusal("database.query", {{"source", "closed"}, {"sql", "select 1"}}).message,
            "source: no such source");
  const Json params{{"source", "open"}, {"sql", "select 1"}};
  EXPECT_EQ(caller_.Result(methods(), "database.query", params).at("count"), 1);
}

TEST_F(DatabaseMethods, AFailingConnectionRevealsNothing) {
  settings_.database.sources["orders"].connection =
      "DRIVER={" + SqliteDriver().value() +
      "};Database=/nowhere/secret-place/x.db;Pwd=hush-hush;Uid=somebody";
  for (const char* method : {"database.query", "database.execute"}) {
    const Error error = Refusal(method, {{"sql", "select 1"}});
    EXPECT_EQ(error.code, ErrorCode::kDatabaseError);
    EXPECT_EQ(error.message, "The service has no connection to the database.");
    EXPECT_EQ(error.data.at("operation"), "SQLDriverConnectW");
    EXPECT_EQ(error.data.at("sqlstate").get<std::string>().size(), 5U);
    const std::string all = error.data.dump();
    for (const char* word : {"secret-place", "hush", "somebody", "SQLite"}) {
      EXPECT_EQ(all.find(word), std::string::npos) << all;
    }
  }
  EXPECT_NE(LogText().find("a database cannot be reached"), std::string::npos) << LogText();
  EXPECT_EQ(LogText().find("hush"), std::string::npos);
}

TEST_F(DatabaseMethods, ASourceUsedAsTheCallerNeedsTheLevelForIt) {
  settings_.database.sources["orders"].as_caller = true;
  EXPECT_EQ(Query("select 1").at("count"), 1);
  const MethodCaller identified(win32::ImpersonationLevel::kIdentification);
  const MethodResult result =
      identified.Call(methods(), "database.query", {{"source", "orders"}, {"sql", "select 1"}});
  const auto* const error = result.error_if();
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(error->code, ErrorCode::kImpersonationLevel);
  EXPECT_EQ(error->data, Json({{"required", "impersonation"}, {"actual", "identification"}}));
}

}  // namespace
}  // namespace onbehalf::test
