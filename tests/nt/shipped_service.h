#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "integration/service_process.h"
#include "onbehalf/win32/token.h"
#include "support/platform_probe.h"

namespace onbehalf::test {

// The account that runs the service, and so owns its pipe: the one that runs the tests, or the service's own
// account (NT SERVICE\OnBehalf), as when it is installed.
enum class RunBy { kThisAccount, kItsOwnAccount };
const char* NameOf(RunBy run_by);

// The token of the service's own account, without Administrators and with the privileges that install.cmd
// leaves it (SeChangeNotify and SeImpersonate).
win32::Token ServiceToken();

// onbehalf-service.exe, run by ServiceProcess.
class ShippedService {
 public:
  explicit ShippedService(RunBy run_by, std::string_view settings = "{}");
  // Runs with this token.
  explicit ShippedService(win32::Token token, std::string_view settings = "{}");

  ServiceProcess& operator*() { return *process_; }
  ServiceProcess* operator->() { return process_.get(); }
  // For another process of the same account; null: this process's token.
  const win32::Token* token() const { return token_ ? &*token_ : nullptr; }
  // The SID of the pipe's owner.
  std::string OwnerSid() const;

 private:
  const std::optional<win32::Token> token_;
  const std::unique_ptr<ServiceProcess> process_;
};

// In a test or its SetUp: skips it, with the reason, where processes of other accounts cannot be started or
// the pipes lack NT's semantics. Windows makes no such tokens, so ONBEHALF_REQUIRE_WINDOWS does not require
// them.
#define ONBEHALF_SKIP_WITHOUT_ACCOUNTS()                                                           \
  do {                                                                                             \
    if (!OtherAccountsCanBeMade() || !PipeDaclIsEnforced())                                        \
      GTEST_SKIP() << "missing here: tokens of other accounts, and pipes with NT's access checks"; \
  } while (false)
// The same, also where the service would refuse its files when its own account runs it.
#define ONBEHALF_SKIP_WITHOUT_SERVICE_ACCOUNT()                                                           \
  do {                                                                                                    \
    ONBEHALF_SKIP_WITHOUT_ACCOUNTS();                                                                     \
    if (!FilesBelongToAdministrators())                                                                   \
      GTEST_SKIP() << "missing here: files that belong to Administrators (NT_FILES_OF_ADMINISTRATORS=1)"; \
  } while (false)

}  // namespace onbehalf::test
