#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string_view>

#include "onbehalf/win32/lock.h"
#include "requests/outbox.h"
#include "threads/thread_pool.h"

namespace onbehalf::service {

// Notifications that the service sends unprompted, only to connections that subscribed to them (rpc.subscribe): a client like
// CallNamedPipe takes any message for its answer.
inline constexpr std::array<std::string_view, 2> kServerEvents = {
    "rpc.methodsChanged",  // the policy has changed: rpc.discover may list other methods
    "service.stopping",    // the service begins to stop
};
// Indexed by position in kServerEvents.
using EventSet = std::bitset<kServerEvents.size()>;
inline constexpr std::size_t kMethodsChanged = 0;
inline constexpr std::size_t kStopping = 1;

// What one connection has subscribed to. Owned by its connection. Any thread.
class Subscriptions final : public std::enable_shared_from_this<Subscriptions> {
 public:
  // `outbox` is the connection, which owns this. Throws Win32Error.
  Subscriptions(std::weak_ptr<Outbox> outbox, ThreadPool& io_pool);

  // Replaces the previous subscription; notifications no longer wanted are not sent any more.
  void Set(EventSet wanted);
  // Sends the notification if it is wanted, once there is room, with at most one of each kind pending. Never waits.
  void Notify(std::size_t event);

 private:
  void Send();
  void OnRoom();

  const std::weak_ptr<Outbox> outbox_;
  win32::Lock mutex_;
  EventSet wanted_;
  EventSet due_;
  bool waits_for_room_ = false;
  PoolWork send_;
};

}  // namespace onbehalf::service
