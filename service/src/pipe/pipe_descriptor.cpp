#include "pipe/pipe_descriptor.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "access/access_rights.h"
#include "onbehalf/win32/token.h"

namespace onbehalf::service {

using win32::AccessEntry;
using win32::SecurityDescriptor;
using win32::Sid;

namespace {

// FILE_GENERIC_READ|FILE_GENERIC_WRITE, with FILE_CREATE_PIPE_INSTANCE (0x4: further instances are checked against the first
// one's descriptor), READ_CONTROL to compare the descriptor, and WRITE_DAC and WRITE_OWNER to change DACL and label of the live
// pipe (see PipeAnchor).
constexpr ACCESS_MASK kServiceRights =
    FILE_GENERIC_READ | FILE_GENERIC_WRITE | FILE_CREATE_PIPE_INSTANCE | WRITE_DAC | WRITE_OWNER;
static_assert(kServiceRights == 0x1e019f);
// FILE_GENERIC_READ|FILE_GENERIC_WRITE without FILE_CREATE_PIPE_INSTANCE, which is the same bit as FILE_APPEND_DATA and thus
// part of GENERIC_WRITE. FILE_WRITE_ATTRIBUTES (0x100) stays: clients set the read mode.
constexpr ACCESS_MASK kClientRights =
    (FILE_GENERIC_READ | FILE_GENERIC_WRITE) & ~ACCESS_MASK{FILE_CREATE_PIPE_INSTANCE};
static_assert(kClientRights == 0x12019b);

}  // namespace

Sid PipeOwner() {
  const win32::Token token = win32::Token::FromOwnProcess();
  const Sid service = Sid::ForService(kServiceName);
  for (const win32::TokenGroup& group : token.Groups()) {
    if (group.sid == service && group.enabled()) return service;
  }
  return token.User();
}

SecurityDescriptor PipeDescriptor(const Settings::Pipe& settings, const Sid& owner,
                                  const AccessPolicy& policy) {
  const EffectiveNode& node = *policy.Find(kPipeNode);
  const std::string service = owner.ToString();
  // Inherited deny entries come after the node's own allow entries. Windows considers this order canonical only if they are
  // marked as inherited.
  const bool mark_inherited =
      std::any_of(node.entries.begin(), node.entries.end(),
                  [](const EffectiveEntry& each) { return each.node == kRootNode && each.entry.denies(); });
  const auto clients = [&](bool denies, bool inherited) {
    std::string entries;
    for (const auto& [from, entry] : node.entries) {
      // The entries that always apply are added below, first.
      if (from.empty() || (entry.mask & kCall) == 0 || entry.denies() != denies ||
          (from == kRootNode) != inherited)
        continue;
      const bool mark = inherited && mark_inherited;
      entries += AceSddl(denies ? (mark ? "D;ID" : "D;") : (mark ? "A;ID" : "A;"), kClientRights,
                         entry.sid.ToString());
    }
    return entries;
  };
  std::string sddl = "O:" + service + "G:SYD:P";
  // Anonymous and guest logons are always denied, whatever groups they are in.
  sddl += "(D;;FA;;;AN)(D;;FA;;;BG)";
  // All network logons, including local WinRM and SSH sessions.
  if (settings.deny_network_logons) sddl += "(D;;FA;;;NU)";
  sddl += clients(true, false);
  sddl += AceSddl("A;", kServiceRights, service);
  // The owner gets READ_CONTROL and nothing more: without this entry ownership would imply WRITE_DAC.
  sddl += "(A;;RC;;;OW)";
  sddl += clients(false, false);
  sddl += clients(true, true);
  sddl += clients(false, true);
  // No write-up and no read-up from below medium integrity: keeps out app containers and low-integrity processes.
  sddl += "S:(ML;;NWNR;;;ME)";
  return SecurityDescriptor::FromSddl(sddl);
}

bool GrantsServiceAccess(const SecurityDescriptor& descriptor) {
  constexpr GENERIC_MAPPING kFile = {FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE,
                                     FILE_ALL_ACCESS};
  const win32::Token own =
      win32::Token::FromOwnProcess(TOKEN_QUERY | TOKEN_DUPLICATE)
          .Duplicate(TokenImpersonation, win32::ImpersonationLevel::kIdentification, TOKEN_QUERY);
  return win32::CheckAccess(descriptor, own, kServiceRights, kFile).allowed;
}

PipeDifference DifferenceOf(const SecurityDescriptor& actual, const SecurityDescriptor& wanted) {
  const auto same_entry = [](const AccessEntry& a, const AccessEntry& b) {
    return a.type == b.type && a.mask == b.mask && a.sid == b.sid;
  };
  const auto owner = actual.Owner();
  if (!owner || !(*owner == *wanted.Owner())) {
    return {"the owner is " + (owner ? owner->ToString() : std::string("nobody")) + ", not " +
                wanted.Owner()->ToString(),
            false};
  }
  if (!actual.HasDacl()) return {"there is no DACL", true};
  const std::vector<AccessEntry> have = actual.Dacl();
  const std::vector<AccessEntry> want = wanted.Dacl();
  bool same = have.size() == want.size();
  for (std::size_t i = 0; same && i < have.size(); ++i) same = same_entry(have[i], want[i]);
  if (!same) return {"the DACL is " + actual.ToSddl(DACL_SECURITY_INFORMATION), true};
  const auto label = actual.Label();
  const auto wanted_label = wanted.Label();
  if (label.has_value() != wanted_label.has_value() || (label && !same_entry(*label, *wanted_label))) {
    return {"the mandatory label is " + actual.ToSddl(LABEL_SECURITY_INFORMATION), true};
  }
  return {{}, true};
}

}  // namespace onbehalf::service
