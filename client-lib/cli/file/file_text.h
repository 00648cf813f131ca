#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "onbehalf/client/client.h"
#include "output.h"

namespace onbehalf::cli {

// What the service says of files, for people.

// Of file.list's entries.
Rows::value_type EntryHeader();
Rows::value_type EntryCells(const client::Json& entry);
// Whether `entry` is one that a list shows only when all are asked for.
bool IsHidden(const client::Json& entry);
// file.stat's result.
std::string RenderStat(const client::Json& stat);
// One of file.watch's changes, in a line; and what is written when some were lost.
std::string ChangeLine(const client::Json& change);
std::string OverflowLine();

}  // namespace onbehalf::cli
