#include "stop_callback.h"

#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "onbehalf/win32/lock.h"

namespace onbehalf::client {

struct StopCallback::Invoke {
  void operator()() const;
  std::shared_ptr<State> state;
};

struct StopCallback::State {
  win32::Lock lock;
  win32::Condition changed;
  std::function<void()> run;
  std::thread::id registering;  // the thread that is in the constructor
  std::thread::id running;      // the thread that is in `run`
  bool was_called = false;      // not in the constructor
  bool was_removed = false;
  // Who destroys the registration: the call, or the owner.
  bool is_left_to_owner = false;
  std::stop_token token;
  std::optional<std::stop_callback<Invoke>> registration;
};

void StopCallback::Invoke::operator()() const {
  // Destroying the registration destroys this object.
  const std::shared_ptr<State> mine = state;
  const std::thread::id self = std::this_thread::get_id();
  bool is_wanted = false;
  bool is_left_to_owner = false;
  {
    const std::lock_guard guard(mine->lock);
    if (mine->registering == self) {
      mine->is_left_to_owner = true;
    } else {
      mine->changed.Wait(mine->lock, [&] { return mine->registering == std::thread::id(); });
      mine->was_called = true;
    }
    is_left_to_owner = mine->is_left_to_owner;
    is_wanted = !mine->was_removed;
    if (is_wanted) mine->running = self;
  }
  if (is_wanted) {
    mine->run();
    const std::lock_guard guard(mine->lock);
    mine->running = {};
    mine->changed.NotifyAll();
  }
  // A callback may destroy itself, and does not wait for itself then ([stopcallback.cons]).
  if (!is_left_to_owner) mine->registration.reset();
}

StopCallback::StopCallback(const std::stop_token& token, std::function<void()> run) {
  if (!token.stop_possible()) return;
  state_ = std::make_shared<State>();
  state_->token = token;
  state_->run = std::move(run);
  state_->registering = std::this_thread::get_id();
  state_->registration.emplace(token, Invoke{state_});
  const std::lock_guard guard(state_->lock);
  state_->registering = {};
  state_->changed.NotifyAll();
}

StopCallback::~StopCallback() {
  if (!state_) return;
  bool is_left_to_owner = false;
  {
    const std::lock_guard guard(state_->lock);
    state_->was_removed = true;
    if (state_->running != std::this_thread::get_id()) {
      state_->changed.Wait(state_->lock, [this] { return state_->running == std::thread::id(); });
    }
    // Once a stop is requested the call is under way, or will come.
    if (!state_->was_called && !state_->token.stop_requested()) state_->is_left_to_owner = true;
    is_left_to_owner = state_->is_left_to_owner;
  }
  if (is_left_to_owner) state_->registration.reset();
}

}  // namespace onbehalf::client
