#pragma once

#include <string>
#include <utility>

#include "onbehalf/client/client.h"

namespace onbehalf::cli {

// An RpcError with the name of the method that returned it.
class MethodError : public client::RpcError {
 public:
  MethodError(std::string method, const client::RpcError& error)
      : client::RpcError(error), method_(std::move(method)) {}
  const std::string& method() const noexcept { return method_; }

 private:
  std::string method_;
};

// Calls `function` and returns its result; rethrows its RpcError as a MethodError of `method`.
template <typename Function>
auto Named(const std::string& method, const Function& function) {
  try {
    return function();
  } catch (const client::RpcError& error) {
    throw MethodError(method, error);
  }
}

}  // namespace onbehalf::cli
