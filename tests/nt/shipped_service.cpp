#include "shipped_service.h"

#include <utility>

#include "onbehalf/win32/sid.h"
#include "support/restricted_token.h"

namespace onbehalf::test {
namespace {

constexpr const char* kProgram = "onbehalf-service.exe";

std::optional<win32::Token> TokenFor(RunBy run_by) {
  if (run_by == RunBy::kThisAccount) return std::nullopt;
  return ServiceToken();
}

}  // namespace

const char* NameOf(RunBy run_by) {
  return run_by == RunBy::kThisAccount ? "RunByThisAccount" : "RunByItsOwnAccount";
}

win32::Token ServiceToken() {
  return TokenOfAnotherAccount(win32::Sid::ForService("OnBehalf"),
                               {false, {{"SeChangeNotifyPrivilege", "SeImpersonatePrivilege"}}});
}

ShippedService::ShippedService(RunBy run_by, std::string_view settings)
    : token_(TokenFor(run_by)), process_(std::make_unique<ServiceProcess>(kProgram, settings, token())) {}

ShippedService::ShippedService(win32::Token token, std::string_view settings)
    : token_(std::move(token)), process_(std::make_unique<ServiceProcess>(kProgram, settings, &*token_)) {}

std::string ShippedService::OwnerSid() const {
  return (token_ ? token_->User() : win32::Token::FromOwnProcess().User()).ToString();
}

}  // namespace onbehalf::test
