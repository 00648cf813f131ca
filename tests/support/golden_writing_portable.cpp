#include <cstdlib>
#include <string_view>

#include "support/golden_writing.h"

namespace onbehalf::test {

bool WritesGolden() {
  const char* const write = std::getenv("ONBEHALF_WRITE_GOLDEN");
  return write != nullptr && std::string_view(write) == "1";
}

}  // namespace onbehalf::test
