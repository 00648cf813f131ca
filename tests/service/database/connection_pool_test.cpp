#include "database/connection_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "database/database_session.h"
#include "database/statement_cancel.h"
#include "methods/method_caller.h"
#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/win32/token.h"
#include "sqlite_database.h"
#include "support/event.h"
#include "support/handle_count.h"
#include "support/patience.h"
#include "support/restricted_token.h"

namespace onbehalf::test {
namespace {

using protocol::Error;
using protocol::ErrorCode;
using service::Call;
using service::ConnectionPool;
using service::DatabaseSession;
using service::Json;
using service::LiveSettings;
using service::OdbcConnection;

class ConnectionPools : public WithSqlite {
 protected:
  std::shared_ptr<ConnectionPool> Pool() {
    live_ = std::make_shared<LiveSettings>(settings_);
    return ConnectionPool::Make(live_, *log_);
  }
  Call CallOf(const MethodCaller& caller) const {
    return {caller.caller(),
            process_,
            params_,
            "r-1",
            1,
            stop_.get_token(),
            std::chrono::steady_clock::now() + kPatience};
  }
  std::unique_ptr<DatabaseSession> Open(const std::shared_ptr<ConnectionPool>& pool,
                                        const MethodCaller& caller) {
    auto opened = DatabaseSession::Open(pool, "orders", CallOf(caller));
    if (auto* error = opened.error_if()) {
      last_error_ = *error;
      return nullptr;
    }
    return std::move(opened.value());
  }
  // The connection's identity, for comparisons while it exists.
  static const OdbcConnection* Which(DatabaseSession& session, const Call& call) {
    const OdbcConnection* which = nullptr;
    EXPECT_FALSE(session.Work(call, [&](OdbcConnection& connection) { which = &connection; }));
    return which;
  }
  static void ExpectCount(const ConnectionPool& pool, std::size_t open, std::size_t idle) {
    const auto count = pool.CountOf("orders");
    EXPECT_EQ(count.open, open);
    EXPECT_EQ(count.idle, idle);
  }

