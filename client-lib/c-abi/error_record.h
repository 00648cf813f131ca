#pragma once

#include <string>

#include "onbehalf/onbehalf.h"

namespace onbehalf::c_abi {

// What one function or one call came to, kept for a caller in C: it owns the strings that an onbehalf_error points to.
// One thread at a time. Nothing here throws: without memory for the strings, that is what it says.
class ErrorRecord {
 public:
  // The one of this thread, which onbehalf_last_error shows; nullptr without memory for it.
  static ErrorRecord* Last() noexcept;

  ErrorRecord() noexcept { SetOk(); }
  ErrorRecord(const ErrorRecord&) = delete;
  ErrorRecord& operator=(const ErrorRecord&) = delete;

  void SetOk() noexcept;
  // For a catch clause: what is being handled there.
  onbehalf_status SetCurrentException() noexcept;

  // Valid until the next change, or until this object goes.
  const onbehalf_error& view() const noexcept { return view_; }
  // What there is to say where there is no record.
  static const onbehalf_error& OutOfMemory() noexcept;

 private:
  std::string name_;
  std::string message_;
  std::string data_;
  onbehalf_error view_;
};

}  // namespace onbehalf::c_abi
