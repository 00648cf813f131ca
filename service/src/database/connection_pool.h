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

// A connection and its owner. Used by one thread at a time, which must not impersonate when it calls this.
class PooledConnection {
 public:
  using Clock = std::chrono::steady_clock;

  // `owner` is null for a source that is used as the service. `log` must outlive this object.
  PooledConnection(std::string source, Settings::DatabaseSource settings,
                   std::shared_ptr<const CallerIdentity> owner, Log& log)
      : source_(std::move(source)), settings_(std::move(settings)), owner_(std::move(owner)), log_(log) {}
  // Closes the connection under its owner's identity, so that whatever a driver does then, such as deleting files
  // next to a database, is done as the owner. If this thread can no longer impersonate the owner, the connection
  // stays open until the process ends, and the log says so: no other identity may close it.
  ~PooledConnection();
  PooledConnection(const PooledConnection&) = delete;
  PooledConnection& operator=(const PooledConnection&) = delete;

  const std::string& source() const { return source_; }
  const Settings::DatabaseSource& settings() const { return settings_; }
  // Whether a request of this caller may use it: it belongs to the service, or to this caller
  // (CallerIdentity::IsSameAs, with the same privileges enabled).
  bool IsFor(const CallerIdentity& caller) const;

  // Under the owner's identity. Throws OdbcError; returns or throws why the owner could not be impersonated, as
  // AsCaller does.
  std::optional<protocol::Error> Connect(SQLHENV environment, std::chrono::seconds timeout);
  // Runs `work` under the owner's identity, with the rules of AsCaller.
  std::optional<protocol::Error> AsOwner(const std::function<void()>& work) const;

  // Requires a successful Connect.
  OdbcConnection& connection() { return *connection_; }

  // For the pool: since when the connection has been idle, or else which user's request has it.
  Clock::time_point idle_since;
  std::optional<win32::Sid> used_by;

 private:
  const std::string source_;
  const Settings::DatabaseSource settings_;
  const std::shared_ptr<const CallerIdentity> owner_;
  Log& log_;
  std::unique_ptr<OdbcConnection> connection_;
};

// The connections to all sources, in use or idle. A returned connection is reused only for the same source and the
// same account (the same user, logon, elevation, integrity, groups and restrictions). It is closed after
// database.idle_ms without use, when the settings of its source change, or when another account needs its slot. One
// account's requests may use at most half of a source's connections, so that they cannot lock out the others. The
// driver manager's own pool is off because it does not distinguish accounts. Any thread that does not impersonate.
class ConnectionPool {
 public:
  // `log` must outlive this object. Loads the drivers of the configured sources.
  ConnectionPool(std::shared_ptr<const LiveSettings> settings, Log& log);
  // A pool that closes the connections made obsolete by a change of the settings as soon as it is made.
  static std::shared_ptr<ConnectionPool> Make(std::shared_ptr<const LiveSettings> settings, Log& log);
  ~ConnectionPool();
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;

  // The current settings of the source; nullopt if there is no such source.
  std::optional<Settings::DatabaseSource> Find(std::string_view source) const;

  // A connection for this caller: an idle one, or a new one, which is connected within `timeout`. Busy if there are
  // too many; DatabaseError if it cannot connect, with the details only in the log.
  protocol::Result<std::unique_ptr<PooledConnection>> Take(const std::string& source,
                                                           const Settings::DatabaseSource& settings,
                                                           const CallerIdentity& caller,
                                                           std::chrono::seconds timeout);
  // The settings of its source are the same as when it was connected.
  bool IsCurrent(const PooledConnection& connection) const {
    return IsCurrent(*settings_->Now(), connection);
  }
  // Writes the details, which the caller does not get, to the log.
  void ReportLost(const PooledConnection& connection, const OdbcError& error);
  // Returns a connection that can be reused for its owner.
  void GiveBack(std::unique_ptr<PooledConnection> connection);
  // Closes one that cannot.
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
    Connections idle;                        // the most recently used at the end
    std::map<win32::Sid, std::size_t> used;  // connections in use, by user; no zero counts
  };

  std::unique_ptr<PooledConnection> TakeIdle(Source& source, const Settings::DatabaseSource& settings,
                                             const CallerIdentity& caller, Connections& to_close);
  protocol::Result<std::unique_ptr<PooledConnection>> Open(const std::string& source,
                                                           const Settings::DatabaseSource& settings,
                                                           const CallerIdentity& caller,
                                                           std::chrono::seconds timeout);
  // Created for the first connection. Throws OdbcError.
  SQLHENV Environment();
  // Updates the counts after a connection of this user to the source has been closed.
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
