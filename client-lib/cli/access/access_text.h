#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "access/own_entries.h"
#include "onbehalf/client/client.h"

namespace onbehalf::cli {

// Format the results of the access methods for people. `arguments` are the parameters of the call. Members
// that a service does not send are left out. `read_entries` parses what a result has only as SDDL.

// access.list: a row for each explicit entry of each node.
std::string RenderAccessList(const client::Json& list, const ReadEntries& read_entries);
// The warning for a policy in force that is not the file's; empty otherwise.
std::string WarningAboutSource(const client::Json& list);

// access.show: the effective entries in their order.
std::string RenderAccessNode(const client::Json& node);

// access.grant, deny, revoke, set: before, after, and the entries that differ.
std::string RenderChange(const client::Json& change, const ReadEntries& read_entries);
// The warnings of a change, one per line.
std::string RenderWarnings(const client::Json& change);

std::string RenderHistory(const client::Json& history);
std::string RenderDiff(const client::Json& diff, const ReadEntries& read_entries);
std::string RenderRollback(const client::Json& rollback, const client::Json& arguments,
                           const ReadEntries& read_entries);

// access.check: one line, and how to find out why if access is denied. `arguments` name the account in
// question.
std::string RenderCheck(const client::Json& check, const client::Json& arguments);
// access.explain: the entries evaluated, the verdict, the advice.
std::string RenderExplanation(const client::Json& explanation);

}  // namespace onbehalf::cli
