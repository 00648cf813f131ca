#include "support/platform_probe.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "onbehalf/pipe/client.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/overlapped.h"
#include "onbehalf/win32/process.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "support/open_pipe.h"
#include "support/restricted_token.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::test {
namespace {

constexpr GENERIC_MAPPING kMapping = {READ_CONTROL, READ_CONTROL, READ_CONTROL, STANDARD_RIGHTS_ALL | 0xFFFF};

win32::UniqueFile CreatePipe(const std::string& path, DWORD open_flags, std::string_view sddl) {
  const auto descriptor = win32::SecurityDescriptor::FromSddl(sddl);
  SECURITY_ATTRIBUTES attributes{sizeof(attributes), descriptor.get(), FALSE};
  win32::UniqueFile pipe(::CreateNamedPipeW(win32::ToWide(path).c_str(), PIPE_ACCESS_DUPLEX | open_flags,
                                            PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_WAIT,
                                            PIPE_UNLIMITED_INSTANCES, 4096, 4096, 0, &attributes));
  return pipe;
}

constexpr std::string_view kOpenToAll = "D:P(A;;FA;;;WD)";

bool ProbePipeDacl() {
  const std::string path = LocalPipePath(UniquePipeName());
  const win32::UniqueFile server = CreatePipe(path, 0, "D:P");
  if (!server) win32::ThrowLastError("CreateNamedPipeW", path);
  win32::UniqueFile client(
      ::CreateFileW(win32::ToWide(path).c_str(), GENERIC_READ, 0, nullptr, OPEN_EXISTING, 0, nullptr));
  return !client && ::GetLastError() == ERROR_ACCESS_DENIED;
}

bool ProbeFirstInstance() {
  const std::string path = LocalPipePath(UniquePipeName());
  const win32::UniqueFile first = CreatePipe(path, FILE_FLAG_FIRST_PIPE_INSTANCE, kOpenToAll);
  if (!first) win32::ThrowLastError("CreateNamedPipeW", path);
  const win32::UniqueFile second = CreatePipe(path, FILE_FLAG_FIRST_PIPE_INSTANCE, kOpenToAll);
  return !second && ::GetLastError() == ERROR_ACCESS_DENIED;
}

// The token that ImpersonateNamedPipeClient gives for a client with this level that writes as `writer`; null:
// as this process.
std::optional<win32::Token> TokenOfClient(win32::ImpersonationLevel level, const win32::Token* writer) {
  const std::string path = LocalPipePath(UniquePipeName());
  const win32::UniqueFile server = CreatePipe(path, 0, kOpenToAll);
  if (!server) win32::ThrowLastError("CreateNamedPipeW", path);
  auto client = OpenPipe(path, {level, true}, pipe::kNoDeadline);
  if (!::SetThreadToken(nullptr, writer == nullptr ? nullptr : writer->get()))
    win32::ThrowLastError("SetThreadToken");
  client.Write("x", pipe::kNoDeadline);
  if (!::RevertToSelf()) win32::ThrowLastError("RevertToSelf");
  char byte = 0;
  DWORD bytes = 0;
  if (!::ReadFile(server.get(), &byte, 1, &bytes, nullptr)) win32::ThrowLastError("ReadFile");
  if (!::ImpersonateNamedPipeClient(server.get())) win32::ThrowLastError("ImpersonateNamedPipeClient");
  auto token = win32::Token::FromThread(TOKEN_QUERY);
  if (!::RevertToSelf()) win32::ThrowLastError("RevertToSelf");
  return token;
}

bool ProbeClientToken() {
  const win32::Token restricted = ImpersonationTokenOf(AdministratorsDenyOnlyToken());
  const auto token = TokenOfClient(win32::ImpersonationLevel::kImpersonation, &restricted);
  if (!token) return false;
  const win32::Sid administrators = win32::Sid::FromWellKnown(WinBuiltinAdministratorsSid);
  const auto groups = token->Groups();
  return std::any_of(groups.begin(), groups.end(), [&](const win32::TokenGroup& group) {
    return group.sid == administrators && group.deny_only();
  });
}

bool ProbeClientLevel() {
  const auto token = TokenOfClient(win32::ImpersonationLevel::kIdentification, nullptr);
  return token && token->Facts().level == win32::ImpersonationLevel::kIdentification;
}

bool ProbeDenyOnlyGroups() {
  const auto descriptor = win32::SecurityDescriptor::FromSddl("O:SYG:SYD:P(D;;0x1;;;BA)(A;;0x1;;;WD)");
  const auto token = ImpersonationTokenOf(AdministratorsDenyOnlyToken());
  return !win32::CheckAccess(descriptor, token, 0x1, kMapping).allowed;
}

bool ProbeOwnerRights() {
  const auto token = ImpersonationTokenOf(win32::Token::FromOwnProcess(TOKEN_ALL_ACCESS));
  const auto descriptor =
      win32::SecurityDescriptor::FromSddl("O:" + token.User().ToString() + "G:SYD:P(A;;RC;;;OW)");
  return !win32::CheckAccess(descriptor, token, WRITE_DAC, kMapping).allowed;
}

bool ProbeRestrictingSids() {
  const auto own = win32::Token::FromOwnProcess(TOKEN_ALL_ACCESS);
  const auto everyone = win32::Sid::FromWellKnown(WinWorldSid);
  SID_AND_ATTRIBUTES restricting{everyone.get(), 0};
  win32::UniqueObject handle;
  if (!::CreateRestrictedToken(own.get(), 0, 0, nullptr, 0, nullptr, 1, &restricting, handle.put())) {
    win32::ThrowLastError("CreateRestrictedToken");
  }
  const auto token = ImpersonationTokenOf(win32::Token(std::move(handle)));
  const auto descriptor =
      win32::SecurityDescriptor::FromSddl("O:SYG:SYD:P(A;;0x1;;;" + own.User().ToString() + ")");
  return !win32::CheckAccess(descriptor, token, 0x1, kMapping).allowed;
}

bool ProbeOtherAccounts() {
  const auto user = *win32::Sid::FromString("S-1-5-21-42-42-42-1000");
  return TokenOfAnotherAccount(user).User() == user;
}

bool ProbeOwnerOfFiles() {
  // This executable: the same account created it.
  const auto descriptor =
      win32::SecurityDescriptor::FromFile(win32::OwnImagePath(), OWNER_SECURITY_INFORMATION);
  return descriptor.Owner() == win32::Sid::FromWellKnown(WinBuiltinAdministratorsSid);
}

}  // namespace

