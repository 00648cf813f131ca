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

// The requests of one client: those in flight, until they have been answered and their handlers have ended, and those of
// batches, which wait for a place in flight. Takes each along the path from its message to its end. A member of the
// connection, which lives until the last of them has ended. Any thread.
class RequestSet {
 public:
  using Clock = std::chrono::steady_clock;

  // `on_drained` is called when the last request has ended after CloseWhenDone, and may be called more than once.
  RequestSet(ServerParts& server, const Client& client, Outbox& outbox, std::function<void()> on_drained);
  ~RequestSet();
  RequestSet(const RequestSet&) = delete;
  RequestSet& operator=(const RequestSet&) = delete;

  // A request that has just been read: it begins, waits in its batch or is refused. `over_quota`: its connection is one too
  // many, and every request is Busy. Nothing happens once the set takes no more.
  void Take(const RequestPtr& request, bool over_quota);
  // $/cancelRequest with these parameters.
  void Cancel(const Json& params);
  // Whatever has waited too long by `now` is answered, and asked to end.
  void CheckDeadlines(Clock::time_point now);

  // Takes no more. True when nothing is left already.
  [[nodiscard]] bool CloseWhenDone();
  // After CloseWhenDone: nothing is left.
  bool IsDrained() const;
  // Takes and begins no more; those that there are go to `ended`, for Abandon. True when nothing is in flight: otherwise the
  // connection leaves the table with the last handler.
  [[nodiscard]] bool Close(std::vector<RequestPtr>& ended);
  // Asks them to end, and nobody is answered any more.
  void Abandon(const std::vector<RequestPtr>& ended);

  // Answers every request with `reason` and asks their handlers to end.
  void StopAll(protocol::ErrorCode reason);
  void StopStreams(protocol::ErrorCode reason);
  // The policy is another: streams look whether they may go on.
  void LookAtStreams();

  struct Counts {
    std::uint64_t read = 0;        // so far
    std::size_t unanswered = 0;    // of those in flight
    bool is_empty = true;          // nothing is in flight or waits
    Clock::time_point last_end{};  // of a request; the epoch before the first
  };
  Counts counts() const;
  // Methods that threads still run for, because their handlers have been asked to end and have not; each as often as it runs.
  std::vector<std::string> StuckMethods() const;

 private:
  enum class State { kOpen, kClosing, kClosed };

  // The path, in its order. False when the request has been put back among the waiting ones of its batch.
  bool Begin(const RequestPtr& request);
  Admission AdmitNow(const RequestPtr& request);
  void OpenStream(const RequestPtr& request);
  void Run(const RequestPtr& request);
  void OnEnd(const RequestPtr& request);

  // Under mutex_.
  void Count();
  bool IsIdTaken(const protocol::Id& id) const;
  std::size_t Unanswered() const;
  // Whether a request of a batch may begin. Streams do not count: what waited for their end might wait for ever.
  bool HasPlaceInBatch() const;

  // There was no place for it: a batch's request waits until one of its connection has ended. False when there is none that
  // could end, or it is in no batch.
  bool WaitForPlace(const RequestPtr& request);
  void BeginWaiting();
  // Asks its handler to end and answers it, for `reason`.
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
  std::size_t batch_at_once_ = 0;   // by the settings that the newest request was read with
  bool beginning_waiting_ = false;  // by one thread at a time
  bool begin_again_ = false;        // a request has ended since that thread took the last one out
};

}  // namespace onbehalf::service
