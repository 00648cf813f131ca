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
#include "onbehalf/win32/lock.h"
#include "onbehalf/win32/overlapped.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/token.h"
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
  if (!IsLocalPath(LocalPath(name)))
    throw std::invalid_argument("a pipe can only be served on this computer");
  return {LocalPath(name), options.security.Build(), options.accept_remote, options.direction,
          options.kind,    options.max_clients,      options.inbound_bytes, options.outbound_bytes};
}

// Further instances are checked against the pipe's descriptor. Throws Win32Error(ERROR_ACCESS_DENIED).
void RequireOwnAccess(const win32::SecurityDescriptor& descriptor) {
  constexpr GENERIC_MAPPING kFile = {FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE,
                                     FILE_ALL_ACCESS};
  const win32::Token own =
      win32::Token::FromOwnProcess(TOKEN_QUERY | TOKEN_DUPLICATE)
          .Duplicate(TokenImpersonation, win32::ImpersonationLevel::kIdentification, TOKEN_QUERY);
  if (!win32::CheckAccess(descriptor, own, kServerRights, kFile).allowed) {
    throw win32::Win32Error(ERROR_ACCESS_DENIED, "AccessCheck", "the server's own account");
  }
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
    RequireOwnAccess(descriptor);
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
  std::optional<ServerEnd> TakeClient();
  // False if it has been answered meanwhile.
  bool Forget(const std::shared_ptr<AcceptWaiter>& waiter);
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
      // It counts as a waiting instance, so that clients beyond the number find the pipe busy.
      const auto taken =
          static_cast<std::uint32_t>((std::min<std::size_t>)(clients_.size(), waiting_instances_));
      listener_->SetWaiting(waiting_instances_ - taken);
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
  const auto left = static_cast<std::uint32_t>((std::min<std::size_t>)(clients_.size(), waiting_instances_));
  listener_->SetWaiting(waiting_instances_ - left);
  return client;
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
  std::shared_ptr<win32::UniqueObject> event;
  {
    const std::lock_guard lock(lock_);
    if (stopped_) return {Status::kStopped, std::nullopt};
    if ((accepted->client = TakeClient())) {
      // Replenish takes the lock.
    } else {
      event = std::make_shared<win32::UniqueObject>(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
      if (!*event) win32::ThrowLastError("CreateEventW");
      waiter->deliver = [accepted, event](Accepted delivered) {
        *accepted = std::move(delivered);
        ::SetEvent(event->get());
      };
      waiters_.push_back(waiter);
    }
  }
  if (accepted->client) {
    Replenish();
    return std::move(*accepted);
  }
  const HANDLE handles[] = {event->get(), stop};
  DWORD ended_by = WAIT_TIMEOUT;
  do {
    ended_by =
        ::WaitForMultipleObjects(stop == nullptr ? 1 : 2, handles, FALSE, win32::WaitMilliseconds(deadline));
  } while (ended_by == WAIT_TIMEOUT && Clock::now() < deadline);
  const DWORD wait_error = ended_by == WAIT_FAILED ? ::GetLastError() : ERROR_SUCCESS;
  if (ended_by != WAIT_OBJECT_0 && Forget(waiter)) {
    if (ended_by == WAIT_FAILED) throw win32::Win32Error(wait_error, "WaitForMultipleObjects");
    return {ended_by == WAIT_TIMEOUT ? Status::kTimeout : Status::kStopped, std::nullopt};
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

void Server::State::OnClosed() {
  std::shared_ptr<Listener> listener;
  {
    const std::lock_guard lock(lock_);
    listener = listener_;
  }
  if (!listener) return;
  listener->Release();
  // The end may be closed in Caller::Run, and instances are not for the caller to make.
  if (IsImpersonating()) return RetryLater(std::chrono::milliseconds(0));
  Replenish();
}

void Server::State::Replenish() {
  std::shared_ptr<Listener> listener;
  {
    const std::lock_guard lock(lock_);
    if (stopped_) return;
    listener = listener_;
  }
  if (listener && !listener->Replenish()) RetryLater();
}

void Server::State::RetryLater(std::chrono::milliseconds due) {
  ULARGE_INTEGER time;
  time.QuadPart = static_cast<ULONGLONG>(-(static_cast<LONGLONG>(due.count()) * 10'000));
  FILETIME due_time{time.LowPart, time.HighPart};
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
