#include "notification_handler.h"

#include <mutex>
#include <utility>

namespace onbehalf::client {

void NotificationHandler::Set(Function function, const std::function<void(bool has_handler)>& on_changed) {
  std::shared_ptr<const Function> other =
      function ? std::make_shared<const Function>(std::move(function)) : nullptr;
  {
    const std::lock_guard guard(lock_);
    function_.swap(other);
    on_changed(function_ != nullptr);
  }
  // `other` is now the previous handler, to be destroyed without locks.
  if (callbacks_->IsThisThread()) return;
  const std::lock_guard guard(lock_);
  ended_.Wait(lock_, [&] { return other == nullptr || running_ != other.get(); });
}

void NotificationHandler::Post(std::string method, Json params) {
  {
    const std::lock_guard guard(lock_);
    if (!function_) return;
  }
  callbacks_->Post([self = shared_from_this(), method = std::move(method), params = std::move(params)] {
    self->Run(method, params);
  });
}

void NotificationHandler::Run(const std::string& method, const Json& params) {
  std::shared_ptr<const Function> function;
  {
    const std::lock_guard guard(lock_);
    function = function_;
    running_ = function.get();
  }
  if (function) (*function)(method, params);
  const std::lock_guard guard(lock_);
  running_ = nullptr;
  ended_.NotifyAll();
}

}  // namespace onbehalf::client
