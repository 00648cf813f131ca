#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "aligned_table.h"
#include "onbehalf/client/client.h"

namespace onbehalf::cli {

// The service's information about files, as text.

// The columns of file.list's entries.
Rows::value_type EntryHeader();
Rows::value_type EntryCells(const client::Json& entry);
// Whether `entry` is listed only with --all.
bool IsHidden(const client::Json& entry);
// file.stat's result.
std::string RenderStat(const client::Json& stat);
// A line for one of file.watch's changes, and the line for lost changes.
std::string ChangeLine(const client::Json& change);
std::string OverflowLine();

}  // namespace onbehalf::cli
