// Answers install.cmd's commands like Windows' sc.exe, reg.exe, icacls.exe and powershell.exe, for a system
// whose own tools do not. The file's name decides which of them this is. What the system's sc.exe and reg.exe
// can do is left to them; the rest of a service's configuration is written into the registry, where Windows'
// service control manager keeps it.
//
// ONBEHALF_TOOL_FAULT makes one of them fail: "fail VERB" refuses the verb of sc.exe with
// ERROR_ACCESS_DENIED; "forget VERB" reports success and stores nothing, so that what is read back differs;
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
#include "onbehalf/win32/utf.h"

namespace {

using onbehalf::win32::ToUtf8Lossy;
using onbehalf::win32::ToWide;

constexpr wchar_t kServiceKey[] = L"SYSTEM\\CurrentControlSet\\Services\\OnBehalf";
constexpr wchar_t kServiceSid[] = L"S-1-5-80-1926647630-1690475274-2145072266-3076734602-2497173225";

std::wstring Environment(const wchar_t* name) {
  std::wstring value(32767, L'\0');
  value.resize(::GetEnvironmentVariableW(name, value.data(), static_cast<DWORD>(value.size())));
  return value;
}

std::wstring ReadText(const wchar_t* name) {
  wchar_t text[2048] = {};
  DWORD bytes = sizeof(text);
  const DWORD types = RRF_RT_REG_SZ | RRF_RT_REG_EXPAND_SZ | RRF_NOEXPAND;
  if (::RegGetValueW(HKEY_LOCAL_MACHINE, kServiceKey, name, types, nullptr, text, &bytes) != ERROR_SUCCESS)
    return {};
  return text;
}

void Write(const wchar_t* name, DWORD type, const void* data, std::size_t bytes) {
  ::RegSetKeyValueW(HKEY_LOCAL_MACHINE, kServiceKey, name, type, data, static_cast<DWORD>(bytes));
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
    if (fault == L"forget start" && verb == L"create") WriteNumber(L"Start", SERVICE_DEMAND_START);
    return code;
  }
  if (arguments.size() < 2 || arguments[1] != L"OnBehalf" || !ServiceExists()) return NoSuchService();
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

// (Get-Acl -LiteralPath $env:READ_SDDL_OF).Sddl of a folder as install.cmd sets it.
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
        kServiceSid + L")\r\n");
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
  // As onbehalf-service.exe: accepts every settings file and never contacts the service control manager.
  return fault == L"no dll" ? static_cast<int>(STATUS_DLL_NOT_FOUND) : 0;
}
