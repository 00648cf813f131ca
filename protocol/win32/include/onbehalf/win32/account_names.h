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

// "BUILTIN\Administrators", with the kind of account.
struct AccountName {
  std::string domain;  // may be empty
  std::string name;
  SID_NAME_USE use = SidTypeUnknown;
  std::string Qualified() const;  // DOMAIN\name, or name
};

// The source of names, and the clock: Windows (LookupAccountSidW, LookupAccountNameW, a steady clock) by default,
// replaced in tests. Look-ups run without a lock held, on several threads at once.
struct AccountSource {
  std::function<std::optional<AccountName>(const Sid&)> name_of;
  std::function<std::optional<Sid>(std::string_view account)> sid_of;
  std::function<std::chrono::steady_clock::time_point()> now;

  static AccountSource Windows();
};

// A cache of account names: found ones for kFoundLifetime, missing ones for kMissingLifetime, at most kCapacity of
// each kind. A look-up may ask a domain controller and take seconds: never use it on the request path or while
// impersonating. Any thread.
class AccountNames {
 public:
  // How long a renamed account may show its old name.
  static constexpr std::chrono::minutes kFoundLifetime{10};
  // How long a new account, or a domain controller that is back, may go unnoticed.
  static constexpr std::chrono::minutes kMissingLifetime{1};
  static constexpr std::size_t kCapacity = 4096;

  explicit AccountNames(AccountSource source = AccountSource::Windows());
  ~AccountNames();
  AccountNames(const AccountNames&) = delete;
  AccountNames& operator=(const AccountNames&) = delete;

  // nullopt if no account has this SID (ERROR_NONE_MAPPED) or no domain controller answers. Service SIDs that Windows
  // does not resolve stay unresolved.
  std::optional<AccountName> Find(const Sid& sid);
  // "DOMAIN\name", "name@domain", "name"; also "NT SERVICE\x", which is computed if Windows does not resolve it.
  // nullopt also for a domain name, which is not an account. Throws Win32Error for text that is not UTF-8.
  std::optional<Sid> FindSid(std::string_view account);
  // The qualified name, or the SID as text if it has none.
  std::string Display(const Sid& sid);
  // The same with the SID behind the name: "DOMAIN\name (S-1-5-...)".
  std::string DisplayWithSid(const Sid& sid);

 private:
  struct Cache;
  std::unique_ptr<Cache> cache_;
};

}  // namespace onbehalf::win32
