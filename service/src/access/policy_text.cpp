#include "access/policy_text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include "access/known_accounts.h"
#include "access/node_name.h"
#include "access/policy_checks.h"
#include "onbehalf/protocol/json_text.h"
#include "onbehalf/protocol/limits.h"

namespace onbehalf::service {
namespace {

using win32::AccessEntry;
using win32::Sid;

using Faults = std::vector<PolicyFault>;

// The largest integer that all JSON readers agree on (2^53 - 1).
constexpr std::uint64_t kMaxVersion = 9'007'199'254'740'991;

// A member's name for a message: quoted, escaped and truncated.
std::string Quoted(const std::string& name) {
  constexpr std::size_t kShown = 64;
  if (name.size() <= kShown) return protocol::ToText(name);
  std::size_t end = kShown;
  // Not in the middle of a UTF-8 character.
  while (end != 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) --end;
  return protocol::ToText(name.substr(0, end) + "…");
}

// The members that an object may have, and their checks.
class Members {
 public:
  Members(const protocol::Json& object, std::string node, Faults& faults)
      : object_(object), node_(std::move(node)), faults_(faults) {}

  const protocol::Json* Find(std::string_view name, bool required) {
    known_.push_back(name);
    const auto found = object_.find(std::string(name));
    if (found != object_.end()) return &*found;
    if (required) Fault("has no \"" + std::string(name) + "\"");
    return nullptr;
  }
  std::string String(std::string_view name, bool required) {
    const protocol::Json* value = Find(name, required);
    if (value == nullptr) return {};
    if (const auto* text = value->get_ptr<const std::string*>()) return *text;
    Fault("\"" + std::string(name) + "\" is not a string");
    return {};
  }
  void RefuseOthers() {
    for (const auto& [name, value] : object_.items()) {
      if (std::find(known_.begin(), known_.end(), name) == known_.end())
        Fault("has an unknown member " + Quoted(name));
    }
  }
  void Fault(std::string_view message) { AddFault(faults_, node_, "", message); }

 private:
  const protocol::Json& object_;
  std::string node_;
  Faults& faults_;
  std::vector<std::string_view> known_;
};

std::optional<std::uint64_t> WholeNumber(const protocol::Json& value) {
  // Negative numbers and fractions have other types.
  if (!value.is_number_unsigned()) return std::nullopt;
  return value.get<std::uint64_t>();
}

void ReadNodeMember(const std::string& name, const protocol::Json& value, const EntryReader& read_entry,
                    PolicyReading& reading) {
  if (!IsNodeName(name)) {
    std::string shown = Quoted(name);
    AddFault(reading.faults, shown.substr(1, shown.size() - 2), "", kNotANodeName);
    return;
  }
  if (!value.is_object()) {
    AddFault(reading.faults, name, "", "is not an object");
    return;
  }
  Members members(value, name, reading.faults);
  const std::size_t faults_before = reading.faults.size();
  const std::string sddl = members.String("sddl", true);
  const bool has_sddl = reading.faults.size() == faults_before;
  members.String("comment", false);
  if (const protocol::Json* accounts = members.Find("accounts", false)) {
    const bool are_strings =
        accounts->is_object() && std::all_of(accounts->begin(), accounts->end(),
                                             [](const auto& account) { return account.is_string(); });
    if (!are_strings) members.Fault("\"accounts\" is not an object of strings");
  }
  members.RefuseOthers();
  if (has_sddl) {
    reading.document.nodes.emplace(name, ReadNode(name, sddl, read_entry, reading.faults, reading.warnings));
  }
}

}  // namespace

PolicyReading ReadPolicyText(std::string_view text, const EntryReader& read_entry) {
  PolicyReading reading;
  Faults& faults = reading.faults;
  if (text.size() > kMaxPolicyBytes) {
    AddFault(faults, "", "", "is larger than 4 MiB");
    return reading;
  }
  protocol::JsonLimits limits;
  // The size of the text is the limit: exceeding it is reported by this file's own message.
  limits.object_members = kMaxPolicyBytes;
  protocol::Json root;
  if (const auto fault = protocol::ParseJson(text, limits, root)) {
    AddFault(faults, "", "", fault.Describe());
    return reading;
  }
  if (!root.is_object()) {
    AddFault(faults, "", "", "is not an object");
    return reading;
  }
  Members members(root, "", faults);
  if (const protocol::Json* format = members.Find("format", true);
      format != nullptr && WholeNumber(*format) != 1U) {
    members.Fault("\"format\" is not 1");
  }
  if (const protocol::Json* version = members.Find("version", true)) {
    reading.document.version = WholeNumber(*version).value_or(0);
    if (reading.document.version == 0 || reading.document.version > kMaxVersion) {
      members.Fault("\"version\" is not a whole number from 1 to " + std::to_string(kMaxVersion));
    }
  }
  reading.document.changed = members.String("changed", false);
  reading.document.changed_by = members.String("changed_by", false);
  members.String("comment", false);
  const protocol::Json* nodes = members.Find("nodes", true);
  members.RefuseOthers();
  if (nodes == nullptr) return reading;
  if (!nodes->is_object()) {
    members.Fault("\"nodes\" is not an object");
    return reading;
  }
  if (nodes->size() > kMaxPolicyNodes) {
    members.Fault("has more than " + std::to_string(kMaxPolicyNodes) + " nodes");
    return reading;
  }
  for (const auto& [name, value] : nodes->items()) ReadNodeMember(name, value, read_entry, reading);
  if (faults.empty()) AddSizeFaults(reading.document, faults);
  return reading;
}

std::string ToText(const PolicyDocument& document, const NameOf& name_of) {
  const auto quoted = [](std::string_view text) { return protocol::ToText(std::string(text)); };
  std::string text = "{\n  \"format\": 1,\n  \"version\": " + std::to_string(document.version) +
                     ",\n  \"changed\": " + quoted(document.changed) +
                     ",\n  \"changed_by\": " + quoted(document.changed_by) + ",\n  \"nodes\": {";
  std::map<Sid, std::optional<std::string>> names;  // looked up once each
  const char* separator = "\n";
  for (const auto& [name, node] : document.nodes) {
    text += std::exchange(separator, ",\n");
    text += "    " + quoted(name) + ": {\"sddl\": " + quoted(ToSddl(node));
    std::map<std::string, std::string> accounts;
    for (const AccessEntry& entry : node.entries) {
      if (!name_of) break;
      const auto [known, is_new] = names.try_emplace(entry.sid);
      if (is_new) known->second = name_of(entry.sid);
      if (known->second) accounts.emplace(AccountWord(entry.sid), *known->second);
    }
    const char* before = ", \"accounts\": {";
    for (const auto& [word, account] : accounts) {
      text += std::exchange(before, ", ") + quoted(word) + ": " + quoted(account);
    }
    text += accounts.empty() ? "}" : "}}";
  }
  text += document.nodes.empty() ? "}\n}\n" : "\n  }\n}\n";
  if (name_of && text.size() > kMaxPolicyBytes) return ToText(document, NameOf());
  return text;
}

}  // namespace onbehalf::service
