#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/win32/account_names.h"

namespace onbehalf::cli {

inline constexpr std::string_view kPipeNode = "pipe:";

// One entry of a node, as text.
struct EntryWords {
  std::string type;     // allow or deny
  std::string account;  // DOMAIN\name, or the SID
  std::string rights;   // "call, see"; leftover bits that are not a complete right as a hexadecimal mask
  friend bool operator==(const EntryWords&, const EntryWords&) = default;
};

// A node's own entries.
struct OwnEntries {
  bool is_protected = false;  // inherits nothing
  std::vector<EntryWords> entries;
};

// Parses a node's own SDDL ("D:P(A;;GX;;;BU)"). nullopt if Windows rejects the text; show it unchanged then.
std::optional<OwnEntries> ReadOwnEntries(std::string_view node, std::string_view sddl,
                                         win32::AccountNames& names);

}  // namespace onbehalf::cli