bool WindowsIsRequired() {
  wchar_t value[4] = {};
  return ::GetEnvironmentVariableW(L"ONBEHALF_REQUIRE_WINDOWS", value, 4) == 1 && value[0] == L'1';
}

bool PipeDaclIsEnforced() {
  static const bool answer = ProbePipeDacl();
  return answer;
}

bool PipeClientTokenIsGiven() {
  static const bool answer = ProbeClientToken();
  return answer;
}

bool FirstPipeInstanceIsHonoured() {
  static const bool answer = ProbeFirstInstance();
  return answer;
}

bool PipeClientLevelIsHonoured() {
  static const bool answer = ProbeClientLevel();
  return answer;
}

bool DenyOnlyGroupsAreDenied() {
  static const bool answer = ProbeDenyOnlyGroups();
  return answer;
}

bool OwnerRightsAreHonoured() {
  static const bool answer = ProbeOwnerRights();
  return answer;
}

bool RestrictingSidsAreHonoured() {
  static const bool answer = ProbeRestrictingSids();
  return answer;
}

bool OtherAccountsCanBeMade() {
  static const bool answer = ProbeOtherAccounts();
  return answer;
}

bool FilesBelongToAdministrators() {
  static const bool answer = ProbeOwnerOfFiles();
  return answer;
}

}  // namespace onbehalf::test
