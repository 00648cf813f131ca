#pragma once

#include <cstdint>
#include <functional>

#include "onbehalf/service/method.h"
#include "requests/subscriptions.h"

namespace onbehalf::service {

// Has a connection get these notifications and no others; false when there is no such connection (any more).
using SubscribeFunction = std::function<bool(std::uint64_t connection_id, EventSet events)>;

// rpc.ping, rpc.discover and rpc.subscribe. `may_see` says whether a caller may find a method in rpc.discover; it is asked
// on every call and may throw win32::Win32Error. `registry` must outlive every call.
void AddRpcMethods(MethodRegistry& registry,
                   std::function<bool(const Method&, const CallerIdentity&)> may_see,
                   SubscribeFunction subscribe);

}  // namespace onbehalf::service
