#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "database/connection_pool.h"
#include "onbehalf/service/method.h"

namespace onbehalf::service {

// One request's use of a connection: taken from the pool, used under the identity that the source asks for, with the end of
// the request reaching the statement at work, and given back clean or closed. Made, used and destroyed by threads that do not
// impersonate, one at a time.
class DatabaseSession {
 public:
  // Why not: InvalidParams for a source that there is not, ImpersonationLevel, Busy, DatabaseError.
  static protocol::Result<std::unique_ptr<DatabaseSession>> Open(std::shared_ptr<ConnectionPool> pool,
                                                                 const std::string& source, const Call& call);

  DatabaseSession(std::shared_ptr<ConnectionPool> pool, std::unique_ptr<PooledConnection> connection);
  // Closes what is open on the connection, and the connection itself if it may not be given back.
  ~DatabaseSession();
  DatabaseSession(const DatabaseSession&) = delete;
  DatabaseSession& operator=(const DatabaseSession&) = delete;

  // Runs `work` as the source asks for; SQLCancel is called as soon as the request is to end. Returns why it could not become
  // the caller, or a DatabaseError. Throws what `work` throws, and Win32Error(ERROR_CANCELLED) when the request's end has
  // ended it.
  std::optional<protocol::Error> Work(const Call& call, const std::function<void(OdbcConnection&)>& work);

  // The source is still what it was when this was opened, and so is its DACL: what was asked then about this caller holds.
  bool IsCurrent() const { return pool_->IsCurrent(*connection_); }

  // To be asked of the caller's SQL before any of it runs: InvalidParams, for `place`, when this database must not be given it
  // (FaultOfSqliteText). The connection is not given back if it may leave something behind.
  std::optional<protocol::Error> Admit(std::string_view sql, const std::string& place);

 private:
  const std::shared_ptr<ConnectionPool> pool_;
  std::unique_ptr<PooledConnection> connection_;
  bool can_be_given_back_ = true;
};

}  // namespace onbehalf::service
