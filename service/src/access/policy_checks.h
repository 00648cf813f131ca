#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "access/policy_document.h"
#include "onbehalf/win32/access_entry.h"

namespace onbehalf::service {

// What makes an entry, a node and a document good. Portable.

// Appends a fault. Here once, because to make one takes more code than most checks.
void AddFault(std::vector<PolicyFault>& faults, std::string_view node, std::string_view entry,
              std::string_view message);

// What is wrong with an entry whose mask has been mapped (no generic bits).
std::vector<std::string> EntryFaults(const win32::AccessEntry& entry);
// What is wrong with a node as a whole.
void AddNodeFaults(const std::string& name, const PolicyNode& node, std::vector<PolicyFault>& faults);
// What is wrong with a document whose nodes are each good: more than a policy may have.
void AddSizeFaults(const PolicyDocument& document, std::vector<PolicyFault>& faults);

// What reading finds once the text has been read, for documents that were changed in memory: names,
// entries, sizes, and that administrators keep the root.
std::vector<PolicyFault> FindFaults(const PolicyDocument& document);
// What is not a fault and has no effect: nodes that are not registered (of a module that is not loaded
// now; they are kept), allow entries for logons that are always denied, duplicate entries.
std::vector<PolicyFault> FindWarnings(const PolicyDocument& document,
                                      const std::function<bool(std::string_view node)>& is_registered);

}  // namespace onbehalf::service
