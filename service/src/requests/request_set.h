#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "onbehalf/protocol/error_code.h"
#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/win32/lock.h"
#include "requests/admission.h"
#include "requests/completion.h"
#include "requests/outbox.h"
#include "requests/running_request.h"
#include "requests/server_parts.h"

namespace onbehalf::service {

// The requests of one client: those in flight, until they have been answered and their handlers have ended, and requests of
// batches that wait for a place in flight. Takes each along the path from its message to its end. A member of the connection,
// which lives until the last of them has ended. Any thread.
class RequestSet {
 public:
  using Clock = std::chrono::steady_clock;

  // `on_drained` is called when the last request has ended after CloseWhenDone; possibly more than once.
  RequestSet(ServerParts& server, const Client& client, Outbox& outbox, std::function<void()> on_drained);
  ~RequestSet();
  RequestSet(const RequestSet&) = delete;
  RequestSet& operator=(const RequestSet&) = delete;

  // Handles a request that was just read: it begins, waits in its batch or is refused. `over_quota`: the connection exceeds a
  // quota, and every request is Busy. Does nothing once the set accepts no more requests.
  void Take(const RequestPtr& request, bool over_quota);
  // Handles $/cancelRequest with these parameters.
  void Cancel(const Json& params);
  // Answers everything that has waited too long by `now`, and asks it to end.
  void CheckDeadlines(Clock::time_point now);

  // Accepts no more requests. Returns true if nothing is left.
  [[nodiscard]] bool CloseWhenDone();
  // Whether nothing is left after CloseWhenDone.
  bool IsDrained() const;
  // Accepts and begins no more requests; moves the existing ones to `ended`, for Abandon. Returns true if nothing is in flight:
  // otherwise the connection leaves the table with the last handler.
  [[nodiscard]] bool Close(std::vector<RequestPtr>& ended);
  // Asks their handlers to end; nothing is answered any more.
  void Abandon(const std::vector<RequestPtr>& ended);

  // Answers every request with `reason` and asks their handlers to end.
  void StopAll(protocol::ErrorCode reason);
  void StopStreams(protocol::ErrorCode reason);
  // The policy has changed: streams check whether they may continue.
  void CheckStreams();

  struct Counts {
    std::uint64_t read = 0;        // so far
    std::size_t unanswered = 0;    // of those in flight
    bool is_empty = true;          // nothing is in flight or waiting
    Clock::time_point last_end{};  // of a request; the epoch before the first
  };
  Counts counts() const;
  // The methods of handlers that were asked to end but still run, once for each handler.
  std::vector<std::string> StuckMethods() const;

 private:
  enum class State { kOpen, kClosing, kClosed };

  // The path of a request, in order. Returns false if the request was put back among the waiting ones of its batch.
  bool Begin(const RequestPtr& request);
  Admission AdmitNow(const RequestPtr& request);
  void OpenStream(const RequestPtr& request);
  void Run(const RequestPtr& request);
  void OnEnd(const RequestPtr& request);

  // Under mutex_.
  void Count();
  bool IsIdTaken(const protocol::Id& id) const;
  std::size_t Unanswered() const;
  // Whether a request of a batch may begin. Streams do not count: waiting for their end might take forever.
  bool HasPlaceInBatch() const;

  // There was no place for the request: if it is in a batch, it waits until another of its connection has ended. Returns false
  // if no other could end, or if it is not in a batch.
  bool WaitForPlace(const RequestPtr& request);
  void BeginWaiting();
  // Asks its handler to end and answers it, with `reason`.
  void StopAndAnswer(const RequestPtr& request, protocol::ErrorCode reason);
  bool IsClosing() const;
  std::vector<RequestPtr> InFlight() const;

  ServerParts& server_;
  const Client& client_;
  Outbox& outbox_;
  const std::function<void()> on_drained_;
  Completion completion_;

  mutable win32::Lock mutex_;
  State state_ = State::kOpen;
  std::vector<RequestPtr> in_flight_;
  std::deque<RequestPtr> waiting_;  // of a batch, not begun
  std::uint64_t read_ = 0;
  Clock::time_point last_end_{};
  std::size_t batch_at_once_ = 0;   // from the settings of the newest request
  bool beginning_waiting_ = false;  // by one thread at a time
  bool begin_again_ = false;        // a request has ended since that thread dequeued the last one
};

}  // namespace onbehalf::service
