#include "onbehalf/win32/account_access.h"

// After <windows.h>, which this header needs.
#include <authz.h>

#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::win32 {
namespace {

struct ResourceManagerTraits {
  using Type = AUTHZ_RESOURCE_MANAGER_HANDLE;
  static Type Invalid() noexcept { return nullptr; }
  static void Close(Type manager) noexcept { ::AuthzFreeResourceManager(manager); }
};
struct ClientContextTraits {
  using Type = AUTHZ_CLIENT_CONTEXT_HANDLE;
  static Type Invalid() noexcept { return nullptr; }
  static void Close(Type context) noexcept { ::AuthzFreeContext(context); }
};

}  // namespace

ACCESS_MASK AccessOfAccount(const SecurityDescriptor& descriptor, const Sid& account) {
  UniqueHandle<ResourceManagerTraits> manager;
  if (!::AuthzInitializeResourceManager(AUTHZ_RM_FLAG_NO_AUDIT, nullptr, nullptr, nullptr, nullptr,
                                        manager.put())) {
    ThrowLastError("AuthzInitializeResourceManager");
  }
  UniqueHandle<ClientContextTraits> context;
  if (!::AuthzInitializeContextFromSid(0, account.get(), manager.get(), nullptr, LUID{}, nullptr,
                                       context.put())) {
    ThrowLastError("AuthzInitializeContextFromSid", account.ToString());
  }
  AUTHZ_ACCESS_REQUEST request{};
  request.DesiredAccess = MAXIMUM_ALLOWED;
  ACCESS_MASK granted = 0;
  DWORD error = ERROR_SUCCESS;
  AUTHZ_ACCESS_REPLY reply{};
  reply.ResultListLength = 1;
  reply.GrantedAccessMask = &granted;
  reply.Error = &error;
  if (!::AuthzAccessCheck(0, context.get(), &request, nullptr, descriptor.get(), nullptr, 0, &reply,
                          nullptr)) {
    ThrowLastError("AuthzAccessCheck", account.ToString());
  }
  return granted;
}

}  // namespace onbehalf::win32
