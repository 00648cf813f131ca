#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "onbehalf/protocol/service_name.h"

namespace onbehalf::service {

// An account that a service can run as.
struct ServiceAccount {
  enum class Kind {
    kVirtual,         // NT SERVICE\NAME: of this service alone, no password
    kLocalService,    // no rights on other computers
    kNetworkService,  // this computer's account on other computers
    kManaged,         // a (group) managed service account, DOMAIN\name$: Windows has its password
    kUser,            // its password is stored with the service
  };
  Kind kind;
  std::string name;  // as the service control manager takes it
};

struct ServiceAccountResult {
  std::optional<ServiceAccount> account;
  std::string fault;  // what is wrong, if there is no account
};

// What --set-account takes for the service `service`. Asks nobody whether the account exists.
ServiceAccountResult ParseServiceAccount(std::string_view text, const protocol::ServiceName& service);

// Makes the installed service run as the account from its next start on, and says so on standard output; failures go to standard
// error. A user's password is read from the console without echo or, if standard input is redirected, as its first line (UTF-8),
// and wiped. Gives users and managed accounts the right to log on as a service. Returns the process's exit code: 0 done, 1 failed.
int SetServiceAccount(const protocol::ServiceName& service, const ServiceAccount& account);

}  // namespace onbehalf::service
