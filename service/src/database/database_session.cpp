#include "database/database_session.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "database/database_error.h"
#include "database/source_access.h"
#include "database/sql_text.h"
#include "database/statement_cancel.h"
#include "identity/impersonation_error.h"
#include "methods_model/request_error.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

using protocol::Error;
using protocol::ErrorCode;
using protocol::Result;

// For a request without a deadline. Nothing else ends a driver's attempt to connect.
constexpr std::chrono::seconds kConnectPatience{30};

std::chrono::seconds ConnectTimeout(const Call& call) {
  const auto now = std::chrono::steady_clock::now();
  if (call.deadline > now + kConnectPatience) return kConnectPatience;
  return std::max(std::chrono::seconds(1), std::chrono::ceil<std::chrono::seconds>(call.deadline - now));
}

}  // namespace

Result<std::unique_ptr<DatabaseSession>> DatabaseSession::Open(std::shared_ptr<ConnectionPool> pool,
                                                               const std::string& source, const Call& call) {
  const auto settings = pool->Find(source);
  if (!settings || !MayUse(*settings, call.caller)) {
    return protocol::InvalidParams("source: no such source");
  }
  auto taken = pool->Take(source, *settings, call.caller, ConnectTimeout(call));
  if (!taken.ok()) {
    ThrowIfOver(call, "SQLCancel");
    return std::move(taken).error();
  }
  return std::make_unique<DatabaseSession>(std::move(pool), *std::move(taken));
}

DatabaseSession::DatabaseSession(std::shared_ptr<ConnectionPool> pool,
                                 std::unique_ptr<PooledConnection> connection)
    : pool_(std::move(pool)), connection_(std::move(connection)) {}

DatabaseSession::~DatabaseSession() {
  if (can_be_given_back_) {
    try {
      const auto refused = connection_->AsOwner([this] { connection_->connection().statement().Close(); });
      can_be_given_back_ = !refused && !connection_->connection().InTransaction();
    } catch (const OdbcError&) {
      // A connection that cannot be cleaned up is not reused.
      can_be_given_back_ = false;
    } catch (const ImpersonationError&) {
      can_be_given_back_ = false;
    }
  }
  if (can_be_given_back_) {
    pool_->GiveBack(std::move(connection_));
  } else {
    pool_->Discard(std::move(connection_));
  }
}

std::optional<Error> DatabaseSession::Work(const Call& call,
                                           const std::function<void(OdbcConnection&)>& work) {
  ThrowIfOver(call, "SQLCancel");
  OdbcConnection& connection = connection_->connection();
  // Restored on success: unfinished work may leave the connection in any state.
  const bool could_be_given_back = std::exchange(can_be_given_back_, false);
  try {
    StatementCancel cancel(call.stop_event.handle(), connection.statement().handle());
    auto refused = connection_->AsOwner([&] { work(connection); });
    // A server may apply a late cancel to the next statement.
    can_be_given_back_ = !cancel.End() && could_be_given_back;
    return refused;
  } catch (const OdbcError& error) {
    ThrowIfOver(call, "SQLCancel");
    can_be_given_back_ = could_be_given_back && !error.IsConnectionLost();
    if (error.IsConnectionLost()) pool_->ReportLost(*connection_, error);
    return ToError(error, connection_->settings().connection);
  }
}

std::optional<Error> DatabaseSession::Admit(std::string_view sql, const std::string& place) {
  if (connection_->connection().is_sqlite()) {
    const std::string fault = FaultOfSqliteText(sql, connection_->settings().as_caller);
    if (!fault.empty()) return protocol::InvalidParams(place + ": " + fault);
  }
  if (!LeavesNothingBehind(sql)) can_be_given_back_ = false;
  return std::nullopt;
}

}  // namespace onbehalf::service
