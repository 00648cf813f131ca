#include "database/connection_pool.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "database/connection_string.h"
#include "database/database_error.h"
#include "identity/impersonation_error.h"
#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/service/as_caller.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/utf.h"

namespace onbehalf::service {

using protocol::Error;
using protocol::ErrorCode;
using protocol::Result;

PooledConnection::~PooledConnection() {
  if (!connection_) return;
  // Never under another identity: on close a driver may delete files whose paths the caller chose.
  try {
    if (!AsOwner([this] { connection_.reset(); })) return;
  } catch (const ImpersonationError&) {
  }
  static_cast<void>(connection_.release());
  log_.Write(LogLevel::kError, "a database connection stays open: its owner can no longer be impersonated",
             {{"source", source_}});
}

bool PooledConnection::IsFor(const CallerIdentity& caller) const {
  return !owner_ || (owner_->IsSameAs(caller) && owner_->token().HasSamePrivilegesAs(caller.token()));
}

std::optional<Error> PooledConnection::Connect(SQLHENV environment, std::chrono::seconds timeout) {
  const std::wstring text = win32::ToWide(settings_.connection);
  return AsOwner([&] { connection_ = std::make_unique<OdbcConnection>(environment, text, timeout); });
}

std::optional<Error> PooledConnection::AsOwner(const std::function<void()>& work) const {
  if (owner_) return AsCaller(*owner_, win32::ImpersonationLevel::kImpersonation, work);
  work();
  return std::nullopt;
}

std::shared_ptr<ConnectionPool> ConnectionPool::Make(std::shared_ptr<const LiveSettings> settings, Log& log) {
  auto pool = std::make_shared<ConnectionPool>(settings, log);
  settings->Observe([observer = std::weak_ptr(pool)](const Settings& before, const Settings& now) {
    if (before.database.sources == now.database.sources) return;
    if (const auto alive = observer.lock()) alive->CloseSoon();
  });
  return pool;
}

ConnectionPool::ConnectionPool(std::shared_ptr<const LiveSettings> settings, Log& log)
    : settings_(std::move(settings)), log_(log), timer_([this] { CloseIdle(); }) {
  const auto now = settings_->Now();
  for (const auto& [name, source] : now->database.sources) LoadDriver(name, source);
}

SQLHENV ConnectionPool::Environment() {
  const std::lock_guard lock(mutex_);
  if (environment_) return environment_.get();
  const auto must = [](SQLRETURN result, const char* operation) {
    if (!SQL_SUCCEEDED(result))
      throw OdbcError(operation, {{"IM000", 0, "The ODBC driver manager is not available."}});
  };
  // A process-wide attribute, to be set before the first environment (SQLSetEnvAttr, SQL_ATTR_CONNECTION_POOLING).
  must(::SQLSetEnvAttr(SQL_NULL_HENV, SQL_ATTR_CONNECTION_POOLING, OdbcValue(SQL_CP_OFF), SQL_IS_UINTEGER),
       "SQLSetEnvAttr");
  UniqueOdbcEnvironment environment;
  must(::SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, environment.put()), "SQLAllocHandle");
  must(::SQLSetEnvAttr(environment.get(), SQL_ATTR_ODBC_VERSION, OdbcValue(SQL_OV_ODBC3), SQL_IS_UINTEGER),
       "SQLSetEnvAttr");
  environment_ = std::move(environment);
  return environment_.get();
}

ConnectionPool::~ConnectionPool() {
  pipe::AssertNotImpersonating();
  timer_.Close();
}

std::optional<Settings::DatabaseSource> ConnectionPool::Find(std::string_view source) const {
  const auto settings = settings_->Now();
  const auto found = settings->database.sources.find(source);
  if (found == settings->database.sources.end()) return std::nullopt;
  return found->second;
}

