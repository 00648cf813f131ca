#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "database/odbc_connection.h"
#include "database/odbc_drivers.h"
#include "database/odbc_error.h"
#include "database/odbc_handle.h"
#include "log/log.h"
#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/service/caller_identity.h"
#include "onbehalf/service/settings.h"
#include "onbehalf/win32/lock.h"
#include "onbehalf/win32/sid.h"
#include "settings/live_settings.h"
#include "threads/thread_pool.h"

namespace onbehalf::service {

// A connection and whose it is. Used by one thread at a time, which does not impersonate when it calls this.
class PooledConnection {
 public:
  using Clock = std::chrono::steady_clock;

  // `owner` is null for a source that is used as the service.
  // `log` must outlive this.
  PooledConnection(std::string source, Settings::DatabaseSource settings,
                   std::shared_ptr<const CallerIdentity> owner, Log& log)
      : source_(std::move(source)), settings_(std::move(settings)), owner_(std::move(owner)), log_(log) {}
  // Closes the connection as its owner, so that what a driver does on the way, such as removing files beside a database,
  // is done by them. If this thread cannot become the owner any more, the connection stays open until the process ends, with
  // a line in the log: nobody else may close it.
  ~PooledConnection();
  PooledConnection(const PooledConnection&) = delete;
  PooledConnection& operator=(const PooledConnection&) = delete;

  const std::string& source() const { return source_; }
  const Settings::DatabaseSource& settings() const { return settings_; }
  // Whether a request of this caller may use it: it is the service's, or the caller's own (CallerIdentity::IsSameAs, with
  // the same privileges enabled).
  bool IsFor(const CallerIdentity& caller) const;

  // As its owner. Throws OdbcError; returns or throws why it could not become the owner, as AsCaller does.
  std::optional<protocol::Error> Connect(SQLHENV environment, std::chrono::seconds timeout);
  // Runs `work` as the owner, under the rules of AsCaller.
  std::optional<protocol::Error> AsOwner(const std::function<void()>& work) const;

  // Only when it is connected.
  OdbcConnection& connection() { return *connection_; }

  // The pool's: since when nobody uses it, or else whose request does.
  Clock::time_point idle_since;
  std::optional<win32::Sid> used_by;

 private:
  const std::string source_;
  const Settings::DatabaseSource settings_;
  const std::shared_ptr<const CallerIdentity> owner_;
  Log& log_;
  std::unique_ptr<OdbcConnection> connection_;
};

// The connections to all sources, in use or idle. One that is given back is used again for the same source and the same
// account (the same user, logon, elevation, integrity, groups and restrictions), and never for another; it is closed when nobody
// has used it for database.idle_ms, when its source's settings have changed, or when another account needs its place. One
// account's requests use half of the connections that a source may have at most, so that they cannot keep all others out. The
// driver manager's own pool is off, because it knows nothing of that. Any thread that does not impersonate.
class ConnectionPool {
 public:
  // `log` must outlive this. Loads the drivers of the sources that there are.
  ConnectionPool(std::shared_ptr<const LiveSettings> settings, Log& log);
  // One that closes what a change of the settings leaves without use as soon as it is made.
  static std::shared_ptr<ConnectionPool> Make(std::shared_ptr<const LiveSettings> settings, Log& log);
  ~ConnectionPool();
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;

  // The source as it is now; nullopt when there is none.
  std::optional<Settings::DatabaseSource> Find(std::string_view source) const;

  // A connection for this caller: an idle one, or a new one, for which it connects. `timeout` is for that. Busy when there are
  // too many; DatabaseError when it cannot connect, with the details in the log only.
  protocol::Result<std::unique_ptr<PooledConnection>> Take(const std::string& source,
                                                           const Settings::DatabaseSource& settings,
                                                           const CallerIdentity& caller,
                                                           std::chrono::seconds timeout);
  // Its source is now what it was when it was connected.
  bool IsCurrent(const PooledConnection& connection) const {
    return IsCurrent(*settings_->Now(), connection);
  }
  // Writes to the log what its caller is not told.
  void ReportLost(const PooledConnection& connection, const OdbcError& error);
  // It can be used again, by whom it is for.
  void GiveBack(std::unique_ptr<PooledConnection> connection);
  // It cannot.
  void Discard(std::unique_ptr<PooledConnection> connection);

  struct Count {
    std::size_t open = 0;
    std::size_t idle = 0;
  };
  Count CountOf(std::string_view source) const;

 private:
  using Connections = std::vector<std::unique_ptr<PooledConnection>>;
  struct Source {
    std::size_t open = 0;                    // in use or idle
    Connections idle;                        // the one used last at the end
    std::map<win32::Sid, std::size_t> used;  // by user, without those that use none
  };

  std::unique_ptr<PooledConnection> TakeIdle(Source& source, const Settings::DatabaseSource& settings,
                                             const CallerIdentity& caller, Connections& to_close);
  protocol::Result<std::unique_ptr<PooledConnection>> Open(const std::string& source,
                                                           const Settings::DatabaseSource& settings,
                                                           const CallerIdentity& caller,
                                                           std::chrono::seconds timeout);
  // ODBC's, from the first connection on. Throws OdbcError.
  SQLHENV Environment();
  // A connection of the source is used no more by this user, and is open no more.
  void Release(std::string_view source, const win32::Sid& user);
  static void EndUse(Source& source, const win32::Sid& user);
  void CloseSoon();
  bool IsCurrent(const Settings& now, const PooledConnection& connection) const;
  void CloseIdle();
  OdbcDrivers::Loaded LoadDriver(const std::string& source, const Settings::DatabaseSource& settings);

  const std::shared_ptr<const LiveSettings> settings_;
  Log& log_;
  OdbcDrivers drivers_;
  mutable win32::Lock mutex_;
  UniqueOdbcEnvironment environment_;  // outlives the connections
  std::map<std::string, Source, std::less<>> sources_;
  bool timer_runs_ = false;
  PoolTimer timer_;
};

}  // namespace onbehalf::service
