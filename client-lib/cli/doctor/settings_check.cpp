#include "settings_check.h"

#include <algorithm>
#include <cstddef>
#include <thread>
#include <vector>

#include "onbehalf/win32/overlapped.h"
#include "onbehalf/win32/process.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"

namespace onbehalf::cli::doctor {
namespace {

// The check only reads one small file.
constexpr DWORD kCheckMilliseconds = 30'000;
constexpr std::size_t kMaxOutput = 64 * 1024;

// Quotes `word` so that CommandLineToArgvW returns it unchanged.
std::wstring Quoted(const std::wstring& word) {
  std::wstring quoted = L"\"";
  std::size_t backslashes = 0;
  for (const wchar_t c : word) {
    if (c == L'\\') {
      ++backslashes;
    } else {
      if (c == L'"') quoted.append(backslashes + 1, L'\\');
      backslashes = 0;
    }
    quoted += c;
  }
  quoted.append(backslashes, L'\\');
  return quoted + L"\"";
}

// Limits the child to one inherited handle, whatever other handles of this process are inheritable.
class InheritedHandle {
 public:
  explicit InheritedHandle(HANDLE handle) : handle_(handle) {
    SIZE_T size = 0;
    // Returns the size and fails, as documented.
    ::InitializeProcThreadAttributeList(nullptr, 1, 0, &size);
    memory_.resize(size);
    if (!::InitializeProcThreadAttributeList(get(), 1, 0, &size)) {
      win32::ThrowLastError("InitializeProcThreadAttributeList");
    }
    if (!::UpdateProcThreadAttribute(get(), 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, &handle_, sizeof handle_,
                                     nullptr, nullptr)) {
      const DWORD code = ::GetLastError();
      ::DeleteProcThreadAttributeList(get());
      throw win32::Win32Error(code, "UpdateProcThreadAttribute");
    }
  }
  ~InheritedHandle() { ::DeleteProcThreadAttributeList(get()); }
  InheritedHandle(const InheritedHandle&) = delete;
  InheritedHandle& operator=(const InheritedHandle&) = delete;

  LPPROC_THREAD_ATTRIBUTE_LIST get() {
    return reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory_.data());
  }

 private:
  HANDLE handle_;
  std::vector<std::byte> memory_;
};

// Throws Win32Error(ERROR_ACCESS_DENIED) if this account cannot read the file. The program reports every
// other error.
void RequireReadable(const std::string& file) {
  const win32::UniqueFile opened(::CreateFileW(win32::ToWide(file).c_str(), FILE_READ_DATA,
                                               FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                               nullptr, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, nullptr));
  if (!opened && ::GetLastError() == ERROR_ACCESS_DENIED) {
    throw win32::Win32Error(ERROR_ACCESS_DENIED, "CreateFileW", file);
  }
}

SettingsFacts::Run RunCheck(const Installation& installation) {
  if (!installation.data.empty()) RequireReadable(installation.data + "\\onbehalf.json");
  SECURITY_ATTRIBUTES inheritable{sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
  win32::UniqueObject read_end;
  win32::UniqueObject write_end;
  if (!::CreatePipe(read_end.put(), write_end.put(), &inheritable, 0)) win32::ThrowLastError("CreatePipe");
  if (!::SetHandleInformation(read_end.get(), HANDLE_FLAG_INHERIT, 0)) {
    win32::ThrowLastError("SetHandleInformation");
  }
  const std::wstring executable = win32::ToWide(installation.executable);
  std::wstring command = Quoted(executable);
  for (const std::string& argument : CheckArguments(installation)) {
    command += L" " + Quoted(win32::ToWide(argument));
  }
  InheritedHandle inherited(write_end.get());
  STARTUPINFOEXW startup{};
  startup.StartupInfo.cb = sizeof startup;
  startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
  startup.StartupInfo.hStdOutput = write_end.get();
  startup.StartupInfo.hStdError = write_end.get();
  startup.lpAttributeList = inherited.get();
  PROCESS_INFORMATION information{};
  if (!::CreateProcessW(executable.c_str(), command.data(), nullptr, nullptr, TRUE,
                        CREATE_NO_WINDOW | EXTENDED_STARTUPINFO_PRESENT, nullptr, nullptr,
                        &startup.StartupInfo, &information)) {
    win32::ThrowLastError("CreateProcessW", installation.executable);
  }
  const win32::UniqueObject process(information.hProcess);
  const win32::UniqueObject thread(information.hThread);
  write_end.reset();

  SettingsFacts::Run run;
  // Ends when the child closes its end: when it exits or, at the latest, when it is terminated below.
  std::thread reader([&] {
    char piece[4096];
    DWORD count = 0;
    while (::ReadFile(read_end.get(), piece, sizeof piece, &count, nullptr) && count != 0) {
      run.output.append(piece, std::min<std::size_t>(count, kMaxOutput - run.output.size()));
    }
  });
  const DWORD waited = ::WaitForSingleObject(process.get(), kCheckMilliseconds);
  if (waited != WAIT_OBJECT_0) ::TerminateProcess(process.get(), WAIT_TIMEOUT);
  reader.join();
  if (waited != WAIT_OBJECT_0)
    throw win32::Win32Error(WAIT_TIMEOUT, "WaitForSingleObject", installation.executable);
  DWORD exit_code = 0;
  if (!::GetExitCodeProcess(process.get(), &exit_code)) win32::ThrowLastError("GetExitCodeProcess");
  run.exit_code = exit_code;
  return run;
}

}  // namespace

std::vector<std::string> CheckArguments(const Installation& installation) {
  std::vector<std::string> arguments = {"--check-config"};
  if (installation.names_data) arguments.insert(arguments.end(), {"--data", installation.data});
  if (!installation.name.empty()) arguments.insert(arguments.end(), {"--name", installation.name});
  return arguments;
}

SettingsFacts CollectSettingsFacts(const Installation& installation) {
  Installation at = installation;
  if (at.executable.empty()) {
    // Not installed: check with the program next to this one, which an installation would use.
    const std::string own = win32::OwnImagePath();
    at.executable = own.substr(0, own.find_last_of('\\') + 1) + "onbehalf-service.exe";
  }
  return {Ask([&] { return RunCheck(at); })};
}

Finding JudgeSettings(const SettingsFacts& facts) {
  const std::string check = "settings";
  if (!facts.run) return NotAnswered(check, facts.run.code, facts.run.why);
  std::string output = facts.run->output;
  output.erase(std::remove(output.begin(), output.end(), '\r'), output.end());
  while (!output.empty() && output.back() == '\n') output.pop_back();
  std::string found;
  for (const char c : output) found += c == '\n' ? std::string("; ") : std::string(1, c);
  if (facts.run->exit_code == 0)
    return {check, Verdict::kOk, found.empty() ? "the settings are valid" : found, {}};
  return {check, Verdict::kFail, found.empty() ? "exit code " + std::to_string(facts.run->exit_code) : found,
          "Correct the settings file; onbehalf-service.exe --check-config checks it again."};
}

}  // namespace onbehalf::cli::doctor
