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

// What a request becomes when it is admitted.
struct Admitted {
  const Method* method = nullptr;
  Json params;                // bound to the method's names
  bool opens_stream = false;  // and its handler is not called
  // What it counts as until its handler or stream has ended.
  MethodLimits::Place of_method;
  AccountQuota::Place of_account;
};

// The answers of a batch, which go out together when the last of them is there. Any thread.
class BatchAnswers {
 public:
  // `answers` are to come; together they may take `max_bytes`.
  BatchAnswers(std::size_t answers, std::size_t max_bytes) : missing_(answers), bytes_left_(max_bytes) {}
  // Takes the answer to `id`; one that no longer fits is replaced by TooLarge. Returns the whole batch's text with
  // the last answer, nullopt before.
  std::optional<std::string> Add(const protocol::Id& id, std::string answer);

 private:
  win32::Lock mutex_;
  std::size_t missing_;
  std::size_t bytes_left_;
  std::vector<std::string> answers_;
};

class RunningRequest;
using RequestPtr = std::shared_ptr<RunningRequest>;

// One request from when it was read until its handler has ended. Its answer and its handler's end are two things: a
// request whose deadline passes is answered at once, whatever the handler does. Any thread. What is set later is set by one:
// what follows from admission, and the stream, by the thread that begins it.
class RunningRequest final : public StopEvent {
 public:
  using Clock = std::chrono::steady_clock;

  // `caller` is who wrote it, or why that could not be found out. `batch` is null outside a batch. `settings` are those in
  // force when it was read.
  RunningRequest(protocol::Request request, bool is_notification, CallerIdentity::Capture caller,
                 std::shared_ptr<BatchAnswers> batch, std::string audit_id, Clock::time_point read_at,
                 std::shared_ptr<const Settings> settings);

  const protocol::Id& id() const { return request_.id; }
  // Runs like a request and is never answered.
  bool is_notification() const { return is_notification_; }
  const std::string& method_name() const { return request_.method; }
  const Json& params() const { return request_.params; }
  const CallerIdentity::Capture& capture() const { return capture_; }
  // Only when the capture succeeded: nullptr otherwise.
  const CallerIdentity* caller() const;
  const std::string& audit_id() const { return audit_id_; }
  const std::shared_ptr<BatchAnswers>& batch() const { return batch_; }
  Clock::time_point read_at() const { return read_at_; }
  // Whose limits are the request's to its end.
  const Settings& settings() const { return *settings_; }
  // Of all methods at first (limits.request_deadline_ms); its method may have another. Of a stream: time_point::max().
  Clock::time_point deadline() const { return deadline_; }
  void set_deadline(Clock::time_point deadline) { deadline_ = deadline; }

  // It is admitted, and tells its caller of its progress by `progress` (null: not at all). Once, and before any other thread may
  // run it. From here on params() are those bound to the method's names.
  void SetAdmitted(Admitted admitted, std::shared_ptr<ProgressChannel> progress);
  // Once admitted.
  const Method& method() const { return *admitted_.method; }
  bool opens_stream() const { return admitted_.opens_stream; }
  // Gives back the places that it has, if it has any: its handler or stream has ended. More than one thread may call this.
  void LeavePlaces();
  std::shared_ptr<ProgressChannel> progress() const;

  // A thread does something for it, its handler, a turn of its stream or the stream's end, for as long as this lives. It may
  // take as long as a request from here on (a stream has no deadline, but each of its turns is short), and a second more to
  // end when it has been asked to; then it is overdue.
  class Working {
   public:
    explicit Working(RunningRequest& request);
    ~Working() { request_.due_ = Clock::time_point::max(); }
    Working(const Working&) = delete;
    Working& operator=(const Working&) = delete;

   private:
    RunningRequest& request_;
  };
  // When it will be; time_point::max() while no thread does anything for it.
  Clock::time_point due() const { return due_.load(); }
  bool runs() const { return due() != Clock::time_point::max(); }
  // For the watch alone: it is overdue, and that has not been said before. Each turn of a stream is due at another time.
  [[nodiscard]] bool BecomesOverdue(Clock::time_point now);

  // It is a stream from now on: Stop has the stream look.
  void BecomeStream(std::shared_ptr<StreamRequest> stream);
  // Null if it is none.
  std::shared_ptr<StreamRequest> stream() const;

  std::stop_token stop_token() const { return stop_.get_token(); }

  // For its handler, or its stream: set together with stop_token.
  HANDLE handle() override;

  // Asks the handler to end, for `reason`: sets its stop token and event and cancels the synchronous I/O that its thread is
  // blocked in. The first reason stays. To be called again as long as is_stuck(): I/O that began just after a
  // call is not touched by it.
  void Stop(protocol::ErrorCode reason);
  // Why the handler was asked to end, if it was.
  std::optional<protocol::ErrorCode> stop_reason() const;
  // The handler was asked to end and has not.
  bool is_stuck() const;

  // True for exactly one caller: that one answers the request.
  [[nodiscard]] bool ClaimAnswer() { return !answered_.exchange(true); }
  bool is_answered() const { return answered_.load(); }

  // Marks the calling thread as the one that runs the handler, for as long as the object lives. Under the lock that
  // Stop takes: after the destructor no cancel of this request can touch what the thread does next.
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
  std::atomic<bool> left_places_{false};
  std::atomic<Clock::time_point> due_{Clock::time_point::max()};
  Clock::time_point told_due_ = Clock::time_point::max();
  std::stop_source stop_;
  std::atomic<bool> answered_{false};

  mutable win32::Lock mutex_;
  std::optional<protocol::ErrorCode> stop_reason_;
  win32::UniqueObject thread_;      // while the handler runs
  win32::UniqueObject stop_event_;  // from its first use on
  std::shared_ptr<ProgressChannel> progress_;
  std::shared_ptr<StreamRequest> stream_;
};

}  // namespace onbehalf::service
