#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "exchange.h"

namespace onbehalf::client {

// The running requests of a connection, the progress not yet taken by their waiters, and the abandoned requests that
// may still get a response. Guarded by the connection's lock.
class ExchangeTable {
 public:
  void Add(const ExchangePtr& exchange);
  // Null if there is no running request with this id.
  ExchangePtr Find(std::int64_t id) const;
  std::vector<ExchangePtr> Of(const Waiter& waiter) const;
  bool empty() const { return under_way_.empty(); }
  bool HasBackground() const { return background_ != 0; }

  // Removes a finished request. False if it was not running.
  bool Remove(const Exchange& exchange);
  std::vector<ExchangePtr> RemoveAll();
  // Stops waiting for its response, which may still arrive. False if it was not running.
  bool Abandon(const Exchange& exchange);
  // Whether a response belongs to an abandoned request, which is then forgotten.
  bool TakeAbandoned(std::int64_t id) { return abandoned_.erase(id) != 0; }
  // True if the service appears not to respond to requests.
  bool HasTooManyAbandoned() const;

  void AddProgress(Exchange& exchange, Json value);
  // Returns the progress of the first of them that has some.
  std::deque<Json> TakeProgress(std::span<const ExchangePtr> exchanges);
  // Discards the progress of all of them.
  void DropProgress(std::span<const ExchangePtr> exchanges);
  // Whether more may be read.
  bool HasRoomForProgress() const;

 private:
  std::map<std::int64_t, ExchangePtr> under_way_;
  std::set<std::int64_t> abandoned_;
  std::size_t background_ = 0;        // running requests without a waiting thread
  std::size_t waiting_progress_ = 0;  // values not yet taken by a waiter
};

}  // namespace onbehalf::client
