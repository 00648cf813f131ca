#include "pipe/listener.h"

#include <string>
#include <utility>

#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {

// One instance that waits for a client.
class Listener::Waiting final : public PipeInstance::Operation {
 public:
  Waiting(Listener& listener, std::unique_ptr<PipeInstance> instance)
      : pipe(std::move(instance)), listener_(listener) {}
  void OnComplete(DWORD code, DWORD) override { listener_.OnConnect(*this, code); }

  std::unique_ptr<PipeInstance> pipe;

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

Listener::Listener(PipeOptions options, std::uint32_t waiting_instances, ThreadPool& pool, Log& log,
                   OnClient on_client, std::function<void()> on_incomplete)
    : options_(std::move(options)),
      wanted_(waiting_instances),
      pool_(pool),
      log_(log),
      on_client_(std::move(on_client)),
      on_incomplete_(std::move(on_incomplete)) {}

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
    anchor_ = std::make_unique<PipeAnchor>(CurrentOptions(), log_);
  }
  const auto first =
      std::make_shared<Waiting>(*this, std::make_unique<PipeInstance>(CurrentOptions(), pool_));
  {
    const std::lock_guard lock(mutex_);
    waiting_.emplace(first.get(), first);
  }
  const DWORD code = first->pipe->Connect(*first);
  if (code != ERROR_SUCCESS) return OnConnect(*first, code == ERROR_PIPE_CONNECTED ? ERROR_SUCCESS : code);
  Replenish();
}

bool Listener::Replenish() {
  bool complete = true;
  const Busy busy(*this);
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_ || waiting_.size() + creating_ >= wanted_) break;
      ++creating_;
    }
    std::shared_ptr<Waiting> next;
    try {
      next = std::make_shared<Waiting>(*this, std::make_unique<PipeInstance>(CurrentOptions(), pool_));
    } catch (const std::exception& error) {
      log_.Write(LogLevel::kError, "an instance of the pipe could not be created; will retry",
                 {{"what", error.what()}});
      complete = false;
    }
    {
      const std::lock_guard lock(mutex_);
      --creating_;
      if (!next || stopping_) break;
      waiting_.emplace(next.get(), next);
    }
    const DWORD code = next->pipe->Connect(*next);
    {
      const std::lock_guard lock(mutex_);
      if (code == ERROR_SUCCESS) {
        // Stop may have cancelled pending operations just before this connect began.
        if (stopping_ && waiting_.contains(next.get())) next->pipe->Cancel();
        continue;
      }
      waiting_.erase(next.get());
      if (stopping_) break;
    }
    // A client is already connected; or one was and has gone (ERROR_NO_DATA), which is routine.
    if (code == ERROR_PIPE_CONNECTED) on_client_(std::move(next->pipe));
  }
  return complete;
}

void Listener::OnConnect(Waiting& waiting, DWORD code) {
  const Busy busy(*this);
  std::shared_ptr<Waiting> mine;
  bool serve = false;
  {
    const std::lock_guard lock(mutex_);
    const auto found = waiting_.find(&waiting);
    mine = std::move(found->second);
    waiting_.erase(found);
    serve = !stopping_ && code == ERROR_SUCCESS;
  }
  if (!Replenish()) on_incomplete_();
  if (serve) {
    on_client_(std::move(mine->pipe));
  } else if (code != ERROR_OPERATION_ABORTED && code != ERROR_NO_DATA && code != ERROR_SUCCESS) {
    log_.Write(LogLevel::kWarning, "waiting for a client failed", {{"error", win32::ErrorName(code)}});
  }
}

void Listener::Stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  for (const auto& [key, waiting] : waiting_) waiting->pipe->Cancel();
  changed_.Wait(mutex_, [this] { return waiting_.empty() && busy_ == 0; });
}

}  // namespace onbehalf::service
