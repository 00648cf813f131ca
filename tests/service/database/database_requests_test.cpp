#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "messages.h"
#include "raw_client.h"
#include "sqlite_database.h"
#include "support/patience.h"
#include "test_server.h"

namespace onbehalf::test {
namespace {

using protocol::ErrorCode;
using std::chrono::milliseconds;

constexpr const char* kEndless =
    "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n";
constexpr const char* kEndlessRows =
    "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n";

// The methods over the pipe, called by an administrator.
class DatabaseRequests : public testing::Test {
 protected:
  void SetUp() override {
    ONBEHALF_SKIP_WITHOUT_SQLITE();
    database_.emplace();
    server_.settings().database.sources["orders"].connection = database_->stepping_connection();
    server_.settings().database.sources["mine"] = {database_->stepping_connection(), true, true, ""};
  }
  void Start() { server_.Start(); }
  static Json Params(const std::string& sql, Json more = Json::object()) {
    more["sql"] = sql;
    if (!more.contains("source")) more["source"] = "orders";
    return more;
  }

  // The number of rows in each page of a stream's messages, up to its response.
  static std::vector<std::size_t> PageSizes(const std::vector<Json>& messages) {
    std::vector<std::size_t> sizes;
    for (std::size_t i = 0; i + 1 < messages.size(); ++i) {
      const Json& value = messages[i].at("params").at("value");
      if (value.contains("rows")) sizes.push_back(value.at("rows").size());
    }
    return sizes;
  }

