#include "access/policy_document.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "access/access_rights.h"
#include "methods_model/method_name.h"
#include "onbehalf/protocol/ascii.h"
#include "onbehalf/protocol/json_text.h"
#include "onbehalf/protocol/limits.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

using win32::AccessEntry;
using win32::SecurityDescriptor;
using win32::Sid;

constexpr std::string_view kRootDefault = "D:(A;;GA;;;SY)(A;;GA;;;BA)";
constexpr std::string_view kPipeDefault = "D:(A;;GX;;;AU)";

// The largest whole number that JSON's readers all agree on (2^53 - 1).
constexpr std::uint64_t kMaxVersion = 9'007'199'254'740'991;

// An ACL's size is a WORD. What the document does not name (defaults, and what is always denied) needs a part
// of it.
constexpr std::size_t kAclBytes = 0xFFFF;
constexpr std::size_t kReservedAclBytes = 4096;

using Faults = std::vector<PolicyFault>;

// ---- Accounts ----

struct Alias {
  std::string_view word;
  Sid sid;
};

// The two letters that people know, of accounts that are the same on every machine.
const std::vector<Alias>& Aliases() {
  static const std::vector<Alias> aliases = [] {
    constexpr std::pair<std::string_view, WELL_KNOWN_SID_TYPE> kAliases[] = {
        {"SY", WinLocalSystemSid},
        {"BA", WinBuiltinAdministratorsSid},
        {"BU", WinBuiltinUsersSid},
        {"AU", WinAuthenticatedUserSid},
        {"WD", WinWorldSid},
        {"AN", WinAnonymousSid},
        {"BG", WinBuiltinGuestsSid},
        {"IU", WinInteractiveSid},
        {"NU", WinNetworkSid},
        {"SU", WinServiceSid},
        {"OW", WinCreatorOwnerRightsSid},
        {"LS", WinLocalServiceSid},
        {"NS", WinNetworkServiceSid}};
    std::vector<Alias> list;
    for (const auto& [word, type] : kAliases) list.push_back({word, Sid::FromWellKnown(type)});
    return list;
  }();
  return aliases;
}

std::string SidWord(const Sid& sid) {
  for (const Alias& alias : Aliases()) {
    if (alias.sid == sid) return std::string(alias.word);
  }
  return sid.ToString();
}

struct Crowd {
  Sid sid;
  std::string_view name;
};

// Accounts that nobody has to be chosen for to have them in a token.
const std::vector<Crowd>& Crowds() {
  static const std::vector<Crowd> crowds = [] {
    constexpr std::pair<std::string_view, std::string_view> kCrowds[] = {
        {"S-1-1-0", "everyone"},
        {"S-1-2-0", "all local logons"},
        {"S-1-2-1", "all console logons"},
        {"S-1-5-2", "all network logons"},
        {"S-1-5-3", "all batch logons"},
        {"S-1-5-4", "all interactive logons"},
        {"S-1-5-6", "all services"},
        {"S-1-5-7", "anonymous logons"},
        {"S-1-5-11", "all authenticated users"},
        {"S-1-5-14", "all remote interactive logons"},
        {"S-1-5-15", "all accounts of this organization"},
        {"S-1-5-64-10", "all NTLM logons"},
        {"S-1-5-80-0", "all services with a SID"},
        {"S-1-5-113", "all local accounts"},
        {"S-1-5-32-545", "all users"},
        {"S-1-5-32-546", "guests"},
        {"S-1-15-2-1", "all application packages"},
        {"S-1-15-2-2", "all restricted application packages"},
        {"S-1-18-1", "all accounts that an authority vouches for"},
        {"S-1-18-2", "all accounts that a service vouches for"}};
    std::vector<Crowd> list;
    for (const auto& [text, name] : kCrowds) {
      if (const auto sid = Sid::FromString(text)) list.push_back({*sid, name});
    }
    return list;
  }();
  return crowds;
}

