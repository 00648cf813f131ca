#pragma once

#include <functional>

#include "onbehalf/service/method.h"

namespace onbehalf::service {

// rpc.ping and rpc.discover. `may_see` says whether a caller may find a method in rpc.discover; it is asked
// on every call and may throw win32::Win32Error. `registry` must outlive every call.
void AddRpcMethods(MethodRegistry& registry,
                   std::function<bool(const Method&, const CallerIdentity&)> may_see);

}  // namespace onbehalf::service
