#include "rights_checks.h"

#include <algorithm>
#include <string_view>

#include "onbehalf/protocol/ascii.h"
#include "onbehalf/win32/account_names.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"

// Needs <windows.h> before it.
#include <ntsecapi.h>

namespace onbehalf::cli::doctor {
namespace {

struct LsaPolicyTraits {
  using Type = LSA_HANDLE;
  static Type Invalid() noexcept { return nullptr; }
  static void Close(Type policy) noexcept { ::LsaClose(policy); }
};
using UniqueLsaPolicy = win32::UniqueHandle<LsaPolicyTraits>;
struct LsaMemoryTraits {
  using Type = void*;
  static Type Invalid() noexcept { return nullptr; }
  static void Close(Type memory) noexcept { ::LsaFreeMemory(memory); }
};
using UniqueLsaMemory = win32::UniqueHandle<LsaMemoryTraits>;

std::vector<win32::Sid> AccountsWithRight(std::wstring right) {
  // LsaEnumerateAccountsWithUserRight requires both; ordinary users do not have the second.
  LSA_OBJECT_ATTRIBUTES attributes{};
  UniqueLsaPolicy policy;
  NTSTATUS status = ::LsaOpenPolicy(nullptr, &attributes, POLICY_LOOKUP_NAMES | POLICY_VIEW_LOCAL_INFORMATION,
                                    policy.put());
  if (status != 0) throw win32::Win32Error(::LsaNtStatusToWinError(status), "LsaOpenPolicy");
  LSA_UNICODE_STRING name{};
  name.Buffer = right.data();
  name.Length = static_cast<USHORT>(right.size() * sizeof(wchar_t));
  name.MaximumLength = name.Length;
  UniqueLsaMemory buffer;
  ULONG count = 0;
  status = ::LsaEnumerateAccountsWithUserRight(policy.get(), &name, buffer.put(), &count);
  const DWORD code = status == 0 ? ERROR_SUCCESS : ::LsaNtStatusToWinError(status);
  if (code == ERROR_NO_MORE_ITEMS) return {};
  if (code != ERROR_SUCCESS) {
    throw win32::Win32Error(code, "LsaEnumerateAccountsWithUserRight", win32::ToUtf8(right));
  }
  std::vector<win32::Sid> accounts;
  const auto* entries = static_cast<const LSA_ENUMERATION_INFORMATION*>(buffer.get());
  for (ULONG i = 0; i < count; ++i) accounts.push_back(win32::Sid::FromPsid(entries[i].Sid));
  return accounts;
}

Finding JudgeRight(const std::string& check, const char* right,
                   const Answer<std::vector<win32::Sid>>& holders, const RightsFacts& facts) {
  if (!holders) return NotAnswered(check, holders.code, holders.why);
  win32::AccountNames names;
  for (const win32::Sid& holder : *holders) {
    if (std::find(facts.account.begin(), facts.account.end(), holder) != facts.account.end()) {
      return {check, Verdict::kOk, std::string(right) + " is granted through " + names.Display(holder), {}};
    }
  }
  return {check, Verdict::kFail,
          facts.account_name + " does not have " + right + ", nor does a group that services belong to",
          "Grant it to NT SERVICE\\ALL SERVICES or to the account in the Local Security Policy (User Rights "
          "Assignment), or in the group policy that sets it."};
}

}  // namespace

RightsFacts CollectRightsFacts(const std::string& service, const std::string& account) {
  RightsFacts facts;
  facts.impersonate = Ask([] { return AccountsWithRight(L"SeImpersonatePrivilege"); });
  facts.log_on = Ask([] { return AccountsWithRight(L"SeServiceLogonRight"); });
  facts.traverse = Ask([] { return AccountsWithRight(L"SeChangeNotifyPrivilege"); });
  facts.account_name = account;
  facts.is_local_system = account == "LocalSystem" || account == "NT AUTHORITY\\SYSTEM";
  facts.is_built_in = protocol::IsSameIgnoringAsciiCase(account, "NT AUTHORITY\\LocalService") ||
                      protocol::IsSameIgnoringAsciiCase(account, "NT AUTHORITY\\NetworkService");
  facts.account = {
      win32::Sid::ForService(service),
      win32::Sid::FromWellKnown(WinServiceSid),
      win32::Sid::FromWellKnown(WinAuthenticatedUserSid),
      win32::Sid::FromWellKnown(WinWorldSid),
      // Authenticated Users are members of it, unless an administrator has changed that.
      win32::Sid::FromWellKnown(WinBuiltinUsersSid),
  };
  // NT SERVICE\ALL SERVICES is in every token with a service SID.
  if (const auto all_services = win32::Sid::FromString("S-1-5-80-0")) facts.account.push_back(*all_services);
  win32::AccountNames names;
  if (const auto own = names.FindSid(account)) facts.account.push_back(*own);
  return facts;
}

Findings JudgeRights(const RightsFacts& facts) {
  const std::string impersonate = "rights.impersonate";
  const std::string log_on = "rights.log_on_as_service";
  const std::string traverse = "rights.traverse";
  if (facts.is_local_system) {
    return {{impersonate, Verdict::kOk, "LocalSystem has SeImpersonatePrivilege", {}},
            {log_on, Verdict::kOk, "LocalSystem needs no right to log on as a service", {}},
            {traverse, Verdict::kOk, "LocalSystem has SeChangeNotifyPrivilege", {}}};
  }
  // Windows grants both rights by default: a system that reports no account for either does not track them.
  if (facts.impersonate && facts.log_on && facts.impersonate->empty() && facts.log_on->empty()) {
    return {
        NotAnswered(impersonate, ERROR_CALL_NOT_IMPLEMENTED,
                    "it lists no account for SeImpersonatePrivilege"),
        NotAnswered(log_on, ERROR_CALL_NOT_IMPLEMENTED, "it lists no account for SeServiceLogonRight"),
        NotAnswered(traverse, ERROR_CALL_NOT_IMPLEMENTED, "it lists no account for SeChangeNotifyPrivilege")};
  }
  return {JudgeRight(impersonate, "SeImpersonatePrivilege", facts.impersonate, facts),
          facts.is_built_in
              ? Finding{log_on, Verdict::kOk, facts.account_name + " has SeServiceLogonRight built in", {}}
              : JudgeRight(log_on, "SeServiceLogonRight", facts.log_on, facts),
          JudgeRight(traverse, "SeChangeNotifyPrivilege", facts.traverse, facts)};
}

}  // namespace onbehalf::cli::doctor
