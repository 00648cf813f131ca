#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "onbehalf/client/client.h"
#include "onbehalf/win32/account_names.h"
#include "output.h"

namespace onbehalf::cli {

// An audit record as the cells of a row: time, verdict, account, method, node, reason, request. The verdict
// of an outcome record is its outcome, that of a policy change is "policy"; other records show their event
// name as the verdict and their members as the reason.
Rows::value_type AuditCells(const client::Json& record, win32::AccountNames& names);
// The header row.
Rows::value_type AuditHeader();

// audit.verify's result, as one or two lines.
std::string RenderVerification(const client::Json& verification);

}  // namespace onbehalf::cli