  const service::ClientProcess process_{};
  const Json params_ = Json::object();
  std::stop_source stop_;
  std::shared_ptr<LiveSettings> live_;
  Error last_error_;
  const MethodCaller caller_;
  // The same account, no longer an administrator.
  const MethodCaller restricted_{ImpersonationTokenOf(AdministratorsDenyOnlyToken())};
};

TEST_F(ConnectionPools, ReuseAConnection) {
  const auto pool = Pool();
  auto session = Open(pool, caller_);
  const auto* const first = Which(*session, CallOf(caller_));
  ExpectCount(*pool, 1, 0);
  auto other = Open(pool, caller_);
  EXPECT_NE(Which(*other, CallOf(caller_)), first);
  ExpectCount(*pool, 2, 0);
  session.reset();
  ExpectCount(*pool, 2, 1);
  // With the service's identity, a connection is shared by all callers that may use the source.
  session = Open(pool, restricted_);
  EXPECT_EQ(Which(*session, CallOf(restricted_)), first);
  ExpectCount(*pool, 2, 0);
  session.reset();
  other.reset();
  ExpectCount(*pool, 2, 2);
}

TEST_F(ConnectionPools, SeparateTheConnectionsOfDifferentTokens) {
  settings_.database.sources["orders"].as_caller = true;
  const auto pool = Pool();
  auto session = Open(pool, caller_);
  const auto* const first = Which(*session, CallOf(caller_));
  session.reset();
  session = Open(pool, restricted_);
  ExpectCount(*pool, 2, 1);
  const auto* const second = Which(*session, CallOf(restricted_));
  EXPECT_NE(first, second);
  session.reset();
  // Another capture of the same token is the same caller.
  const MethodCaller again;
  session = Open(pool, again);
  EXPECT_EQ(Which(*session, CallOf(again)), first);
  session.reset();
  session = Open(pool, restricted_);
  EXPECT_EQ(Which(*session, CallOf(restricted_)), second);
  ExpectCount(*pool, 2, 1);
}

TEST_F(ConnectionPools, SeparateTokensWithDifferentPrivileges) {
  settings_.database.sources["orders"].as_caller = true;
  const auto own = win32::Token::FromOwnProcess(TOKEN_ALL_ACCESS);
  LUID_AND_ATTRIBUTES change_notify{};
  ASSERT_TRUE(::LookupPrivilegeValueW(nullptr, SE_CHANGE_NOTIFY_NAME, &change_notify.Luid));
  win32::UniqueObject token;
  ASSERT_TRUE(::CreateRestrictedToken(own.get(), 0, 0, nullptr, 1, &change_notify, 0, nullptr, token.put()));
  const MethodCaller less(ImpersonationTokenOf(win32::Token(std::move(token))));
  ASSERT_LT(less.caller().token().Privileges().size(), caller_.caller().token().Privileges().size());
  const auto pool = Pool();
  Open(pool, caller_).reset();
  ExpectCount(*pool, 1, 1);
  const auto session = Open(pool, less);
  ExpectCount(*pool, 2, 1);
}

TEST_F(ConnectionPools, UseTheIdentityOfTheSource) {
  for (const bool as_caller : {false, true}) {
    settings_.database.sources["orders"].as_caller = as_caller;
    const auto pool = Pool();
    const auto session = Open(pool, restricted_);
    bool impersonated = !as_caller;
    bool is_administrator = false;
    ASSERT_FALSE(session->Work(CallOf(restricted_), [&](OdbcConnection&) {
      impersonated = pipe::IsImpersonating();
      const auto token = win32::Token::FromThread();
      is_administrator = token && token->IsMember(*win32::Sid::FromString("S-1-5-32-544"));
    }));
    EXPECT_EQ(impersonated, as_caller);
    EXPECT_FALSE(is_administrator);
    EXPECT_FALSE(pipe::IsImpersonating());
  }
}

TEST_F(ConnectionPools, AreBusyWhenAllConnectionsAreInUse) {
  settings_.database.connections_per_source = 1;
  settings_.database.sources["orders"].as_caller = true;
  const auto pool = Pool();
  auto one = Open(pool, caller_);
  EXPECT_EQ(Open(pool, caller_), nullptr);
  EXPECT_EQ(last_error_.code, ErrorCode::kBusy);
  ExpectCount(*pool, 1, 0);
  // An idle connection makes room, whoever used it.
  one.reset();
  one = Open(pool, restricted_);
  ASSERT_NE(one, nullptr);
  ExpectCount(*pool, 1, 0);
}

TEST_F(ConnectionPools, AllowOneAccountHalfOfTheConnections) {
  settings_.database.connections_per_source = 5;
  for (const bool as_caller : {false, true}) {
    settings_.database.sources["orders"].as_caller = as_caller;
    const auto pool = Pool();
    auto one = Open(pool, caller_);
    auto two = Open(pool, caller_);
    ASSERT_TRUE(one && two);
    // The user counts, whatever else the token contains.
    for (const MethodCaller* caller : {&caller_, &restricted_}) {
      EXPECT_EQ(Open(pool, *caller), nullptr);
      EXPECT_EQ(last_error_.code, ErrorCode::kBusy);
      EXPECT_EQ(last_error_.message, "All connections to this source that one account may use are in use.");
    }
    ExpectCount(*pool, 2, 0);
    // A connection that was returned or closed is no longer in use.
    one.reset();
    one = Open(pool, caller_);
    ASSERT_NE(one, nullptr);
    EXPECT_FALSE(one->Admit("pragma cache_size = 5", "sql"));
    one.reset();
    EXPECT_NE(Open(pool, caller_), nullptr);
  }
}

TEST_F(ConnectionPools, AFailedConnectionTakesNoPlace) {
  settings_.database.connections_per_source = 1;
  settings_.database.sources["orders"].connection =
      "DRIVER={" + SqliteDriver().value() + "};Database=/nowhere/at/all.db";
  const auto pool = Pool();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Open(pool, caller_), nullptr);
    EXPECT_EQ(last_error_.code, ErrorCode::kDatabaseError);
    ExpectCount(*pool, 0, 0);
  }
}