// What to call the SID if it stands for everyone or nearly so, else "".
std::string_view CrowdName(const Sid& sid) {
  for (const Crowd& crowd : Crowds()) {
    if (crowd.sid == sid) return crowd.name;
  }
  // S-1-5-21-a-b-c-RID: accounts that every domain and every machine has.
  const DWORD count = *::GetSidSubAuthorityCount(sid.get());
  const SID_IDENTIFIER_AUTHORITY nt = SECURITY_NT_AUTHORITY;
  const auto* authority = ::GetSidIdentifierAuthority(sid.get());
  if (count != 5 || !std::equal(std::begin(nt.Value), std::end(nt.Value), std::begin(authority->Value)) ||
      *::GetSidSubAuthority(sid.get(), 0) != SECURITY_NT_NON_UNIQUE) {
    return {};
  }
  switch (*::GetSidSubAuthority(sid.get(), count - 1)) {
    case DOMAIN_USER_RID_GUEST:
      return "the guest account";
    case DOMAIN_GROUP_RID_USERS:
      return "all domain users";
    case DOMAIN_GROUP_RID_GUESTS:
      return "domain guests";
    default:
      return {};
  }
}

bool IsAlwaysDenied(const Sid& sid) {
  static const Sid anonymous = Sid::FromWellKnown(WinAnonymousSid);
  static const Sid guests = Sid::FromWellKnown(WinBuiltinGuestsSid);
  return sid == anonymous || sid == guests;
}

const Sid& Administrators() {
  static const Sid administrators = Sid::FromWellKnown(WinBuiltinAdministratorsSid);
  return administrators;
}

// Whether a deny entry for `sid` hits every administrator: they themselves, and groups that each of them is in, however they
// have logged on. One for some logons only (NETWORK) leaves the others.
bool DeniesAdministrators(const Sid& sid) {
  static const std::vector<Sid> groups = [] {
    std::vector<Sid> list = {Administrators()};
    // Everyone, LOCAL, Authenticated Users, This Organization, Users.
    for (const std::string_view text : {"S-1-1-0", "S-1-2-0", "S-1-5-11", "S-1-5-15", "S-1-5-32-545"}) {
      if (const auto group = Sid::FromString(text)) list.push_back(*group);
    }
    return list;
  }();
  return std::find(groups.begin(), groups.end(), sid) != groups.end();
}

// ---- Rights ----

std::string RightsWord(ACCESS_MASK mask) {
  if (mask == kAllRights) return "GA";
  std::string words;
  ACCESS_MASK rest = mask;
  for (const auto& [right, word] : {std::pair{kCall, "GX"}, {kSee, "GR"}, {kManage, "GW"}}) {
    if ((mask & right) != right) continue;
    words += word;
    rest &= ~right;
  }
  return rest == 0 && mask != 0 ? words : MaskText(mask);
}

ACCESS_MASK Mapped(ACCESS_MASK mask) {
  GENERIC_MAPPING mapping = kAccessMapping;
  ::MapGenericMask(&mask, &mapping);
  return mask;
}

// ---- What makes an entry, a node and a document good ----

// What is wrong with an entry whose mask has been mapped.
std::vector<std::string> EntryFaults(const AccessEntry& entry) {
  std::vector<std::string> faults;
  if (!entry.allows() && !entry.denies()) {
    faults.push_back("is neither a plain allow nor a plain deny entry");
    return faults;
  }
  if (entry.flags != 0) {
    faults.push_back("has flags: an entry applies to its node and to all nodes below, and has none");
  }
  if (entry.mask == 0) faults.push_back("has no right");
  if (const ACCESS_MASK other = entry.mask & ~kAllRights; other != 0) {
    faults.push_back("has rights that a node does not have (" + MaskText(other) +
                     "): there are call (GX), see (GR), manage (GW) and all of them (GA)");
  }
  if (entry.allows() && (entry.mask & kManage) != 0) {
    if (const std::string_view crowd = CrowdName(entry.sid); !crowd.empty()) {
      faults.push_back("gives manage to " + std::string(crowd) +
                       ": who may change a node's entries can take every right there is");
    }
  }
  return faults;
}

