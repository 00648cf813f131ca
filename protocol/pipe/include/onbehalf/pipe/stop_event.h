// SPDX-License-Identifier: MIT
#pragma once

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

}  // namespace onbehalf::pipe
