#pragma once

#include "access/own_entries.h"
#include "onbehalf/win32/account_names.h"

namespace onbehalf::cli {

// Parses SDDL with Windows and looks up account names in `names`, which is borrowed.
ReadEntries EntriesFromSddl(win32::AccountNames& names);

}  // namespace onbehalf::cli