TEST_F(ConnectionPools, DoNotConnectAsTheCallerWithAnUnsafeConnectionString) {
  settings_.database.sources["orders"] = {"FILEDSN=C:\\hidden\\orders.dsn", true, true, ""};
  const auto pool = Pool();
  EXPECT_EQ(Open(pool, caller_), nullptr);
  EXPECT_EQ(last_error_.code, ErrorCode::kDatabaseError);
  EXPECT_EQ(last_error_.data.at("sqlstate"), "IM003");
  EXPECT_EQ(last_error_.data.dump().find("hidden"), std::string::npos) << last_error_.data;
  EXPECT_NE(LogText().find("FILEDSN cannot be used with as_caller"), std::string::npos) << LogText();
  ExpectCount(*pool, 0, 0);
}

TEST_F(ConnectionPools, CloseUnusedConnections) {
  settings_.database.idle = std::chrono::milliseconds(50);
  settings_.database.sources["orders"].as_caller = true;
  const auto pool = Pool();
  auto held = Open(pool, caller_);
  for (int i = 0; i < 3; ++i) {
    std::vector<std::unique_ptr<DatabaseSession>> sessions;
    for (int n = 0; n < 3; ++n) sessions.push_back(Open(pool, n % 2 == 0 ? caller_ : restricted_));
    ExpectCount(*pool, 4, 0);
    sessions.clear();
    const auto give_up = std::chrono::steady_clock::now() + kPatience;
    while (pool->CountOf("orders").open > 1 && std::chrono::steady_clock::now() < give_up) ::SwitchToThread();
    ExpectCount(*pool, 1, 0);
  }
}

TEST_F(ConnectionPools, DropTheConnectionsOfAChangedSource) {
  const auto pool = Pool();
  auto held = Open(pool, caller_);
  Open(pool, caller_).reset();
  ExpectCount(*pool, 2, 1);
  settings_.database.sources["orders"].connection += ";NoTXN=0";
  live_->Change([this](const service::Settings&) { return settings_; });
  // Without any further call.
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  while (pool->CountOf("orders").open > 1 && std::chrono::steady_clock::now() < give_up) ::SwitchToThread();
  ExpectCount(*pool, 1, 0);
  held.reset();
  ExpectCount(*pool, 0, 0);
  auto now = Open(pool, caller_);
  ExpectCount(*pool, 1, 0);
  settings_.database.sources.clear();
  live_->Change([this](const service::Settings&) { return settings_; });
  now.reset();
  ExpectCount(*pool, 0, 0);
  EXPECT_EQ(Open(pool, caller_), nullptr);
  EXPECT_EQ(last_error_.message, "source: no such source");
}

TEST_F(ConnectionPools, KeepNothingForASourceThatIsNotPooled) {
  settings_.database.sources["orders"].pooled = false;
  const auto pool = Pool();
  Open(pool, caller_).reset();
  ExpectCount(*pool, 0, 0);
}

TEST_F(ConnectionPools, DropConnectionsAfterAFailureOrSessionSql) {
  const auto pool = Pool();
  auto session = Open(pool, caller_);
  EXPECT_FALSE(session->Admit("pragma cache_size = 5", "sql"));
  session.reset();
  ExpectCount(*pool, 0, 0);
  session = Open(pool, caller_);
  EXPECT_THROW(static_cast<void>(session->Work(
                   CallOf(caller_), [](OdbcConnection&) { throw std::runtime_error("in the middle"); })),
               std::runtime_error);
  session.reset();
  ExpectCount(*pool, 0, 0);
}

