#pragma once

#include <optional>
#include <string>

#include "finding.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::cli::doctor {

// The answer to a query to Windows, or the reason why there is none. Checks judge these values, so that they
// can be tested without Windows.
template <typename T>
struct Answer {
  std::optional<T> value;
  DWORD code = ERROR_SUCCESS;  // the error, if there is no value
  std::string why;

  explicit operator bool() const { return value.has_value(); }
  const T& operator*() const { return *value; }
  const T* operator->() const { return &*value; }
};

template <typename Question>
auto Ask(Question&& question) -> Answer<decltype(question())> {
  try {
    return {question(), ERROR_SUCCESS, {}};
  } catch (const win32::Win32Error& error) {
    return {std::nullopt, error.win32_code(), error.what()};
  }
}

// The finding for a query without an answer: a warning with the reason.
Finding NotAnswered(const std::string& check, DWORD code, const std::string& why);

}  // namespace onbehalf::cli::doctor
