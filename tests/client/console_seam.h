#pragma once

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::test {

// While one lives, this process has a console with a code page for output, and handlers of Ctrl+C. One at a time.
class ConsoleSeam {
 public:
  enum class Says { kNothing, kEachCodePage };
  // kEachCodePage: what is set goes to standard output, a number a line, also when the process then ends.
  explicit ConsoleSeam(UINT code_page, Says says = Says::kNothing);
  ~ConsoleSeam();
  ConsoleSeam(const ConsoleSeam&) = delete;
  ConsoleSeam& operator=(const ConsoleSeam&) = delete;

  UINT code_page() const;
  // What Windows does at Ctrl+C: asks the handlers, the youngest first. False when none of them has taken it, so that the
  // process would end.
  bool Press();
};

}  // namespace onbehalf::test
