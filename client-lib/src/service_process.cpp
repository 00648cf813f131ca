#include "service_process.h"

#include "onbehalf/win32/service_control.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::client {
namespace {

std::optional<win32::Sid> UserOfProcess(DWORD process_id) {
  const win32::UniqueObject process(::OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, process_id));
  if (!process) return std::nullopt;
  try {
    return win32::Token::FromProcess(process.get()).User();
  } catch (const win32::Win32Error&) {
    // Ordinary users may not open a service's token; its user is then unknown.
    return std::nullopt;
  }
}

}  // namespace

std::optional<ServiceProcess> FindServiceProcess(std::string_view service) {
  try {
    ServiceProcess process;
    process.process_id =
        win32::InstalledService::Open(service, SERVICE_QUERY_STATUS).QueryStatus().process_id;
    if (process.process_id != 0) process.user = UserOfProcess(process.process_id);
    return process;
  } catch (const win32::Win32Error&) {
    return std::nullopt;
  }
}

}  // namespace onbehalf::client
