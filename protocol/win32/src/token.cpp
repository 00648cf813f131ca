#include "onbehalf/win32/token.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <unordered_map>

#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::win32 {
namespace {

std::uint64_t ToNumber(const LUID& luid) {
  return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(luid.HighPart)) << 32) | luid.LowPart;
}

// A token query of variable size: one system call if the result fits into `kOnStack` bytes, otherwise more.
template <std::size_t kOnStack>
class TokenAnswer {
 public:
  // False if the token or system does not support this class of information; throws if it refuses it.
  bool Ask(HANDLE token, TOKEN_INFORMATION_CLASS kind) {
    DWORD capacity = static_cast<DWORD>(kOnStack);
    for (;;) {
      DWORD needed = 0;
      if (::GetTokenInformation(token, kind, data(), capacity, &needed)) return true;
      const DWORD error = ::GetLastError();
      if (error == ERROR_INVALID_FUNCTION || error == ERROR_NOT_SUPPORTED) return false;
      if (error != ERROR_INSUFFICIENT_BUFFER || needed <= capacity) {
        throw Win32Error(error, "GetTokenInformation");
      }
      large_.resize((needed + sizeof(std::uint64_t) - 1) / sizeof(std::uint64_t));
      capacity = needed;
    }
  }
  // As Ask, for information that every token has.
  void Get(HANDLE token, TOKEN_INFORMATION_CLASS kind) {
    if (!Ask(token, kind)) throw Win32Error(ERROR_INVALID_FUNCTION, "GetTokenInformation");
  }

  template <typename T>
  const T& As() const {
    return *reinterpret_cast<const T*>(large_.empty() ? small_.data() : large_.data());
  }

 private:
  void* data() { return large_.empty() ? small_.data() : large_.data(); }

  // The element type aligns it for every result.
  std::array<std::uint64_t, (kOnStack + sizeof(std::uint64_t) - 1) / sizeof(std::uint64_t)> small_;
  std::vector<std::uint64_t> large_;
};

// SECURITY_MANDATORY_MEDIUM_PLUS_RID, which not every winnt.h has.
constexpr DWORD kMediumPlusRid = SECURITY_MANDATORY_MEDIUM_RID + 0x100;

// About 60 groups; an account with more costs a second call.
using GroupsAnswer = TokenAnswer<4096>;
// 40 privileges; Windows has 36.
using PrivilegesAnswer = TokenAnswer<sizeof(TOKEN_PRIVILEGES) + 40 * sizeof(LUID_AND_ATTRIBUTES)>;

template <typename T>
T QueryFixed(HANDLE token, TOKEN_INFORMATION_CLASS kind) {
  T answer{};
  DWORD size = 0;
  if (!::GetTokenInformation(token, kind, &answer, sizeof(answer), &size)) {
    ThrowLastError("GetTokenInformation");
  }
  return answer;
}

std::vector<TokenGroup> ToGroups(const TOKEN_GROUPS& groups) {
  std::vector<TokenGroup> list;
  list.reserve(groups.GroupCount);
  for (DWORD i = 0; i < groups.GroupCount; ++i) {
    list.push_back({Sid::FromPsid(groups.Groups[i].Sid), groups.Groups[i].Attributes});
  }
  return list;
}

bool HasEnabled(const TOKEN_GROUPS& groups, const Sid& sid) {
  const auto* end = groups.Groups + groups.GroupCount;
  return std::any_of(groups.Groups, end, [&](const SID_AND_ATTRIBUTES& group) {
    return (group.Attributes & SE_GROUP_ENABLED) != 0 &&
           (group.Attributes & SE_GROUP_USE_FOR_DENY_ONLY) == 0 && ::EqualSid(group.Sid, sid.get());
  });
}

bool Has(const TOKEN_GROUPS& groups, const Sid& sid) {
  const auto* end = groups.Groups + groups.GroupCount;
  return std::any_of(groups.Groups, end,
                     [&](const SID_AND_ATTRIBUTES& group) { return ::EqualSid(group.Sid, sid.get()); });
}

// Every look-up calls the LSA; the names of privileges never change while Windows runs.
std::string PrivilegeName(const LUID& luid) {
  static std::mutex mutex;
  static std::unordered_map<std::uint64_t, std::string> names;
  const std::uint64_t key = ToNumber(luid);
  {
    const std::lock_guard lock(mutex);
    if (const auto known = names.find(key); known != names.end()) return known->second;
  }
  std::array<wchar_t, 128> name{};
  DWORD length = static_cast<DWORD>(name.size());
  LUID value = luid;
  if (!::LookupPrivilegeNameW(nullptr, &value, name.data(), &length)) ThrowLastError("LookupPrivilegeNameW");
  std::string text = ToUtf8({name.data(), length});
  const std::lock_guard lock(mutex);
  names.emplace(key, text);
  return text;
}

}  // namespace

std::string_view ToString(ImpersonationLevel level) {
  switch (level) {
    case ImpersonationLevel::kAnonymous:
      return "anonymous";
    case ImpersonationLevel::kIdentification:
      return "identification";
    case ImpersonationLevel::kImpersonation:
      return "impersonation";
    case ImpersonationLevel::kDelegation:
      return "delegation";
  }
  return "unknown";
}

