#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "access/sddl_entries.h"
#include "audit/account_naming.h"
#include "fixed_accounts.h"
#include "onbehalf/win32/account_names.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::test {
namespace {

win32::AccountSource FixedNames() {
  static const std::map<std::string, win32::AccountName, std::less<>> kNames = {
      {"S-1-5-18", {"NT AUTHORITY", "SYSTEM", SidTypeWellKnownGroup}},
      {"S-1-5-11", {"NT AUTHORITY", "Authenticated Users", SidTypeWellKnownGroup}},
      {"S-1-5-32-544", {"BUILTIN", "Administrators", SidTypeAlias}},
      {"S-1-5-32-545", {"BUILTIN", "Users", SidTypeAlias}},
      {"S-1-5-21-1-2-3-1001", {"PC", "alice", SidTypeUser}},
      {"S-1-5-21-1-2-3-1002", {"PC", "bob", SidTypeUser}},
  };
  win32::AccountSource source = win32::AccountSource::Windows();
  source.name_of = [](const win32::Sid& sid) -> std::optional<win32::AccountName> {
    const auto found = kNames.find(sid.ToString());
    if (found == kNames.end()) return std::nullopt;
    return found->second;
  };
  source.sid_of = [](std::string_view) -> std::optional<win32::Sid> { return std::nullopt; };
  return source;
}

}  // namespace

std::string FixedAccountName(const std::string& sid) {
  win32::AccountNames names(FixedNames());
  return cli::NamingBy(names)(sid);
}

std::optional<cli::OwnEntries> FixedEntries(std::string_view node, std::string_view sddl) {
  win32::AccountNames names(FixedNames());
  return cli::EntriesFromSddl(names)(node, sddl);
}

}  // namespace onbehalf::test
