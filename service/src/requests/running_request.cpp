#include "requests/running_request.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "onbehalf/win32/win32_error.h"
#include "requests/stream_request.h"

namespace onbehalf::service {
namespace {

win32::UniqueObject ManualResetEvent(bool is_set) {
  win32::UniqueObject event(::CreateEventW(nullptr, TRUE, is_set ? TRUE : FALSE, nullptr));
  if (!event) win32::ThrowLastError("CreateEventW");
  return event;
}

class NeverSet final : public StopEvent {
 public:
  HANDLE handle() override { return event_.get(); }

 private:
  const win32::UniqueObject event_ = ManualResetEvent(false);
};

}  // namespace

StopEvent& StopEvent::Never() {
  static NeverSet never;
  return never;
}

std::optional<std::string> BatchAnswers::Add(const protocol::Id& id, std::string answer) {
  const std::lock_guard lock(mutex_);
  if (answer.size() > bytes_left_) {
    protocol::Error error;
    error.code = protocol::ErrorCode::kTooLarge;
    error.message = "The batch's answers together would be larger than the limit.";
    answer = protocol::ErrorText(id, error);
  }
  bytes_left_ -= std::min(bytes_left_, answer.size());
  answers_.push_back(std::move(answer));
  if (--missing_ > 0) return std::nullopt;
  return protocol::BatchText(answers_);
}

RunningRequest::RunningRequest(protocol::Request request, bool is_notification,
                               CallerIdentity::Capture caller, std::shared_ptr<BatchAnswers> batch,
                               std::string audit_id, Clock::time_point read_at,
                               std::shared_ptr<const Settings> settings)
    : request_(std::move(request)),
      is_notification_(is_notification),
      capture_(std::move(caller)),
      batch_(std::move(batch)),
      audit_id_(std::move(audit_id)),
      read_at_(read_at),
      settings_(std::move(settings)),
      deadline_(read_at + settings_->limits.request_deadline) {}

const CallerIdentity* RunningRequest::caller() const {
  const auto* identity = std::get_if<std::shared_ptr<const CallerIdentity>>(&capture_);
  return identity == nullptr ? nullptr : identity->get();
}

void RunningRequest::SetAdmitted(Admitted admitted, std::shared_ptr<ProgressChannel> progress) {
  request_.params = std::move(admitted.params);
  admitted_ = std::move(admitted);
  if (!progress) return;
  // May be read at any time by a thread that answers the request early, such as the watch's.
  const std::lock_guard lock(mutex_);
  progress_ = std::move(progress);
}

void RunningRequest::ReleasePlaces() {
  if (released_places_.exchange(true)) return;
  admitted_.of_account.reset();
  admitted_.of_method.reset();
}

bool RunningRequest::BecomesOverdue(Clock::time_point now) {
  const Clock::time_point due = this->due();
  return now >= due && std::exchange(reported_due_, due) != due;
}

void RunningRequest::Stop(protocol::ErrorCode reason) {
  {
    const std::lock_guard lock(mutex_);
    if (!stop_reason_) stop_reason_ = reason;
  }
  stop_.request_stop();
  std::shared_ptr<StreamRequest> stream;
  {
    const std::lock_guard lock(mutex_);
    if (stop_event_) ::SetEvent(stop_event_.get());
    // Fails with ERROR_NOT_FOUND if the thread is not in synchronous I/O at this moment: then the stop token must suffice.
    if (thread_) ::CancelSynchronousIo(thread_.get());
    stream = stream_;
  }
  if (stream) stream->Look();
}

HANDLE RunningRequest::handle() {
  const std::lock_guard lock(mutex_);
  // Stop looks for the event after it sets the reason, under the same lock.
  if (!stop_event_) stop_event_ = ManualResetEvent(stop_reason_.has_value());
  return stop_event_.get();
}

std::shared_ptr<ProgressChannel> RunningRequest::progress() const {
  const std::lock_guard lock(mutex_);
  return progress_;
}

void RunningRequest::BecomeStream(std::shared_ptr<StreamRequest> stream) {
  deadline_ = (Clock::time_point::max)();
  const std::lock_guard lock(mutex_);
  stream_ = std::move(stream);
}

std::shared_ptr<StreamRequest> RunningRequest::stream() const {
  const std::lock_guard lock(mutex_);
  return stream_;
}

std::optional<protocol::ErrorCode> RunningRequest::stop_reason() const {
  const std::lock_guard lock(mutex_);
  return stop_reason_;
}

bool RunningRequest::is_stuck() const {
  const std::lock_guard lock(mutex_);
  return stop_reason_.has_value() && static_cast<bool>(thread_);
}

RunningRequest::Working::Working(RunningRequest& request) : request_(request) {
  constexpr std::chrono::seconds kTimeToEnd{1};
  const auto time = request.stream() ? std::chrono::nanoseconds(request.settings().limits.request_deadline)
                                     : request.deadline() - request.read_at();
  request.due_ = Clock::now() + time + kTimeToEnd;
}

RunningRequest::OnThisThread::OnThisThread(RunningRequest& request) : request_(request) {
  win32::UniqueObject thread;
  // GetCurrentThread returns a pseudo handle, which refers to the thread that uses it, so a real handle is needed.
  if (!::DuplicateHandle(::GetCurrentProcess(), ::GetCurrentThread(), ::GetCurrentProcess(), thread.put(),
                         THREAD_TERMINATE, FALSE, 0)) {
    win32::ThrowLastError("DuplicateHandle");
  }
  const std::lock_guard lock(request_.mutex_);
  request_.thread_ = std::move(thread);
}

RunningRequest::OnThisThread::~OnThisThread() {
  const std::lock_guard lock(request_.mutex_);
  request_.thread_.reset();
}

}  // namespace onbehalf::service
