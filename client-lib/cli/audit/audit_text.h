#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "onbehalf/client/client.h"
#include "onbehalf/win32/account_names.h"
#include "output.h"

namespace onbehalf::cli {

// One record of the audit in cells for a line: time, verdict, account, method, node, reason, request. An
// outcome has what came of it as its verdict, a change of policy the word "policy"; records of other kinds
// have their name, and what they hold as the reason.
Rows::value_type AuditCells(const client::Json& record, win32::AccountNames& names);
// The cells of the first line.
Rows::value_type AuditHeader();

// audit.verify's result: one line, or two.
std::string RenderVerification(const client::Json& verification);

}  // namespace onbehalf::cli
