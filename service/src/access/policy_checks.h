#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "access/policy_document.h"
#include "onbehalf/win32/access_entry.h"

namespace onbehalf::service {

// The validity rules for entries, nodes and documents. Portable.

// Appends a fault. A function, because constructing one takes more code than most checks.
void AddFault(std::vector<PolicyFault>& faults, std::string_view node, std::string_view entry,
              std::string_view message);

// The faults of an entry whose mask has been mapped (no generic bits).
std::vector<std::string> EntryFaults(const win32::AccessEntry& entry);
// The faults of a node as a whole.
void AddNodeFaults(const std::string& name, const PolicyNode& node, std::vector<PolicyFault>& faults);
// The size limits a document exceeds, given that each node is valid.
void AddSizeFaults(const PolicyDocument& document, std::vector<PolicyFault>& faults);

// Everything that parsing checks apart from the syntax, for documents changed in memory: names, entries, sizes, and that
// administrators keep the root.
std::vector<PolicyFault> FindFaults(const PolicyDocument& document);
// Not faults, but without effect: nodes that are not registered (of a module that is not loaded; they are kept), allow entries
// for logons that are always denied, entries for packages and capabilities where they do not count, duplicate entries.
std::vector<PolicyFault> FindWarnings(const PolicyDocument& document,
                                      const std::function<bool(std::string_view node)>& is_registered);

}  // namespace onbehalf::service
