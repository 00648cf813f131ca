#include "access/reset_access.h"

#include "access/policy_store.h"
#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/service_control.h"
#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

std::string HowToStop(const protocol::ServiceName& service) {
  return "Stop it first: sc.exe stop " + service.text() + " (or press Ctrl+C if it runs in a console).";
}

// SERVICE_STOPPED also for a service that is not installed.
DWORD StateOf(const std::string& service) {
  try {
    return win32::InstalledService::Open(service, SERVICE_QUERY_STATUS).QueryStatus().state;
  } catch (const win32::Win32Error& error) {
    if (error.win32_code() == ERROR_SERVICE_DOES_NOT_EXIST) return SERVICE_STOPPED;
    throw;
  }
}

}  // namespace

ResetAccessResult ResetAccess(const std::filesystem::path& policy_folder,
                              const protocol::ServiceName& service, FolderOf folder_of) {
  pipe::AssertNotImpersonating();
  // Enabled membership: in an administrator's token without elevation the group is deny-only.
  const win32::Token own = win32::Token::FromOwnProcess(TOKEN_QUERY | TOKEN_DUPLICATE);
  if (!own.IsMember(win32::Sid::FromWellKnown(WinBuiltinAdministratorsSid))) {
    return {false,
            "--reset-access is for administrators: run it in an elevated prompt. Nothing was changed."};
  }
  if (folder_of == FolderOf::kService) {
    const DWORD state = StateOf(service.text());
    if (state != SERVICE_STOPPED) {
      return {false, "the service " + service.text() + " is not stopped (" + win32::ServiceStateName(state) +
                         "). " + HowToStop(service) + " Nothing was changed."};
    }
  }
  const std::string file = win32::ToUtf8Lossy((policy_folder / L"access.json").native());
  PolicyStore store(policy_folder);
  PolicyStore::Removed removed;
  try {
    removed = store.Remove();
  } catch (const PolicyInUse& error) {
    return {false, std::string(error.what()) + ". " + HowToStop(service) + " Nothing was changed."};
  }
  if (!removed.was_there) {
    return {true, "There is no " + file + ": the built-in default is already in force."};
  }
  std::string text = "Removed " + file + ": the built-in default is in force when the service starts.\n";
  if (removed.kept_as) {
    const std::string version = std::to_string(*removed.kept_as);
    text += "It is kept as version " + version +
            " of the history. To restore it once the service runs: onbehalf.exe " + "access rollback " +
            version;
  } else {
    text += "It was not a valid policy and is kept as " + win32::ToUtf8Lossy(removed.kept_file->native());
  }
  return {true, text};
}

}  // namespace onbehalf::service
