#include "onbehalf/pipe/listener.h"

#include <string>
#include <utility>

#include "onbehalf/win32/win32_error.h"
#include "pipe_io.h"

namespace onbehalf::pipe {

namespace {

// Whether a client is connected, even though the connect was cancelled: that does not keep a client from connecting.
bool HasClient(const ServerEnd& pipe) {
  return ::PeekNamedPipe(pipe.native(), nullptr, 0, nullptr, nullptr, nullptr) != FALSE;
}

}  // namespace

// One instance that waits for a client.
class Listener::Waiting final : public Operation {
 public:
  // Throws Win32Error. Once it exists, its StartConnect cannot throw.
  Waiting(Listener& listener, ServerEnd instance) : pipe(std::move(instance)), listener_(listener) {
    PipeEndAccess::Io(pipe).Bind();
  }
  void OnComplete(std::uint32_t code, std::size_t) override { listener_.OnConnect(*this, code); }

  ServerEnd pipe;

 private:
  Listener& listener_;
};

// Marks a thread that may create instances or hand over clients, so that Stop can wait for it.
class Listener::Busy {
 public:
  explicit Busy(Listener& listener) : listener_(listener) {
    const std::lock_guard lock(listener_.mutex_);
    ++listener_.busy_;
  }
  ~Busy() {
    const std::lock_guard lock(listener_.mutex_);
    if (--listener_.busy_ == 0) listener_.changed_.NotifyAll();
  }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

 private:
  Listener& listener_;
};

Listener::Listener(PipeOptions options, std::uint32_t waiting_instances, PoolEnvironment environment,
                   Events events)
    : options_(std::move(options)),
      environment_(environment),
      events_(std::move(events)),
      wanted_(waiting_instances) {}

Listener::~Listener() { Stop(); }

PipeOptions Listener::CurrentOptions() {
  const std::lock_guard lock(mutex_);
  return options_;
}

void Listener::SetDescriptor(const win32::SecurityDescriptor& descriptor) {
  const std::lock_guard guarding(guarding_);
  {
    const std::lock_guard lock(mutex_);
    options_.descriptor = descriptor;
  }
  // Before Start there is no pipe: it will be created with the current descriptor.
  if (anchor_) anchor_->SetDescriptor(descriptor);
}

void Listener::Start() {
  {
    const std::lock_guard guarding(guarding_);
    anchor_ = std::make_unique<Anchor>(CurrentOptions());
  }
  const auto first = std::make_shared<Waiting>(*this, AddInstance(CurrentOptions(), environment_));
  {
    const std::lock_guard lock(mutex_);
    waiting_.emplace(first.get(), first);
  }
  const DWORD code = first->pipe.StartConnect(*first);
  if (code != ERROR_SUCCESS) return OnConnect(*first, ConnectCode(code));
  Replenish();
}

bool Listener::joined_existing() const {
  const std::lock_guard guarding(guarding_);
  return anchor_ && anchor_->joined_existing();
}

void Listener::Release() {
  const std::lock_guard lock(mutex_);
  --served_;
}

bool Listener::HasRoom() const {
  const std::size_t listening = waiting_.size() + creating_;
  const bool limited = options_.max_clients != kUnlimitedClients;
  return listening < wanted_ && (!limited || listening + served_ < options_.max_clients);
}

void Listener::SetWaiting(std::uint32_t instances) {
  const std::lock_guard lock(mutex_);
  wanted_ = instances;
}

bool Listener::Replenish() {
  bool complete = true;
  const Busy busy(*this);
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_ || paused_ || !HasRoom()) break;
      ++creating_;
    }
    std::shared_ptr<Waiting> next;
    try {
      next = std::make_shared<Waiting>(*this, AddInstance(CurrentOptions(), environment_));
    } catch (const std::exception& error) {
      events_.on_failure("an instance of the pipe could not be created; will retry", error.what());
      complete = false;
    }
    {
      const std::lock_guard lock(mutex_);
      --creating_;
      if (!next || stopping_) break;
      waiting_.emplace(next.get(), next);
    }
    const DWORD code = next->pipe.StartConnect(*next);
    {
      const std::lock_guard lock(mutex_);
      if (code == ERROR_SUCCESS) {
        // Stop or Pause may have cancelled pending operations just before this connect began.
        if ((stopping_ || paused_) && waiting_.contains(next.get())) next->pipe.Cancel();
        continue;
      }
      waiting_.erase(next.get());
      if (stopping_) break;
      if (ConnectCode(code) == ERROR_SUCCESS) ++served_;
    }
    if (ConnectCode(code) != ERROR_SUCCESS) {
      events_.on_failure("waiting for a client failed; will retry", win32::ErrorName(code));
      complete = false;
      break;
    }
    events_.on_client(std::move(next->pipe));
  }
  return complete;
}

void Listener::OnConnect(Waiting& waiting, std::uint32_t code) {
  const Busy busy(*this);
  std::shared_ptr<Waiting> mine;
  bool serve = false;
  {
    const std::lock_guard lock(mutex_);
    const auto found = waiting_.find(&waiting);
    mine = std::move(found->second);
    waiting_.erase(found);
    const bool connected =
        code == ERROR_SUCCESS || (paused_ && code == ERROR_OPERATION_ABORTED && HasClient(mine->pipe));
    serve = !stopping_ && connected;
    if (serve) ++served_;
  }
  if (!Replenish()) events_.on_incomplete();
  if (serve) {
    events_.on_client(std::move(mine->pipe));
  } else if (code != ERROR_OPERATION_ABORTED && code != ERROR_SUCCESS) {
    events_.on_failure("waiting for a client failed", win32::ErrorName(code));
  }
}

void Listener::Pause() {
  const std::lock_guard lock(mutex_);
  paused_ = true;
  for (const auto& [key, waiting] : waiting_) waiting->pipe.Cancel();
  changed_.Wait(mutex_, [this] { return waiting_.empty() && busy_ == 0; });
}

void Listener::Resume() {
  {
    const std::lock_guard lock(mutex_);
    paused_ = false;
  }
  if (!Replenish()) events_.on_incomplete();
}

void Listener::Stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  for (const auto& [key, waiting] : waiting_) waiting->pipe.Cancel();
  changed_.Wait(mutex_, [this] { return waiting_.empty() && busy_ == 0; });
}

}  // namespace onbehalf::pipe