// What is wrong with a node as a whole.
void AddNodeFaults(const std::string& name, const PolicyNode& node, Faults& faults) {
  if (node.entries.size() > kMaxNodeEntries) {
    faults.push_back({name, "", "has more than " + std::to_string(kMaxNodeEntries) + " entries"});
  }
  if (name != kRootNode) return;
  bool given = false;
  bool denied = false;
  for (const AccessEntry& entry : node.entries) {
    if ((entry.mask & kManage) == 0) continue;
    given = given || (entry.allows() && entry.sid == Administrators());
    denied = denied || (entry.denies() && DeniesAdministrators(entry.sid));
  }
  if (!given || denied) {
    faults.push_back(
        {name, "",
         "leaves administrators without manage: the root must give it to BA and deny it neither to "
         "them nor to a group that all of them are in"});
  }
}

std::size_t AclBytes(const PolicyNode& node) {
  std::size_t bytes = 0;
  for (const AccessEntry& entry : node.entries)
    bytes += offsetof(ACCESS_ALLOWED_ACE, SidStart) + entry.sid.size();
  return bytes;
}

// What is wrong with a document whose nodes are each good.
void AddSizeFaults(const PolicyDocument& document, Faults& faults) {
  if (document.nodes.size() > kMaxPolicyNodes) {
    faults.push_back({"", "", "has more than " + std::to_string(kMaxPolicyNodes) + " nodes"});
    return;
  }
  std::size_t all_entries = 0;
  std::size_t text_bytes = 0;
  for (const auto& [name, node] : document.nodes) {
    std::size_t bytes = AclBytes(node);
    std::size_t entries = node.entries.size();
    bool is_protected = node.is_protected;
    for (auto parent = ParentOf(name); parent && !is_protected; parent = ParentOf(*parent)) {
      const auto found = document.nodes.find(*parent);
      if (found == document.nodes.end()) continue;
      bytes += AclBytes(found->second);
      entries += found->second.entries.size();
      is_protected = found->second.is_protected;
    }
    if (bytes > kAclBytes - kReservedAclBytes) {
      faults.push_back(
          {name, "", "has, with the entries that it inherits, more than an ACL can hold (64 KiB)"});
    }
    all_entries += entries;
    // The line of ToText: {"sddl": "…"} and what stands around it.
    text_bytes += name.size() + ToSddl(node).size() + 24;
  }
  if (all_entries > kMaxEffectiveEntries) {
    faults.push_back({"", "",
                      "has more than " + std::to_string(kMaxEffectiveEntries) +
                          " entries, inherited ones counted at every node"});
  }
  // The rest of the text: some 100 bytes, and who changed it.
  if (text_bytes + document.changed.size() + document.changed_by.size() > kMaxPolicyBytes - 4096) {
    faults.push_back({"", "", "is larger than 4 MiB when the service writes it"});
  }
}

// ---- SDDL ----

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

