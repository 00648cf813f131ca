#pragma once

#include <string>
#include <string_view>

#include "audit/audit_chain.h"

namespace onbehalf::service {

// Formats and parses "seq 57 hash 0123… chain 0123…", the second insertion string of the event. Parsing returns false for any
// other text.
std::string AnchorText(const AuditHead& head);
bool ParseAnchorText(std::string_view text, AuditHead& head);

}  // namespace onbehalf::service