TEST_F(ConnectionPools, DropConnectionsInATransaction) {
  database_->Execute("create table t (a integer)");
  const auto pool = Pool();
  auto session = Open(pool, caller_);
  const auto insert = [](OdbcConnection& connection) {
    auto none = service::SqlParameters::FromJson(Json::array(), "");
    connection.Begin();
    connection.statement().Execute(L"insert into t values (1)", none.value());
    EXPECT_TRUE(connection.InTransaction());
  };
  ASSERT_FALSE(session->Work(CallOf(caller_), insert));
  session.reset();
  ExpectCount(*pool, 0, 0);
  EXPECT_EQ(database_->Value("select count(*) from t"), "0");
  // After a commit or a rollback the connection is kept.
  for (const bool commit : {true, false}) {
    session = Open(pool, caller_);
    ASSERT_FALSE(session->Work(CallOf(caller_), [&](OdbcConnection& connection) {
      insert(connection);
      commit ? connection.Commit() : connection.Abandon();
      EXPECT_FALSE(connection.InTransaction());
    }));
    session.reset();
    ExpectCount(*pool, 1, 1);
    EXPECT_EQ(database_->Value("select count(*) from t"), "1");
  }
}

TEST_F(ConnectionPools, AreDestroyedWithAllConnections) {
  settings_.database.sources["orders"].as_caller = true;
  Open(Pool(), caller_).reset();
  const std::size_t before = OpenHandleCount();
  for (int i = 0; i < 50; ++i) {
    const auto pool = Pool();
    const auto one = Open(pool, caller_);
    const auto other = Open(pool, restricted_);
    ASSERT_TRUE(one && other);
  }
  EXPECT_LE(OpenHandleCount(), before + 20);
}

TEST_F(ConnectionPools, ServeManyThreads) {
  settings_.database.sources["orders"].as_caller = true;
  settings_.database.connections_per_source = 16;
  const auto pool = Pool();
  std::vector<std::thread> threads;
  std::atomic<int> done = 0;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      const MethodCaller& caller = t % 2 == 0 ? caller_ : restricted_;
      for (int i = 0; i < 50; ++i) {
        auto opened = DatabaseSession::Open(pool, "orders", CallOf(caller));
        if (!opened.ok()) continue;
        const auto refused = opened.value()->Work(CallOf(caller), [&](OdbcConnection& connection) {
          auto none = service::SqlParameters::FromJson(Json::array(), "");
          connection.statement().Execute(L"select 1", none.value());
          connection.statement().OpenResult();
          Json row;
          std::size_t bytes = 0;
          if (connection.statement().Fetch(1000, row, bytes) == service::SqlStatement::Fetched::kRow) ++done;
        });
        EXPECT_FALSE(refused);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done, 400);
  const auto count = pool->CountOf("orders");
  EXPECT_EQ(count.open, count.idle);
  EXPECT_LE(count.open, 8U);
}

// Whatever the statement is doing when the request ends.
TEST_F(ConnectionPools, TheEndOfARequestEndsItsStatement) {
  constexpr const wchar_t* kEndless =
      L"with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n";
  for (int i = 0; i < 5; ++i) {
    const auto pool = Pool();
    const auto session = Open(pool, caller_);
    OdbcConnection* which = nullptr;
    ASSERT_FALSE(session->Work(CallOf(caller_), [&](OdbcConnection& connection) { which = &connection; }));
    Event begun;
    win32::UniqueObject stop(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
    std::thread stopping([&] {
      EXPECT_TRUE(begun.Wait());
      ::SetEvent(stop.get());
    });
    auto none = service::SqlParameters::FromJson(Json::array(), "");
    service::StatementCancel cancel(stop.get(), which->statement().handle());
    begun.Set();
    EXPECT_THROW(
        {
          which->statement().Execute(kEndless, none.value());
          which->statement().OpenResult();
          Json row;
          std::size_t bytes = 0;
          which->statement().Fetch(1000, row, bytes);
        },
        service::OdbcError);
    EXPECT_TRUE(cancel.sent());
    stopping.join();
  }
}

}  // namespace
}  // namespace onbehalf::test
