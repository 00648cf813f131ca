#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>

#include "log.h"
#include "onbehalf/win32/lock.h"
#include "pipe_instance.h"
#include "thread_pool.h"

namespace onbehalf::service {

// Somebody else has a pipe of this name, or it is not guarded as it has to be. Nothing is served on it.
class PipeTaken : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Keeps a number of instances of the pipe waiting for clients. A replacement exists before a client is handed on, so
// the name is never free while the service runs. Any thread.
class Listener {
 public:
  using OnClient = std::function<void(std::unique_ptr<PipeInstance>)>;

  // `on_incomplete` is called when fewer instances wait than should, and Replenish is to be called again later.
  Listener(PipeOptions options, std::uint32_t waiting_instances, ThreadPool& pool, Log& log,
           OnClient on_client, std::function<void()> on_incomplete);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Creates the pipe and starts listening. Throws PipeTaken (the pipe exists and is not ours, or what was created does not
  // read back as asked for) and Win32Error.
  void Start();
  // No client is handed on after the return.
  void Stop();
  // Guards the pipe with another descriptor from now on, the live pipe included: it has one for all instances. Throws
  // PipeTaken when the pipe does not read back so, Win32Error.
  void SetDescriptor(const win32::SecurityDescriptor& descriptor);
  // Brings the number of waiting instances up again, after creating one has failed. True when all are there.
  bool Replenish();

 private:
  class Waiting;
  class Busy;

  PipeOptions CurrentOptions();
  std::unique_ptr<PipeInstance> CreateFirst(const PipeOptions& options);
  // Throws PipeTaken unless the pipe is ours and guarded as asked for. One that `existed` and is ours gets our descriptor.
  static void Verify(HANDLE pipe, const PipeOptions& options, bool existed);
  static void SetDescriptorOf(HANDLE pipe, const PipeOptions& options);
  void OnConnect(Waiting& waiting, DWORD code);

  PipeOptions options_;  // under mutex_
  const std::uint32_t wanted_;
  ThreadPool& pool_;
  Log& log_;
  const OnClient on_client_;
  const std::function<void()> on_incomplete_;

  // Held while the pipe's descriptor is set or compared, so that nobody puts an older one back. Before mutex_.
  win32::Lock guarding_;
  bool started_ = false;  // under guarding_

  win32::Lock mutex_;
  win32::Condition changed_;
  std::map<Waiting*, std::shared_ptr<Waiting>> waiting_;
  std::size_t busy_ = 0;      // threads that create instances or hand clients on
  std::size_t creating_ = 0;  // instances that will be in waiting_ soon
  bool stopping_ = false;
};

}  // namespace onbehalf::service
