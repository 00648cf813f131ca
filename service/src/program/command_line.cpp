#include "program/command_line.h"

#include "onbehalf/win32/lean_windows.h"
// Need windows.h before them.
#include <objbase.h>
#include <shlobj.h>

#include <memory>
#include <string_view>

#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

// Not the environment variable: Wine gives services a different one.
std::filesystem::path ProgramData() {
  wchar_t* found = nullptr;
  const HRESULT result = ::SHGetKnownFolderPath(FOLDERID_ProgramData, KF_FLAG_DONT_VERIFY, nullptr, &found);
  // Must be freed whether it succeeded or not (SHGetKnownFolderPath, "ppszPath").
  const std::unique_ptr<wchar_t, decltype(&::CoTaskMemFree)> owned(found, &::CoTaskMemFree);
  if (FAILED(result))
    throw win32::Win32Error(static_cast<DWORD>(HRESULT_CODE(result)), "SHGetKnownFolderPath", "ProgramData");
  return owned.get();
}

}  // namespace

const char* const kCommandLineHelp =
    "onbehalf-service.exe: does each request as the account that asked for it.\n"
    "\n"
    "  (no option)          run as the service; only for the service control manager\n"
    "  --console            run in this console until Ctrl+C\n"
    "      --pipe NAME      listen on \\\\.\\pipe\\NAME instead of the settings' pipe.name\n"
    "      --until-input-ends   also stop when standard input ends\n"
    "  --check-config       validate onbehalf.json; exit code 0 if valid, 1 if not\n"
    "  --reset-access       remove the policy (access.json) and return to the built-in default; for administrators\n"
    "                       who are locked out, while the service is stopped; the history keeps a copy\n"
    "  --set-account ACCOUNT   the account that the installed service runs as from its next start on; for administrators:\n"
    "                       LocalService, NetworkService, DOMAIN\\name$, NT SERVICE\\NAME or a user, whose password is asked for\n"
    "  --name NAME          the service's name (default: OnBehalf), which its data folder, event sources, pipe and SID follow\n"
    "  --data FOLDER        the folder with onbehalf.json, policy and logs (default: %ProgramData%\\NAME)\n"
    "  --version            print the version\n"
    "  --help               print this help\n";

CommandLineResult ParseCommandLine(int argc, const wchar_t* const* argv) {
  CommandLineResult result;
  CommandLine& line = result.command_line;
  bool has_mode = false;
  const auto set_mode = [&](Mode mode) {
    if (has_mode && line.mode != mode) {
      result.fault =
          "--console, --check-config, --reset-access, --set-account, --version and --help are mutually exclusive";
    }
    line.mode = mode;
    has_mode = true;
  };
  for (int i = 1; i < argc && result.fault.empty(); ++i) {
    const std::wstring_view option = argv[i];
    const bool takes_value =
        option == L"--pipe" || option == L"--data" || option == L"--name" || option == L"--set-account";
    if (takes_value && i + 1 >= argc) {
      result.fault = win32::ToUtf8Lossy(option) + " needs a value";
    } else if (option == L"--console") {
      set_mode(Mode::kConsole);
    } else if (option == L"--check-config") {
      set_mode(Mode::kCheckConfig);
    } else if (option == L"--reset-access") {
      set_mode(Mode::kResetAccess);
    } else if (option == L"--set-account") {
      set_mode(Mode::kSetAccount);
      line.account = win32::ToUtf8Lossy(argv[++i]);
    } else if (option == L"--version") {
      set_mode(Mode::kVersion);
    } else if (option == L"--help" || option == L"-h" || option == L"/?") {
      set_mode(Mode::kHelp);
    } else if (option == L"--until-input-ends") {
      line.until_input_ends = true;
    } else if (option == L"--pipe") {
      line.pipe = win32::ToUtf8Lossy(argv[++i]);
    } else if (option == L"--name") {
      const std::string name = win32::ToUtf8Lossy(argv[++i]);
      if (const auto fault = protocol::ServiceName::FaultOf(name)) {
        result.fault = "--name: " + *fault;
      } else {
        line.name = protocol::ServiceName(name);
      }
    } else if (option == L"--data") {
      line.folders.root = argv[++i];
      line.own_folder = true;
    } else {
      result.fault = "unknown option " + win32::ToUtf8Lossy(option);
    }
  }
  if (result.fault.empty() && line.mode != Mode::kConsole && (line.pipe || line.until_input_ends)) {
    result.fault = "--pipe and --until-input-ends require --console";
  }
  if (result.fault.empty() && line.folders.root.empty()) {
    line.folders.root = ProgramData() / win32::ToWide(line.name.text());
  }
  return result;
}

}  // namespace onbehalf::service
