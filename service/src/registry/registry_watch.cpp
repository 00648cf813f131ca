#include "registry/registry_watch.h"

#include <utility>

#include "onbehalf/win32/win32_error.h"
#include "registry/registry_key.h"

namespace onbehalf::service {
namespace {

win32::UniqueObject NewEvent() {
  win32::UniqueObject event(::CreateEventW(nullptr, FALSE, FALSE, nullptr));
  if (!event) win32::ThrowLastError("CreateEventW");
  return event;
}

}  // namespace

RegistryWatch::RegistryWatch(win32::UniqueRegistryKey key, bool recursive, Waker waker)
    : key_(std::move(key)),
      recursive_(recursive),
      waker_(std::move(waker)),
      event_(NewEvent()),
      wait_([this] {
        changed_ = true;
        waker_();
      }) {}

Stream::Step RegistryWatch::Next(const Call&) {
  if (begun_ && !changed_.exchange(false)) return Later{};
  // Before the piece is returned, so that its reader misses no later change.
  Watch();
  return Piece{ToJson(RegistryWatchPiece{std::exchange(begun_, true)})};
}

void RegistryWatch::Watch() {
  AskForChange(key_.get(), recursive_, event_.get());
  wait_.Start(event_.get());
}

}  // namespace onbehalf::service
