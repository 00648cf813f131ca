#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "onbehalf/win32/lock.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::service {

// How many of something (running handlers, open streams) each account has at this moment. Any thread.
class AccountQuota {
 public:
  struct GiveBack {
    const win32::Sid* account = nullptr;
    void operator()(AccountQuota* quota) const noexcept { quota->Leave(*account); }
  };
  // One of an account's places, given back when this goes: before the quota and the account's SID do.
  using Place = std::unique_ptr<AccountQuota, GiveBack>;

  // One more of the account; null when it has `limit` (at least 1) or more.
  [[nodiscard]] Place TryEnter(const win32::Sid& account, std::size_t limit);

 private:
  void Leave(const win32::Sid& account) noexcept;

  win32::Lock mutex_;
  std::unordered_map<win32::Sid, std::size_t, win32::SidHash> running_;
};

}  // namespace onbehalf::service
