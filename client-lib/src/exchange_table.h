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

// The requests under way on a connection, the progress that waits for whoever waits for them, and the requests that were given
// up and may still be answered. Everything in it is under the connection's lock.
class ExchangeTable {
 public:
  void Add(const ExchangePtr& exchange);
  // Null if it is not under way.
  ExchangePtr Find(std::int64_t id) const;
  std::vector<ExchangePtr> Of(const Waiter& waiter) const;
  bool empty() const { return under_way_.empty(); }
  bool HasBackground() const { return background_ != 0; }

  // It is no longer under way. False if it was not.
  bool Remove(const Exchange& exchange);
  std::vector<ExchangePtr> RemoveAll();
  // Nobody waits for its answer any more, which may come all the same. False if it was not under way.
  bool Abandon(const Exchange& exchange);
  // Whether an answer is one to a request that was given up, which it then no longer is.
  bool TakeAbandoned(std::int64_t id) { return abandoned_.erase(id) != 0; }
  // The service does not answer what it is asked.
  bool HasTooManyAbandoned() const;

  void AddProgress(Exchange& exchange, Json value);
  // Of the first of them that has some.
  std::deque<Json> TakeProgress(std::span<const ExchangePtr> exchanges);
  // Of all of them: nobody takes it.
  void DropProgress(std::span<const ExchangePtr> exchanges);
  // Whether more may be read.
  bool HasRoomForProgress() const;

 private:
  std::map<std::int64_t, ExchangePtr> under_way_;
  std::set<std::int64_t> abandoned_;
  std::size_t background_ = 0;        // of those under way
  std::size_t waiting_progress_ = 0;  // that no waiter has taken
};

}  // namespace onbehalf::client
