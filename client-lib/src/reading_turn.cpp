#include "reading_turn.h"

#include <algorithm>
#include <utility>

#include "onbehalf/win32/win32_error.h"

namespace onbehalf::client {

win32::UniqueObject MakeEvent(bool manual) {
  win32::UniqueObject event(::CreateEventW(nullptr, manual ? TRUE : FALSE, FALSE, nullptr));
  if (!event) win32::ThrowLastError("CreateEventW");
  return event;
}

ReadingTurn::ReadingTurn(std::function<bool(const Waiter&)> may_read)
    : may_read_(std::move(may_read)), wake_(MakeEvent(false)) {}

bool ReadingTurn::Take(Waiter& waiter, TimePoint deadline) {
  if ((reader_ != nullptr && reader_ != &waiter) || !may_read_(waiter)) return false;
  reader_ = &waiter;
  is_reading_ = true;
  read_deadline_ = deadline;
  return true;
}

void ReadingTurn::Leave(Waiter& waiter) {
  if (reader_ == &waiter) reader_ = nullptr;
  NotifyNext();
}

void ReadingTurn::EndWait(Waiter& waiter) { std::erase(waiting_, &waiter); }

void ReadingTurn::Notify(Waiter& waiter) {
  waiter.is_notified = true;
  waiter.changed.NotifyAll();
  if (reader_ == &waiter) Interrupt();
}

void ReadingTurn::NotifyUnlessReader(Waiter& waiter) {
  if (reader_ != &waiter) Notify(waiter);
}

void ReadingTurn::NotifyAllWaiting() {
  for (Waiter* waiter : waiting_) Notify(*waiter);
}

void ReadingTurn::NotifyNext() {
  if (reader_ != nullptr || waiting_.empty()) return;
  const auto may_read = [this](const Waiter* waiter) { return may_read_(*waiter); };
  // Prefer a thread that waits for its own response to the one that would only pass it on.
  auto next = std::find_if(waiting_.begin(), waiting_.end(),
                           [&](const Waiter* waiter) { return !waiter->is_background && may_read(waiter); });
  if (next == waiting_.end()) next = std::find_if(waiting_.begin(), waiting_.end(), may_read);
  if (next != waiting_.end()) Notify(**next);
}

bool ReadingTurn::ReadsUntil(const Waiter& waiter, TimePoint deadline) const {
  return reader_ == &waiter && is_reading_ && read_deadline_ <= deadline;
}

void ReadingTurn::Interrupt() {
  if (is_reading_) ::SetEvent(wake_.get());
}

}  // namespace onbehalf::client
