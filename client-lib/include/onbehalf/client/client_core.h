// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/client/any_json.h"
#include "onbehalf/client/options.h"
#include "onbehalf/client/outcome.h"

namespace onbehalf::client {

// The compiled part of BasicClient, which documents all of this: the same with JSON as AnyJson, so that one library
// serves every version of nlohmann/json. Not for use by programs.
class ClientCore {
 public:
  struct CallOptions {
    std::optional<std::chrono::milliseconds> timeout;
    std::stop_token stop;
    std::function<void(AnyJson value)> progress;
    bool idempotent = false;
  };
  struct BatchEntry {
    std::string method;
    AnyJson params;
    bool is_notification = false;
  };
  using Outcome = BasicOutcome<AnyJson>;
  using Callback = std::function<void(Outcome outcome)>;
  using NotificationHandler = std::function<void(const std::string& method, AnyJson params)>;
  // Where callbacks run that are not bound to the callback thread anyway (those of a call with progress are).
  enum class Delivery {
    kOnCallbackThread,
    kAnywhere,  // on any thread that has the outcome; must not block
  };

  static ClientCore Connect(const Options& options);
  ClientCore(ClientCore&&) noexcept;
  ClientCore& operator=(ClientCore&&) noexcept;
  ~ClientCore();

  AnyJson Call(std::string_view method, const AnyJson& params, const CallOptions& options);
  void CallAsync(std::string_view method, const AnyJson& params, const CallOptions& options, Callback done,
                 Delivery delivery);
  std::vector<Outcome> CallBatch(std::span<const BatchEntry> entries, const CallOptions& options);
  void Notify(std::string_view method, const AnyJson& params);
  void OnNotification(NotificationHandler handler);
  bool IsConnected() const;
  void Close();

 private:
  class Session;
  explicit ClientCore(std::shared_ptr<Session> session);
  std::shared_ptr<Session> session_;
};

}  // namespace onbehalf::client
