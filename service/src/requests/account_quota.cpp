#include "requests/account_quota.h"

namespace onbehalf::service {

AccountQuota::Place AccountQuota::TryEnter(const win32::Sid& account, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::size_t& running = running_[account];
  if (running >= limit) return {};
  ++running;
  return {this, Releaser{&account}};
}

void AccountQuota::Leave(const win32::Sid& account) noexcept {
  const std::lock_guard lock(mutex_);
  const auto found = running_.find(account);
  if (--found->second == 0) running_.erase(found);
}

}  // namespace onbehalf::service
