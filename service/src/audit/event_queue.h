#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "log/event_log.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/lock.h"

namespace onbehalf::service {

// Reports events one at a time on a thread of the process's pool, so that callers never wait for the event log, which is another
// process and may hang. At most kMaxEvents are queued. Any thread. The destructor reports the queued events, however long that
// takes.
class EventQueue {
 public:
  using Report = std::function<void(Event, std::initializer_list<std::string_view>)>;
  static constexpr std::size_t kMaxEvents = 256;

  // Throws win32::Win32Error.
  explicit EventQueue(Report report);
  ~EventQueue();
  EventQueue(const EventQueue&) = delete;
  EventQueue& operator=(const EventQueue&) = delete;

  // Returns false, and drops the event, if kMaxEvents are queued.
  [[nodiscard]] bool Post(Event event, std::string first, std::string second);
  // Waits until everything posted so far has been reported.
  void Flush();

 private:
  struct Waiting {
    Event event;
    std::string first;
    std::string second;
  };

  void Drain();

  const Report report_;
  PTP_WORK work_ = nullptr;
  win32::Lock lock_;
  std::deque<Waiting> waiting_;
  bool is_draining_ = false;
};

}  // namespace onbehalf::service