Result<std::unique_ptr<PooledConnection>> ConnectionPool::Take(const std::string& source,
                                                               const Settings::DatabaseSource& settings,
                                                               const CallerIdentity& caller,
                                                               std::chrono::seconds timeout) {
  pipe::AssertNotImpersonating();
  const std::size_t most = settings_->Now()->database.connections_per_source;
  const std::size_t max_of_one = std::max<std::size_t>(1, most / 2);
  for (;;) {
    Connections to_close;
    std::unique_ptr<PooledConnection> connection;
    {
      const std::lock_guard lock(mutex_);
      Source& of_source = sources_[source];
      const auto used = of_source.used.find(caller.user());
      if (used != of_source.used.end() && used->second >= max_of_one) {
        return Error{ErrorCode::kBusy, "All connections to this source that one account may use are in use.",
                     nullptr};
      }
      connection = TakeIdle(of_source, settings, caller, to_close);
      if (!connection) {
        if (of_source.open >= most && !of_source.idle.empty()) {
          to_close.push_back(std::move(of_source.idle.front()));
          of_source.idle.erase(of_source.idle.begin());
          --of_source.open;
        }
        if (of_source.open >= most) {
          return Error{ErrorCode::kBusy, "All connections to this source are in use.", nullptr};
        }
        ++of_source.open;
      }
      ++of_source.used[caller.user()];
    }
    to_close.clear();
    if (!connection) return Open(source, settings, caller, timeout);
    connection->used_by = caller.user();
    bool is_dead = false;
    std::optional<Error> refused;
    try {
      refused = connection->AsOwner([&] { is_dead = connection->connection().IsDead(); });
    } catch (...) {
      Discard(std::move(connection));
      throw;
    }
    if (refused) {
      Discard(std::move(connection));
      return *std::move(refused);
    }
    if (!is_dead) return connection;
    Discard(std::move(connection));
  }
}

// Requires mutex_.
std::unique_ptr<PooledConnection> ConnectionPool::TakeIdle(Source& source,
                                                           const Settings::DatabaseSource& settings,
                                                           const CallerIdentity& caller,
                                                           Connections& to_close) {
  Connections kept;
  for (auto& one : source.idle) {
    const bool is_current = one->settings() == settings;
    if (!is_current) --source.open;
    (is_current ? kept : to_close).push_back(std::move(one));
  }
  source.idle = std::move(kept);
  const auto mine = std::find_if(source.idle.rbegin(), source.idle.rend(),
                                 [&](const auto& one) { return one->IsFor(caller); });
  if (mine == source.idle.rend()) return nullptr;
  std::unique_ptr<PooledConnection> connection = std::move(*mine);
  source.idle.erase(std::next(mine).base());
  return connection;
}

// Its slot is already counted in `open`.
Result<std::unique_ptr<PooledConnection>> ConnectionPool::Open(const std::string& source,
                                                               const Settings::DatabaseSource& settings,
                                                               const CallerIdentity& caller,
                                                               std::chrono::seconds timeout) {
  try {
    const OdbcDrivers::Loaded driver = LoadDriver(source, settings);
    if (!driver.refusal.empty()) {
      Release(source, caller.user());
      // The state that the driver manager uses for a driver that cannot be loaded.
      return NoConnection(OdbcError("SQLDriverConnectW", {{"IM003", 0, driver.refusal}}));
    }
    std::shared_ptr<const CallerIdentity> owner;
    if (settings.as_caller) {
      // A copy, because the connection outlives the request.
      owner = std::make_shared<const CallerIdentity>(
          caller.token().Duplicate(TokenImpersonation, static_cast<win32::ImpersonationLevel>(caller.level()),
                                   TOKEN_QUERY | TOKEN_IMPERSONATE | TOKEN_DUPLICATE));
    }
    auto connection = std::make_unique<PooledConnection>(source, settings, std::move(owner), log_);
    connection->used_by = caller.user();
    if (auto refused = connection->Connect(Environment(), timeout)) {
      Release(source, caller.user());
      return *std::move(refused);
    }
    return connection;
  } catch (const OdbcError& error) {
    Release(source, caller.user());
    log_.Write(LogLevel::kError, "a database cannot be reached",
               {{"source", source}, {"why", WithoutSecrets(error.Describe(), settings.connection)}});
    return NoConnection(error);
  } catch (...) {
    Release(source, caller.user());
    throw;
  }
}

