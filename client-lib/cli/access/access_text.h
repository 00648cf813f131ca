#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "onbehalf/client/client.h"
#include "onbehalf/win32/account_names.h"

namespace onbehalf::cli {

// The results of the access methods for people. `arguments` are the parameters they were called with. Members
// that a service does not send are left out. Names of accounts that a result has only as SDDL are asked of
// `names`.

// access.list: each own entry of each node in a row.
std::string RenderAccessList(const client::Json& list, win32::AccountNames& names);
// What to say when another policy is in force than the file's; empty otherwise.
std::string WarningAboutSource(const client::Json& list);

// access.show: the entries that count, in their order.
std::string RenderAccessNode(const client::Json& node);

// access.grant, deny, revoke, set: what was, what is, and the entries between them.
std::string RenderChange(const client::Json& change, win32::AccountNames& names);
// The warnings of a change, a line each.
std::string RenderWarnings(const client::Json& change);

std::string RenderHistory(const client::Json& history);
std::string RenderDiff(const client::Json& diff, win32::AccountNames& names);
std::string RenderRollback(const client::Json& rollback, const client::Json& arguments,
                           win32::AccountNames& names);

// access.check: one line, and how to find out why not. `arguments` say for whom it was asked.
std::string RenderCheck(const client::Json& check, const client::Json& arguments);
// access.explain: the walk, the verdict, the advice.
std::string RenderExplanation(const client::Json& explanation);

}  // namespace onbehalf::cli