// A descriptor's text in pieces, so that a fault can name the entry that it is about.
struct SddlParts {
  std::string_view head;                  // before the first entry: "D:P"
  std::vector<std::string_view> entries;  // "(A;;GX;;;BA)"
  std::string rest;                       // what stands after and between the entries, without spaces
  bool is_cut = false;                    // the last entry has no end
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

// What stands around the entries: "D:" or "D:P" before them and nothing else. Returns whether it is
// protected.
bool ReadFrame(const std::string& node, const SddlParts& parts, Faults& faults) {
  const std::string text = protocol::AsciiUpper(std::string(parts.head) + parts.rest);
  const auto fault = [&](std::string message) { faults.push_back({node, "", std::move(message)}); };
  std::optional<std::string> flags;
  bool has_other_part = false;
  // Each part begins with a letter and a colon, and no part's own text has a colon.
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
      fault("names an owner: the service gives every node its own (SYSTEM)");
    } else if (part == 'G') {
      fault("names a group: the service gives every node its own (SYSTEM)");
    } else if (part == 'S') {
      fault("has audit entries or a label (S:): only a DACL is kept");
    } else {
      fault("is no DACL: it begins with D: or D:P, and entries follow");
    }
  }
  if (!flags) {
    if (!has_other_part && !text.empty()) {
      fault("is no DACL: it begins with D: or D:P, and entries follow");
    } else {
      fault("has no DACL, which would let everyone in: write D: for no entries");
    }
    return false;
  }
  if (flags->find("NO_ACCESS_CONTROL") != std::string::npos) {
    fault("has a NULL DACL, which would let everyone in: write D: for no entries");
  } else if (!has_other_part && !parts.rest.empty()) {
    fault("is no DACL: it begins with D: or D:P, and entries follow");
  } else if (!flags->empty() && *flags != "P") {
    fault("has a flag that a node does not have: P (inherit nothing) is the only one");
  }
  return *flags == "P";
}

// One entry, as Windows reads it; nullopt with a fault.
std::optional<AccessEntry> ReadEntry(const std::string& node, std::string_view text, Faults& faults) {
  const auto fault = [&](std::string message) {
    faults.push_back({node, std::string(text), std::move(message)});
  };
  // Before Windows is asked, so that a kind of entry that this system does not know is called by the same
  // name.
  const std::string type =
      protocol::AsciiUpper(Trimmed(text.substr(1, std::min(text.find(';'), text.size() - 1) - 1)));
  if (type != "A" && type != "D") {
    fault("is neither a plain allow nor a plain deny entry");
    return std::nullopt;
  }
  std::vector<AccessEntry> entries;
  try {
    entries = SecurityDescriptor::FromSddl("D:" + std::string(text)).Dacl();
  } catch (const win32::Win32Error& error) {
    fault("Windows does not take this entry (" + win32::ErrorName(error.win32_code()) + ", " +
          std::to_string(error.win32_code()) + ")");
    return std::nullopt;
  }
  if (entries.size() != 1) {
    fault("Windows does not take this for one entry");
    return std::nullopt;
  }
  AccessEntry entry = entries.front();
  entry.mask = Mapped(entry.mask);
  std::vector<std::string> messages = EntryFaults(entry);
  for (std::string& message : messages) fault(std::move(message));
  if (!messages.empty()) return std::nullopt;
  return entry;
}

// The node that the text is, with its faults and whether it stood in another order.
PolicyNode ReadNode(const std::string& name, std::string_view sddl, Faults& faults, Faults& warnings) {
  const std::size_t faults_before = faults.size();
  const SddlParts parts = Split(sddl);
  PolicyNode node;
  node.is_protected = ReadFrame(name, parts, faults);
  if (parts.is_cut) faults.push_back({name, "", "has an entry without its end"});
  if (parts.entries.size() > kMaxNodeEntries) {
    // Not read one by one: whoever wrote them made no slip of the pen.
    faults.push_back({name, "", "has more than " + std::to_string(kMaxNodeEntries) + " entries"});
    return node;
  }
  // Another part's entries are none of this DACL.
  if (faults.size() != faults_before) return node;
  for (const std::string_view text : parts.entries) {
    if (auto entry = ReadEntry(name, text, faults)) node.entries.push_back(*std::move(entry));
  }
  const std::vector<AccessEntry> written = node.entries;
  PutInOrder(node.entries);
  if (written != node.entries) {
    warnings.push_back({name, "", "has deny entries after allow entries: they are put before them"});
  }
  // Of entries that could not be read nothing is known.
  if (faults.size() == faults_before) AddNodeFaults(name, node, faults);
  return node;
}

