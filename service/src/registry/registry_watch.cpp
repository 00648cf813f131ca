#include "registry/registry_watch.h"

#include <utility>

#include "impersonation.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {

RegistryWatch::RegistryWatch(win32::UniqueRegistryKey key, bool recursive, Waker waker)
    : key_(std::move(key)),
      recursive_(recursive),
      waker_(std::move(waker)),
      event_(::CreateEventW(nullptr, FALSE, FALSE, nullptr)) {
  if (!event_) win32::ThrowLastError("CreateEventW");
  const auto on_change = [](PTP_CALLBACK_INSTANCE, void* context, PTP_WAIT, TP_WAIT_RESULT) {
    AssertNotImpersonating();
    auto& self = *static_cast<RegistryWatch*>(context);
    self.changed_ = true;
    self.waker_();
    AssertNotImpersonating();
  };
  wait_.reset(::CreateThreadpoolWait(on_change, this, nullptr));
  if (!wait_) win32::ThrowLastError("CreateThreadpoolWait");
}

RegistryWatch::~RegistryWatch() {
  ::SetThreadpoolWait(wait_.get(), nullptr, nullptr);
  ::WaitForThreadpoolWaitCallbacks(wait_.get(), TRUE);
}

Stream::Step RegistryWatch::Next(const Call&) {
  if (begun_ && !changed_.exchange(false)) return Later{};
  // Before the piece is given, so that its reader misses nothing of what comes after.
  Watch();
  return Piece{Json{{"changed", std::exchange(begun_, true)}}};
}

void RegistryWatch::Watch() {
  // Agnostic: else the notification would end with the pool's thread that asks for it.
  const LSTATUS code = ::RegNotifyChangeKeyValue(
      key_.get(), recursive_, REG_NOTIFY_CHANGE_NAME | REG_NOTIFY_CHANGE_LAST_SET | REG_NOTIFY_THREAD_AGNOSTIC,
      event_.get(), TRUE);
  if (code != ERROR_SUCCESS) throw win32::Win32Error(static_cast<DWORD>(code), "RegNotifyChangeKeyValue");
  ::SetThreadpoolWait(wait_.get(), event_.get(), nullptr);
}

}  // namespace onbehalf::service
