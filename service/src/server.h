#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "access_policy.h"
#include "account_quota.h"
#include "audit/audit.h"
#include "connection_table.h"
#include "listener.h"
#include "log.h"
#include "onbehalf/service/method.h"
#include "onbehalf/service/settings.h"
#include "onbehalf/win32/lock.h"
#include "server_parts.h"
#include "statistics.h"
#include "thread_pool.h"

namespace onbehalf::service {

// The pipe server whole: listener, connections, the pools they run on, and the clock that watches over them. Knows
// nothing of how the process was started. Start and Stop by one thread; the rest by any.
class Server final : public ServerControl {
 public:
  Server(const Settings& settings, PipeOptions pipe, Audit& audit, Log& log);
  // Stops, if it has been started.
  ~Server() override;

  // To be filled before Start, and not changed after.
  MethodRegistry& methods() { return methods_; }

  // Listens when it returns. Throws PipeTaken or Win32Error; may then be called again.
  void Start();
  // Refuses what comes, lets what is in flight end for Limits::stop_grace, then answers it ShuttingDown and asks its
  // handlers to end; returns when every answer is written, or its client has failed to read it, and every handler
  // has ended. `still_waiting` is called about once a second.
  void Stop(const std::function<void()>& still_waiting = {});

  const Statistics& statistics() const override { return statistics_; }
  std::chrono::system_clock::time_point started() const override { return started_; }
  std::vector<ConnectionInfo> Connections() const override;
  bool Disconnect(std::uint64_t connection_id) override;
  // Whether the caller may find the method in rpc.discover.
  bool MaySee(const Method& method, const CallerIdentity& caller) const;

 private:
  void OnClient(std::unique_ptr<PipeInstance> pipe);
  // The watch runs while there is something to watch, so that an idle service never wakes up.
  void StartWatch();
  void Watch();

  const Settings& settings_;
  const PipeOptions pipe_;
  Audit& audit_;
  Log& log_;
  const std::chrono::system_clock::time_point started_ = std::chrono::system_clock::now();
  MethodRegistry methods_;
  std::optional<AccessPolicy> policy_;
  Statistics statistics_;
  ConnectionTable connections_;
  AccountQuota handler_quota_;
  UnansweredRequests unanswered_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> last_connection_{0};
  ThreadPool io_pool_;
  ThreadPool handler_pool_;
  std::unique_ptr<ServerParts> parts_;
  std::unique_ptr<Listener> listener_;
  PTP_TIMER timer_ = nullptr;
  win32::Lock watch_mutex_;
  bool watching_ = false;
};

}  // namespace onbehalf::service
