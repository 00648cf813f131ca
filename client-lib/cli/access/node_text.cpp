#include <string>

#include "access/access_text.h"
#include "access/own_entries.h"
#include "access/phrases.h"
#include "aligned_table.h"
#include "json_members.h"

namespace onbehalf::cli {
namespace {

using client::Json;

// Where the node's own entries come from.
std::string SetBy(const Json& node) {
  std::string text = FlagMember(node, "default") ? "default" : "policy";
  const Json* registered = Member(node, "registered");
  if (registered != nullptr && *registered == false) text += ", not loaded";
  return text;
}

std::string Inherits(const Json& node) {
  if (FlagMember(node, "protected")) return "nothing";
  const std::string parent = TextMember(node, "parent");
  return parent.empty() ? "-" : parent;
}

std::string PolicyLine(const Json& result) {
  const std::string version = TextMember(result, "version");
  const std::string source = TextMember(result, "source");
  if (source == "default") return "policy: the built-in default (unchanged)\n";
  if (source == "administratorsOnly") return "policy: administrators only\n";
  return "policy: version " + version + (source == "lastGood" ? ", the last good one\n" : "\n");
}

}  // namespace

std::string RenderAccessList(const Json& list, const ReadEntries& read_entries) {
  const Json* nodes = ListMember(list, "nodes");
  if (nodes == nullptr || nodes->empty()) return "There are no nodes that you may see.\n";
  Rows rows = {{"NODE", "SET BY", "INHERITS", "TYPE", "ACCOUNT", "RIGHTS", "YOU MAY"}};
  for (const Json& node : *nodes) {
    const std::string name = TextMember(node, "node");
    const std::string sddl = TextMember(node, "sddl");
    const std::string may = Joined(ListMember(node, "may"));
    const auto add = [&](const EntryWords& entry) {
      rows.push_back({name, SetBy(node), Inherits(node), entry.type, entry.account, entry.rights,
                      may.empty() ? "-" : may});
    };
    const auto own = read_entries(name, sddl);
    if (!own) {
      add({"-", sddl, "-"});
    } else if (own->entries.empty()) {
      add({"-", "-", "-"});
    } else {
      for (const EntryWords& entry : own->entries) add(entry);
    }
  }
  return PolicyLine(list) + AlignedTable(rows);
}

std::string WarningAboutSource(const Json& list) {
  const std::string source = TextMember(list, "source");
  const std::string wrong =
      "warning: access.json was rejected (the event log and the service's log list every error): ";
  if (source == "lastGood") return wrong + "the last good policy is in force\n";
  if (source == "administratorsOnly") {
    return wrong + "only administrators have access until it is fixed or reset\n";
  }
  return {};
}

std::string RenderAccessNode(const Json& node) {
  Rows head = {{"node", TextMember(node, "node")},
               {"policy", "version " + TextMember(node, "version")},
               {"own entries", TextMember(node, "sddl") + " (" + SetBy(node) + ")"}};
  if (FlagMember(node, "protected")) head.push_back({"inherits", "nothing (protected)"});
  std::string text = AlignedTable(head);
  const Json* entries = ListMember(node, "entries");
  if (entries == nullptr) return text;
  Rows rows = {{"TYPE", "ACCOUNT", "RIGHTS", "FROM"}};
  for (const Json& entry : *entries) {
    const Json* account = Member(entry, "account");
    rows.push_back({TextMember(entry, "type"), account == nullptr ? std::string("-") : AccountText(*account),
                    Joined(ListMember(entry, "rights")), OriginText(entry)});
  }
  return text + AlignedTable(rows);
}

}  // namespace onbehalf::cli
