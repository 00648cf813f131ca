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

// One request's use of a connection: taken from the pool, used under the identity that the source requires, and
// returned clean or closed. The end of the request cancels a running statement. Created, used and destroyed by
// threads that do not impersonate, one at a time.
class DatabaseSession {
 public:
  // Fails with InvalidParams for an unknown source, ImpersonationLevel, Busy or DatabaseError.
  static protocol::Result<std::unique_ptr<DatabaseSession>> Open(std::shared_ptr<ConnectionPool> pool,
                                                                 const std::string& source, const Call& call);

  DatabaseSession(std::shared_ptr<ConnectionPool> pool, std::unique_ptr<PooledConnection> connection);
  // Closes the open statement, and also the connection if it may not be reused.
  ~DatabaseSession();
  DatabaseSession(const DatabaseSession&) = delete;
  DatabaseSession& operator=(const DatabaseSession&) = delete;

  // Runs `work` under the source's identity; SQLCancel is called as soon as the request is to end. Returns a
  // DatabaseError, or why the caller could not be impersonated. Throws what `work` throws, and
  // Win32Error(ERROR_CANCELLED) if the end of the request ended it.
  std::optional<protocol::Error> Work(const Call& call, const std::function<void(OdbcConnection&)>& work);

  // The source, including its DACL, is still what it was when this was opened, so the access check still holds.
  bool IsCurrent() const { return pool_->IsCurrent(*connection_); }

  // Call with the caller's SQL before any of it runs: InvalidParams, for `place`, if this database must not get it
  // (FaultOfSqliteText). If the SQL may leave something behind, the connection will not be reused.
  std::optional<protocol::Error> Admit(std::string_view sql, const std::string& place);

 private:
  const std::shared_ptr<ConnectionPool> pool_;
  std::unique_ptr<PooledConnection> connection_;
  bool can_be_given_back_ = true;
};

}  // namespace onbehalf::service
