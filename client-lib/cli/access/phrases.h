#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "onbehalf/client/client.h"

namespace onbehalf::cli {

// Parts of the access commands' output, from members of the results.

// An account's name, or its SID if it has none.
std::string AccountText(const client::Json& account);
// Name and SID: "CONTOSO\alice (S-1-5-21-…)".
std::string AccountWithSid(const client::Json& account);
// "CONTOSO\alice may call file.write", or "… may not …", from the members account, right, node and allowed.
std::string VerdictText(const client::Json& result);
// A command-line word, quoted if necessary.
std::string Quoted(const std::string& word);
// Where an entry comes from: "file.write (own)", "/ (inherited)", "(always)".
std::string OriginText(const client::Json& entry);

}  // namespace onbehalf::cli
