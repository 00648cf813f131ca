#include "stop_callback.h"

#include <algorithm>
#include <list>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "onbehalf/win32/lock.h"

namespace onbehalf::client {

struct StopCallback::Entry {
  std::function<void()> run;
  std::thread::id running;  // the thread that runs `run`; guarded by the dispatcher's lock
};

// All callbacks of one stop state.
class StopCallback::Dispatcher {
 public:
  // The dispatcher of `token`. Also drops those whose stop can no longer be requested; the search is linear in the
  // number of live stop states.
  static std::shared_ptr<Dispatcher> Of(const std::stop_token& token);

  explicit Dispatcher(std::stop_token token) : token_(std::move(token)) {}

  // False if the stop was requested: the entry will not be called.
  bool Add(const std::shared_ptr<Entry>& entry);
  // When this returns, the entry is not running and will not be called (unless this is called in it).
  void Remove(const std::shared_ptr<Entry>& entry);

 private:
  struct Registry {
    win32::Lock lock;
    std::vector<std::shared_ptr<Dispatcher>> dispatchers;
  };
  // Keeps its dispatcher alive, which must remove it again.
  struct Invoke {
    void operator()() const {
      // The call destroys the object that contains this.
      const std::shared_ptr<Dispatcher> mine = dispatcher;
      mine->OnStop();
    }
    std::shared_ptr<Dispatcher> dispatcher;
  };

  static void Register(const std::shared_ptr<Dispatcher>& dispatcher);
  void OnStop();

  const std::stop_token token_;
  win32::Lock lock_;
  win32::Condition changed_;
  std::list<std::shared_ptr<Entry>> entries_;  // not called yet
  bool was_requested_ = false;
  std::thread::id registering_;              // the thread that creates registration_
  bool was_called_in_registration_ = false;  // the stop had already been requested
  // Changed by the registering thread, by the call, and where no call can come; never by two at once.
  std::optional<std::stop_callback<Invoke>> registration_;
};

std::shared_ptr<StopCallback::Dispatcher> StopCallback::Dispatcher::Of(const std::stop_token& token) {
  // Never destroyed: a client may be a static object.
  static Registry& registry = *new Registry;
  const std::lock_guard guard(registry.lock);
  std::erase_if(registry.dispatchers, [](const std::shared_ptr<Dispatcher>& each) {
    if (each->token_.stop_requested()) return true;  // its call removes its registration
    if (each->token_.stop_possible()) return false;
    each->registration_.reset();
    return true;
  });
  const auto found =
      std::find_if(registry.dispatchers.begin(), registry.dispatchers.end(),
                   [&token](const std::shared_ptr<Dispatcher>& each) { return each->token_ == token; });
  if (found != registry.dispatchers.end()) return *found;
  auto dispatcher = std::make_shared<Dispatcher>(token);
  Register(dispatcher);
  registry.dispatchers.push_back(dispatcher);
  return dispatcher;
}

void StopCallback::Dispatcher::Register(const std::shared_ptr<Dispatcher>& dispatcher) {
  dispatcher->registering_ = std::this_thread::get_id();
  dispatcher->registration_.emplace(dispatcher->token_, Invoke{dispatcher});
  bool was_called_here = false;
  {
    const std::lock_guard guard(dispatcher->lock_);
    was_called_here = dispatcher->was_called_in_registration_;
    dispatcher->registering_ = {};
    dispatcher->changed_.NotifyAll();
  }
  // It is not registered then, but still keeps the dispatcher alive.
  if (was_called_here) dispatcher->registration_.reset();
}

bool StopCallback::Dispatcher::Add(const std::shared_ptr<Entry>& entry) {
  const std::lock_guard guard(lock_);
  if (!was_requested_) entries_.push_back(entry);
  return !was_requested_;
}

void StopCallback::Dispatcher::Remove(const std::shared_ptr<Entry>& entry) {
  const std::lock_guard guard(lock_);
  if (std::erase(entries_, entry) != 0 || entry->running == std::this_thread::get_id()) return;
  changed_.Wait(lock_, [&entry] { return entry->running == std::thread::id(); });
}

void StopCallback::Dispatcher::OnStop() {
  const std::thread::id self = std::this_thread::get_id();
  bool is_registering = false;
  {
    std::unique_lock guard(lock_);
    is_registering = registering_ == self;
    was_called_in_registration_ = is_registering;
    if (!is_registering) changed_.Wait(lock_, [this] { return registering_ == std::thread::id(); });
    was_requested_ = true;
    while (!entries_.empty()) {
      const std::shared_ptr<Entry> entry = std::move(entries_.front());
      entries_.pop_front();
      entry->running = self;
      guard.unlock();
      entry->run();
      guard.lock();
      entry->running = {};
      changed_.NotifyAll();
    }
  }
  // A registration may be destroyed in its own call, and does not wait for that ([stopcallback.cons]).
  if (!is_registering) registration_.reset();
}

StopCallback::StopCallback(const std::stop_token& token, std::function<void()> run) {
  if (!token.stop_possible()) return;
  if (token.stop_requested()) {
    run();
    return;
  }
  dispatcher_ = Dispatcher::Of(token);
  entry_ = std::make_shared<Entry>();
  entry_->run = std::move(run);
  if (!dispatcher_->Add(entry_)) entry_->run();
}

StopCallback::~StopCallback() {
  if (dispatcher_) dispatcher_->Remove(entry_);
}

}  // namespace onbehalf::client
