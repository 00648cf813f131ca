#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "access/own_entries.h"

namespace onbehalf::test {

// The same names on every computer: PC\alice is S-1-5-21-1-2-3-1001, PC\bob ...-1002, and SYSTEM,
// Administrators, Users and Authenticated Users have their English names. Nothing else has a name.

// A NameAccount with these names.
std::string FixedAccountName(const std::string& sid);
// A ReadEntries with these names: on Windows that of the command line, natively one for entries of the form "(A;;GXGR;;;BU)".
std::optional<cli::OwnEntries> FixedEntries(std::string_view node, std::string_view sddl);

}  // namespace onbehalf::test
