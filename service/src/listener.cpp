#include "listener.h"

#include <string>
#include <utility>
#include <vector>

#include "onbehalf/win32/win32_error.h"
#include "pipe_descriptor.h"

namespace onbehalf::service {

// One instance that waits for a client.
class Listener::Waiting final : public PipeInstance::Operation {
 public:
  Waiting(Listener& listener, std::unique_ptr<PipeInstance> pipe) : pipe(std::move(pipe)), listener_(listener) {}
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
    if (--listener_.busy_ == 0) listener_.changed_.notify_all();
  }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

 private:
  Listener& listener_;
};

Listener::Listener(PipeOptions options, std::uint32_t waiting_instances, ThreadPool& pool, Log& log,
                   OnClient on_client)
    : options_(std::move(options)),
      wanted_(waiting_instances),
      pool_(pool),
      log_(log),
      on_client_(std::move(on_client)) {}

Listener::~Listener() { Stop(); }

std::unique_ptr<PipeInstance> Listener::CreateFirst() {
  constexpr SECURITY_INFORMATION kParts =
      OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION;
  std::unique_ptr<PipeInstance> pipe;
  bool existed = false;
  try {
    pipe = std::make_unique<PipeInstance>(options_, true, pool_);
    // Where the system does not honour the flag of the first instance, the number of instances still tells.
    existed = pipe->InstanceCount() != 1;
  } catch (const win32::Win32Error& error) {
    if (error.win32_code() != ERROR_ACCESS_DENIED && error.win32_code() != ERROR_PIPE_BUSY) throw;
    existed = true;
    try {
      pipe = std::make_unique<PipeInstance>(options_, false, pool_);
    } catch (const win32::Win32Error& second) {
      throw PipeTaken("the pipe " + options_.path + " exists and does not let the service in (" +
                      win32::ErrorName(second.win32_code()) + "): another program has made it");
    }
  }
  // The pipe has one descriptor, its first instance's: what is asked for at later ones is ignored by Windows.
  const std::string difference =
      DifferenceOf(win32::SecurityDescriptor::FromKernelObject(pipe->get(), kParts), options_.descriptor);
  if (!difference.empty()) {
    throw PipeTaken("the pipe " + options_.path + (existed ? " was made by another program: " : " is not as asked for: ") +
                    difference);
  }
  if (existed) {
    log_.Write(LogLevel::kWarning, "the pipe exists already and is ours: a client still holds an end of it",
               {{"pipe", options_.path}});
  }
  return pipe;
}

void Listener::Start() {
  auto first = std::make_shared<Waiting>(*this, CreateFirst());
  {
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
    {
      const std::lock_guard lock(mutex_);
      if (stopping_ || waiting_.size() + creating_ >= wanted_) break;
      ++creating_;
    }
    std::shared_ptr<Waiting> next;
    try {
      next = std::make_shared<Waiting>(*this, std::make_unique<PipeInstance>(options_, false, pool_));
    } catch (const win32::Win32Error& error) {
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
    const std::lock_guard lock(mutex_);
    if (code == ERROR_SUCCESS) {
      // Stop may have cancelled what was pending just before this connect began.
      if (stopping_ && waiting_.contains(next.get())) next->pipe->Cancel();
      continue;
    }
    waiting_.erase(next.get());
    if (stopping_) break;
    // A client is there already; or one was and is gone (ERROR_NO_DATA), which is routine.
    if (code == ERROR_PIPE_CONNECTED) connected.push_back(std::move(next->pipe));
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
  Replenish();
  if (serve) {
    on_client_(std::move(mine->pipe));
  } else if (code != ERROR_OPERATION_ABORTED && code != ERROR_NO_DATA && code != ERROR_SUCCESS) {
    log_.Write(LogLevel::kWarning, "waiting for a client failed", {{"error", win32::ErrorName(code)}});
  }
}

void Listener::Stop() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  for (const auto& [key, waiting] : waiting_) waiting->pipe->Cancel();
  changed_.wait(lock, [this] { return waiting_.empty() && busy_ == 0; });
}

}  // namespace onbehalf::service
