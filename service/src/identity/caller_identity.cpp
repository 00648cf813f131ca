#include "onbehalf/service/caller_identity.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "identity/granted_rights.h"
#include "onbehalf/pipe/capture.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

// The same SIDs with the same attributes: a deny-only group differs from an enabled one.
bool AreSame(const std::vector<win32::TokenGroup>& a, const std::vector<win32::TokenGroup>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& one, const auto& other) {
    return one.sid == other.sid && one.attributes == other.attributes;
  });
}

std::unique_ptr<const win32::AppContainer> AppContainerOf(const win32::Token& token) {
  auto container = token.Container();
  if (!container) return nullptr;
  return std::make_unique<const win32::AppContainer>(*std::move(container));
}

bool AreSame(const win32::AppContainer* a, const win32::AppContainer* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return a->package == b->package && a->number == b->number && AreSame(a->capabilities, b->capabilities);
}

}  // namespace

CallerIdentity::Capture CallerIdentity::FromLastMessage(HANDLE pipe) {
  auto captured = pipe::CaptureToken(pipe);
  if (const auto* failure = std::get_if<CaptureFailure>(&captured)) return *failure;
  try {
    return std::make_shared<const CallerIdentity>(std::move(std::get<win32::Token>(captured)));
  } catch (const win32::Win32Error& error) {
    return CaptureFailure{error.win32_code(), "GetTokenInformation", false};
  }
}

CallerIdentity::CallerIdentity(win32::Token token)
    : token_(std::move(token)),
      facts_(token_.Facts()),
      user_(token_.User()),
      app_container_(AppContainerOf(token_)),
      granted_(std::make_unique<GrantedRights>()) {}

CallerIdentity::~CallerIdentity() = default;

bool CallerIdentity::IsSameAs(const CallerIdentity& other) const {
  if (!(user_ == other.user_) || facts_.logon_id != other.facts_.logon_id) return false;
  if (facts_.level != other.facts_.level) return false;
  if (!AreSame(app_container(), other.app_container())) return false;
  if (token_.IntegrityLevel().rid != other.token_.IntegrityLevel().rid) return false;
  if (token_.ElevationType() != other.token_.ElevationType()) return false;
  return AreSame(token_.RestrictingSids(), other.token_.RestrictingSids()) &&
         AreSame(token_.Groups(), other.token_.Groups());
}

}  // namespace onbehalf::service
