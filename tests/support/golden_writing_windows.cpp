#include "onbehalf/win32/lean_windows.h"
#include "support/golden_writing.h"

namespace onbehalf::test {

bool WritesGolden() {
  wchar_t write[2] = {};
  return ::GetEnvironmentVariableW(L"ONBEHALF_WRITE_GOLDEN", write, 2) == 1 && write[0] == L'1';
}

}  // namespace onbehalf::test
