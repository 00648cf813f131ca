#include "requests/connection_table.h"

#include <iterator>
#include <utility>

#include "requests/connection.h"

namespace onbehalf::service {

std::shared_ptr<Connection> ConnectionTable::AddSilent(std::uint64_t id,
                                                       std::shared_ptr<Connection> connection,
                                                       std::size_t max_silent) {
  const std::lock_guard lock(mutex_);
  silent_.push_back(id);
  Entry entry;
  entry.connection = std::move(connection);
  entry.silent = std::prev(silent_.end());
  entries_.emplace(id, std::move(entry));
  if (silent_.size() <= max_silent) return nullptr;
  // Not counted from here on: a thread that adds another at the same time evicts the next oldest.
  Entry& oldest = entries_.at(silent_.front());
  silent_.pop_front();
  oldest.silent = silent_.end();
  return oldest.connection;
}

ConnectionTable::Admission ConnectionTable::Identify(std::uint64_t id, const win32::Sid& user,
                                                     bool is_administrator, const protocol::Limits& limits) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  // Closed meanwhile, or about to be: its answers cannot be delivered.
  if (found == entries_.end() || found->second.silent == silent_.end()) return Admission::kAdmitted;
  const std::size_t room =
      is_administrator ? limits.connections : limits.connections - limits.connections_for_administrators;
  if (identified_ >= room) return Admission::kFull;
  std::size_t& of_account = by_account_[user];
  if (of_account >= limits.connections_per_account) return Admission::kAccountFull;
  ++of_account;
  ++identified_;
  silent_.erase(found->second.silent);
  found->second.silent = silent_.end();
  found->second.user = user;
  return Admission::kAdmitted;
}

void ConnectionTable::Remove(std::uint64_t id) {
  std::shared_ptr<Connection> removed;  // released outside the lock: this may be the last reference
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  if (entry.user) {
    const auto account = by_account_.find(*entry.user);
    if (--account->second == 0) by_account_.erase(account);
    --identified_;
  } else if (entry.silent != silent_.end()) {
    silent_.erase(entry.silent);
  }
  removed = std::move(entry.connection);
  entries_.erase(found);
}

std::shared_ptr<Connection> ConnectionTable::Find(std::uint64_t id) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : found->second.connection;
}

std::vector<std::shared_ptr<Connection>> ConnectionTable::All() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Connection>> all;
  all.reserve(entries_.size());
  for (const auto& [id, entry] : entries_) all.push_back(entry.connection);
  return all;
}

std::size_t ConnectionTable::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

std::size_t ConnectionTable::silent() const {
  const std::lock_guard lock(mutex_);
  return silent_.size();
}

ConnectionTable::Alive::Alive(ConnectionTable& table) : table_(table) {
  const std::lock_guard lock(table_.mutex_);
  ++table_.alive_;
}

ConnectionTable::Alive::~Alive() {
  const std::lock_guard lock(table_.mutex_);
  if (--table_.alive_ == 0) table_.gone_.NotifyAll();
}

bool ConnectionTable::WaitUntilGone(std::chrono::milliseconds timeout) const {
  const std::lock_guard lock(mutex_);
  return gone_.WaitFor(mutex_, timeout, [this] { return alive_ == 0; });
}

}  // namespace onbehalf::service
