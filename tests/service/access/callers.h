#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/service/caller_identity.h"
#include "onbehalf/service/method.h"
#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/token.h"

namespace onbehalf::test {

// An account that does not exist: its machine's SID is made up.
inline constexpr std::string_view kStranger = "S-1-5-21-1000001-1000002-1000003-9001";

// The account that the tests run as.
std::string OwnSid();

// The caller; each is an impersonation token made from this process's own.
enum class Who {
  kAdministrator,  // with the Administrators group enabled
  kIdentified,     // the same, at Identification level
  kOrdinary,       // Administrators is deny-only
  kDenyOnlyUser,   // the account itself is deny-only
  kRestricted,     // Everyone is its only restricting SID
  kSystem,         // the SYSTEM account's
};
// For kSystem nullptr if no SYSTEM process lets its token be opened.
std::shared_ptr<const service::CallerIdentity> Caller(Who who);

// Whether CreateRestrictedToken can make the account itself deny-only.
bool UserCanBeDenyOnly();

// A method whose handler returns null.
service::Method MethodWithDefault(std::string name, std::string access_default);

}  // namespace onbehalf::test
