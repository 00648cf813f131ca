// What Windows' sc.exe, icacls.exe and powershell.exe answer to the commands of install.cmd, for a system
// whose own tools do not. Which of them this is depends on the file's name. Creating, starting and stopping
// services is left to the system's sc.exe; what that cannot do is kept in the registry and shown again in
// Windows' form.
//
// ONBEHALF_TOOL_FAULT makes one of them fail: "fail VERB" refuses the verb of sc.exe with
// ERROR_ACCESS_DENIED; "forget VERB" says success and keeps nothing, so that what is read back differs;
// "owner" gives every folder a user as its owner; "inherit" leaves every folder unprotected.

#include <cstdio>
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

bool WriteText(const wchar_t* name, const std::wstring& text) {
  const DWORD bytes = static_cast<DWORD>((text.size() + 1) * sizeof(wchar_t));
  return ::RegSetKeyValueW(HKEY_LOCAL_MACHINE, kServiceKey, name, REG_SZ, text.c_str(), bytes) ==
         ERROR_SUCCESS;
}

bool ServiceExists() { return !ReadText(L"ImagePath").empty(); }

void Print(const std::wstring& text) { std::fputs(ToUtf8Lossy(text).c_str(), stdout); }

// The rest of this process's command line, as it was written.
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

int RunSystemSc() {
  wchar_t folder[MAX_PATH] = {};
  ::GetSystemDirectoryW(folder, MAX_PATH);
  std::wstring line = std::wstring(L"\"") + folder + L"\\sc.exe\"" + RawArguments();
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

int Sc(const std::vector<std::wstring>& arguments) {
  const std::wstring fault = Environment(L"ONBEHALF_TOOL_FAULT");
  const std::wstring verb = arguments.empty() ? L"" : arguments[0];
  if (fault == L"fail " + verb) {
    Print(L"[SC] " + verb + L" FAILED 5:\r\n\r\nAccess is denied.\r\n");
    return ERROR_ACCESS_DENIED;
  }
  for (const wchar_t* passed : {L"create", L"description", L"start", L"stop", L"query", L"delete"}) {
    if (verb == passed) return RunSystemSc();
  }
  if (arguments.size() < 2 || arguments[1] != L"OnBehalf" || !ServiceExists()) return NoSuchService();

  // Setting: kept as it was given. Wine's SCM drops values it does not know only when the service is deleted.
  for (const wchar_t* set : {L"sidtype", L"privs", L"failure", L"sdset"}) {
    if (verb != set) continue;
    std::wstring value;
    for (std::size_t i = 2; i < arguments.size(); ++i) value += (i == 2 ? L"" : L" ") + arguments[i];
    if (fault == L"forget " + verb) value = L"none";
    if (!WriteText((L"Tool " + verb).c_str(), value)) return ERROR_ACCESS_DENIED;
    Print(L"[SC] ChangeServiceConfig2 SUCCESS\r\n");
    return 0;
  }
  if (verb == L"config") {
    Print(L"[SC] ChangeServiceConfig SUCCESS\r\n");
    return 0;
  }
  if (verb == L"failureflag") {
    const DWORD flag = fault == L"forget failureflag" ? 0 : 1;
    ::RegSetKeyValueW(HKEY_LOCAL_MACHINE, kServiceKey, L"FailureActionsOnNonCrashFailures", REG_DWORD, &flag,
                      sizeof(flag));
    Print(L"[SC] ChangeServiceConfig2 SUCCESS\r\n");
    return 0;
  }

  if (verb == L"sdshow") {
    Print(L"\r\n" + ReadText(L"Tool sdset") + L"S:(AU;FA;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;WD)\r\n");
    return 0;
  }
  Print(verb == L"qc" ? L"[SC] QueryServiceConfig SUCCESS\r\n\r\nSERVICE_NAME: OnBehalf\r\n"
                      : L"[SC] QueryServiceConfig2 SUCCESS\r\n\r\nSERVICE_NAME: OnBehalf\r\n");
  if (verb == L"qc") {
    Print(L"        TYPE               : 10  WIN32_OWN_PROCESS \r\n        START_TYPE         : 2   " +
          std::wstring(fault == L"forget start" ? L"DEMAND_START" : L"AUTO_START") +
          L"\r\n        ERROR_CONTROL      : 1   NORMAL\r\n        BINARY_PATH_NAME   : " +
          ReadText(L"ImagePath") + L"\r\n        SERVICE_START_NAME : " + ReadText(L"ObjectName") + L"\r\n");
  } else if (verb == L"qsidtype") {
    const bool is_set = ReadText(L"Tool sidtype") == L"unrestricted";
    Print(std::wstring(L"SERVICE_SID_TYPE:  ") + (is_set ? L"UNRESTRICTED" : L"NONE") + L"\r\n");
  } else if (verb == L"qprivs") {
    std::wstring list = ReadText(L"Tool privs");
    if (fault == L"extra privilege") list += L"/SeDebugPrivilege";
    for (std::size_t at = 0; (at = list.find(L'/')) != std::wstring::npos;) {
      list.replace(at, 1, L"\r\n                         : ");
    }
    Print(L"        PRIVILEGES       : " + list + L"\r\n");
  } else if (verb == L"qfailure" && ReadText(L"Tool failure") != L"none") {
    Print(
        L"        RESET_PERIOD (in seconds)    : 86400\r\n        REBOOT_MESSAGE               : \r\n"
        L"        COMMAND_LINE                 : \r\n"
        L"        FAILURE_ACTIONS              : RESTART -- Delay = 1000 milliseconds.\r\n"
        L"                                       RESTART -- Delay = 5000 milliseconds.\r\n"
        L"                                       RESTART -- Delay = 60000 milliseconds.\r\n");
  }
  return 0;
}

int Icacls(const std::vector<std::wstring>& arguments) {
  if (arguments.empty()) return ERROR_INVALID_PARAMETER;
  Print(L"processed file: " + arguments[0] +
        L"\r\nSuccessfully processed 1 files; Failed processing 0 files\r\n");
  return 0;
}

bool EndsWith(std::wstring_view text, std::wstring_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// (Get-Acl -LiteralPath $env:READ_SDDL_OF).Sddl of a folder as install.cmd sets it.
int PowerShell() {
  const std::wstring path = Environment(L"READ_SDDL_OF");
  const std::wstring fault = Environment(L"ONBEHALF_TOOL_FAULT");
  const bool may_write = EndsWith(path, L"\\policy") || EndsWith(path, L"\\logs");
  Print((fault == L"owner" ? L"O:S-1-5-21-1-2-3-1001" : L"O:BA") + std::wstring(L"G:SYD:") +
        (fault == L"inherit" ? L"AI" : L"PAI") + L"(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;" +
        (may_write ? L"0x1301bf" : L"0x1200a9") + L";;;" + kServiceSid + L")\r\n");
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
  // As onbehalf-service.exe: accepts every settings file and never speaks to the service control manager.
  return 0;
}
