#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "onbehalf/win32/lock.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::service {

// Counts how many of something (running handlers, open streams) each account currently has. Any thread.
class AccountQuota {
 public:
  struct Releaser {
    const win32::Sid* account = nullptr;
    void operator()(AccountQuota* quota) const noexcept { quota->Leave(*account); }
  };
  // One of an account's places, released by its destructor: before the quota and the account's SID are destroyed.
  using Place = std::unique_ptr<AccountQuota, Releaser>;

  // Takes one more place for the account; null if it already has `limit` (at least 1) or more.
  [[nodiscard]] Place TryEnter(const win32::Sid& account, std::size_t limit);

 private:
  void Leave(const win32::Sid& account) noexcept;

  win32::Lock mutex_;
  std::unordered_map<win32::Sid, std::size_t, win32::SidHash> running_;
};

}  // namespace onbehalf::service
