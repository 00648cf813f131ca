#pragma once

#include <functional>
#include <vector>

#include "exchange.h"
#include "onbehalf/win32/lock.h"
#include "onbehalf/win32/overlapped.h"
#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::client {

// Which of the threads that wait for answers on a connection reads it. Everything in it is under the connection's lock, but
// for the wait for the pipe, which wake_event ends.
class ReadingTurn {
 public:
  using TimePoint = win32::Clock::time_point;

  // `may_read`: whether a thread may read now, if nobody else does.
  explicit ReadingTurn(std::function<bool(const Waiter&)> may_read);

  // True when the turn is this thread's: it reads now, until `deadline`, and then calls EndRead.
  bool Take(Waiter& waiter, TimePoint deadline);
  void EndRead() { is_reading_ = false; }
  bool is_reading() const { return is_reading_; }
  // The thread reads no more for now: another one that waits is told.
  void Leave(Waiter& waiter);

  // The thread is in Connection's wait, where it can be told that it may read.
  void BeginWait(Waiter& waiter) { waiting_.push_back(&waiter); }
  void EndWait(Waiter& waiter);

  // It has to look again at what it waits for.
  void Notify(Waiter& waiter);
  // The same, unless it is the thread that reads, which looks when it has read.
  void NotifyUnlessReader(Waiter& waiter);
  void NotifyAllWaiting();
  // One that waits and may read is told, if nobody reads.
  void NotifyNext();
  // Whether this thread is reading, and no longer than `deadline`.
  bool ReadsUntil(const Waiter& waiter, TimePoint deadline) const;
  // Ends the read that is under way.
  void Interrupt();
  HANDLE wake_event() const { return wake_.get(); }

 private:
  const std::function<bool(const Waiter&)> may_read_;
  const win32::UniqueObject wake_;  // set again by itself
  Waiter* reader_ = nullptr;
  bool is_reading_ = false;
  TimePoint read_deadline_{};
  std::vector<Waiter*> waiting_;
};

// An event that is not set. `manual`: it stays set once it is; otherwise the wait that it ends resets it.
win32::UniqueObject MakeEvent(bool manual);

}  // namespace onbehalf::client