std::string_view ToString(Elevation elevation) {
  switch (elevation) {
    case Elevation::kDefault:
      return "default";
    case Elevation::kFull:
      return "full";
    case Elevation::kLimited:
      return "limited";
  }
  return "unknown";
}

std::string Integrity::Name() const {
  switch (rid) {
    case SECURITY_MANDATORY_UNTRUSTED_RID:
      return "untrusted";
    case SECURITY_MANDATORY_LOW_RID:
      return "low";
    case SECURITY_MANDATORY_MEDIUM_RID:
      return "medium";
    case kMediumPlusRid:
      return "medium plus";
    case SECURITY_MANDATORY_HIGH_RID:
      return "high";
    case SECURITY_MANDATORY_SYSTEM_RID:
      return "system";
    case SECURITY_MANDATORY_PROTECTED_PROCESS_RID:
      return "protected";
    default: {
      std::array<char, 16> text{};
      std::snprintf(text.data(), text.size(), "0x%lX", static_cast<unsigned long>(rid));
      return text.data();
    }
  }
}

std::optional<Token> Token::FromThread(DWORD access) {
  UniqueObject token;
  if (!::OpenThreadToken(::GetCurrentThread(), access, TRUE, token.put())) {
    const DWORD error = ::GetLastError();
    if (error == ERROR_NO_TOKEN) return std::nullopt;
    throw Win32Error(error, "OpenThreadToken");
  }
  return Token(std::move(token));
}

Token Token::FromProcess(HANDLE process, DWORD access) {
  UniqueObject token;
  if (!::OpenProcessToken(process, access, token.put())) ThrowLastError("OpenProcessToken");
  return Token(std::move(token));
}

TokenFacts Token::Facts() const {
  const auto statistics = QueryFixed<TOKEN_STATISTICS>(get(), TokenStatistics);
  TokenFacts facts;
  facts.token_id = ToNumber(statistics.TokenId);
  facts.modified_id = ToNumber(statistics.ModifiedId);
  facts.logon_id = ToNumber(statistics.AuthenticationId);
  facts.is_primary = statistics.TokenType == TokenPrimary;
  facts.level = static_cast<ImpersonationLevel>(statistics.ImpersonationLevel);
  return facts;
}

Sid Token::User() const {
  TokenAnswer<sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE> answer;
  answer.Get(get(), TokenUser);
  return Sid::FromPsid(answer.As<TOKEN_USER>().User.Sid);
}

Sid Token::DefaultOwner() const {
  TokenAnswer<sizeof(TOKEN_OWNER) + SECURITY_MAX_SID_SIZE> answer;
  answer.Get(get(), TokenOwner);
  return Sid::FromPsid(answer.As<TOKEN_OWNER>().Owner);
}

bool Token::IsUserDenyOnly() const {
  TokenAnswer<sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE> answer;
  answer.Get(get(), TokenUser);
  return (answer.As<TOKEN_USER>().User.Attributes & SE_GROUP_USE_FOR_DENY_ONLY) != 0;
}

std::vector<TokenGroup> Token::Groups() const {
  GroupsAnswer answer;
  answer.Get(get(), ::TokenGroups);
  return ToGroups(answer.As<TOKEN_GROUPS>());
}

std::vector<TokenPrivilege> Token::Privileges() const {
  PrivilegesAnswer answer;
  answer.Get(get(), TokenPrivileges);
  const auto& privileges = answer.As<TOKEN_PRIVILEGES>();
  std::vector<TokenPrivilege> list;
  list.reserve(privileges.PrivilegeCount);
  for (DWORD i = 0; i < privileges.PrivilegeCount; ++i) {
    // By value, because the array is packed to four bytes.
    const LUID_AND_ATTRIBUTES privilege = privileges.Privileges[i];
    list.push_back({PrivilegeName(privilege.Luid), privilege.Attributes});
  }
  return list;
}

std::vector<TokenGroup> Token::RestrictingSids() const {
  TokenAnswer<1024> answer;
  if (!answer.Ask(get(), TokenRestrictedSids)) return {};
  return ToGroups(answer.As<TOKEN_GROUPS>());
}

bool Token::IsInAppContainer() const {
  TokenAnswer<sizeof(DWORD)> answer;
  return answer.Ask(get(), TokenIsAppContainer) && answer.As<DWORD>() != 0;
}

std::optional<AppContainer> Token::Container() const {
  if (!IsInAppContainer()) return std::nullopt;
  TokenAnswer<sizeof(TOKEN_APPCONTAINER_INFORMATION) + SECURITY_MAX_SID_SIZE> package;
  package.Get(get(), TokenAppContainerSid);
  GroupsAnswer capabilities;
  capabilities.Get(get(), TokenCapabilities);
  return AppContainer{Sid::FromPsid(package.As<TOKEN_APPCONTAINER_INFORMATION>().TokenAppContainer),
                      QueryFixed<DWORD>(get(), TokenAppContainerNumber),
                      ToGroups(capabilities.As<TOKEN_GROUPS>())};
}

