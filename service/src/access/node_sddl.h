#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "access/policy_document.h"
#include "onbehalf/win32/access_entry.h"

namespace onbehalf::service {

// The SDDL of a node: "D:" or "D:P", and plain allow and deny entries. Portable; what an entry means is the reader's to say.

// "D:P(D;;GX;;;S-1-5-…)(A;;GA;;;BA)". Rights as GA or GX, GR, GW where the mask is made
// of whole ones, else in hexadecimal; accounts by their usual two letters, else "S-1-…".
std::string ToSddl(const PolicyNode& node);
std::string ToSddl(const win32::AccessEntry& entry);

// Reads the SDDL of one entry, "(A;;GX;;;BA)", with its mask mapped (no generic bits); or what is wrong with it.
using EntryReader = std::function<std::variant<win32::AccessEntry, std::string>(std::string_view entry)>;

// The node that `sddl` is, with all of its faults. The warning is that deny entries were written behind allow entries.
PolicyNode ReadNode(const std::string& name, std::string_view sddl, const EntryReader& read_entry,
                    std::vector<PolicyFault>& faults, std::vector<PolicyFault>& warnings);

}  // namespace onbehalf::service
