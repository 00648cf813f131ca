#include "callers.h"

#include <utility>

#include "onbehalf/win32/lean_windows.h"
// After <windows.h>, which it needs.
#include <tlhelp32.h>

#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/win32_error.h"
#include "support/restricted_token.h"

namespace onbehalf::test {
namespace {

using win32::Sid;
using win32::Token;

Token OwnPrimaryToken() { return Token::FromOwnProcess(TOKEN_ALL_ACCESS); }

// This process's token with one deny-only SID, or restricted to one SID.
Token Without(const Sid* disabled, const Sid* restricting) {
  SID_AND_ATTRIBUTES deny_only{disabled == nullptr ? nullptr : disabled->get(), 0};
  SID_AND_ATTRIBUTES restricted{restricting == nullptr ? nullptr : restricting->get(), 0};
  win32::UniqueObject handle;
  if (!::CreateRestrictedToken(OwnPrimaryToken().get(), 0, disabled == nullptr ? 0 : 1,
                               disabled == nullptr ? nullptr : &deny_only, 0, nullptr,
                               restricting == nullptr ? 0 : 1, restricting == nullptr ? nullptr : &restricted,
                               handle.put())) {
    win32::ThrowLastError("CreateRestrictedToken");
  }
  return Token(std::move(handle));
}

// Administrators may open the tokens of some SYSTEM processes.
std::optional<Token> SystemToken() {
  const win32::UniqueFile processes(::CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0));
  if (!processes) return std::nullopt;
  PROCESSENTRY32W process{};
  process.dwSize = sizeof(process);
  for (BOOL more = ::Process32FirstW(processes.get(), &process); more;
       more = ::Process32NextW(processes.get(), &process)) {
    const win32::UniqueObject handle(
        ::OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, process.th32ProcessID));
    win32::UniqueObject opened;
    if (!handle || !::OpenProcessToken(handle.get(), TOKEN_QUERY | TOKEN_DUPLICATE, opened.put())) continue;
    Token token(std::move(opened));
    if (token.User() == Sid::FromWellKnown(WinLocalSystemSid)) return token;
  }
  return std::nullopt;
}

std::optional<Token> TokenOf(Who who) {
  switch (who) {
    case Who::kAdministrator:
    case Who::kIdentified:
      return OwnPrimaryToken();
    case Who::kOrdinary:
      return AdministratorsDenyOnlyToken();
    case Who::kDenyOnlyUser: {
      const Sid user = OwnPrimaryToken().User();
      return Without(&user, nullptr);
    }
    case Who::kRestricted: {
      const Sid everyone = Sid::FromWellKnown(WinWorldSid);
      return Without(nullptr, &everyone);
    }
    case Who::kSystem:
      return SystemToken();
  }
  return std::nullopt;
}

}  // namespace

std::string OwnSid() { return OwnPrimaryToken().User().ToString(); }

std::shared_ptr<const service::CallerIdentity> Caller(Who who) {
  const std::optional<Token> token = TokenOf(who);
  if (!token) return nullptr;
  const auto level = who == Who::kIdentified ? win32::ImpersonationLevel::kIdentification
                                             : win32::ImpersonationLevel::kImpersonation;
  return std::make_shared<const service::CallerIdentity>(ImpersonationTokenOf(*token, level));
}

bool UserCanBeDenyOnly() {
  static const bool answer = TokenOf(Who::kDenyOnlyUser)->IsUserDenyOnly();
  return answer;
}

service::Method MethodWithDefault(std::string name, std::string access_default) {
  service::Method method;
  method.name = std::move(name);
  method.access_default = std::move(access_default);
  method.handler = [](const service::Call&) -> service::MethodResult { return service::Json(); };
  return method;
}

}  // namespace onbehalf::test