Integrity Token::IntegrityLevel() const {
  TokenAnswer<sizeof(TOKEN_MANDATORY_LABEL) + SECURITY_MAX_SID_SIZE> answer;
  answer.Get(get(), TokenIntegrityLevel);
  PSID label = answer.As<TOKEN_MANDATORY_LABEL>().Label.Sid;
  const DWORD count = *::GetSidSubAuthorityCount(label);
  if (count == 0) throw Win32Error(ERROR_INVALID_SID, "GetTokenInformation");
  return {*::GetSidSubAuthority(label, count - 1)};
}

Elevation Token::ElevationType() const {
  switch (QueryFixed<TOKEN_ELEVATION_TYPE>(get(), TokenElevationType)) {
    case TokenElevationTypeFull:
      return Elevation::kFull;
    case TokenElevationTypeLimited:
      return Elevation::kLimited;
    default:
      return Elevation::kDefault;
  }
}

bool Token::IsElevated() const {
  return QueryFixed<TOKEN_ELEVATION>(get(), TokenElevation).TokenIsElevated != 0;
}

DWORD Token::SessionId() const { return QueryFixed<DWORD>(get(), TokenSessionId); }

std::optional<Sid> Token::LogonSid() const {
  GroupsAnswer answer;
  answer.Get(get(), ::TokenGroups);
  const auto& groups = answer.As<TOKEN_GROUPS>();
  for (DWORD i = 0; i < groups.GroupCount; ++i) {
    if ((groups.Groups[i].Attributes & SE_GROUP_LOGON_ID) == SE_GROUP_LOGON_ID) {
      return Sid::FromPsid(groups.Groups[i].Sid);
    }
  }
  return std::nullopt;
}

bool Token::HasEnabledPrivilege(const wchar_t* name) const {
  LUID wanted{};
  if (!::LookupPrivilegeValueW(nullptr, name, &wanted)) {
    ThrowLastError("LookupPrivilegeValueW", ToUtf8Lossy(name));
  }
  PrivilegesAnswer answer;
  answer.Get(get(), TokenPrivileges);
  const auto& privileges = answer.As<TOKEN_PRIVILEGES>();
  for (DWORD i = 0; i < privileges.PrivilegeCount; ++i) {
    const LUID_AND_ATTRIBUTES privilege = privileges.Privileges[i];
    if (ToNumber(privilege.Luid) == ToNumber(wanted))
      return (privilege.Attributes & SE_PRIVILEGE_ENABLED) != 0;
  }
  return false;
}

bool Token::HasSamePrivilegesAs(const Token& other) const {
  PrivilegesAnswer own_answer;
  PrivilegesAnswer others_answer;
  own_answer.Get(get(), TokenPrivileges);
  others_answer.Get(other.get(), TokenPrivileges);
  const auto& own = own_answer.As<TOKEN_PRIVILEGES>();
  const auto& others = others_answer.As<TOKEN_PRIVILEGES>();
  if (own.PrivilegeCount != others.PrivilegeCount) return false;
  for (DWORD i = 0; i < own.PrivilegeCount; ++i) {
    const LUID_AND_ATTRIBUTES one = own.Privileges[i];
    const LUID_AND_ATTRIBUTES another = others.Privileges[i];
    if (ToNumber(one.Luid) != ToNumber(another.Luid)) return false;
    if (((one.Attributes ^ another.Attributes) & SE_PRIVILEGE_ENABLED) != 0) return false;
  }
  return true;
}

bool Token::IsMember(const Sid& group) const {
  GroupsAnswer groups;
  groups.Get(get(), ::TokenGroups);
  if (!HasEnabled(groups.As<TOKEN_GROUPS>(), group)) {
    TokenAnswer<sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE> user;
    user.Get(get(), TokenUser);
    const SID_AND_ATTRIBUTES& account = user.As<TOKEN_USER>().User;
    if ((account.Attributes & SE_GROUP_USE_FOR_DENY_ONLY) != 0 || !::EqualSid(account.Sid, group.get())) {
      return false;
    }
  }
  // A restricted token has only the groups that its restricting SIDs also have.
  GroupsAnswer restricting;
  if (restricting.Ask(get(), TokenRestrictedSids)) {
    const auto& sids = restricting.As<TOKEN_GROUPS>();
    if (sids.GroupCount != 0 && !Has(sids, group)) return false;
  }
  // The groups of an AppContainer's user do not apply to the container (CheckTokenMembershipEx,
  // CTMF_INCLUDE_APPCONTAINER).
  return !IsInAppContainer();
}

Token Token::Duplicate(TOKEN_TYPE type, ImpersonationLevel level, DWORD access) const {
  UniqueObject copy;
  if (!::DuplicateTokenEx(get(), access, nullptr, static_cast<SECURITY_IMPERSONATION_LEVEL>(level), type,
                          copy.put())) {
    ThrowLastError("DuplicateTokenEx");
  }
  return Token(std::move(copy));
}

}  // namespace onbehalf::win32
