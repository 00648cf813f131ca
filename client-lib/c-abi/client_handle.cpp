#include "client_handle.h"

#include <mutex>

namespace {

// This thread's innermost callback.
thread_local const onbehalf_client::Callback* innermost = nullptr;

}  // namespace

onbehalf_client::Use::Use(onbehalf_client* client) noexcept : client_(client) {
  const std::lock_guard lock(client->lock_);
  ++client->users_;
}

onbehalf_client::Use::~Use() {
  if (client_ != nullptr) client_->RemoveUser();
}

onbehalf_client::Callback::Callback(const onbehalf_client* client) noexcept
    : client_(client), outer_(innermost) {
  innermost = this;
}

onbehalf_client::Callback::~Callback() { innermost = outer_; }

bool onbehalf_client::IsFreed() const noexcept {
  const std::lock_guard lock(lock_);
  return is_freed_;
}

void onbehalf_client::Free() noexcept {
  {
    const std::lock_guard lock(lock_);
    is_freed_ = true;
  }
  client_.Close();
  // Remove the handler explicitly: between two notifications their callback is not a user.
  client_.OnNotification({});
  if (IsInCallback()) {
    RemoveUser();
    return;
  }
  {
    const std::lock_guard lock(lock_);
    --users_;
    owner_waits_ = true;
    unused_.Wait(lock_, [this] { return users_ == 0; });
  }
  delete this;
}

bool onbehalf_client::IsInCallback() const noexcept {
  for (const Callback* callback = innermost; callback != nullptr; callback = callback->outer_) {
    if (callback->client_ == this) return true;
  }
  return false;
}

void onbehalf_client::RemoveUser() noexcept {
  {
    const std::lock_guard lock(lock_);
    if (--users_ != 0) return;
    if (owner_waits_) {
      unused_.NotifyAll();
      return;
    }
  }
  delete this;
}
