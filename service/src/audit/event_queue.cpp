#include "audit/event_queue.h"

#include <mutex>
#include <utility>

#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {

EventQueue::EventQueue(Report report) : report_(std::move(report)) {
  const auto on_work = [](PTP_CALLBACK_INSTANCE instance, void* context, PTP_WORK) {
    pipe::AssertNotImpersonating();
    // It may take long: the process's other callbacks must not wait for this thread.
    ::CallbackMayRunLong(instance);
    static_cast<EventQueue*>(context)->Drain();
    pipe::AssertNotImpersonating();
  };
  work_ = ::CreateThreadpoolWork(on_work, this, nullptr);
  if (work_ == nullptr) win32::ThrowLastError("CreateThreadpoolWork");
}

EventQueue::~EventQueue() {
  Flush();
  ::CloseThreadpoolWork(work_);
}

bool EventQueue::Post(Event event, std::string first, std::string second) {
  const std::lock_guard guard(lock_);
  if (waiting_.size() >= kMaxEvents) return false;
  waiting_.push_back({event, std::move(first), std::move(second)});
  if (!std::exchange(is_draining_, true)) ::SubmitThreadpoolWork(work_);
  return true;
}

void EventQueue::Flush() { ::WaitForThreadpoolWorkCallbacks(work_, FALSE); }

void EventQueue::Drain() {
  for (;;) {
    Waiting next;
    {
      const std::lock_guard guard(lock_);
      if (waiting_.empty()) {
        is_draining_ = false;
        return;
      }
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    report_(next.event, {next.first, next.second});
  }
}

}  // namespace onbehalf::service
