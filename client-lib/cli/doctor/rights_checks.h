#pragma once

#include <optional>
#include <string>
#include <vector>

#include "finding.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::cli::doctor {

// Whom the computer's policy gives the two rights that the service lives by.
struct RightsFacts {
  Answer<std::vector<win32::Sid>> impersonate;  // SeImpersonatePrivilege
  Answer<std::vector<win32::Sid>> log_on;       // SeServiceLogonRight
  // The service's account and the groups that every service's token is in.
  std::vector<win32::Sid> account;
  std::string account_name;
  // LocalSystem has every right and needs none to log on.
  bool is_local_system = false;
};
// `account` is the name that the service is configured with.
RightsFacts CollectRightsFacts(const std::string& service, const std::string& account);

Findings JudgeRights(const RightsFacts& facts);

}  // namespace onbehalf::cli::doctor
