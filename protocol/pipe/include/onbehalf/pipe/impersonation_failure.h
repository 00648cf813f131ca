// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "onbehalf/win32/impersonation_level.h"

namespace onbehalf::pipe {

// Why a thread could not become the caller.
struct ImpersonationFailure {
  std::uint32_t code = 0;  // 0: only the level was too low
  const char* operation = "";
  win32::ImpersonationLevel required = win32::ImpersonationLevel::kImpersonation;
  win32::ImpersonationLevel actual = win32::ImpersonationLevel::kAnonymous;
};

}  // namespace onbehalf::pipe
