// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "onbehalf/client/any_json.h"

namespace onbehalf::client {

using Json = nlohmann::json;

// The data of an error, shared by its copies: converted once for each requested JSON type. Any thread.
class ErrorData {
 public:
  explicit ErrorData(AnyJson data) : data_(std::move(data)) {}

  template <typename J>
  const J& As() const {
    const std::lock_guard guard(lock_);
    for (const Made& made : made_) {
      if (*made.type == typeid(J)) return *static_cast<const J*>(made.value.get());
    }
    const auto value = std::make_shared<const J>(data_.To<J>());
    made_.push_back({&typeid(J), value});
    return *value;
  }

 private:
  struct Made {
    const std::type_info* type;
    std::shared_ptr<const void> value;
  };

  const AnyJson data_;
  mutable std::mutex lock_;
  mutable std::vector<Made> made_;
};

// The service responded with an error. Codes and names: onbehalf/protocol/error_code.h, docs/protocol.md.
class RpcError : public std::runtime_error {
 public:
  template <typename J = Json>
  RpcError(int code, const std::string& message, const std::type_identity_t<J>& data)
      : std::runtime_error(message),
        code_(code),
        data_(std::make_shared<const ErrorData>(AnyJson::Holding(J(data)))) {}

  int code() const noexcept { return code_; }
  // Null if the service sent none. Valid as long as this error or a copy of it.
  template <typename J = Json>
  const J& data() const {
    return data_->template As<J>();
  }

 private:
  int code_;
  std::shared_ptr<const ErrorData> data_;
};

// RpcError::code() of a cancelled call (CallOptions::stop), whether or not the service had started it.
inline constexpr int kRequestCancelled = -32800;

// The pipe exists, but its server is not what Options::trust requires. Nothing was sent. what() says what was found,
// what was expected and what to do.
class ServerNotTrusted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace onbehalf::client
