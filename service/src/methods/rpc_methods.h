#pragma once

#include <cstdint>
#include <functional>

#include "onbehalf/service/method.h"
#include "requests/subscriptions.h"

namespace onbehalf::service {

// Sets a connection's notifications, replacing all earlier ones; false if the connection does not exist (any more).
using SubscribeFunction = std::function<bool(std::uint64_t connection_id, EventSet events)>;

// rpc.ping, rpc.discover and rpc.subscribe. `may_see` decides whether a caller sees a method in rpc.discover; it is
// called for every request and may throw win32::Win32Error. `registry` must outlive every call.
void AddRpcMethods(MethodRegistry& registry,
                   std::function<bool(const Method&, const CallerIdentity&)> may_see,
                   SubscribeFunction subscribe);

}  // namespace onbehalf::service
