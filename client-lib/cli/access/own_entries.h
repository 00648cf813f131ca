#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/win32/account_names.h"

namespace onbehalf::cli {

inline constexpr std::string_view kPipeNode = "pipe:";

// One entry of a node, in words for people.
struct EntryWords {
  std::string type;     // allow or deny
  std::string account;  // DOMAIN\name, or the SID
  std::string rights;   // "call, see"; the mask in hexadecimal for what is no whole right
  friend bool operator==(const EntryWords&, const EntryWords&) = default;
};

// A node's own entries.
struct OwnEntries {
  bool is_protected = false;  // inherits nothing
  std::vector<EntryWords> entries;
};

// What a node's own SDDL says ("D:P(A;;GX;;;BU)"). nullopt for a text that Windows does not take: it is to be
// shown as it is.
std::optional<OwnEntries> ReadOwnEntries(std::string_view node, std::string_view sddl,
                                         win32::AccountNames& names);

}  // namespace onbehalf::cli
