#include "listener.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "onbehalf/win32/win32_error.h"
#include "pipe_descriptor.h"

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

// Marks a thread that may create instances or hand clients on, so that Stop can wait for it.
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

std::unique_ptr<PipeInstance> Listener::CreateFirst(const PipeOptions& options) {
  std::unique_ptr<PipeInstance> pipe;
  bool existed = false;
  try {
    pipe = std::make_unique<PipeInstance>(options, true, pool_);
    // Where the system does not honour the flag of the first instance, the number of instances still tells.
    existed = pipe->InstanceCount() != 1;
  } catch (const win32::Win32Error& error) {
    if (error.win32_code() != ERROR_ACCESS_DENIED && error.win32_code() != ERROR_PIPE_BUSY) throw;
    existed = true;
    try {
      pipe = std::make_unique<PipeInstance>(options, false, pool_);
    } catch (const win32::Win32Error& second) {
      throw PipeTaken("the pipe " + options.path + " exists and does not let the service in (" +
                      win32::ErrorName(second.win32_code()) + "): another program has made it");
    }
  }
  Verify(pipe->get(), options, existed);
  if (existed) {
    log_.Write(LogLevel::kWarning, "the pipe exists already and is ours: a client still holds an end of it",
               {{"pipe", options.path}});
  }
  return pipe;
}

void Listener::SetDescriptorOf(HANDLE pipe, const PipeOptions& options) {
  // Not the label: it is always the same, and only the first instance's handle could change it (see PipeInstance).
  constexpr SECURITY_INFORMATION kSet = DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION;
  if (!::SetKernelObjectSecurity(pipe, kSet, options.descriptor.get())) {
    win32::ThrowLastError("SetKernelObjectSecurity", options.path);
  }
}

void Listener::Verify(HANDLE pipe, const PipeOptions& options, bool existed) {
  constexpr SECURITY_INFORMATION kParts =
      OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION;
  const auto difference = [&] {
    return DifferenceOf(win32::SecurityDescriptor::FromKernelObject(pipe, kParts), options.descriptor);
  };
  // The pipe has one descriptor, its first instance's: what is asked for at later ones is ignored by Windows.
  PipeDifference found = difference();
  const bool is_service_owned = *options.descriptor.Owner() == win32::Sid::ForService(kServiceName);
  if (existed && is_service_owned && found.owner_is_same && !found.text.empty()) {
    // Left over from a run of ours with other settings: only a client's end keeps it there. Nobody else can have made
    // it, because only the service itself can give an object to its service SID.
    SetDescriptorOf(pipe, options);
    found = difference();
  }
  if (found.text.empty()) return;
  throw PipeTaken("the pipe " + options.path +
                  (existed ? " was made by another program: " : " is not as asked for: ") + found.text);
}

void Listener::SetDescriptor(const win32::SecurityDescriptor& descriptor) {
  const Busy busy(*this);
  const std::lock_guard guarding(guarding_);
  std::optional<PipeOptions> options;
  // A handle of our own: an instance that waits now may be a client's, and closed, a moment later.
  win32::UniqueFile pipe;
  {
    const std::lock_guard lock(mutex_);
    options_.descriptor = descriptor;
    options = options_;
    if (!waiting_.empty() &&
        !::DuplicateHandle(::GetCurrentProcess(), waiting_.begin()->second->pipe->get(),
                           ::GetCurrentProcess(), pipe.put(), 0, FALSE, DUPLICATE_SAME_ACCESS)) {
      win32::ThrowLastError("DuplicateHandle", options_.path);
    }
  }
  // The first instance is created with it.
  if (!started_) return;
  // All of the waiting instances have just been taken.
  std::unique_ptr<PipeInstance> own;
  if (!pipe) own = std::make_unique<PipeInstance>(*options, false, pool_);
  SetDescriptorOf(pipe ? pipe.get() : own->get(), *options);
  Verify(pipe ? pipe.get() : own->get(), *options, false);
}

void Listener::Start() {
  std::shared_ptr<Waiting> first;
  {
    const std::lock_guard guarding(guarding_);
    first = std::make_shared<Waiting>(*this, CreateFirst(CurrentOptions()));
    started_ = true;
    const std::lock_guard lock(mutex_);
    waiting_.emplace(first.get(), first);
  }
  const DWORD code = first->pipe->Connect(*first);
  if (code != ERROR_SUCCESS) return OnConnect(*first, code == ERROR_PIPE_CONNECTED ? ERROR_SUCCESS : code);
  Replenish();
}

bool Listener::Replenish() {
  std::vector<std::unique_ptr<PipeInstance>> connected;
  bool complete = true;
  const Busy busy(*this);
  for (;;) {
    bool is_alone = false;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_ || waiting_.size() + creating_ >= wanted_) break;
      ++creating_;
      is_alone = waiting_.empty();
    }
    std::shared_ptr<Waiting> next;
    try {
      std::unique_lock guarding(guarding_, std::defer_lock);
      if (is_alone) guarding.lock();
      const PipeOptions options = CurrentOptions();
      auto instance = std::make_unique<PipeInstance>(options, false, pool_);
      // With none of ours waiting, the name may have become free meanwhile, and another program may have taken it.
      if (is_alone) Verify(instance->get(), options, true);
      next = std::make_shared<Waiting>(*this, std::move(instance));
    } catch (const std::exception& error) {
      log_.Write(LogLevel::kError, "an instance of the pipe could not be created; it is tried again",
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
        // Stop may have cancelled what was pending just before this connect began.
        if (stopping_ && waiting_.contains(next.get())) next->pipe->Cancel();
        continue;
      }
      waiting_.erase(next.get());
      if (stopping_) break;
      is_alone = waiting_.empty();
    }
    // A client is there already; or one was and is gone (ERROR_NO_DATA), which is routine.
    if (code != ERROR_PIPE_CONNECTED) continue;
    if (is_alone) {
      connected.push_back(std::move(next->pipe));
    } else {
      on_client_(std::move(next->pipe));
    }
  }
  for (std::unique_ptr<PipeInstance>& pipe : connected) on_client_(std::move(pipe));
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
