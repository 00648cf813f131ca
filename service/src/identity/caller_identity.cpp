#include "onbehalf/service/caller_identity.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "identity/granted_rights.h"
#include "identity/impersonation_mark.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

// The same SIDs with the same attributes: a deny-only group differs from an enabled one.
bool AreSame(const std::vector<win32::TokenGroup>& a, const std::vector<win32::TokenGroup>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& one, const auto& other) {
    return one.sid == other.sid && one.attributes == other.attributes;
  });
}

}  // namespace

CallerIdentity::Capture CallerIdentity::FromLastMessage(HANDLE pipe) {
  if (!::ImpersonateNamedPipeClient(pipe)) {
    const DWORD code = ::GetLastError();
    return CaptureFailure{code, "ImpersonateNamedPipeClient", code == ERROR_CANT_OPEN_ANONYMOUS};
  }
  MarkImpersonating(true);
  win32::UniqueObject token;
  DWORD code = ERROR_SUCCESS;
  // OpenAsSelf: the service opens the token, whatever the token's account may open.
  if (!::OpenThreadToken(::GetCurrentThread(), TOKEN_QUERY | TOKEN_IMPERSONATE | TOKEN_DUPLICATE, TRUE,
                         token.put())) {
    code = ::GetLastError();
  }
  RevertOrEndProcess();
  if (code != ERROR_SUCCESS)
    return CaptureFailure{code, "OpenThreadToken", code == ERROR_CANT_OPEN_ANONYMOUS};

  try {
    return std::make_shared<const CallerIdentity>(win32::Token(std::move(token)));
  } catch (const win32::Win32Error& error) {
    return CaptureFailure{error.win32_code(), "GetTokenInformation", false};
  }
}

CallerIdentity::CallerIdentity(win32::Token token)
    : token_(std::move(token)),
      facts_(token_.Facts()),
      user_(token_.User()),
      granted_(std::make_unique<GrantedRights>()) {}

CallerIdentity::~CallerIdentity() = default;

bool CallerIdentity::IsSameAs(const CallerIdentity& other) const {
  if (!(user_ == other.user_) || facts_.logon_id != other.facts_.logon_id) return false;
  if (facts_.level != other.facts_.level) return false;
  if (token_.IntegrityLevel().rid != other.token_.IntegrityLevel().rid) return false;
  if (token_.ElevationType() != other.token_.ElevationType()) return false;
  return AreSame(token_.RestrictingSids(), other.token_.RestrictingSids()) &&
         AreSame(token_.Groups(), other.token_.Groups());
}

}  // namespace onbehalf::service
