#pragma once

#include <exception>
#include <system_error>

namespace onbehalf::client {

// Whether the error of this pipe or its network may be temporary.
bool IsTransient(const std::system_error& failure);

// Why repeating an idempotent call may help.
enum class Recovery { kNone, kConnectionLost, kServiceStopping };
Recovery RecoveryFrom(const std::exception_ptr& error);

}  // namespace onbehalf::client
