// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>

#include "onbehalf/pipe/anchor.h"
#include "onbehalf/pipe/server_end.h"
#include "onbehalf/win32/lock.h"

namespace onbehalf::pipe {

// Keeps a number of pipe instances waiting for clients. Owns the pipe's name from Start until it is destroyed. Any
// thread. The engine of Server, and of the service.
class Listener {
 public:
  struct Events {
    // A client has connected; on the thread that noticed it, which is not impersonating.
    std::function<void(ServerEnd client)> on_client;
    // Fewer instances wait than should: Replenish must be called later.
    std::function<void()> on_incomplete;
    // For the log: what failed, and why. Never under a lock.
    std::function<void(std::string_view what, std::string_view why)> on_failure;
  };

  Listener(PipeOptions options, std::uint32_t waiting_instances, PoolEnvironment environment, Events events);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Creates the pipe and starts listening. Throws as Anchor does.
  void Start();
  // Whether Start found a pipe of this name and descriptor: a client still holds an end of an earlier run's, or another
  // server of this account has it.
  bool joined_existing() const;
  // No client is handed over after this returns.
  void Stop();
  // Until Resume or Stop no client can connect: the pipe's name stays taken, but no instance waits. Clients that have
  // connected have been handed over when this returns, except for one that connects in the instant in which its instance
  // is closed: it finds the connection closed before anything is read, as at every end of a named pipe.
  void Pause();
  void Resume();
  // Replaces the pipe's security descriptor. Throws as Anchor does.
  void SetDescriptor(const win32::SecurityDescriptor& descriptor);
  // Restores the number of waiting instances after creating one has failed. Returns true when all exist.
  bool Replenish();
  // For each client handed over, once its end is closed: with `max_clients` another may come, after Replenish.
  void Release();
  // How many instances should wait from now on: Server lowers it while accepted clients wait to be taken.
  void SetWaiting(std::uint32_t instances);

 private:
  class Waiting;
  class Busy;

  // Whether another instance should wait. Under mutex_.
  bool HasRoom() const;
  PipeOptions CurrentOptions();
  void OnConnect(Waiting& waiting, std::uint32_t code);

  PipeOptions options_;  // under mutex_
  const PoolEnvironment environment_;
  const Events events_;

  // Held while the pipe's descriptor is set, so that an older one never replaces a newer one. Acquired before mutex_.
  mutable win32::Lock guarding_;
  std::unique_ptr<Anchor> anchor_;  // under guarding_; null until Start

  win32::Lock mutex_;
  win32::Condition changed_;
  std::map<Waiting*, std::shared_ptr<Waiting>> waiting_;
  std::size_t wanted_;
  std::size_t served_ = 0;    // clients handed over and not released
  std::size_t busy_ = 0;      // threads that create instances or hand over clients
  std::size_t creating_ = 0;  // instances that will be in waiting_ soon
  bool paused_ = false;
  bool stopping_ = false;
};

}  // namespace onbehalf::pipe
