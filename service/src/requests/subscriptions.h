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

// The notifications that the service sends by itself, to connections that have asked for them (rpc.subscribe): a client
// like CallNamedPipe takes whatever comes for its answer.
inline constexpr std::array<std::string_view, 2> kServerEvents = {
    "rpc.methodsChanged",  // the policy is another: rpc.discover may show other methods
    "service.stopping",    // the service begins to stop
};
// By their place in kServerEvents.
using EventSet = std::bitset<kServerEvents.size()>;
inline constexpr std::size_t kMethodsChanged = 0;
inline constexpr std::size_t kStopping = 1;

// What one connection has subscribed to. Kept by its connection. Any thread.
class Subscriptions final : public std::enable_shared_from_this<Subscriptions> {
 public:
  // `outbox` is the connection's, which keeps this. Throws Win32Error.
  Subscriptions(std::weak_ptr<Outbox> outbox, ThreadPool& io_pool);

  // In place of what was wanted before; of what is no longer wanted nothing comes any more.
  void Set(EventSet wanted);
  // Sends the notification if it is wanted: when there is room for it, and one of a kind at most. Never waits.
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
