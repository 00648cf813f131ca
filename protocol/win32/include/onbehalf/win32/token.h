// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "onbehalf/win32/impersonation_level.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::win32 {

struct TokenGroup {
  Sid sid;
  DWORD attributes;  // SE_GROUP_*
  bool enabled() const { return (attributes & SE_GROUP_ENABLED) != 0; }
  bool deny_only() const { return (attributes & SE_GROUP_USE_FOR_DENY_ONLY) != 0; }
};

struct TokenPrivilege {
  std::string name;  // "SeImpersonatePrivilege"
  DWORD attributes;  // SE_PRIVILEGE_*
  bool enabled() const { return (attributes & SE_PRIVILEGE_ENABLED) != 0; }
};

enum class Elevation {
  kDefault,
  kFull,
  kLimited
};  // TOKEN_ELEVATION_TYPE: not split, elevated half, filtered half
std::string_view ToString(Elevation elevation);  // "default", "full", "limited"

// Mandatory integrity: the RID of the label's SID (0x2000 medium) and its usual name.
struct Integrity {
  DWORD rid = 0;
  std::string Name()
      const;  // "untrusted", "low", "medium", "medium plus", "high", "system", "protected", else the number
};

// The contents of TokenStatistics, from one call.
struct TokenFacts {
  std::uint64_t token_id = 0;
  std::uint64_t modified_id = 0;
  std::uint64_t logon_id = 0;  // AuthenticationId: the logon session's LUID
  bool is_primary = false;
  ImpersonationLevel level = ImpersonationLevel::kAnonymous;  // meaningless for a primary token
};

// What makes a token that of an app container. Windows grants such a token only what entries for the account and entries for the
// package, one of its enabled capabilities or all packages both allow.
struct AppContainer {
  Sid package;       // also for a container within a package
  DWORD number = 0;  // of the container while it runs; not an identity ("Launch an AppContainer")
  std::vector<TokenGroup> capabilities;
};

// An access token. Queries throw Win32Error when Windows refuses, except where noted. Several threads may use a const
// Token.
class Token {
 public:
  explicit Token(UniqueObject handle) : handle_(std::move(handle)) {}

  // The calling thread's token, opened with the process's own rights (OpenAsSelf), because a caller may not be able
  // to open its own token. nullopt if the thread has none (ERROR_NO_TOKEN).
  static std::optional<Token> FromThread(DWORD access = TOKEN_QUERY | TOKEN_IMPERSONATE | TOKEN_DUPLICATE);
  static Token FromProcess(HANDLE process, DWORD access = TOKEN_QUERY);
  static Token FromOwnProcess(DWORD access = TOKEN_QUERY) {
    return FromProcess(::GetCurrentProcess(), access);
  }

  HANDLE get() const noexcept { return handle_.get(); }

  TokenFacts Facts() const;
  Sid User() const;
  // The owner of new objects of this token: Administrators for an elevated administrator, else the user.
  Sid DefaultOwner() const;
  // The user counts only for deny entries (possible after CreateRestrictedToken).
  bool IsUserDenyOnly() const;
  std::vector<TokenGroup> Groups() const;
  std::vector<TokenPrivilege> Privileges() const;
  // Restricting SIDs. Empty for an unrestricted token, and on systems that cannot tell (Wine: error 1).
  std::vector<TokenGroup> RestrictingSids() const;
  // nullopt for a token of no app container, and on systems that do not have any.
  std::optional<AppContainer> Container() const;
  Integrity IntegrityLevel() const;
  Elevation ElevationType() const;
  bool IsElevated() const;
  DWORD SessionId() const;
  // The logon SID (S-1-5-5-X-Y) among the groups; nullopt for tokens without one (SYSTEM's).
  std::optional<Sid> LogonSid() const;

  bool HasEnabledPrivilege(const wchar_t* name) const;
  // The same privileges in the same order, and the same ones enabled.
  bool HasSamePrivilegesAs(const Token& other) const;
  // Enabled membership only; deny-only groups do not count. Works on primary and impersonation tokens.
  bool IsMember(const Sid& group) const;

  Token Duplicate(TOKEN_TYPE type, ImpersonationLevel level, DWORD access) const;

 private:
  // False also on systems that do not have any.
  bool IsInAppContainer() const;

  UniqueObject handle_;
};

}  // namespace onbehalf::win32
