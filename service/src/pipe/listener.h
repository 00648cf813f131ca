#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "log/log.h"
#include "onbehalf/win32/lock.h"
#include "pipe/pipe_anchor.h"
#include "pipe/pipe_instance.h"
#include "threads/thread_pool.h"

namespace onbehalf::service {

// Keeps a number of pipe instances waiting for clients. Owns the pipe's name from Start until it is destroyed. Any thread.
class Listener {
 public:
  using OnClient = std::function<void(std::unique_ptr<PipeInstance>)>;

  // `on_incomplete` is called when fewer instances wait than should; Replenish must then be called later.
  Listener(PipeOptions options, std::uint32_t waiting_instances, ThreadPool& pool, Log& log,
           OnClient on_client, std::function<void()> on_incomplete);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Creates the pipe and starts listening. Throws as PipeAnchor does.
  void Start();
  // No client is handed over after this returns.
  void Stop();
  // Replaces the pipe's security descriptor. Throws as PipeAnchor does.
  void SetDescriptor(const win32::SecurityDescriptor& descriptor);
  // Restores the number of waiting instances after creating one has failed. Returns true when all exist.
  bool Replenish();

 private:
  class Waiting;
  class Busy;

  PipeOptions CurrentOptions();
  void OnConnect(Waiting& waiting, DWORD code);

  PipeOptions options_;  // under mutex_
  const std::uint32_t wanted_;
  ThreadPool& pool_;
  Log& log_;
  const OnClient on_client_;
  const std::function<void()> on_incomplete_;

  // Held while the pipe's descriptor is set, so that an older one never replaces a newer one. Acquired before mutex_.
  win32::Lock guarding_;
  std::unique_ptr<PipeAnchor> anchor_;  // under guarding_; null until Start

  win32::Lock mutex_;
  win32::Condition changed_;
  std::map<Waiting*, std::shared_ptr<Waiting>> waiting_;
  std::size_t busy_ = 0;      // threads that create instances or hand over clients
  std::size_t creating_ = 0;  // instances that will be in waiting_ soon
  bool stopping_ = false;
};

}  // namespace onbehalf::service
