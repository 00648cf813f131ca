#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "access/policy_document.h"
#include "onbehalf/win32/access_entry.h"

namespace onbehalf::service {

// The SDDL of a node: "D:" or "D:P", and plain allow and deny entries. Portable; an EntryReader interprets the entries.

// "D:P(D;;GX;;;S-1-5-…)(A;;GA;;;BA)". Rights are GA, GX, GR, GW where they make up the whole mask, else hexadecimal; accounts
// are their two-letter alias, else "S-1-…".
std::string ToSddl(const PolicyNode& node);
std::string ToSddl(const win32::AccessEntry& entry);

// Reads the SDDL of one entry, "(A;;GX;;;BA)", with its mask mapped (no generic bits), or returns what is wrong with it.
using EntryReader = std::function<std::variant<win32::AccessEntry, std::string>(std::string_view entry)>;

// Parses a node's SDDL and reports all faults. The only warning: deny entries were written after allow entries.
PolicyNode ReadNode(const std::string& name, std::string_view sddl, const EntryReader& read_entry,
                    std::vector<PolicyFault>& faults, std::vector<PolicyFault>& warnings);

}  // namespace onbehalf::service
