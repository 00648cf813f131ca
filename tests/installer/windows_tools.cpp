// Answers install.cmd's commands like Windows' sc.exe, reg.exe, icacls.exe and powershell.exe, for a system
// whose own tools do not. The file's name decides which of them this is. What the system's sc.exe and reg.exe
// can do is left to them; the rest of a service's configuration is written into the registry, where Windows'
// service control manager keeps it.
//
// ONBEHALF_TOOL_FAULT makes one of them fail: "fail VERB" refuses the verb of sc.exe with
// ERROR_ACCESS_DENIED; "forget VERB" reports success and stores nothing, so that what is read back differs
// (forget also for --set-account of the service's program); "no sid" makes showsid print none; "other pipe" gives
// a trigger another pipe;
// "deleted" makes create fail with ERROR_SERVICE_MARKED_FOR_DELETE; "owner" gives every folder a user as its
// owner, and "owner's text" a descriptor into which that user has put a command; "inherit" leaves every
// folder unprotected; "no powershell" makes PowerShell fail; "no dll" ends the service's program as Windows
// does when a DLL is missing; "one client" makes onbehalf.exe fail as with a service that serves one client
// at a time, and "denied" as where the policy refuses its call.

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/utf.h"

namespace {

using onbehalf::win32::ToUtf8Lossy;
using onbehalf::win32::ToWide;

// The service that the command line names.
std::wstring service_name = L"OnBehalf";

std::wstring ServiceKey() { return L"SYSTEM\\CurrentControlSet\\Services\\" + service_name; }
std::wstring TriggerKey() { return ServiceKey() + L"\\TriggerInfo"; }

std::wstring Environment(const wchar_t* name) {
  std::wstring value(32767, L'\0');
  value.resize(::GetEnvironmentVariableW(name, value.data(), static_cast<DWORD>(value.size())));
  return value;
}

std::wstring ReadText(const wchar_t* name) {
  wchar_t text[2048] = {};
  DWORD bytes = sizeof(text);
  const DWORD types = RRF_RT_REG_SZ | RRF_RT_REG_EXPAND_SZ | RRF_NOEXPAND;
  if (::RegGetValueW(HKEY_LOCAL_MACHINE, ServiceKey().c_str(), name, types, nullptr, text, &bytes) !=
      ERROR_SUCCESS)
    return {};
  return text;
}

void Write(const wchar_t* name, DWORD type, const void* data, std::size_t bytes) {
  ::RegSetKeyValueW(HKEY_LOCAL_MACHINE, ServiceKey().c_str(), name, type, data, static_cast<DWORD>(bytes));
}

void WriteText(const wchar_t* name, const std::wstring& text, DWORD type = REG_SZ) {
  Write(name, type, text.c_str(), (text.size() + 1) * sizeof(wchar_t));
}

void WriteNumber(const wchar_t* name, DWORD number) { Write(name, REG_DWORD, &number, sizeof(number)); }

std::vector<std::wstring> Split(const std::wstring& text, wchar_t separator) {
  std::vector<std::wstring> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

bool ServiceExists() { return !ReadText(L"ImagePath").empty(); }

bool EndsWith(std::wstring_view text, std::wstring_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

void Print(const std::wstring& text) { std::fputs(ToUtf8Lossy(text).c_str(), stdout); }

// The rest of this process's command line, unchanged.
std::wstring RawArguments() {
  const std::wstring line = ::GetCommandLineW();
  std::size_t end = 0;
  if (line[0] == L'"') {
    end = line.find(L'"', 1) + 1;
  } else {
    end = line.find(L' ');
  }
  return end == std::wstring::npos ? L"" : line.substr(end);
}

int RunSystemTool(const wchar_t* tool) {
  wchar_t folder[MAX_PATH] = {};
  ::GetSystemDirectoryW(folder, MAX_PATH);
  std::wstring line = std::wstring(L"\"") + folder + L'\\' + tool + L'"' + RawArguments();
  STARTUPINFOW startup{};
  startup.cb = sizeof(startup);
  PROCESS_INFORMATION process{};
  if (!::CreateProcessW(nullptr, line.data(), nullptr, nullptr, TRUE, 0, nullptr, nullptr, &startup,
                        &process)) {
    return static_cast<int>(::GetLastError());
  }
  ::WaitForSingleObject(process.hProcess, INFINITE);
  DWORD code = 0;
  ::GetExitCodeProcess(process.hProcess, &code);
  ::CloseHandle(process.hThread);
  ::CloseHandle(process.hProcess);
  return static_cast<int>(code);
}

int NoSuchService() {
  Print(
      L"[SC] OpenService FAILED 1060:\r\n\r\nThe specified service does not exist as an installed "
      L"service.\r\n");
  return ERROR_SERVICE_DOES_NOT_EXIST;
}

// Stores "failure OnBehalf reset= 86400 actions= restart/1000//5000" in Windows' format.
void SetFailureActions(const std::vector<std::wstring>& arguments) {
  std::vector<DWORD> numbers = {std::stoul(arguments.at(3)), 0, 0, 0, 20};
  const std::vector<std::wstring> actions = Split(arguments.at(5), L'/');
  for (std::size_t i = 0; i + 1 < actions.size(); i += 2) {
    numbers.push_back(actions[i] == L"restart"  ? SC_ACTION_RESTART
                      : actions[i] == L"reboot" ? SC_ACTION_REBOOT
                      : actions[i] == L"run"    ? SC_ACTION_RUN_COMMAND
                                                : SC_ACTION_NONE);
    numbers.push_back(std::stoul(actions[i + 1]));
    ++numbers[3];
  }
  Write(L"FailureActions", REG_BINARY, numbers.data(), numbers.size() * sizeof(DWORD));
}

// "config NAME binPath= PROGRAM start= demand obj= ACCOUNT": what it names of these, through the system's own function.
int Configure(const std::vector<std::wstring>& arguments) {
  DWORD start = SERVICE_NO_CHANGE;
  const wchar_t* program = nullptr;
  const wchar_t* account = nullptr;
  bool delayed = false;
  for (std::size_t i = 2; i + 1 < arguments.size(); i += 2) {
    const std::wstring& value = arguments[i + 1];
    if (arguments[i] == L"binPath=") program = value.c_str();
    if (arguments[i] == L"obj=") account = value.c_str();
    if (arguments[i] != L"start=") continue;
    delayed = value == L"delayed-auto";
    start = value == L"demand"     ? SERVICE_DEMAND_START
            : value == L"disabled" ? SERVICE_DISABLED
                                   : SERVICE_AUTO_START;
  }
  const SC_HANDLE manager = ::OpenSCManagerW(nullptr, nullptr, SC_MANAGER_CONNECT);
  const SC_HANDLE service = ::OpenServiceW(manager, service_name.c_str(), SERVICE_CHANGE_CONFIG);
  const bool done = ::ChangeServiceConfigW(service, SERVICE_NO_CHANGE, start, SERVICE_NO_CHANGE, program,
                                           nullptr, nullptr, nullptr, account, nullptr, nullptr) != FALSE;
  const DWORD code = ::GetLastError();
  ::CloseServiceHandle(service);
  ::CloseServiceHandle(manager);
  if (!done) return static_cast<int>(code);
  if (start != SERVICE_NO_CHANGE) WriteNumber(L"DelayedAutostart", delayed ? 1 : 0);
  return 0;
}

// "triggerinfo NAME start/namedpipe/PIPE" or "triggerinfo NAME delete", as Windows stores them.
int SetTrigger(const std::wstring& given, bool other_pipe) {
  ::RegDeleteTreeW(HKEY_LOCAL_MACHINE, TriggerKey().c_str());
  if (given == L"delete") return 0;
  constexpr std::wstring_view kPipe = L"start/namedpipe/";
  if (!std::wstring_view(given).starts_with(kPipe)) return ERROR_INVALID_PARAMETER;
  const std::wstring pipe = given.substr(kPipe.size()) + (other_pipe ? L"x" : L"");
  // NAMED_PIPE_EVENT_GUID of winsvc.h.
  constexpr GUID kOpened = {0x1F81D131, 0x3FAC, 0x4537, {0x9E, 0x0C, 0x7E, 0x7B, 0x0C, 0x2F, 0x4B, 0x55}};
  const std::wstring key = TriggerKey() + L"\\0";
  const auto number = [&](const wchar_t* name, DWORD value) {
    ::RegSetKeyValueW(HKEY_LOCAL_MACHINE, key.c_str(), name, REG_DWORD, &value, sizeof(value));
  };
  number(L"Type", 6);       // SERVICE_TRIGGER_TYPE_NETWORK_ENDPOINT, which MinGW's winsvc.h lacks
  number(L"Action", 1);     // SERVICE_TRIGGER_ACTION_SERVICE_START
  number(L"DataType0", 2);  // SERVICE_TRIGGER_DATA_TYPE_STRING
  ::RegSetKeyValueW(HKEY_LOCAL_MACHINE, key.c_str(), L"GUID", REG_BINARY, &kOpened, sizeof(kOpened));
  ::RegSetKeyValueW(HKEY_LOCAL_MACHINE, key.c_str(), L"Data0", REG_BINARY, pipe.c_str(),
                    static_cast<DWORD>((pipe.size() + 1) * sizeof(wchar_t)));
  return 0;
}

// In French, because Windows prints it in its own language.
int ShowSid(const std::wstring& name, const std::wstring& fault) {
  Print(L"\r\nNOM : " + name + L"\r\n");
  if (fault != L"no sid")
    Print(L"SID DU SERVICE : " + ToWide(onbehalf::win32::Sid::ForService(ToUtf8Lossy(name)).ToString()) +
          L"\r\n");
  Print(L"\xC9TAT : inactif\r\n");
  return 0;
}

// As onbehalf-service.exe --set-account ACCOUNT [--name NAME]: takes the password of an account that Windows does
// not manage from standard input.
int SetAccount(const std::vector<std::wstring>& arguments, const std::wstring& fault) {
  const std::wstring& account = arguments.at(1);
  if (arguments.size() == 4) service_name = arguments[3];
  if (!EndsWith(account, L"$")) {
    char password[64] = {};
    std::fputs("Password: ", stdout);
    if (std::fgets(password, sizeof(password), stdin) == nullptr) return 1;
    if (std::string_view(password) != "right\n") {
      std::fputs("onbehalf-service: the password is wrong\n", stderr);
      return 1;
    }
  }
  return fault == L"forget --set-account" ? 0 : Configure({L"config", service_name, L"obj=", account});
}

int Sc(const std::vector<std::wstring>& arguments) {
  const std::wstring fault = Environment(L"ONBEHALF_TOOL_FAULT");
  const std::wstring verb = arguments.empty() ? L"" : arguments[0];
  if (fault == L"fail " + verb) {
    Print(L"[SC] " + verb + L" FAILED 5:\r\n\r\nAccess is denied.\r\n");
    return ERROR_ACCESS_DENIED;
  }
  if (fault == L"deleted" && verb == L"create") {
    Print(L"[SC] CreateService FAILED 1072:\r\n\r\nThe specified service has been marked for deletion.\r\n");
    return ERROR_SERVICE_MARKED_FOR_DELETE;
  }
  for (const wchar_t* passed : {L"create", L"description", L"start", L"stop", L"query", L"delete"}) {
    if (verb != passed) continue;
    const int code = RunSystemTool(L"sc.exe");
    if (fault == L"forget start" && verb == L"create") {
      service_name = arguments.at(1);
      WriteNumber(L"Start", SERVICE_DEMAND_START);
    }
    return code;
  }
  if (arguments.size() < 2) return NoSuchService();
  if (verb == L"showsid") return ShowSid(arguments[1], fault);
  service_name = arguments[1];
  if (!ServiceExists()) return NoSuchService();
  const std::wstring given = arguments.size() > 2 ? arguments[2] : L"";
  if (verb == L"sdshow") {
    Print(L"\r\n" + ReadText(L"Tool sdset") + L"S:(AU;FA;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;WD)\r\n");
    return 0;
  }
  // Wine's SCM drops unknown values only when the service is deleted.
  if (fault != L"forget " + verb) {
    if (verb == L"sidtype") WriteNumber(L"ServiceSidType", given == L"unrestricted" ? 1 : 0);
    if (verb == L"failureflag") WriteNumber(L"FailureActionsOnNonCrashFailures", given == L"1" ? 1 : 0);
    if (verb == L"sdset") WriteText(L"Tool sdset", given);
    if (verb == L"privs") {
      std::wstring list = given + (fault == L"extra privilege" ? L"/SeDebugPrivilege/" : L"/");
      std::replace(list.begin(), list.end(), L'/', L'\0');
      WriteText(L"RequiredPrivileges", list, REG_MULTI_SZ);
    }
    if (verb == L"failure") SetFailureActions(arguments);
    int code = 0;
    if (verb == L"config") code = Configure(arguments);
    if (verb == L"triggerinfo") code = SetTrigger(given, fault == L"other pipe");
    if (code != 0) return code;
    if (verb == L"managedaccount") {
      const BYTE managed[4] = {given == L"true" ? BYTE{1} : BYTE{0}};
      Write(L"ServiceAccountManaged", REG_BINARY, managed, sizeof(managed));
    }
  }
  Print(L"[SC] ChangeServiceConfig2 SUCCESS\r\n");
  return 0;
}

// Compares the value in both keys: 0 if it is the same, 2 if not, 1 if a key lacks it.
int CompareValues(const std::vector<std::wstring>& arguments) {
  wchar_t text[2][2048] = {};
  for (std::size_t i = 0; i < 2; ++i) {
    const std::wstring_view key = std::wstring_view(arguments.at(i + 1)).substr(std::size(L"HKLM\\") - 1);
    DWORD bytes = sizeof(text[i]);
    const DWORD types = RRF_RT_REG_SZ | RRF_RT_REG_EXPAND_SZ | RRF_NOEXPAND;
    if (::RegGetValueW(HKEY_LOCAL_MACHINE, std::wstring(key).c_str(), arguments.at(4).c_str(), types, nullptr,
                       text[i], &bytes) != ERROR_SUCCESS) {
      return 1;
    }
  }
  return std::wstring_view(text[0]) == text[1] ? 0 : 2;
}

int Reg(const std::vector<std::wstring>& arguments) {
  return arguments.size() == 5 && arguments[0] == L"compare" ? CompareValues(arguments)
                                                             : RunSystemTool(L"reg.exe");
}

int Icacls(const std::vector<std::wstring>& arguments) {
  if (arguments.empty()) return ERROR_INVALID_PARAMETER;
  Print(L"processed file: " + arguments[0] +
        L"\r\nSuccessfully processed 1 files; Failed processing 0 files\r\n");
  return 0;
}

// (Get-Acl -LiteralPath $env:READ_SDDL_OF).Sddl of a folder as install.cmd sets it, for the service whose SID is in
// its variable.
int PowerShell() {
  const std::wstring path = Environment(L"READ_SDDL_OF");
  const std::wstring fault = Environment(L"ONBEHALF_TOOL_FAULT");
  const std::wstring modules = Environment(L"PSModulePath");
  if (fault == L"no powershell" || !EndsWith(modules, L"\\WindowsPowerShell\\v1.0\\Modules")) {
    std::fputs("Get-Acl : The 'Get-Acl' command was found in the module, but could not be loaded.\r\n",
               stderr);
    return 1;
  }
  const bool may_write = EndsWith(path, L"\\policy") || EndsWith(path, L"\\logs");
  std::wstring owner = L"O:BA";
  if (fault == L"owner") owner = L"O:S-1-5-21-1-2-3-1001";
  if (fault == L"owner's text") {
    Print(L"O:S-1-5-21-1-2-3-1001G:SYD:(XA;;FA;;;WD;(@User.a==\"x & echo PWNED & rem \"))");
    return 0;
  }
  Print(owner + L"G:SYD:" + (fault == L"inherit" ? L"AI" : L"PAI") +
        L"(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;" + (may_write ? L"0x1301bf" : L"0x1200a9") + L";;;" +
        Environment(L"SERVICE_SID") + L")\r\n");
  return 0;
}

}  // namespace

int wmain(int argc, wchar_t** argv) {
  wchar_t path[MAX_PATH] = {};
  ::GetModuleFileNameW(nullptr, path, MAX_PATH);
  const std::wstring_view name = path;
  const std::vector<std::wstring> arguments(argv + 1, argv + argc);
  if (EndsWith(name, L"\\sc.exe")) return Sc(arguments);
  if (EndsWith(name, L"\\icacls.exe")) return Icacls(arguments);
  if (EndsWith(name, L"\\powershell.exe")) return PowerShell();
  if (EndsWith(name, L"\\reg.exe")) return Reg(arguments);
  const std::wstring fault = Environment(L"ONBEHALF_TOOL_FAULT");
  if (EndsWith(name, L"\\onbehalf.exe")) return fault == L"one client" ? 3 : fault == L"denied" ? 5 : 0;
  if (!arguments.empty() && arguments[0] == L"--set-account") return SetAccount(arguments, fault);
  // As onbehalf-service.exe: accepts every settings file and never contacts the service control manager.
  return fault == L"no dll" ? static_cast<int>(STATUS_DLL_NOT_FOUND) : 0;
}
