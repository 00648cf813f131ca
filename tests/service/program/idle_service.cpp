#include <chrono>

#include "program/service_program.h"

// The service's program, which stops itself as one that starts by its pipe, after half a second instead of minutes.
int wmain(int argc, wchar_t** argv) {
  onbehalf::service::StopTimeouts timeouts;
  timeouts.idle = std::chrono::milliseconds(500);
  return onbehalf::service::ServiceProgram(argc, argv, {}, timeouts);
}
