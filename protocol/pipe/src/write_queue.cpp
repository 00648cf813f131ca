#include "onbehalf/pipe/write_queue.h"

#include <cstdint>
#include <utility>

#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::pipe {

WriteQueue::WriteQueue(const PipeEnd& pipe, std::function<void(DWORD)> on_end)
    : pipe_(pipe.native()),
      environment_(pipe.environment()),
      on_end_(std::move(on_end)),
      event_(::CreateEventW(nullptr, TRUE, FALSE, nullptr)) {
  if (!event_) win32::ThrowLastError("CreateEventW");
}

WriteQueue::~WriteQueue() {
  if (wait_ != nullptr) ::CloseThreadpoolWait(wait_);
}

WriteQueue::Added WriteQueue::Add(std::string message, std::shared_ptr<void> keep_alive) {
  const std::lock_guard lock(mutex_);
  if (error_ != ERROR_SUCCESS) return Added::kFailed;
  bytes_ += message.size();
  messages_.push_back(std::move(message));
  if (!pending_) WriteFromFront();
  if (error_ != ERROR_SUCCESS) return Added::kFailed;
  if (!pending_) return Added::kWritten;
  if (!keep_alive_) keep_alive_ = std::move(keep_alive);
  return Added::kPending;
}

void WriteQueue::WriteFromFront() {
  while (!messages_.empty()) {
    const std::string& message = messages_.front();
    overlapped_ = OVERLAPPED{};
    // The low bit of the event handle keeps the completion off the pipe's I/O completion port, which is for reads
    // (GetQueuedCompletionStatus, "lpOverlapped").
    overlapped_.hEvent = reinterpret_cast<HANDLE>(reinterpret_cast<std::uintptr_t>(event_.get()) | 1U);
    DWORD code = ERROR_SUCCESS;
    if (!::WriteFile(pipe_, message.data(), static_cast<DWORD>(message.size()), nullptr, &overlapped_)) {
      code = ::GetLastError();
    }
    if (code == ERROR_IO_PENDING) {
      if (wait_ == nullptr)
        wait_ = ::CreateThreadpoolWait(&WriteQueue::OnEvent, this,
                                       static_cast<PTP_CALLBACK_ENVIRON>(environment_));
      if (wait_ != nullptr) {
        pending_ = true;
        since_ = std::chrono::steady_clock::now();
        ::SetThreadpoolWait(wait_, event_.get(), nullptr);
        return;
      }
      // Without a wait the write's end would go unnoticed: cancel it before its memory is freed.
      code = ::GetLastError();
      DWORD written = 0;
      ::CancelIoEx(pipe_, &overlapped_);
      ::GetOverlappedResult(pipe_, &overlapped_, &written, TRUE);
    }
    if (code != ERROR_SUCCESS) {
      error_ = code;
      messages_.clear();
      bytes_ = 0;
      return;
    }
    bytes_ -= message.size();
    messages_.pop_front();
  }
}

void CALLBACK WriteQueue::OnEvent(PTP_CALLBACK_INSTANCE, void* context, PTP_WAIT, TP_WAIT_RESULT) {
  AssertNotImpersonating();
  auto& queue = *static_cast<WriteQueue*>(context);
  std::shared_ptr<void> keep_alive;
  DWORD code = ERROR_SUCCESS;
  {
    const std::lock_guard lock(queue.mutex_);
    DWORD written = 0;
    if (!::GetOverlappedResult(queue.pipe_, &queue.overlapped_, &written, FALSE)) code = ::GetLastError();
    queue.pending_ = false;
    if (code == ERROR_SUCCESS) {
      queue.bytes_ -= queue.messages_.front().size();
      queue.messages_.pop_front();
      queue.WriteFromFront();
      code = queue.error_;
    } else {
      queue.error_ = code;
      queue.messages_.clear();
      queue.bytes_ = 0;
    }
    // The next write may be pending by now, and its callback may run as soon as the lock is released: then both callbacks keep
    // the owner alive.
    keep_alive = queue.pending_ ? queue.keep_alive_ : std::move(queue.keep_alive_);
  }
  queue.on_end_(code);
  keep_alive.reset();
  AssertNotImpersonating();
}

std::optional<std::chrono::steady_clock::time_point> WriteQueue::waiting_since() const {
  const std::lock_guard lock(mutex_);
  if (!pending_) return std::nullopt;
  return since_;
}

DWORD WriteQueue::last_error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

}  // namespace onbehalf::pipe
