#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "callback_thread.h"
#include "onbehalf/client/client.h"
#include "onbehalf/win32/lock.h"

namespace onbehalf::client {

// The application's handler for the service's notifications, which runs on the callback thread. Any thread.
class NotificationHandler : public std::enable_shared_from_this<NotificationHandler> {
 public:
  using Function = std::function<void(const std::string& method, const Json& params)>;

  explicit NotificationHandler(std::shared_ptr<CallbackThread> callbacks)
      : callbacks_(std::move(callbacks)) {}

  // Sets or removes the handler. `on_changed` is told whether there is one now, by one thread at a time. When this
  // returns, the previous handler is not running any more (unless this is called in it).
  void Set(Function function, const std::function<void(bool has_handler)>& on_changed);
  // Queues a received notification; never blocks.
  void Post(std::string method, Json params);

 private:
  void Run(const std::string& method, const Json& params);

  const std::shared_ptr<CallbackThread> callbacks_;
  win32::Lock lock_;
  win32::Condition ended_;
  std::shared_ptr<const Function> function_;
  const Function* running_ = nullptr;
};

}  // namespace onbehalf::client