  std::optional<SqliteDatabase> database_;
  TestServer server_;
};

TEST_F(DatabaseRequests, AQueryIsAnsweredAsAWholeOrPageByPage) {
  Start();
  database_->Execute("create table numbers (i integer)");
  database_->Execute(
      "insert into numbers with recursive n(i) as (select 1 union all select i + 1 from n where i < 1200) "
      "select i from n");
  RawClient client(server_.pipe_path());
  const std::string sql = "select i from numbers order by i";
  const Json whole = client.Call("database.query", Params(sql, {{"limit_rows", 2}}));
  EXPECT_EQ(whole.at("result").at("rows"), Json::parse("[[1],[2]]")) << whole;
  for (const char* source : {"orders", "mine"}) {
    client.Send(
        RequestMessage(77, "database.query", Params(sql, {{"source", source}, {"progressToken", "t"}})));
    auto message = client.Read();
    ASSERT_TRUE(message && message->contains("params")) << message.value_or(nullptr);
    EXPECT_EQ(message->at("params").at("value"),
              Json::parse(R"({"columns":[{"name":"i","type":"integer","nullable":true}]})"));
    int next = 1;
    for (const std::size_t rows : {500U, 500U, 200U}) {
      message = client.Read();
      ASSERT_TRUE(message && message->contains("params")) << message.value_or(nullptr);
      const Json& page = message->at("params").at("value").at("rows");
      EXPECT_EQ(page.size(), rows);
      for (const Json& row : page) ASSERT_EQ(row, Json::array({next++}));
    }
    EXPECT_EQ(client.Read(), ResultMessage(77, {{"count", 1200}, {"truncated", false}}));
  }
}

TEST_F(DatabaseRequests, AStreamKeepsToItsLimits) {
  Start();
  RawClient client(server_.pipe_path());
  client.Send(
      RequestMessage(1, "database.query",
                     Params(kEndlessRows, {{"progressToken", 0}, {"limit_rows", 25}, {"page_rows", 10}})));
  std::vector<Json> messages = client.ReadToAnswer();
  EXPECT_EQ(PageSizes(messages), (std::vector<std::size_t>{10, 10, 5}));
  EXPECT_EQ(messages.back(), ResultMessage(1, {{"count", 25}, {"truncated", true}}));

  // By size in bytes.
  client.Send(
      RequestMessage(2, "database.query",
                     Params("with recursive n(i) as (select 1 union all select i + 1 from n where i < 10) "
                            "select hex(zeroblob(50000)) from n",
                            {{"progressToken", 0}})));
  messages = client.ReadToAnswer();
  EXPECT_EQ(PageSizes(messages), std::vector<std::size_t>(10, 1));
  EXPECT_EQ(messages.back(), ResultMessage(2, {{"count", 10}, {"truncated", false}}));
}

TEST_F(DatabaseRequests, ACancelReachesTheDatabase) {
  Start();
  database_->Execute("create table t (a)");
  RawClient client(server_.pipe_path());
  for (const char* source : {"orders", "mine"}) {
    for (const auto& [method, sql] :
         {std::pair("database.query", std::string(kEndless)),
          std::pair("database.execute", "insert into t " + std::string(kEndless))}) {
      client.Send(RequestMessage(1, method, Params(sql, {{"source", source}})));
      client.Send(CancelMessage(1));
      EXPECT_EQ(client.Read(), ErrorMessageFor(1, ErrorCode::kRequestCancelled)) << method;
      EXPECT_EQ(
          client.Call("database.query", Params("select 1", {{"source", source}})).at("result").at("count"),
          1);
    }
    // For a stream, in its first step and between its pages.
    client.Send(
        RequestMessage(1, "database.query", Params(kEndless, {{"source", source}, {"progressToken", 0}})));
    client.Send(CancelMessage(1));
    EXPECT_EQ(client.ReadToAnswer().back(), ErrorMessageFor(1, ErrorCode::kRequestCancelled));
    client.Send(RequestMessage(1, "database.query",
                               Params(kEndlessRows, {{"source", source}, {"progressToken", 0}})));
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(client.Read().value().contains("params"));
    client.Send(CancelMessage(1));
    EXPECT_EQ(client.ReadToAnswer().back(), ErrorMessageFor(1, ErrorCode::kRequestCancelled));
  }
  // A cancelled request holds no transaction that could block a writer.
  database_->Execute("insert into t values (1)");
  EXPECT_EQ(database_->Value("select count(*) from t"), "1");
}

TEST_F(DatabaseRequests, ACancelledBatchLeavesNothing) {
  Start();
  database_->Execute("create table t (a)");
  RawClient client(server_.pipe_path());
  const Json statements = Json::array(
      {{{"sql", "insert into t values (1)"}}, {{"sql", "insert into t " + std::string(kEndless)}}});
  for (int i = 0; i < 3; ++i) {
    client.Send(RequestMessage(1, "database.batch", {{"source", "orders"}, {"statements", statements}}));
    client.Send(CancelMessage(1));
    EXPECT_EQ(client.Read(), ErrorMessageFor(1, ErrorCode::kRequestCancelled));
    EXPECT_EQ(database_->Value("select count(*) from t"), "0");
  }
}

TEST_F(DatabaseRequests, TheDeadlineReachesTheDatabase) {
  server_.settings().limits.handlers_per_account = 1;
  Start();
  RawClient client(server_.pipe_path());
  server_.ChangeLimits([](protocol::Limits& limits) { limits.request_deadline = milliseconds(300); });
  EXPECT_EQ(ErrorCodeOf(client.Call("database.query", Params(kEndless))),
            static_cast<int>(ErrorCode::kDeadlineExceeded));
  server_.ChangeLimits([](protocol::Limits& limits) { limits.request_deadline = kPatience; });
  // The account's only handler is free again, at the latest in a moment.
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  Json answer;
  do {
    answer = client.Call("database.query", Params("select 1"));
  } while (ErrorCodeOf(answer) == static_cast<int>(ErrorCode::kBusy) &&
           std::chrono::steady_clock::now() < give_up);
  EXPECT_TRUE(answer.contains("result")) << answer;
}

TEST_F(DatabaseRequests, SqlAndItsParametersAreNotInTheAudit) {
  Start();
  RawClient client(server_.pipe_path());
  EXPECT_TRUE(
      client.Call("database.query", Params("select ?, 'very-secret'", {{"parameters", {"hush-hush"}}}))
          .contains("result"));
  std::string audit;
  for (const Json& line : server_.AuditLines()) audit += line.dump();
  EXPECT_NE(audit.find("orders"), std::string::npos) << audit;
  EXPECT_EQ(audit.find("secret"), std::string::npos) << audit;
  EXPECT_EQ(audit.find("hush"), std::string::npos) << audit;
}

}  // namespace
}  // namespace onbehalf::test
