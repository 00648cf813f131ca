#include "support/unique_pipe_name.h"

#include <atomic>
#include <random>

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::test {

std::string UniquePipeName() {
  static std::atomic<unsigned> count{0};
  // Process ids are reused, and other sessions' processes have the same ones.
  static const unsigned run = std::random_device{}();
  return "onbehalf-test-" + std::to_string(::GetCurrentProcessId()) + '-' + std::to_string(run) + '-' +
         std::to_string(++count);
}

std::string LocalPipePath(std::string_view name) { return "\\\\.\\pipe\\" + std::string(name); }

}  // namespace onbehalf::test
