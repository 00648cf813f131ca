#pragma once

#include <functional>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/token.h"

namespace onbehalf::test {

// For TokenHooks::get_token_information: every token is one of this app container, in all other respects Windows' own. A stand-in
// where app containers cannot be created; it has no influence on what Windows grants the token.
std::function<BOOL(HANDLE token, TOKEN_INFORMATION_CLASS kind, void* answer, DWORD size, DWORD* needed)>
InAppContainer(win32::AppContainer container);

}  // namespace onbehalf::test
