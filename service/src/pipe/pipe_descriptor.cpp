#include "pipe/pipe_descriptor.h"

#include <algorithm>

#include "access/access_rights.h"
#include "onbehalf/pipe/security.h"
#include "onbehalf/win32/token.h"

namespace onbehalf::service {

using win32::SecurityDescriptor;
using win32::Sid;

Sid PipeOwner(const protocol::ServiceName& name) {
  const win32::Token token = win32::Token::FromOwnProcess();
  const Sid service = Sid::ForService(name.text());
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
      // The entries that always apply are added below.
      if (from.empty() || (entry.mask & kCall) == 0 || entry.denies() != denies ||
          (from == kRootNode) != inherited)
        continue;
      const bool mark = inherited && mark_inherited;
      entries += AceSddl(denies ? (mark ? "D;ID" : "D;") : (mark ? "A;ID" : "A;"), pipe::kClientRights,
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
  sddl += AceSddl("A;", pipe::kServerRights, service);
  // The owner gets READ_CONTROL and nothing more: without this entry ownership would imply WRITE_DAC.
  sddl += "(A;;RC;;;OW)";
  // An app container needs an entry of its package besides the one of its account, and with it Windows overlooks that its
  // integrity is low, up to a medium label (Forshaw, "Windows Security Internals", chapter 7, "Lowbox Tokens").
  for (const auto& [from, entry] : node.entries) {
    if (from.empty() && entry.allows()) sddl += AceSddl("A;", pipe::kClientRights, entry.sid.ToString());
  }
  sddl += clients(false, false);
  sddl += clients(true, true);
  sddl += clients(false, true);
  // No write-up and no read-up from below medium, or low, integrity.
  sddl += settings.integrity == PipeIntegrity::kLow ? "S:(ML;;NWNR;;;LW)" : "S:(ML;;NWNR;;;ME)";
  return SecurityDescriptor::FromSddl(sddl);
}

}  // namespace onbehalf::service
