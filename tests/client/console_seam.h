#pragma once

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::test {

// While one exists, this process has a console with an output code page, and Ctrl+C handlers. Only one at a
// time.
class ConsoleSeam {
 public:
  enum class Says { kNothing, kEachCodePage };
  // kEachCodePage: prints each code page that is set to standard output, one number per line, even if the
  // process then ends.
  explicit ConsoleSeam(UINT code_page, Says says = Says::kNothing);
  ~ConsoleSeam();
  ConsoleSeam(const ConsoleSeam&) = delete;
  ConsoleSeam& operator=(const ConsoleSeam&) = delete;

  UINT code_page() const;
  // What Windows does at Ctrl+C: calls the handlers, the newest first. False if none of them handled it, so
  // that the process would end.
  bool Press();
};

}  // namespace onbehalf::test
