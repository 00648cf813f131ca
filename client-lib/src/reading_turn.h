#pragma once

#include <functional>
#include <vector>

#include "exchange.h"
#include "onbehalf/win32/lock.h"
#include "onbehalf/win32/overlapped.h"
#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::client {

// Decides which of the waiting threads reads the connection. Guarded by the connection's lock, except for waiting on
// the pipe, which wake_event interrupts.
class ReadingTurn {
 public:
  using TimePoint = win32::Clock::time_point;

  // `may_read`: whether a thread may read now if no other does.
  explicit ReadingTurn(std::function<bool(const Waiter&)> may_read);

  // True if it is this thread's turn: it reads until `deadline` and then calls EndRead.
  bool Take(Waiter& waiter, TimePoint deadline);
  void EndRead() { is_reading_ = false; }
  bool is_reading() const { return is_reading_; }
  // The thread stops reading for now; notifies another waiting thread.
  void Leave(Waiter& waiter);

  // The thread enters Connection's wait, where it can be notified that it may read.
  void BeginWait(Waiter& waiter) { waiting_.push_back(&waiter); }
  void EndWait(Waiter& waiter);

  // Makes it check its wait condition again.
  void Notify(Waiter& waiter);
  // The same, except for the reading thread, which checks after each read.
  void NotifyUnlessReader(Waiter& waiter);
  void NotifyAllWaiting();
  // If no thread reads, notifies a waiting one that may.
  void NotifyNext();
  // Whether this thread is reading with a deadline of at most `deadline`.
  bool ReadsUntil(const Waiter& waiter, TimePoint deadline) const;
  // Interrupts the current read.
  void Interrupt();
  HANDLE wake_event() const { return wake_.get(); }

 private:
  const std::function<bool(const Waiter&)> may_read_;
  const win32::UniqueObject wake_;  // auto-reset
  Waiter* reader_ = nullptr;
  bool is_reading_ = false;
  TimePoint read_deadline_{};
  std::vector<Waiter*> waiting_;
};

// Creates an event that is not set. `manual`: manual-reset; otherwise auto-reset.
win32::UniqueObject MakeEvent(bool manual);

}  // namespace onbehalf::client
