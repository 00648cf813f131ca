#pragma once

#include <onbehalf/service/method.h>

#include "board.h"

// board.pin, board.list, board.watch, board.attach, board.export and board.seal. `board` must outlive every call.
void AddBoardMethods(onbehalf::service::MethodRegistry& methods, Board& board);
