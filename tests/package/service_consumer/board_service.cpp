// The service: the built-in methods, and those of the board.
#include <onbehalf/service/service_main.h>

#include "board_methods.h"

int wmain(int argc, wchar_t** argv) {
  Board board;
  return onbehalf::service::ServiceProgram(
      argc, argv, [&board](onbehalf::service::MethodRegistry& methods) { AddBoardMethods(methods, board); });
}
