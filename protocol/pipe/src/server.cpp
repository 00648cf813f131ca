#include "onbehalf/pipe/server.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <mutex>
#include <utility>

#include "expiry.h"
#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/pipe/listener.h"
#include "onbehalf/pipe/pipe_path.h"
#include "onbehalf/pipe/pool.h"
#include "onbehalf/win32/lock.h"
#include "onbehalf/win32/overlapped.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/win32_error.h"
#include "pending_io.h"
#include "pipe_io.h"

namespace onbehalf::pipe {
namespace {

constexpr std::uint32_t kMaxWaiting = 64;
// How soon the number of waiting instances is restored after one could not be created. Usually a closed end does it
// earlier.
constexpr std::chrono::milliseconds kRetry{250};

// One Accept that waits.
struct AcceptWaiter {
  std::function<void(Accepted)> deliver;
  std::optional<Expiry> expiry;
};

PipeOptions ToPipeOptions(std::string_view name, const ServerOptions& options) {
  if (options.waiting_instances == 0 || options.waiting_instances > kMaxWaiting) {
    throw std::invalid_argument("waiting_instances is 1 to 64");
  }
  const std::string path = LocalPath(name);
  if (!IsLocalPath(path)) throw std::invalid_argument("a pipe can only be served on this computer");
  return {path,         options.security.Build(), options.accept_remote, options.direction,
          options.kind, options.max_clients,      options.inbound_bytes, options.outbound_bytes};
}

std::uint32_t WaitingInstances(const ServerOptions& options) {
  if (options.max_clients == kUnlimitedClients) return options.waiting_instances;
  return (std::min)(options.waiting_instances, options.max_clients);
}

}  // namespace

// Clients that have connected and not been taken, and calls of Accept that wait; one of both is empty.
class Server::State : public std::enable_shared_from_this<Server::State> {
 public:
  State(std::string_view name, const ServerOptions& options)
      : environment_(options.environment),
        waiting_instances_(WaitingInstances(options)),
        path_(LocalPath(name)),
        retry_(::CreateThreadpoolTimer(
            [](PTP_CALLBACK_INSTANCE, void* state, PTP_TIMER) { static_cast<State*>(state)->Replenish(); },
            this, static_cast<PTP_CALLBACK_ENVIRON>(options.environment))) {
    if (retry_ == nullptr) win32::ThrowLastError("CreateThreadpoolTimer");
    try {
      listener_ = std::make_shared<Listener>(
          ToPipeOptions(name, options), waiting_instances_, environment_,
          Listener::Events{
              [this](ServerEnd client) { OnClient(std::move(client)); }, [this] { RetryLater(); },
              options.on_failure ? options.on_failure : [](std::string_view, std::string_view) {}});
    } catch (...) {
      ::CloseThreadpoolTimer(retry_);
      throw;
    }
  }
  ~State() {
    Close();
    ::CloseThreadpoolTimer(retry_);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  const std::string& path() const { return path_; }
  void Start() {
    listener_->Start();
    Replenish();
  }
  bool joined_existing() const { return listener_->joined_existing(); }
  void SetSecurity(const Security& security) {
    const win32::SecurityDescriptor descriptor = security.Build();
    // Further instances are checked against it.
    if (!GrantsServerRights(descriptor))
      throw win32::Win32Error(ERROR_ACCESS_DENIED, "AccessCheck", "the server's own account");
    listener_->SetDescriptor(descriptor);
  }

  Accepted Accept(Deadline deadline, NativeHandle stop);
  // `deliver` is called once on a thread of the pool.
  void AcceptAsync(std::function<void(Accepted)> deliver, Deadline deadline, NativeHandle stop);

  void Stop();
  // Releases the name.
  void Close();

 private:
  // Released when the handle of an accepted end is closed: an instance may be free.
  class Lease {
   public:
    explicit Lease(std::weak_ptr<State> state) : state_(std::move(state)) {}
    ~Lease() {
      if (const auto state = state_.lock()) state->OnClosed();
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

   private:
    const std::weak_ptr<State> state_;
  };

  void OnClient(ServerEnd client);
  // Under lock_.
  std::optional<ServerEnd> TakeClient();
  // A client that nobody has taken counts as a waiting instance, so that clients beyond the number find the pipe busy.
  // Under lock_.
  void LimitWaiting();
  // False if it has been answered meanwhile.
  bool Forget(const std::shared_ptr<AcceptWaiter>& waiter);
  std::shared_ptr<Listener> CurrentListener();
  void OnClosed();
  void Replenish();
  void RetryLater(std::chrono::milliseconds due = kRetry);

  const PoolEnvironment environment_;
  const std::uint32_t waiting_instances_;
  const std::string path_;
  const PTP_TIMER retry_;
  win32::Lock lock_;
  std::shared_ptr<Listener> listener_;  // null once closed
  std::deque<ServerEnd> clients_;
  std::deque<std::shared_ptr<AcceptWaiter>> waiters_;
  bool stopped_ = false;
};

void Server::State::OnClient(ServerEnd client) {
  PipeEndAccess::Io(client).set_lease(std::make_shared<Lease>(weak_from_this()));
  std::shared_ptr<AcceptWaiter> waiter;
  {
    const std::lock_guard lock(lock_);
    if (stopped_) return;
    if (waiters_.empty()) {
      clients_.push_back(std::move(client));
      LimitWaiting();
      return;
    }
    waiter = std::move(waiters_.front());
    waiters_.pop_front();
  }
  waiter->deliver({Status::kOk, std::move(client)});
}

std::optional<ServerEnd> Server::State::TakeClient() {
  if (clients_.empty()) return std::nullopt;
  std::optional<ServerEnd> client(std::move(clients_.front()));
  clients_.pop_front();
  LimitWaiting();
  return client;
}

void Server::State::LimitWaiting() {
  const auto taken = static_cast<std::uint32_t>((std::min<std::size_t>)(clients_.size(), waiting_instances_));
  listener_->SetWaiting(waiting_instances_ - taken);
}

bool Server::State::Forget(const std::shared_ptr<AcceptWaiter>& waiter) {
  const std::lock_guard lock(lock_);
  const auto found = std::find(waiters_.begin(), waiters_.end(), waiter);
  if (found == waiters_.end()) return false;
  waiters_.erase(found);
  return true;
}

Accepted Server::State::Accept(Deadline deadline, NativeHandle stop) {
  const auto waiter = std::make_shared<AcceptWaiter>();
  const auto accepted = std::make_shared<Accepted>();
  std::shared_ptr<win32::UniqueObject> event;  // null: a client was there
  {
    const std::lock_guard lock(lock_);
    if (stopped_) return {Status::kStopped, std::nullopt};
    accepted->client = TakeClient();
    if (!accepted->client) {
      event = std::make_shared<win32::UniqueObject>(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
      if (!*event) win32::ThrowLastError("CreateEventW");
      waiter->deliver = [accepted, event](Accepted delivered) {
        *accepted = std::move(delivered);
        ::SetEvent(event->get());
      };
      waiters_.push_back(waiter);
    }
  }
  if (!event) {
    Replenish();
    return std::move(*accepted);
  }
  win32::Ended ended = win32::Ended::kSignaled;
  try {
    ended = win32::WaitFor(event->get(), deadline, stop);
  } catch (...) {
    if (Forget(waiter)) throw;
  }
  if (ended != win32::Ended::kSignaled && Forget(waiter)) {
    return {ended == win32::Ended::kTimeout ? Status::kTimeout : Status::kStopped, std::nullopt};
  }
  // It is being delivered: taking it off the list and setting the event are not one step.
  ::WaitForSingleObject(event->get(), INFINITE);
  return std::move(*accepted);
}

void Server::State::AcceptAsync(std::function<void(Accepted)> deliver, Deadline deadline, NativeHandle stop) {
  const auto waiter = std::make_shared<AcceptWaiter>();
  // On another thread: this one may be the listener's, or hold the caller's locks.
  const auto on_pool = [environment = environment_, deliver = std::move(deliver),
                        weak = std::weak_ptr<AcceptWaiter>(waiter)](Accepted accepted) {
    const auto shared = std::make_shared<Accepted>(std::move(accepted));
    RunOnPool(environment, [deliver, shared, waiter = weak.lock()] {
      if (waiter && waiter->expiry) waiter->expiry->Disarm();
      deliver(std::move(*shared));
    });
  };
  if (deadline != kNoDeadline || stop != nullptr) {
    waiter->expiry.emplace(
        deadline, stop, environment_,
        [self = weak_from_this(), weak = std::weak_ptr<AcceptWaiter>(waiter), on_pool](Status status) {
          const auto state = self.lock();
          const auto expired = weak.lock();
          if (state && expired && state->Forget(expired)) on_pool({status, std::nullopt});
        });
  }
  waiter->deliver = on_pool;
  Accepted at_once;
  {
    const std::lock_guard lock(lock_);
    if (stopped_) {
      at_once.status = Status::kStopped;
    } else if (!(at_once.client = TakeClient())) {
      waiters_.push_back(waiter);
      if (waiter->expiry) waiter->expiry->Arm();
      return;
    }
  }
  Replenish();
  on_pool(std::move(at_once));
}

std::shared_ptr<Listener> Server::State::CurrentListener() {
  const std::lock_guard lock(lock_);
  return listener_;
}

void Server::State::OnClosed() {
  const std::shared_ptr<Listener> listener = CurrentListener();
  if (!listener) return;
  listener->Release();
  // The end may be closed in Caller::Run, and instances are not for the caller to make.
  if (IsImpersonating()) return RetryLater(std::chrono::milliseconds(0));
  Replenish();
}

void Server::State::Replenish() {
  // A stopped one makes no instance.
  const std::shared_ptr<Listener> listener = CurrentListener();
  if (listener && !listener->Replenish()) RetryLater();
}

void Server::State::RetryLater(std::chrono::milliseconds due) {
  FILETIME due_time = DueIn(due);
  const std::lock_guard lock(lock_);
  if (!stopped_) ::SetThreadpoolTimer(retry_, &due_time, 0, 0);
}

void Server::State::Stop() {
  std::deque<std::shared_ptr<AcceptWaiter>> waiters;
  std::deque<ServerEnd> clients;
  std::shared_ptr<Listener> listener;
  {
    const std::lock_guard lock(lock_);
    stopped_ = true;
    waiters = std::exchange(waiters_, {});
    clients = std::exchange(clients_, {});
    listener = listener_;
  }
  ::SetThreadpoolTimer(retry_, nullptr, 0, 0);
  ::WaitForThreadpoolTimerCallbacks(retry_, TRUE);
  if (listener) listener->Stop();
  for (const auto& waiter : waiters) waiter->deliver({Status::kStopped, std::nullopt});
}

void Server::State::Close() {
  Stop();
  std::shared_ptr<Listener> listener;
  const std::lock_guard lock(lock_);
  listener.swap(listener_);
}

Server::Server(std::string_view name, ServerOptions options)
    : state_(std::make_shared<State>(name, options)) {
  state_->Start();
}

Server::~Server() { state_->Close(); }

const std::string& Server::path() const noexcept { return state_->path(); }

bool Server::joined_existing() const { return state_->joined_existing(); }

Accepted Server::Accept(Deadline deadline, StopSignal stop) { return state_->Accept(deadline, stop); }

void Server::AcceptAsync(std::function<void(Accepted)> on_client, Deadline deadline, StopSignal stop) {
  state_->AcceptAsync(std::move(on_client), deadline, stop);
}

AcceptAwaitable Server::AcceptAsync(Deadline deadline, StopSignal stop) { return {state_, deadline, stop}; }

void Server::SetSecurity(const Security& security) { state_->SetSecurity(security); }

void Server::Stop() { state_->Stop(); }

bool AcceptAwaitable::await_suspend(std::coroutine_handle<> coroutine) {
  const std::shared_ptr<Server::State> state = state_;
  state->AcceptAsync(
      [this, coroutine](Accepted accepted) {
        result_ = std::move(accepted);
        coroutine.resume();
      },
      deadline_, stop_);
  return true;
}

}  // namespace onbehalf::pipe
