#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "onbehalf/protocol/limits.h"
#include "onbehalf/win32/lock.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::service {

class Connection;

// All open connections, and the quotas per connection. A connection that has sent nothing has no identity: these are counted
// separately, so that nobody can keep others out by staying silent. Any thread.
class ConnectionTable {
 public:
  // Adds a connection that has sent nothing. If there are more than `max_silent` of these, returns the oldest for eviction: it
  // is no longer counted and must be closed.
  std::shared_ptr<Connection> AddSilent(std::uint64_t id, std::shared_ptr<Connection> connection,
                                        std::size_t max_silent);

  enum class Admission { kAdmitted, kAccountFull, kFull };
  // The connection has sent its first message, as `user`. If it is not admitted it must be closed.
  Admission Identify(std::uint64_t id, const win32::Sid& user, bool is_administrator,
                     const protocol::Limits& limits);

  void Remove(std::uint64_t id);

  std::shared_ptr<Connection> Find(std::uint64_t id) const;
  std::vector<std::shared_ptr<Connection>> All() const;
  std::size_t size() const;
  std::size_t silent() const;

  // A member of each connection, destroyed last: while one exists, its connection may still be in use.
  class Alive {
   public:
    explicit Alive(ConnectionTable& table);
    ~Alive();
    Alive(const Alive&) = delete;
    Alive& operator=(const Alive&) = delete;

   private:
    ConnectionTable& table_;
  };
  // Waits until no connection object exists, in the table or outside; returns false if `timeout` passes first.
  bool WaitUntilGone(std::chrono::milliseconds timeout) const;

 private:
  struct Entry {
    std::shared_ptr<Connection> connection;
    std::optional<win32::Sid> user;
    // Position in silent_ while it has sent nothing; silent_.end() once it has a user or is being evicted.
    std::list<std::uint64_t>::iterator silent;
  };

  mutable win32::Lock mutex_;
  mutable win32::Condition gone_;
  std::size_t alive_ = 0;
  std::size_t identified_ = 0;
  std::map<std::uint64_t, Entry> entries_;
  std::list<std::uint64_t> silent_;  // oldest first
  std::unordered_map<win32::Sid, std::size_t, win32::SidHash> by_account_;
};

}  // namespace onbehalf::service
