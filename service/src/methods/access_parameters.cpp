#include "methods/access_parameters.h"

#include <utility>

#include "access/access_rights.h"
#include "access/known_accounts.h"
#include "access/node_name.h"
#include "methods_model/request_error.h"

namespace onbehalf::service {
namespace {

using protocol::InvalidParams;
using win32::AccountNames;
using win32::Sid;

// Computed from the service's name: Windows need not know the service.
bool IsServiceSid(const Sid& sid) { return sid.ToString().starts_with("S-1-5-80-"); }

// In place of an account: the package of this family name.
constexpr std::string_view kPackage = "package:";

}  // namespace

PolicyRequest RequestOf(const Call& call, const ChangeParams& params) {
  return {call.caller, call.request_id, params.dry_run, params.version, call.stop};
}

Result<ACCESS_MASK> RightFrom(std::string_view node, std::string_view word) {
  if (const auto right = RightNamed(node, word)) return *right;
  const std::string usual = node == kPipeNode ? "connect" : "call";
  return InvalidParams("rights: '" + std::string(word) + "' must be one of " + usual + ", see, manage");
}

Result<ACCESS_MASK> RightsFrom(std::string_view node, const std::vector<std::string_view>& words) {
  ACCESS_MASK mask = 0;
  for (const std::string_view word : words) {
    ONBEHALF_TRY(const auto& right, RightFrom(node, word));
    mask |= right;
  }
  if (mask == 0) return InvalidParams("rights: names no right");
  return mask;
}

Result<Sid> AccountFrom(std::string_view text, AccountNames& names) {
  if (text.starts_with(kPackage)) {
    if (const auto sid = Sid::ForPackageFamily(text.substr(kPackage.size()))) return *sid;
    return InvalidParams(
        "account: '" + std::string(text) +
        "' is not package: and a package family name, such as package:Contoso.Orders_8wekyb3d8bbwe");
  }
  if (const auto sid = Sid::FromString(text)) return *sid;
  if (const auto sid = names.FindSid(text)) return *sid;
  return InvalidParams("account: Windows knows no account called '" + std::string(text) + "'");
}

bool Exists(const Sid& sid, AccountNames& names) {
  // Packages and capabilities are not accounts: Windows has names for few of them, installed or not.
  return IsServiceSid(sid) || IsOfAppContainers(sid) || names.Find(sid).has_value();
}

std::vector<ChangedNode> ChangedNodes(std::vector<NodeChange> changes) {
  std::vector<ChangedNode> nodes;
  nodes.reserve(changes.size());
  for (NodeChange& change : changes) nodes.emplace_back(std::move(change));
  return nodes;
}

}  // namespace onbehalf::service
