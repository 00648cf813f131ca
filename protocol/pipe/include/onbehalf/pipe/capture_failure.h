// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace onbehalf::pipe {

// Why the identity of the client that wrote the last message could not be captured.
struct CaptureFailure {
  std::uint32_t code = 0;
  const char* operation = "";  // the Windows function that failed
  // The client's token cannot be opened (ERROR_CANT_OPEN_ANONYMOUS, 1347): its level is anonymous.
  bool is_anonymous = false;
};

}  // namespace onbehalf::pipe
