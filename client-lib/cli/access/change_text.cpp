#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "access/access_text.h"
#include "access/own_entries.h"
#include "aligned_table.h"
#include "json_members.h"
#include "printable.h"

namespace onbehalf::cli {
namespace {

using client::Json;

constexpr char kDryRun[] = " (dry run: nothing is changed)\n";

// A node's entries in the policy, before or after a change.
struct Side {
  std::string sddl;  // empty: none, the node has its default
  std::optional<OwnEntries> own;
};

Side SideOf(const Json& change, const char* name, const ReadEntries& read_entries) {
  Side side{TextMember(change, name), std::nullopt};
  if (!side.sddl.empty()) side.own = read_entries(TextMember(change, "node"), side.sddl);
  return side;
}

void AddRows(Rows& rows, std::string_view sign, const std::vector<EntryWords>& entries) {
  for (const EntryWords& entry : entries) {
    rows.push_back({std::string(sign) + " " + entry.type, entry.account, entry.rights});
  }
}

// The entries of `from` without those of `without`; a duplicate counts twice.
std::vector<EntryWords> Difference(std::vector<EntryWords> from, const std::vector<EntryWords>& without) {
  for (const EntryWords& entry : without) {
    const auto found = std::find(from.begin(), from.end(), entry);
    if (found != from.end()) from.erase(found);
  }
  return from;
}

// A node's entries before and after, followed by the removed and the added ones.
std::string Sides(const Json& change, const ReadEntries& read_entries) {
  const Side before = SideOf(change, "before", read_entries);
  const Side after = SideOf(change, "after", read_entries);
  const auto shown = [](const Side& side) { return side.sddl.empty() ? "the default" : side.sddl; };
  std::string text = AlignedTable({{"before", shown(before)}, {"after", shown(after)}}, 2);
  if ((!before.sddl.empty() && !before.own) || (!after.sddl.empty() && !after.own)) return text;

  const OwnEntries old_own = before.own.value_or(OwnEntries{});
  const OwnEntries new_own = after.own.value_or(OwnEntries{});
  Rows rows;
  AddRows(rows, "-", Difference(old_own.entries, new_own.entries));
  AddRows(rows, "+", Difference(new_own.entries, old_own.entries));
  text += AlignedTable(rows, 4);
  if (old_own.is_protected != new_own.is_protected) {
    text += std::string("    ") + (new_own.is_protected ? "+" : "-") + " protected (inherits nothing)\n";
  }
  return text;
}

std::string SidesOfNodes(const Json* nodes, const ReadEntries& read_entries) {
  std::string text;
  if (nodes == nullptr) return text;
  for (const Json& node : *nodes) text += TextMember(node, "node") + "\n" + Sides(node, read_entries);
  return text;
}

}  // namespace

std::string RenderChange(const Json& change, const ReadEntries& read_entries) {
  const std::string node = TextMember(change, "node");
  const std::string version = TextMember(change, "version");
  if (!FlagMember(change, "changed")) {
    const std::string sddl = TextMember(change, "before");
    return node + ": nothing to change, the policy stays at version " + version + "\n" +
           AlignedTable({{"entries", sddl.empty() ? "the default" : sddl}}, 2);
  }
  const std::string head = FlagMember(change, "dryRun")
                               ? node + " would be changed" + kDryRun
                               : node + ": changed, the policy is now version " + version + "\n";
  return head + Sides(change, read_entries);
}

std::string RenderWarnings(const Json& change) {
  std::string text;
  if (const Json* warnings = ListMember(change, "warnings")) {
    for (const Json& warning : *warnings) text += "warning: " + Display(warning) + "\n";
  }
  return text;
}

std::string RenderHistory(const Json& history) {
  const Json* versions = ListMember(history, "versions");
  if (versions == nullptr || versions->empty()) {
    return "No versions are kept: the policy is " +
           (TextMember(history, "version") == "0" ? "the built-in default, unchanged.\n"
                                                  : "version " + TextMember(history, "version") + ".\n");
  }
  Rows rows = {{"VERSION", "CHANGED", "BY"}};
  for (const Json& version : *versions) {
    const std::string who = TextMember(version, "changedBy");
    const std::string when = TextMember(version, "changed");
    rows.push_back({TextMember(version, "version") + (FlagMember(version, "current") ? " (current)" : ""),
                    when.empty() ? "-" : when, who.empty() ? "-" : who});
  }
  return AlignedTable(rows);
}

std::string RenderDiff(const Json& diff, const ReadEntries& read_entries) {
  const std::string from = TextMember(diff, "from");
  const std::string to = TextMember(diff, "to");
  const Json* nodes = ListMember(diff, "nodes");
  if (nodes == nullptr || nodes->empty()) return "versions " + from + " and " + to + " are the same\n";
  return "from version " + from + " to version " + to + "\n" + SidesOfNodes(nodes, read_entries);
}

std::string RenderRollback(const Json& rollback, const Json& arguments, const ReadEntries& read_entries) {
  const std::string to = TextMember(arguments, "to");
  const std::string version = TextMember(rollback, "version");
  if (!FlagMember(rollback, "changed")) {
    return "nothing to change: version " + version + ", which is in force, is the same as version " + to +
           "\n";
  }
  const std::string head = FlagMember(rollback, "dryRun")
                               ? "version " + to + " would be in force again" + kDryRun
                               : "version " + to + " is in force again, as version " + version + "\n";
  return head + SidesOfNodes(ListMember(rollback, "nodes"), read_entries);
}

}  // namespace onbehalf::cli
