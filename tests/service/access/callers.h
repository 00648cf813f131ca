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

// An account that nobody has: of a machine that is nowhere.
inline constexpr std::string_view kStranger = "S-1-5-21-1000001-1000002-1000003-9001";

// The account that the tests run as.
std::string OwnSid();

// Who asks, each an impersonation token made of this process's own.
enum class Who {
  kAdministrator,  // with the Administrators group enabled
  kIdentified,     // the same, which may be looked at only
  kOrdinary,       // Administrators for denying only
  kDenyOnlyUser,   // the account itself for denying only
  kRestricted,     // with Everyone as its only restricting SID
  kSystem,         // the SYSTEM account's
};
// For kSystem nullptr where no process of SYSTEM lets its token be opened.
std::shared_ptr<const service::CallerIdentity> Caller(Who who);

// Whether CreateRestrictedToken can make the account itself deny-only.
bool UserCanBeDenyOnly();

// A method with a handler that says nothing.
service::Method MethodWithDefault(std::string name, std::string access_default);

}  // namespace onbehalf::test
