// SPDX-License-Identifier: MIT
#pragma once

#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "onbehalf/pipe/pipe_end.h"
#include "onbehalf/pipe/security.h"
#include "onbehalf/pipe/server_end.h"

namespace onbehalf::pipe {

inline constexpr std::uint32_t kUnlimitedClients = 0;

struct ServerOptions {
  Direction direction = Direction::kDuplex;
  // The server reads a message pipe in message mode: one read returns bytes of exactly one write, so that the caller
  // captured after it is the account that wrote them. A byte pipe does not have that.
  Kind kind = Kind::kMessage;
  // Ends that the server has open at the same time; 0: unlimited. Others find the pipe busy.
  std::uint32_t max_clients = kUnlimitedClients;
  // Instances that wait for a client, 1 to 64: a burst of that many connects without waiting for the server.
  std::uint32_t waiting_instances = 4;
  // The pipe's quota for each direction: the bytes that can be written before a write waits for the reader.
  std::uint32_t inbound_bytes = 64 * 1024;
  std::uint32_t outbound_bytes = 64 * 1024;
  bool accept_remote = false;  // false: PIPE_REJECT_REMOTE_CLIENTS; Windows' default accepts them
  Security security = Security::Default();
  PoolEnvironment environment = nullptr;  // must outlive the server and its ends
  // For the log: an instance could not be created; it is tried again soon. On any thread; must not call the server.
  std::function<void(std::string_view what, std::string_view why)> on_failure = {};
};

// Another program has a pipe of this name, or the pipe does not have the requested descriptor. It must not be served.
class NameTaken : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Accepted {
  Status status = Status::kOk;  // kOk, kTimeout, kStopped
  std::optional<ServerEnd> client;
  explicit operator bool() const noexcept { return client.has_value(); }
};

class AcceptAwaitable;

// A named pipe that serves clients. From its construction until it is destroyed the pipe exists and listens: several
// instances wait, each accepted client is replaced at once, and an instance that no client can connect to holds the
// name, so that no other program can take it while clients come and go. Any thread.
class Server {
 public:
  // `name`: `\\.\pipe\NAME` or NAME. Throws NameTaken if a pipe of this name has another owner, DACL or label than
  // requested; std::invalid_argument for a bad name or option; win32::Win32Error, with ERROR_ACCESS_DENIED (5) if the
  // security denies the server's own account. A pipe of the same owner and security is joined: two servers of one
  // account share the clients (joined_existing). The owner is the token's user also for an elevated process, so
  // processes of this user without elevation can do the same.
  explicit Server(std::string_view name, ServerOptions options = {});
  // Stops. Ends that were accepted live on.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  const std::string& path() const noexcept;
  // Whether the pipe existed when this server was made.
  bool joined_existing() const;

  // The next client. Clients that connect before this is called wait, at least waiting_instances and at most twice as
  // many; for others the pipe is busy. A client may have left by then: what it wrote can be read before kClosed.
  Accepted Accept(Deadline deadline = kNoDeadline, StopSignal stop = nullptr);
  // Calls once, on a thread of the pool.
  void AcceptAsync(std::function<void(Accepted)> on_client, Deadline deadline = kNoDeadline,
                   StopSignal stop = nullptr);
  // co_await server.AcceptAsync()
  AcceptAwaitable AcceptAsync(Deadline deadline = kNoDeadline, StopSignal stop = nullptr);

  // Replaces DACL and label of the live pipe. Clients that are connected stay. Throws as the constructor, and changes
  // nothing if the owner is another or the security denies the server's own account.
  void SetSecurity(const Security& security);
  // No client is accepted after this returns; every waiting Accept ends with kStopped. Callbacks of AcceptAsync are
  // called on the pool and may still come, with kStopped or a client that was on its way: what they use must live as
  // long (capture a shared_ptr). The name is held until the
  // server is destroyed. Waits for the pool's callbacks: not on the only thread of `environment`.
  void Stop();

 private:
  friend class AcceptAwaitable;
  class State;
  std::shared_ptr<State> state_;
};

class [[nodiscard]] AcceptAwaitable {
 public:
  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> coroutine);
  Accepted await_resume() { return std::move(result_); }

 private:
  friend class Server;
  AcceptAwaitable(std::shared_ptr<Server::State> state, Deadline deadline, StopSignal stop)
      : state_(std::move(state)), deadline_(deadline), stop_(stop) {}
  std::shared_ptr<Server::State> state_;
  Deadline deadline_;
  StopSignal stop_;
  Accepted result_;
};

}  // namespace onbehalf::pipe
