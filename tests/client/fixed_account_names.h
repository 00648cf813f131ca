#pragma once

#include "onbehalf/win32/account_names.h"

namespace onbehalf::test {

// The same names on every computer: PC\alice is S-1-5-21-1-2-3-1001, PC\bob ...-1002, and SYSTEM,
// Administrators, Users and Authenticated Users have their English names. Nothing else has a name.
win32::AccountSource FixedAccountNames();

}  // namespace onbehalf::test