// ---- access.json ----

constexpr std::string_view kNoNode =
    "is no node: there are /, pipe:, a namespace, and namespace.method, in letters, digits and _";

// A member's name for a message: quoted, escaped, and no longer than a name should be.
std::string Quoted(const std::string& name) {
  constexpr std::size_t kShown = 64;
  if (name.size() <= kShown) return protocol::ToText(name);
  std::size_t end = kShown;
  // Not inside of a character.
  while (end != 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) --end;
  return protocol::ToText(name.substr(0, end) + "…");
}

// The members that an object may have, each with what has to be true of it.
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
  void Fault(std::string message) { faults_.push_back({node_, "", std::move(message)}); }

 private:
  const protocol::Json& object_;
  std::string node_;
  Faults& faults_;
  std::vector<std::string_view> known_;
};

std::optional<std::uint64_t> WholeNumber(const protocol::Json& value) {
  // Negative numbers and fractions are other types.
  if (!value.is_number_unsigned()) return std::nullopt;
  return value.get<std::uint64_t>();
}

void ReadNodeMember(const std::string& name, const protocol::Json& value, PolicyReading& reading) {
  if (!IsNodeName(name)) {
    std::string shown = Quoted(name);
    reading.faults.push_back({shown.substr(1, shown.size() - 2), "", std::string(kNoNode)});
    return;
  }
  if (!value.is_object()) {
    reading.faults.push_back({name, "", "is not an object"});
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
    reading.document.nodes.emplace(name, ReadNode(name, sddl, reading.faults, reading.warnings));
  }
}

}  // namespace