void ConnectionPool::ReportLost(const PooledConnection& connection, const OdbcError& error) {
  log_.Write(LogLevel::kError, "the connection to a database was lost",
             {{"source", connection.source()},
              {"why", WithoutSecrets(error.Describe(), connection.settings().connection)}});
}

void ConnectionPool::GiveBack(std::unique_ptr<PooledConnection> connection) {
  const auto now = settings_->Now();
  if (!connection->settings().pooled || !IsCurrent(*now, *connection)) return Discard(std::move(connection));
  connection->idle_since = PooledConnection::Clock::now();
  const std::lock_guard lock(mutex_);
  Source& source = sources_[connection->source()];
  EndUse(source, *std::exchange(connection->used_by, std::nullopt));
  source.idle.push_back(std::move(connection));
  if (timer_runs_) return;
  timer_runs_ = true;
  timer_.Start(now->database.idle);
}

void ConnectionPool::Discard(std::unique_ptr<PooledConnection> connection) {
  pipe::AssertNotImpersonating();
  const std::string source = connection->source();
  const win32::Sid user = connection->used_by.value();
  connection.reset();
  Release(source, user);
}

void ConnectionPool::Release(std::string_view source, const win32::Sid& user) {
  const std::lock_guard lock(mutex_);
  Source& of_source = sources_.find(source)->second;
  --of_source.open;
  EndUse(of_source, user);
}

// Requires mutex_.
void ConnectionPool::EndUse(Source& source, const win32::Sid& user) {
  const auto used = source.used.find(user);
  if (--used->second == 0) source.used.erase(used);
}

// On the timer's thread: closing may be slow, and the thread that changes the settings has other observers to call.
void ConnectionPool::CloseSoon() {
  const std::lock_guard lock(mutex_);
  timer_runs_ = true;
  timer_.Start(PoolTimer::Duration(0));
}

bool ConnectionPool::IsCurrent(const Settings& now, const PooledConnection& connection) const {
  const auto found = now.database.sources.find(connection.source());
  return found != now.database.sources.end() && found->second == connection.settings();
}

void ConnectionPool::CloseIdle() {
  Connections to_close;
  const auto settings = settings_->Now();
  const auto now = PooledConnection::Clock::now();
  {
    const std::lock_guard lock(mutex_);
    std::optional<PooledConnection::Clock::time_point> next;
    for (auto& [name, source] : sources_) {
      Connections kept;
      for (auto& one : source.idle) {
        const auto end = one->idle_since + settings->database.idle;
        const bool stays = end > now && IsCurrent(*settings, *one);
        if (stays) {
          next = next ? std::min(*next, end) : end;
        } else {
          --source.open;
        }
        (stays ? kept : to_close).push_back(std::move(one));
      }
      source.idle = std::move(kept);
    }
    timer_runs_ = next.has_value();
    if (next) timer_.Start(std::chrono::ceil<std::chrono::milliseconds>(*next - now));
  }
  to_close.clear();
}

ConnectionPool::Count ConnectionPool::CountOf(std::string_view source) const {
  const std::lock_guard lock(mutex_);
  const auto found = sources_.find(source);
  if (found == sources_.end()) return {};
  return {found->second.open, found->second.idle.size()};
}

OdbcDrivers::Loaded ConnectionPool::LoadDriver(const std::string& source,
                                               const Settings::DatabaseSource& settings) {
  OdbcDrivers::Loaded loaded = drivers_.Load(settings);
  if (!loaded.note.empty() && (loaded.is_new || !loaded.refusal.empty())) {
    log_.Write(LogLevel::kWarning, "a database driver is not loaded",
               {{"source", source}, {"why", loaded.note}});
  }
  return loaded;
}

}  // namespace onbehalf::service
