#pragma once

#include <optional>
#include <string>
#include <vector>

#include "answer.h"
#include "finding.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::cli::doctor {

// The holders of the user rights that the service depends on.
struct RightsFacts {
  Answer<std::vector<win32::Sid>> impersonate;  // SeImpersonatePrivilege
  Answer<std::vector<win32::Sid>> log_on;       // SeServiceLogonRight
  Answer<std::vector<win32::Sid>> traverse;     // SeChangeNotifyPrivilege
  // The service's account and the groups in every service's token.
  std::vector<win32::Sid> account;
  std::string account_name;
  // LocalSystem has every privilege and needs no logon right.
  bool is_local_system = false;
  // LocalService and NetworkService have the right to log on as a service built in.
  bool is_built_in = false;
};
// `account` is the account name in the service's configuration.
RightsFacts CollectRightsFacts(const std::string& service, const std::string& account);

Findings JudgeRights(const RightsFacts& facts);

}  // namespace onbehalf::cli::doctor
