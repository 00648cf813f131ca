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

// The text of access.json. Portable; ParsePolicy (policy_reading.h) reads it and lets Windows read the entries.

// A document without faults can be compiled. With faults it contains what could be read and must not be used. The warnings
// concern the text; FindWarnings has those about the document.
struct PolicyReading {
  PolicyDocument document;
  std::vector<PolicyFault> faults;
  std::vector<PolicyFault> warnings;
};

// Reports all faults, not only the first; never throws because of the text.
PolicyReading ReadPolicyText(std::string_view text, const EntryReader& read_entry);

// Account names, only for the file's comments; may be empty.
using NameOf = std::function<std::optional<std::string>(const win32::Sid&)>;
// The text that parses to this document, with a line for each node. Names are omitted if the text would exceed kMaxPolicyBytes
// with them. Throws std::invalid_argument for a string that is not UTF-8.
std::string ToText(const PolicyDocument& document, const NameOf& name_of);

}  // namespace onbehalf::service
