#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
using ReadEntries = std::function<std::optional<OwnEntries>(std::string_view node, std::string_view sddl)>;

}  // namespace onbehalf::cli
