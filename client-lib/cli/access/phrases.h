#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "onbehalf/client/client.h"

namespace onbehalf::cli {

// Pieces of the access commands' texts, from members of the results.

// An account object's name, else its SID.
std::string AccountText(const client::Json& account);
// Both: "CONTOSO\alice (S-1-5-21-…)".
std::string AccountWithSid(const client::Json& account);
// "CONTOSO\alice may call file.write", or "… may not …": the members account, right, node and allowed.
std::string VerdictText(const client::Json& result);
// A word of a command line, in quotes where it needs them.
std::string Quoted(const std::string& word);
// Where an entry stands: "file.write (own)", "/ (inherited)", "(always)".
std::string OriginText(const client::Json& entry);

}  // namespace onbehalf::cli
