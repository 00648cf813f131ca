#pragma once

#include "audit/audit_text.h"
#include "onbehalf/win32/account_names.h"

namespace onbehalf::cli {

// Looks up account names in `names`, which is borrowed.
NameAccount NamingBy(win32::AccountNames& names);

}  // namespace onbehalf::cli
