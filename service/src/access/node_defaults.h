#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "access/policy_document.h"
#include "onbehalf/service/method.h"

namespace onbehalf::service {

// The SDDL of a node that the document does not name: a method's own default; for the root, administrators and SYSTEM; for the
// pipe, all authenticated users; for anything else no entries.
std::string DefaultSddl(std::string_view node, const MethodRegistry& methods);

// FindWarnings (policy_checks.h) with the nodes of these methods: the root, the pipe, each method and its namespace.
std::vector<PolicyFault> FindWarnings(const PolicyDocument& document, const MethodRegistry& methods);

}  // namespace onbehalf::service
