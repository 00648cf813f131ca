#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "access/access_control.h"
#include "audit/audit.h"
#include "log/log.h"
#include "onbehalf/pipe/listener.h"
#include "onbehalf/service/method.h"
#include "onbehalf/service/settings.h"
#include "onbehalf/win32/account_names.h"
#include "onbehalf/win32/lock.h"
#include "pipe/pipe_descriptor.h"
#include "requests/account_quota.h"
#include "requests/connection_table.h"
#include "requests/method_limits.h"
#include "requests/server_control.h"
#include "requests/server_parts.h"
#include "settings/live_settings.h"
#include "threads/thread_pool.h"

namespace onbehalf::service {

// The complete pipe server: listener, connections, their thread pools, and the timer that watches over them. Does not know how
// the process was started. Start and Stop by one thread; the rest by any.
class Server final : public ServerControl {
 public:
  // `name` is the service whose SID owns the pipe. `policy_folder` is the folder of access.json. Everything passed by reference
  // must outlive this; `settings` must no longer change when it is destroyed.
  Server(std::shared_ptr<const LiveSettings> settings, std::string pipe_path,
         std::filesystem::path policy_folder, Audit& audit, Log& log,
         std::shared_ptr<win32::AccountNames> names, const protocol::ServiceName& name = {});
  // Stops, if it has been started.
  ~Server() override;

  // Must be filled before Start and not changed afterwards.
  MethodRegistry& methods() { return methods_; }
  // In force from Start on.
  AccessControl& access() { return access_; }

  // Listens when it returns. Throws pipe::NameTaken, PolicyInUse or Win32Error; may then be called again.
  void Start();
  // Refuses new requests, lets those in flight finish for Limits::stop_grace, then answers them ShuttingDown and asks their
  // handlers to end. Returns when every answer is written, or its client has failed to read it, and every handler has ended.
  // `still_waiting` is called about once a second.
  //
  // `may_abandon` is called as often while only handlers are still running, with their methods and how long that has been so. If
  // it returns true, Stop returns false: the process must then end, without destroying this.
  using MayAbandon =
      std::function<bool(const std::vector<std::string>& methods, std::chrono::milliseconds waited)>;
  bool Stop(const std::function<void()>& still_waiting = {}, const MayAbandon& may_abandon = {});

  // From Start on calls `on_idle` when there has been no connection for `idle`, and no client can connect any more: the process
  // should then be stopped. Once, on a thread of the process's pool; Stop waits for it. Before Start.
  void StopWhenIdle(std::chrono::milliseconds idle, std::function<void()> on_idle);

  const Statistics& statistics() const override { return statistics_; }
  std::chrono::system_clock::time_point started() const override { return started_; }
  std::vector<ConnectionInfo> Connections() const override;
  bool Disconnect(std::uint64_t connection_id) override;
  bool Subscribe(std::uint64_t connection_id, EventSet events) override;

 private:
  // Creates the listener. Throws as Start does.
  void Listen();
  void OnClient(pipe::ServerEnd pipe);
  // The policy decides who may connect; a policy that shuts out the service itself is refused.
  std::optional<std::string> CheckPolicy(const AccessPolicy& policy) const;
  std::string OnPolicy(const AccessPolicy& policy);
  // A replaced policy: clients that connected under it may still be accepted until then.
  struct FormerPolicy {
    std::shared_ptr<const AccessPolicy> policy;
    std::chrono::steady_clock::time_point until;
  };
  // Ends the connections of accounts that may no longer connect.
  void OnConnectChange();
  std::vector<FormerPolicy> FormerPolicies();
  // Sets the pipe's descriptor. Returns what was not changed; empty if nothing.
  std::string SetDescriptor(const AccessPolicy& policy);
  // The watch runs only while there is something to watch, so that an idle service never wakes up.
  void StartWatch();
  void Watch();
  void SetWatchPeriod(const Settings& settings);
  // The time without a connection begins, if nothing is watched; under watch_mutex_.
  void BeginIdle();
  void OnIdle();
  // Methods whose handlers were asked to end but have not.
  std::vector<std::string> StuckMethods() const;

  const std::shared_ptr<const LiveSettings> settings_;
  const Settings::Pipe pipe_settings_;
  const std::string pipe_path_;
  const win32::Sid pipe_owner_;
  Audit& audit_;
  Log& log_;
  const std::chrono::system_clock::time_point started_ = std::chrono::system_clock::now();
  MethodRegistry methods_;
  AccessControl access_;
  Statistics statistics_;
  ConnectionTable connections_;
  AccountQuota handler_quota_;
  AccountQuota stream_quota_;
  MethodLimits method_limits_;
  UnansweredRequests unanswered_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> last_connection_{0};
  ThreadPool io_pool_;
  ThreadPool handler_pool_;
  std::unique_ptr<ServerParts> parts_;
  win32::Lock listener_mutex_;  // serializes creating and removing the listener and changes of the policy
  std::unique_ptr<pipe::Listener> listener_;
  std::optional<PoolTimer> timer_;  // from Start to Stop
  win32::Lock policy_mutex_;
  std::shared_ptr<const AccessPolicy> policy_;  // the last one applied to connections, under policy_mutex_
  std::vector<FormerPolicy> former_policies_;   // under policy_mutex_
  win32::Lock watch_mutex_;
  bool watching_ = false;
  std::chrono::milliseconds idle_{0};
  std::function<void()> on_idle_;
  std::optional<PoolTimer>
      idle_timer_;  // runs while nothing is watched, under watch_mutex_; empty: never stops when idle
};

}  // namespace onbehalf::service
