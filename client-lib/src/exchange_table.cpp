#include "exchange_table.h"

#include <algorithm>
#include <utility>

namespace onbehalf::client {
namespace {

// Progress values not yet taken by callers. While there are more, nothing is read.
constexpr std::size_t kMaxWaitingProgress = 128;
// Timed-out calls that the service has still not answered.
constexpr std::size_t kMaxAbandoned = 10'000;

}  // namespace

void ExchangeTable::Add(const ExchangePtr& exchange) {
  under_way_.emplace(exchange->id, exchange);
  if (exchange->waiter->is_background) ++background_;
}

ExchangePtr ExchangeTable::Find(std::int64_t id) const {
  const auto found = under_way_.find(id);
  return found == under_way_.end() ? nullptr : found->second;
}

std::vector<ExchangePtr> ExchangeTable::Of(const Waiter& waiter) const {
  std::vector<ExchangePtr> found;
  for (const auto& [id, exchange] : under_way_) {
    if (exchange->waiter == &waiter) found.push_back(exchange);
  }
  return found;
}

bool ExchangeTable::Remove(const Exchange& exchange) {
  if (under_way_.erase(exchange.id) == 0) return false;
  if (exchange.waiter->is_background) --background_;
  return true;
}

std::vector<ExchangePtr> ExchangeTable::RemoveAll() {
  std::vector<ExchangePtr> all;
  for (auto& [id, exchange] : std::exchange(under_way_, {})) all.push_back(exchange);
  background_ = 0;
  return all;
}

bool ExchangeTable::Abandon(const Exchange& exchange) {
  if (!Remove(exchange)) return false;
  abandoned_.insert(exchange.id);
  return true;
}

bool ExchangeTable::HasTooManyAbandoned() const { return abandoned_.size() > kMaxAbandoned; }

void ExchangeTable::AddProgress(Exchange& exchange, Json value) {
  exchange.progress.push_back(std::move(value));
  ++waiting_progress_;
}

std::deque<Json> ExchangeTable::TakeProgress(std::span<const ExchangePtr> exchanges) {
  const auto found = std::find_if(exchanges.begin(), exchanges.end(),
                                  [](const ExchangePtr& each) { return !each->progress.empty(); });
  if (found == exchanges.end()) return {};
  waiting_progress_ -= (*found)->progress.size();
  return std::exchange((*found)->progress, {});
}

void ExchangeTable::DropProgress(std::span<const ExchangePtr> exchanges) {
  for (const ExchangePtr& each : exchanges) waiting_progress_ -= std::exchange(each->progress, {}).size();
}

bool ExchangeTable::HasRoomForProgress() const { return waiting_progress_ < kMaxWaitingProgress; }

}  // namespace onbehalf::client
