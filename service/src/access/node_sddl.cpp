#include "access/node_sddl.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "access/access_rights.h"
#include "access/known_accounts.h"
#include "access/policy_checks.h"
#include "onbehalf/protocol/ascii.h"

namespace onbehalf::service {
namespace {

using win32::AccessEntry;
using win32::AccessMask;

using Faults = std::vector<PolicyFault>;

constexpr const char* kNotADacl = "is not a DACL: expected D: or D:P followed by entries";

std::string RightsWord(AccessMask mask) {
  if (mask == kAllRights) return "GA";
  std::string words;
  AccessMask rest = mask;
  for (const auto& [right, word] : {std::pair{kCall, "GX"}, {kSee, "GR"}, {kManage, "GW"}}) {
    if ((mask & right) != right) continue;
    words += word;
    rest &= ~right;
  }
  return rest == 0 && mask != 0 ? words : MaskText(mask);
}

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

// The parts of a descriptor's text, so that a fault can name the entry it concerns.
struct SddlParts {
  std::string_view head;                  // before the first entry: "D:P"
  std::vector<std::string_view> entries;  // "(A;;GX;;;BA)"
  std::string rest;                       // text after and between the entries, without spaces
  bool is_cut = false;                    // the last entry is not closed
};

SddlParts Split(std::string_view sddl) {
  SddlParts parts;
  const std::size_t first = sddl.find('(');
  parts.head = Trimmed(sddl.substr(0, first));
  std::size_t depth = 0;
  std::size_t start = 0;
  bool in_string = false;  // of a conditional entry
  for (std::size_t i = std::min(first, sddl.size()); i < sddl.size(); ++i) {
    const char c = sddl[i];
    if (depth != 0 && c == '"') in_string = !in_string;
    if (in_string) continue;
    if (c == '(') {
      if (depth == 0) start = i;
      ++depth;
    } else if (c == ')' && depth != 0) {
      --depth;
      if (depth == 0) parts.entries.push_back(sddl.substr(start, i + 1 - start));
    } else if (depth == 0 && !IsSpace(c)) {
      parts.rest += c;
    }
  }
  parts.is_cut = depth != 0;
  return parts;
}

// Checks the text around the entries: "D:" or "D:P" before them and nothing else. Returns whether the DACL is protected.
bool ReadFrame(const std::string& node, const SddlParts& parts, Faults& faults) {
  const std::string text = protocol::AsciiUpper(std::string(parts.head) + parts.rest);
  const auto fault = [&](std::string_view message) { AddFault(faults, node, "", message); };
  std::optional<std::string> flags;
  bool has_other_part = false;
  // Each part begins with a letter and a colon, and the text of a part contains no colon.
  for (std::size_t colon = text.find(':'); colon != std::string::npos; colon = text.find(':', colon + 1)) {
    const char part = colon == 0 ? '\0' : text[colon - 1];
    const std::size_t next = text.find(':', colon + 1);
    const std::size_t end = next == std::string::npos ? text.size() : next - 1;
    if (part == 'D' && !flags) {
      flags = text.substr(colon + 1, end > colon ? end - colon - 1 : 0);
      continue;
    }
    has_other_part = true;
    if (part == 'O') {
      fault("sets an owner: the service sets the owner of every node (SYSTEM)");
    } else if (part == 'G') {
      fault("sets a group: the service sets the group of every node (SYSTEM)");
    } else if (part == 'S') {
      fault("has audit entries or a label (S:): only a DACL is allowed");
    } else {
      fault(kNotADacl);
    }
  }
  if (!flags) {
    if (!has_other_part && !text.empty()) {
      fault(kNotADacl);
    } else {
      fault("has no DACL, which would grant everyone access: write D: for no entries");
    }
    return false;
  }
  if (flags->find("NO_ACCESS_CONTROL") != std::string::npos) {
    fault("has a NULL DACL, which would grant everyone access: write D: for no entries");
  } else if (!has_other_part && !parts.rest.empty()) {
    fault(kNotADacl);
  } else if (!flags->empty() && *flags != "P") {
    fault("has an unsupported flag: only P (inherit nothing) is allowed");
  }
  return *flags == "P";
}

// One entry; nullopt after adding a fault.
std::optional<AccessEntry> ReadEntry(const std::string& node, std::string_view text,
                                     const EntryReader& read_entry, Faults& faults) {
  const auto fault = [&](std::string_view message) { AddFault(faults, node, text, message); };
  // Before calling the reader, so that a kind of entry that this system does not know gets the same message.
  const std::string type =
      protocol::AsciiUpper(Trimmed(text.substr(1, std::min(text.find(';'), text.size() - 1) - 1)));
  if (type != "A" && type != "D") {
    fault("is neither a plain allow nor a plain deny entry");
    return std::nullopt;
  }
  const auto read = read_entry(text);
  if (const auto* message = std::get_if<std::string>(&read)) {
    fault(*message);
    return std::nullopt;
  }
  const auto& entry = std::get<AccessEntry>(read);
  const std::vector<std::string> messages = EntryFaults(entry);
  for (const std::string& message : messages) fault(message);
  if (!messages.empty()) return std::nullopt;
  return entry;
}

}  // namespace

std::string ToSddl(const PolicyNode& node) {
  std::string text = node.is_protected ? "D:P" : "D:";
  for (const AccessEntry& entry : node.entries) text += ToSddl(entry);
  return text;
}

std::string ToSddl(const AccessEntry& entry) {
  return (entry.denies() ? "(D;;" : "(A;;") + RightsWord(entry.mask) + ";;;" + AccountWord(entry.sid) + ")";
}

PolicyNode ReadNode(const std::string& name, std::string_view sddl, const EntryReader& read_entry,
                    Faults& faults, Faults& warnings) {
  const std::size_t faults_before = faults.size();
  const SddlParts parts = Split(sddl);
  PolicyNode node;
  node.is_protected = ReadFrame(name, parts, faults);
  if (parts.is_cut) AddFault(faults, name, "", "has an entry without a closing parenthesis");
  if (parts.entries.size() > kMaxNodeEntries) {
    // Not read one by one: that many entries are not a typing error.
    AddFault(faults, name, "", "has more than " + std::to_string(kMaxNodeEntries) + " entries");
    return node;
  }
  // The entries may belong to another part, not to this DACL.
  if (faults.size() != faults_before) return node;
  for (const std::string_view text : parts.entries) {
    if (const auto entry = ReadEntry(name, text, read_entry, faults)) node.entries.push_back(*entry);
  }
  const std::vector<AccessEntry> written = node.entries;
  PutInOrder(node.entries);
  if (written != node.entries) {
    AddFault(warnings, name, "", "has deny entries after allow entries: they are moved before them");
  }
  // The node cannot be judged if some entries could not be read.
  if (faults.size() == faults_before) AddNodeFaults(name, node, faults);
  return node;
}

}  // namespace onbehalf::service
