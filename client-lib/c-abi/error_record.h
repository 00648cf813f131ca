#pragma once

#include <string>

#include "onbehalf/onbehalf.h"

namespace onbehalf::c_abi {

// The outcome of one function or call, kept for a C caller: it owns the strings that an onbehalf_error points
// to. One thread at a time. Nothing here throws: without memory for the strings it reports
// ONBEHALF_OUT_OF_MEMORY.
class ErrorRecord {
 public:
  // This thread's record, which onbehalf_last_error returns; nullptr if there is no memory for it.
  static ErrorRecord* Last() noexcept;

  ErrorRecord() noexcept { SetOk(); }
  ErrorRecord(const ErrorRecord&) = delete;
  ErrorRecord& operator=(const ErrorRecord&) = delete;

  void SetOk() noexcept;
  // Records the exception that a catch clause is handling.
  onbehalf_status SetCurrentException() noexcept;

  // Valid until the next change or the end of this object.
  const onbehalf_error& view() const noexcept { return view_; }
  // The error to return when there is no record.
  static const onbehalf_error& OutOfMemory() noexcept;

 private:
  std::string name_;
  std::string message_;
  std::string data_;
  onbehalf_error view_;
};

}  // namespace onbehalf::c_abi
