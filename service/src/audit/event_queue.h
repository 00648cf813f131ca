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

// Reports events one after the other on a thread of the process's pool, so that a thread that has something to
// report never waits for the event log, which is another process and may hang. At most kMaxEvents wait. Any
// thread. The destructor reports what waits, for as long as that takes.
class EventQueue {
 public:
  using Report = std::function<void(Event, std::initializer_list<std::string_view>)>;
  static constexpr std::size_t kMaxEvents = 256;

  // Throws win32::Win32Error.
  explicit EventQueue(Report report);
  ~EventQueue();
  EventQueue(const EventQueue&) = delete;
  EventQueue& operator=(const EventQueue&) = delete;

  // False when kMaxEvents wait already: then it is not reported.
  [[nodiscard]] bool Post(Event event, std::string first, std::string second);
  // Waits until what was posted before has been reported.
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
