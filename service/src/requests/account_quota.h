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
  // One more of the account; false when it has `limit` (at least 1) or more. Each success is given back by Leave.
  [[nodiscard]] bool TryEnter(const win32::Sid& account, std::size_t limit);
  void Leave(const win32::Sid& account);

 private:
  win32::Lock mutex_;
  std::unordered_map<win32::Sid, std::size_t, win32::SidHash> running_;
};

}  // namespace onbehalf::service
