#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "aligned_table.h"
#include "onbehalf/client/client.h"

namespace onbehalf::cli {

// The account name for a SID such as "S-1-5-18"; the text itself if it is not a SID or has no name.
using NameAccount = std::function<std::string(const std::string& sid)>;

// An audit record as the cells of a row: time, verdict, account, method, node, reason, request. The verdict
// of an outcome record is its outcome, that of a policy change is "policy"; other records show their event
// name as the verdict and their members as the reason.
Rows::value_type AuditCells(const client::Json& record, const NameAccount& name_account);
// The header row.
Rows::value_type AuditHeader();

// audit.verify's result, as one or two lines.
std::string RenderVerification(const client::Json& verification);

}  // namespace onbehalf::cli
