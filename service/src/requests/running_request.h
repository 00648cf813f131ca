#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "onbehalf/protocol/json_rpc.h"
#include "onbehalf/service/caller_identity.h"
#include "onbehalf/service/method.h"
#include "onbehalf/service/settings.h"
#include "onbehalf/win32/lock.h"
#include "onbehalf/win32/unique_handle.h"
#include "requests/account_quota.h"
#include "requests/method_limits.h"

namespace onbehalf::service {

class ProgressChannel;
class StreamRequest;

// What a request gets when it is admitted.
struct Admitted {
  const Method* method = nullptr;
  Json params;                // bound to the method's names
  bool opens_stream = false;  // and its handler is not called
  // The places it occupies until its handler or stream has ended.
  MethodLimits::Place of_method;
  AccountQuota::Place of_account;
};

// Collects the answers of a batch, which are sent together once the last is there. Any thread.
class BatchAnswers {
 public:
  // Expects `answers`; in total they may take `max_bytes`.
  BatchAnswers(std::size_t answers, std::size_t max_bytes) : missing_(answers), bytes_left_(max_bytes) {}
  // Takes the answer to `id`; one that no longer fits is replaced by TooLarge. Returns the text of the whole batch with the last
  // answer, nullopt before.
  std::optional<std::string> Add(const protocol::Id& id, std::string answer);

 private:
  win32::Lock mutex_;
  std::size_t missing_;
  std::size_t bytes_left_;
  std::vector<std::string> answers_;
};

class RunningRequest;
using RequestPtr = std::shared_ptr<RunningRequest>;

// One request from when it was read until its handler has ended. Its answer and its handler's end are separate: a request whose
// deadline passes is answered at once, whatever the handler does. Any thread. Members that are set later are set by one thread
// only: the results of admission, and the stream, by the thread that begins the request.
class RunningRequest final : public StopEvent {
 public:
  using Clock = std::chrono::steady_clock;

  // `caller` is the writer's identity, or why it could not be captured. `batch` is null outside a batch. `settings` are those in
  // force when the request was read.
  RunningRequest(protocol::Request request, bool is_notification, CallerIdentity::Capture caller,
                 std::shared_ptr<BatchAnswers> batch, std::string audit_id, Clock::time_point read_at,
                 std::shared_ptr<const Settings> settings);

  const protocol::Id& id() const { return request_.id; }
  // Runs like a request but is never answered.
  bool is_notification() const { return is_notification_; }
  const std::string& method_name() const { return request_.method; }
  const Json& params() const { return request_.params; }
  const CallerIdentity::Capture& capture() const { return capture_; }
  // nullptr if the capture failed.
  const CallerIdentity* caller() const;
  const std::string& audit_id() const { return audit_id_; }
  const std::shared_ptr<BatchAnswers>& batch() const { return batch_; }
  Clock::time_point read_at() const { return read_at_; }
  // The settings whose limits apply to the request until its end.
  const Settings& settings() const { return *settings_; }
  // Initially that of all methods (limits.request_deadline_ms); its method may have another. For a stream: time_point::max().
  Clock::time_point deadline() const { return deadline_; }
  void set_deadline(Clock::time_point deadline) { deadline_ = deadline; }

  // The request was admitted; `progress` receives its progress (null: not wanted). Called once, before any other thread may run
  // the request. From here on params() are bound to the method's names.
  void SetAdmitted(Admitted admitted, std::shared_ptr<ProgressChannel> progress);
  // Only once admitted.
  const Method& method() const { return *admitted_.method; }
  bool opens_stream() const { return admitted_.opens_stream; }
  // Releases its places, if any: its handler or stream has ended. More than one thread may call this.
  void ReleasePlaces();
  std::shared_ptr<ProgressChannel> progress() const;

  // Marks that a thread works on the request (its handler, or a turn or the end of its stream), while this object lives. The
  // work may take as long as a request from now on (a stream has no deadline, but each of its turns is short), and one second
  // more to end when asked to; then it is overdue.
  class Working {
   public:
    explicit Working(RunningRequest& request);
    ~Working() { request_.due_ = Clock::time_point::max(); }
    Working(const Working&) = delete;
    Working& operator=(const Working&) = delete;

   private:
    RunningRequest& request_;
  };
  // When it becomes overdue; time_point::max() while no thread works on it.
  Clock::time_point due() const { return due_.load(); }
  bool runs() const { return due() != Clock::time_point::max(); }
  // Only for the watch: whether it is overdue and this has not been reported before. Each turn of a stream has its own due time.
  [[nodiscard]] bool BecomesOverdue(Clock::time_point now);

  // It becomes a stream: from now on Stop also notifies the stream.
  void BecomeStream(std::shared_ptr<StreamRequest> stream);
  // Null if it is not a stream.
  std::shared_ptr<StreamRequest> stream() const;

  std::stop_token stop_token() const { return stop_.get_token(); }

  // For its handler or stream: set together with stop_token.
  HANDLE handle() override;

  // Asks the handler to end, for `reason`: sets its stop token and event and cancels the synchronous I/O that its thread is
  // blocked in. The first reason is kept. Must be called again as long as is_stuck(), because a call does not affect I/O that
  // begins after it.
  void Stop(protocol::ErrorCode reason);
  // Why the handler was asked to end; nullopt if it was not.
  std::optional<protocol::ErrorCode> stop_reason() const;
  // Whether the handler was asked to end but still runs.
  bool is_stuck() const;

  // Returns true for exactly one caller: that one answers the request.
  [[nodiscard]] bool ClaimAnswer() { return !answered_.exchange(true); }
  bool is_answered() const { return answered_.load(); }

  // Marks the calling thread as the one that runs the handler, while the object lives. Uses the lock of Stop: after the
  // destructor no cancellation of this request can affect what the thread does next.
  class OnThisThread {
   public:
    explicit OnThisThread(RunningRequest& request);
    ~OnThisThread();
    OnThisThread(const OnThisThread&) = delete;
    OnThisThread& operator=(const OnThisThread&) = delete;

   private:
    RunningRequest& request_;
  };

 private:
  protocol::Request request_;
  const bool is_notification_;
  const CallerIdentity::Capture capture_;
  const std::shared_ptr<BatchAnswers> batch_;
  const std::string audit_id_;
  const Clock::time_point read_at_;
  const std::shared_ptr<const Settings> settings_;
  std::atomic<Clock::time_point> deadline_;
  Admitted admitted_;
  std::atomic<bool> released_places_{false};
  std::atomic<Clock::time_point> due_{Clock::time_point::max()};
  Clock::time_point reported_due_ = Clock::time_point::max();
  std::stop_source stop_;
  std::atomic<bool> answered_{false};

  mutable win32::Lock mutex_;
  std::optional<protocol::ErrorCode> stop_reason_;
  win32::UniqueObject thread_;      // while the handler runs
  win32::UniqueObject stop_event_;  // created at its first use
  std::shared_ptr<ProgressChannel> progress_;
  std::shared_ptr<StreamRequest> stream_;
};

}  // namespace onbehalf::service
