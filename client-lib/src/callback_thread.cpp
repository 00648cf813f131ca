#include "callback_thread.h"

#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "onbehalf/win32/lock.h"

namespace onbehalf::client {
namespace {

// The maximum of queued callbacks. While there are more, nothing is read from the connection.
constexpr std::size_t kMaxWaiting = 128;

thread_local int callbacks_on_this_thread = 0;

}  // namespace

void JoinOrDetach(std::thread thread) {
  if (!thread.joinable()) return;
  if (thread.get_id() == std::this_thread::get_id()) {
    thread.detach();
  } else {
    thread.join();
  }
}

InCallback::InCallback() { ++callbacks_on_this_thread; }
InCallback::~InCallback() { --callbacks_on_this_thread; }
bool InCallback::IsActive() { return callbacks_on_this_thread > 0; }

// Shared with the thread, which may outlive the object.
struct CallbackThread::State {
  std::function<void()> on_room;
  mutable win32::Lock lock;
  win32::Condition changed;
  std::deque<std::function<void()>> waiting;
  bool ends = false;
  std::thread thread;
  std::thread::id id;  // of the thread, even after it was detached
};

CallbackThread::CallbackThread(std::function<void()> on_room) : state_(std::make_shared<State>()) {
  state_->on_room = std::move(on_room);
}

CallbackThread::~CallbackThread() = default;

void CallbackThread::Start() {
  const std::lock_guard guard(state_->lock);
  if (state_->ends || state_->thread.joinable()) return;
  state_->thread = std::thread([state = state_] { Run(state); });
  state_->id = state_->thread.get_id();
}

void CallbackThread::Post(std::function<void()> callback) {
  const std::lock_guard guard(state_->lock);
  state_->waiting.push_back(std::move(callback));
  state_->changed.NotifyAll();
}

bool CallbackThread::HasRoom() const {
  const std::lock_guard guard(state_->lock);
  return state_->waiting.size() < kMaxWaiting;
}

bool CallbackThread::IsThisThread() const {
  const std::lock_guard guard(state_->lock);
  return state_->id == std::this_thread::get_id();
}

void CallbackThread::Run(const std::shared_ptr<State>& state) {
  const InCallback in_callback;
  for (;;) {
    std::function<void()> next;
    std::function<void()> on_room;
    {
      const std::lock_guard guard(state->lock);
      state->changed.Wait(state->lock, [&] { return state->ends || !state->waiting.empty(); });
      if (state->waiting.empty()) return;
      if (state->waiting.size() == kMaxWaiting) on_room = state->on_room;
      next = std::move(state->waiting.front());
      state->waiting.pop_front();
    }
    if (on_room) on_room();
    next();
  }
}

void CallbackThread::End() {
  std::thread thread;
  {
    const std::lock_guard guard(state_->lock);
    state_->ends = true;
    // Its owner may be destroyed before the thread ends.
    state_->on_room = nullptr;
    state_->changed.NotifyAll();
    thread = std::move(state_->thread);
  }
  JoinOrDetach(std::move(thread));
}

}  // namespace onbehalf::client
