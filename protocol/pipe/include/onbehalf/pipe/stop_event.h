// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace onbehalf::pipe {

// A HANDLE. Always borrowed when it is a parameter.
using NativeHandle = void*;

// Ends waiting calls: every call that was given it returns Status::kStopped once it is set. Any thread. Must live
// longer than the calls that use it.
class StopEvent {
 public:
  // Throws win32::Win32Error.
  StopEvent();
  ~StopEvent();
  StopEvent(const StopEvent&) = delete;
  StopEvent& operator=(const StopEvent&) = delete;

  // Stays set until Reset.
  void Set() noexcept;
  void Reset() noexcept;
  bool IsSet() const noexcept;
  NativeHandle native() const noexcept { return event_; }

 private:
  NativeHandle event_;
};

// What ends a waiting call: a StopEvent, the HANDLE of a manual-reset event, or nothing. Borrowed.
class StopSignal {
 public:
  StopSignal(std::nullptr_t = nullptr) noexcept {}            // NOLINT(google-explicit-constructor)
  StopSignal(NativeHandle event) noexcept : event_(event) {}  // NOLINT(google-explicit-constructor)
  StopSignal(const StopEvent& event) noexcept
      : event_(event.native()) {}               // NOLINT(google-explicit-constructor)
  StopSignal(const StopEvent* event) = delete;  // its address is not a HANDLE

  operator NativeHandle() const noexcept { return event_; }  // NOLINT(google-explicit-constructor)

 private:
  NativeHandle event_ = nullptr;
};

}  // namespace onbehalf::pipe
