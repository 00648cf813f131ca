#include "access/known_accounts.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "text/sid_text.h"

namespace onbehalf::service {
namespace {

using win32::Sid;

struct Known {
  Sid sid;
  std::string_view name;
};

struct Row {
  std::string_view sid;
  std::string_view name;
};

std::vector<Known> FromRows(std::initializer_list<Row> rows) {
  std::vector<Known> known;
  for (const Row& row : rows) known.push_back({Sid::FromNumbers(row.sid).value(), row.name});
  return known;
}

std::string_view NameIn(const std::vector<Known>& list, const Sid& sid) {
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const Known& each) { return each.sid == sid; });
  return found == list.end() ? std::string_view() : found->name;
}

// "SID String Constants" (sddl.h).
const std::vector<Known>& Aliases() {
  static const std::vector<Known> aliases = FromRows({{"S-1-5-18", "SY"},
                                                      {"S-1-5-32-544", "BA"},
                                                      {"S-1-5-32-545", "BU"},
                                                      {"S-1-5-11", "AU"},
                                                      {"S-1-1-0", "WD"},
                                                      {"S-1-5-7", "AN"},
                                                      {"S-1-5-32-546", "BG"},
                                                      {"S-1-5-4", "IU"},
                                                      {"S-1-5-2", "NU"},
                                                      {"S-1-5-6", "SU"},
                                                      {"S-1-3-4", "OW"},
                                                      {"S-1-5-19", "LS"},
                                                      {"S-1-5-20", "NS"}});
  return aliases;
}

// Groups that Windows adds to tokens implicitly.
const std::vector<Known>& ImplicitGroups() {
  static const std::vector<Known> groups =
      FromRows({{"S-1-1-0", "everyone"},
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
                {"S-1-18-1", "all identities asserted by an authentication authority"},
                {"S-1-18-2", "all identities asserted by a service"}});
  return groups;
}

// Relative to a domain or machine (winnt.h).
constexpr std::uint64_t kNtAuthority = 5;     // SECURITY_NT_AUTHORITY
constexpr std::uint32_t kNonUnique = 21;      // SECURITY_NT_NON_UNIQUE
constexpr std::uint32_t kGuest = 501;         // DOMAIN_USER_RID_GUEST
constexpr std::uint32_t kDomainUsers = 513;   // DOMAIN_GROUP_RID_USERS
constexpr std::uint32_t kDomainGuests = 514;  // DOMAIN_GROUP_RID_GUESTS

}  // namespace

std::string AccountWord(const Sid& sid) {
  const std::string_view alias = NameIn(Aliases(), sid);
  return std::string(alias.empty() ? SidText(sid).view() : alias);
}

std::string_view ImplicitGroupName(const Sid& sid) {
  if (const std::string_view name = NameIn(ImplicitGroups(), sid); !name.empty()) return name;
  // S-1-5-21-a-b-c-RID: accounts that exist in every domain and on every machine.
  if (sid.Authority() != kNtAuthority || sid.PartCount() != 5 || sid.Part(0) != kNonUnique) return {};
  switch (sid.Part(4)) {
    case kGuest:
      return "the guest account";
    case kDomainUsers:
      return "all domain users";
    case kDomainGuests:
      return "domain guests";
    default:
      return {};
  }
}

bool IsAlwaysDenied(const Sid& sid) {
  static const Sid anonymous = Sid::FromNumbers("S-1-5-7").value();
  static const Sid guests = Sid::FromNumbers("S-1-5-32-546").value();
  return sid == anonymous || sid == guests;
}

bool IsOfAppContainers(const Sid& sid) { return sid.IsPackage() || sid.IsCapability(); }

const Sid& Administrators() {
  static const Sid administrators = Sid::FromNumbers("S-1-5-32-544").value();
  return administrators;
}

bool DeniesAdministrators(const Sid& sid) {
  static const std::vector<Known> groups = FromRows({{"S-1-5-32-544", "Administrators"},
                                                     {"S-1-1-0", "Everyone"},
                                                     {"S-1-2-0", "LOCAL"},
                                                     {"S-1-5-11", "Authenticated Users"},
                                                     {"S-1-5-15", "This Organization"},
                                                     {"S-1-5-32-545", "Users"}});
  return !NameIn(groups, sid).empty();
}

}  // namespace onbehalf::service
