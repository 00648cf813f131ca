#include "registry/registry_watch.h"

#include <utility>

#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

win32::UniqueObject NewEvent() {
  win32::UniqueObject event(::CreateEventW(nullptr, FALSE, FALSE, nullptr));
  if (!event) win32::ThrowLastError("CreateEventW");
  return event;
}

}  // namespace

RegistryWatch::RegistryWatch(win32::UniqueRegistryKey key, bool recursive, Waker waker)
    : key_(std::move(key)), recursive_(recursive), waker_(std::move(waker)), event_(NewEvent()), wait_([this] {
        changed_ = true;
        waker_();
      }) {}

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
  wait_.Start(event_.get());
}

}  // namespace onbehalf::service
