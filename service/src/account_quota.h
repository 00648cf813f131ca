#pragma once

#include <cstddef>
#include <mutex>
#include <unordered_map>

#include "onbehalf/win32/lock.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::service {

// How many of something (running handlers, open streams) each account has at this moment. Any thread.
class AccountQuota {
 public:
  explicit AccountQuota(std::size_t per_account) : limit_(per_account) {}

  // One more of the account; false when it has as many as it may. Each success is given back by Leave.
  [[nodiscard]] bool TryEnter(const win32::Sid& account);
  void Leave(const win32::Sid& account);

 private:
  const std::size_t limit_;
  win32::Lock mutex_;
  std::unordered_map<win32::Sid, std::size_t, win32::SidHash> running_;
};

}  // namespace onbehalf::service
