#include "support/app_container_seam.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>
#include <vector>

#include "support/token_seam.h"

namespace onbehalf::test {
namespace {

template <typename Answer>
BOOL Give(const Answer& given, void* answer, DWORD size, DWORD* needed) {
  *needed = sizeof(given);
  if (size < sizeof(given)) return FailWith(ERROR_INSUFFICIENT_BUFFER);
  std::memcpy(answer, &given, sizeof(given));
  return TRUE;
}

BOOL GiveGroups(const std::vector<win32::TokenGroup>& groups, void* answer, DWORD size, DWORD* needed) {
  *needed = static_cast<DWORD>(offsetof(TOKEN_GROUPS, Groups) + groups.size() * sizeof(SID_AND_ATTRIBUTES));
  *needed = (std::max)(*needed, static_cast<DWORD>(sizeof(TOKEN_GROUPS)));
  if (size < *needed) return FailWith(ERROR_INSUFFICIENT_BUFFER);
  auto* given = static_cast<TOKEN_GROUPS*>(answer);
  given->GroupCount = static_cast<DWORD>(groups.size());
  for (std::size_t i = 0; i < groups.size(); ++i)
    given->Groups[i] = {groups[i].sid.get(), groups[i].attributes};
  return TRUE;
}

}  // namespace

std::function<BOOL(HANDLE, TOKEN_INFORMATION_CLASS, void*, DWORD, DWORD*)> InAppContainer(
    win32::AppContainer container) {
  return [container = std::move(container)](HANDLE token, TOKEN_INFORMATION_CLASS kind, void* answer,
                                            DWORD size, DWORD* needed) {
    switch (kind) {
      case TokenIsAppContainer:
        return Give(DWORD{1}, answer, size, needed);
      case TokenAppContainerNumber:
        return Give(container.number, answer, size, needed);
      case TokenAppContainerSid:
        return Give(TOKEN_APPCONTAINER_INFORMATION{container.package.get()}, answer, size, needed);
      case TokenCapabilities:
        return GiveGroups(container.capabilities, answer, size, needed);
      default:
        return WindowsGetTokenInformation(token, kind, answer, size, needed);
    }
  };
}

}  // namespace onbehalf::test