PolicyReading ParsePolicy(std::string_view text) {
  PolicyReading reading;
  Faults& faults = reading.faults;
  if (text.size() > kMaxPolicyBytes) {
    faults.push_back({"", "", "is larger than 4 MiB"});
    return reading;
  }
  protocol::JsonLimits limits;
  // The text's own size is the limit: what is too much is said in this file's words.
  limits.object_members = kMaxPolicyBytes;
  protocol::Json root;
  if (const auto fault = protocol::ParseJson(text, limits, root)) {
    faults.push_back({"", "", fault.Describe()});
    return reading;
  }
  if (!root.is_object()) {
    faults.push_back({"", "", "is not an object"});
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
  for (const auto& [name, value] : nodes->items()) ReadNodeMember(name, value, reading);
  if (faults.empty()) AddSizeFaults(reading.document, faults);
  return reading;
}

std::string ToText(const PolicyDocument& document, const NameOf& name_of) {
  const auto quoted = [](std::string_view text) { return protocol::ToText(std::string(text)); };
  std::string text = "{\n  \"format\": 1,\n  \"version\": " + std::to_string(document.version) +
                     ",\n  \"changed\": " + quoted(document.changed) +
                     ",\n  \"changed_by\": " + quoted(document.changed_by) + ",\n  \"nodes\": {";
  std::map<Sid, std::optional<std::string>> names;  // asked for once each
  const char* separator = "\n";
  for (const auto& [name, node] : document.nodes) {
    text += std::exchange(separator, ",\n");
    text += "    " + quoted(name) + ": {\"sddl\": " + quoted(ToSddl(node));
    std::map<std::string, std::string> accounts;
    for (const AccessEntry& entry : node.entries) {
      if (!name_of) break;
      const auto [known, is_new] = names.try_emplace(entry.sid);
      if (is_new) known->second = name_of(entry.sid);
      if (known->second) accounts.emplace(SidWord(entry.sid), *known->second);
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

std::variant<PolicyNode, std::vector<PolicyFault>> ParseNode(std::string_view node, std::string_view sddl) {
  Faults faults;
  Faults warnings;
  const std::string name(node);
  if (!IsNodeName(node)) return Faults{{name, "", std::string(kNoNode)}};
  PolicyNode read = ReadNode(name, sddl, faults, warnings);
  if (!faults.empty()) return faults;
  return read;
}

std::vector<PolicyFault> FindFaults(const PolicyDocument& document) {
  Faults faults;
  for (const auto& [name, node] : document.nodes) {
    if (!IsNodeName(name)) {
      faults.push_back({name, "", std::string(kNoNode)});
      continue;
    }
    const std::size_t faults_before = faults.size();
    for (const AccessEntry& entry : node.entries) {
      for (std::string& message : EntryFaults(entry))
        faults.push_back({name, ToSddl(entry), std::move(message)});
    }
    if (faults.size() == faults_before) AddNodeFaults(name, node, faults);
  }
  if (faults.empty()) AddSizeFaults(document, faults);
  return faults;
}

std::vector<PolicyFault> FindWarnings(const PolicyDocument& document, const MethodRegistry& methods) {
  Faults warnings;
  std::vector<std::string_view> namespaces;
  for (const Method* method : methods.All()) {
    if (const auto parent = ParentOf(method->name)) namespaces.push_back(*parent);
  }
  std::sort(namespaces.begin(), namespaces.end());
  for (const auto& [name, node] : document.nodes) {
    const bool is_registered =
        name == kRootNode || name == kPipeNode || methods.Find(name) != nullptr ||
        std::binary_search(namespaces.begin(), namespaces.end(), std::string_view(name));
    if (!is_registered) {
      warnings.push_back({name, "", "has no method in the service as it is now: kept, and without effect"});
    }
    for (auto entry = node.entries.begin(); entry != node.entries.end(); ++entry) {
      if (entry->allows() && IsAlwaysDenied(entry->sid)) {
        warnings.push_back(
            {name, ToSddl(*entry), "never counts: anonymous and guest logons are always denied"});
      }
      if (std::find(node.entries.begin(), entry, *entry) != entry) {
        warnings.push_back({name, ToSddl(*entry), "stands there twice"});
      }
    }
  }
  return warnings;
}

void PutInOrder(std::vector<AccessEntry>& entries) {
  std::stable_partition(entries.begin(), entries.end(),
                        [](const AccessEntry& entry) { return entry.denies(); });
}

std::string ToSddl(const PolicyNode& node) {
  std::string text = node.is_protected ? "D:P" : "D:";
  for (const AccessEntry& entry : node.entries) text += ToSddl(entry);
  return text;
}

std::string ToSddl(const AccessEntry& entry) {
  return (entry.denies() ? "(D;;" : "(A;;") + RightsWord(entry.mask) + ";;;" + SidWord(entry.sid) + ")";
}

std::string DefaultSddl(std::string_view node, const MethodRegistry& methods) {
  if (node == kRootNode) return std::string(kRootDefault);
  if (node == kPipeNode) return std::string(kPipeDefault);
  const Method* method = methods.Find(node);
  return method == nullptr ? "D:" : method->access_default;
}

bool IsNodeName(std::string_view node) {
  if (node == kRootNode || node == kPipeNode) return true;
  return IsNameWord(node) || IsMethodName(node);
}

std::optional<std::string_view> ParentOf(std::string_view node) {
  if (node == kRootNode || !IsNodeName(node)) return std::nullopt;
  const std::size_t dot = node.find('.');
  return dot == std::string_view::npos ? kRootNode : node.substr(0, dot);
}

std::string Describe(const PolicyFault& fault) {
  std::string text;
  for (const std::string* place : {&fault.node, &fault.entry}) {
    if (!place->empty()) text += *place + ": ";
  }
  return text + fault.message;
}

std::string Describe(const std::vector<PolicyFault>& faults) {
  std::string text;
  for (const PolicyFault& fault : faults) text += (text.empty() ? "" : "; ") + Describe(fault);
  return text;
}

}  // namespace onbehalf::service
