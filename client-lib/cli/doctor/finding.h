#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "onbehalf/client/client.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::cli::doctor {

enum class Verdict {
  kOk,
  kWarn,  // works, but is not as it should be; or this system does not say
  kFail,  // does not work, or is a hole
};

// One line of doctor's.
struct Finding {
  std::string check;  // "service.running": the same on every computer, for scripts
  Verdict verdict = Verdict::kOk;
  std::string found;
  std::string advice;  // what to do; empty when there is nothing to do
};
using Findings = std::vector<Finding>;

// A question put to Windows: its answer, or why there is none. What is judged is made of these, so that the
// judging needs no Windows.
template <typename T>
struct Answer {
  std::optional<T> value;
  DWORD code = ERROR_SUCCESS;  // why there is none
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

// The finding for a question without an answer: a warning that says what was lacking.
Finding NotAnswered(const std::string& check, DWORD code, const std::string& why);

bool AnyFails(const Findings& findings);
std::string Render(const Findings& findings);
client::Json ToJson(const Findings& findings);

}  // namespace onbehalf::cli::doctor
