#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/node_sddl.h"
#include "access/policy_document.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::service {

// The text of access.json. Portable; ParsePolicy (policy_reading.h) reads it with Windows' reading of entries.

// A document without faults is good to compile. With faults it holds what could be read, and must not be
// used. The warnings are about the text; FindWarnings has those about the document.
struct PolicyReading {
  PolicyDocument document;
  std::vector<PolicyFault> faults;
  std::vector<PolicyFault> warnings;
};

// Finds all faults, not only the first; never throws for what the text holds.
PolicyReading ReadPolicyText(std::string_view text, const EntryReader& read_entry);

// Names for the file's comment and nothing else; may be empty.
using NameOf = std::function<std::optional<std::string>(const win32::Sid&)>;
// The text that is read as this document, with a line for each node. Names are left out where the
// text would be over kMaxPolicyBytes with them. Throws std::invalid_argument for a string that is not UTF-8.
std::string ToText(const PolicyDocument& document, const NameOf& name_of);

}  // namespace onbehalf::service
