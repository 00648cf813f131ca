#pragma once

namespace onbehalf::test {

// Whether ONBEHALF_WRITE_GOLDEN is 1 in the environment.
bool WritesGolden();

}  // namespace onbehalf::test
