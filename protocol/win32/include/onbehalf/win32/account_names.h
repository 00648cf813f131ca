// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::win32 {

// "BUILTIN\Administrators", and what kind of account it is.
struct AccountName {
  std::string domain;  // may be empty
  std::string name;
  SID_NAME_USE use = SidTypeUnknown;
  std::string Qualified() const;  // DOMAIN\name, or name
};

// Where names come from, and the time: Windows (LookupAccountSidW, LookupAccountNameW, a steady clock) unless
// a test says otherwise. The look-ups are called without any lock held, by several threads at once.
struct AccountSource {
  std::function<std::optional<AccountName>(const Sid&)> name_of;
  std::function<std::optional<Sid>(std::string_view account)> sid_of;
  std::function<std::chrono::steady_clock::time_point()> now;

  static AccountSource Windows();
};

// Names of accounts, remembered: what was found for kFoundLifetime, what was not for kMissingLifetime, at
// most kCapacity of each kind. A look-up may ask a domain controller and take seconds: never on the request
// path, never while impersonating. Any thread.
class AccountNames {
 public:
  // A renamed account shows its old name for so long.
  static constexpr std::chrono::minutes kFoundLifetime{10};
  // A new account, or a domain controller that is back, is noticed after so long.
  static constexpr std::chrono::minutes kMissingLifetime{1};
  static constexpr std::size_t kCapacity = 4096;

  explicit AccountNames(AccountSource source = AccountSource::Windows());
  ~AccountNames();
  AccountNames(const AccountNames&) = delete;
  AccountNames& operator=(const AccountNames&) = delete;

  // nullopt when no account has this SID (ERROR_NONE_MAPPED) or none could be asked. Service SIDs that
  // Windows does not resolve stay unresolved.
  std::optional<AccountName> Find(const Sid& sid);
  // "DOMAIN\name", "name@domain", "name"; also "NT SERVICE\x", which is computed where Windows does not
  // resolve it. nullopt also for the name of a domain, which is no account. Throws Win32Error for what is not
  // UTF-8.
  std::optional<Sid> FindSid(std::string_view account);
  // The qualified name, or the SID's text.
  std::string Display(const Sid& sid);

 private:
  struct Cache;
  std::unique_ptr<Cache> cache_;
};

}  // namespace onbehalf::win32
