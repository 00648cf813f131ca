#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>

#include "access/access_control.h"
#include "audit/audit.h"
#include "log/log.h"
#include "onbehalf/service/method.h"
#include "onbehalf/win32/lock.h"
#include "requests/admission.h"
#include "requests/connection_table.h"
#include "requests/statistics.h"
#include "settings/live_settings.h"
#include "threads/thread_pool.h"

namespace onbehalf::service {

// Counts requests that were read but not answered. Any thread.
class UnansweredRequests {
 public:
  void Add();
  void Remove();
  // Removes one at the end of a scope.
  class Removal {
   public:
    explicit Removal(UnansweredRequests& requests) : requests_(requests) {}
    ~Removal() { requests_.Remove(); }
    Removal(const Removal&) = delete;
    Removal& operator=(const Removal&) = delete;

   private:
    UnansweredRequests& requests_;
  };
  // Returns false if `timeout` passes first.
  bool WaitUntilNone(std::chrono::milliseconds timeout);

 private:
  win32::Lock mutex_;
  win32::Condition none_;
  std::size_t count_ = 0;
};

// The parts of the server that a connection uses. Everything here outlives every connection.
struct ServerParts {
  const LiveSettings& settings;
  const bool audit_required;
  const AdmissionParts admission;
  const MethodRegistry& methods;
  const AccessControl& access;
  Audit& audit;
  Log& log;
  Statistics& statistics;
  ConnectionTable& connections;
  UnansweredRequests& unanswered;
  ThreadPool& io_pool;
  ThreadPool& handler_pool;
  const std::atomic<bool>& stopping;
  // An id for the audit, unique on this machine: the time the server started, and a number.
  std::string NextRequestId();
  // Notes whether an audit line could be written. Reports the first failure, and the first success after it.
  void NoteAudit(bool recorded);

  const std::string run_id;
  std::atomic<std::uint64_t> last_request{0};
  std::atomic<bool> audit_fails{false};
};

}  // namespace onbehalf::service
