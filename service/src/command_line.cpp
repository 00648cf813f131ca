#include "command_line.h"

#include <array>
#include <string_view>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {

const char* const kCommandLineHelp =
    "onbehalf-service.exe: does each request as the account that asked for it.\n"
    "\n"
    "  (no option)          run as the service OnBehalf; only the service control manager can start it so\n"
    "  --console            run in this console until Ctrl+C\n"
    "      --pipe NAME      listen on \\\\.\\pipe\\NAME instead of the settings' pipe.name\n"
    "      --until-input-ends   stop when standard input ends, too\n"
    "  --check-config       say everything that is wrong in onbehalf.json; 0: nothing, 1: something\n"
    "  --data FOLDER        the folder with onbehalf.json, policy and logs; without it %ProgramData%\\OnBehalf\n"
    "  --version            the version\n"
    "  --help               this text\n";

CommandLineResult ParseCommandLine(int argc, const wchar_t* const* argv) {
  CommandLineResult result;
  CommandLine& line = result.command_line;
  bool has_mode = false;
  const auto set_mode = [&](Mode mode) {
    if (has_mode && line.mode != mode) result.fault = "--console, --check-config, --version and --help exclude each other";
    line.mode = mode;
    has_mode = true;
  };
  for (int i = 1; i < argc && result.fault.empty(); ++i) {
    const std::wstring_view option = argv[i];
    const bool takes_value = option == L"--pipe" || option == L"--data";
    if (takes_value && i + 1 >= argc) {
      result.fault = win32::ToUtf8Lossy(option) + " needs a value";
    } else if (option == L"--console") {
      set_mode(Mode::kConsole);
    } else if (option == L"--check-config") {
      set_mode(Mode::kCheckConfig);
    } else if (option == L"--version") {
      set_mode(Mode::kVersion);
    } else if (option == L"--help" || option == L"-h" || option == L"/?") {
      set_mode(Mode::kHelp);
    } else if (option == L"--until-input-ends") {
      line.until_input_ends = true;
    } else if (option == L"--pipe") {
      line.pipe = win32::ToUtf8Lossy(argv[++i]);
    } else if (option == L"--data") {
      line.folders.root = argv[++i];
    } else {
      result.fault = "unknown option " + win32::ToUtf8Lossy(option);
    }
  }
  if (result.fault.empty() && line.mode != Mode::kConsole && (line.pipe || line.until_input_ends)) {
    result.fault = "--pipe and --until-input-ends go with --console";
  }
  if (result.fault.empty() && line.folders.root.empty()) {
    std::array<wchar_t, 32'768> value{};
    const DWORD size = ::GetEnvironmentVariableW(L"ProgramData", value.data(), static_cast<DWORD>(value.size()));
    if (size == 0) win32::ThrowLastError("GetEnvironmentVariableW", "ProgramData");
    line.folders.root = std::filesystem::path(std::wstring_view(value.data(), size)) / L"OnBehalf";
  }
  return result;
}

}  // namespace onbehalf::service
