// Runs install.cmd and uninstall.cmd with the system's own service control manager. They install services of these
// names, so nothing here runs where one of them is already installed.

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/process.h"
#include "onbehalf/win32/service_control.h"
#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "support/child_process.h"
#include "support/patience.h"

namespace onbehalf::test {
namespace {

namespace fs = std::filesystem;
using win32::ToUtf8;
using win32::ToWide;

// An installation runs up to a hundred and fifty processes, one after the other.
constexpr std::chrono::seconds kScriptTimeout{240};

constexpr wchar_t kServiceKey[] = L"SYSTEM\\CurrentControlSet\\Services\\OnBehalf";
constexpr wchar_t kEventKey[] = L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\OnBehalf";
constexpr wchar_t kAuditLogKey[] = L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\OnBehalf-Audit";
constexpr wchar_t kAuditSourceKey[] =
    L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\OnBehalf-Audit\\OnBehalf-Audit";
constexpr wchar_t kScratchKey[] = L"SOFTWARE\\OnBehalf.install";
// install.cmd decides whether it is elevated by reading this key of LocalService.
constexpr wchar_t kElevatedKey[] = L"S-1-5-19";

struct ServiceHandleTraits {
  using Type = SC_HANDLE;
  static Type Invalid() noexcept { return nullptr; }
  static void Close(Type handle) noexcept { ::CloseServiceHandle(handle); }
};
using UniqueServiceHandle = win32::UniqueHandle<ServiceHandleTraits>;

std::string Environment(const wchar_t* name) {
  std::wstring value(32767, L'\0');
  value.resize(::GetEnvironmentVariableW(name, value.data(), static_cast<DWORD>(value.size())));
  return ToUtf8(value);
}

fs::path FromEnvironment(const wchar_t* name) { return ToWide(Environment(name)); }
fs::path BinFolder() { return fs::path(ToWide(win32::OwnImagePath())).parent_path(); }
fs::path ProgramFolder(const std::wstring& name = L"OnBehalf") {
  return FromEnvironment(L"ProgramFiles") / name;
}
fs::path StagingFolder() { return FromEnvironment(L"ProgramFiles") / L"OnBehalf.data.new"; }
fs::path DataFolder(const std::wstring& name = L"OnBehalf") { return FromEnvironment(L"ProgramData") / name; }

std::wstring ServiceKeyOf(const std::wstring& name) {
  return L"SYSTEM\\CurrentControlSet\\Services\\" + name;
}
std::wstring EventKeyOf(const std::wstring& name) {
  return L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\" + name;
}
std::wstring AuditLogKeyOf(const std::wstring& name) {
  return L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\" + name + L"-Audit";
}

std::string ReadFile(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void WriteFile(const fs::path& file, std::string_view text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

// nullopt: there is no service of that name.
std::optional<SERVICE_STATUS_PROCESS> QueryService(const std::wstring& name = L"OnBehalf") {
  const UniqueServiceHandle manager(::OpenSCManagerW(nullptr, nullptr, SC_MANAGER_CONNECT));
  if (!manager) win32::ThrowLastError("OpenSCManagerW");
  const UniqueServiceHandle service(::OpenServiceW(manager.get(), name.c_str(), SERVICE_QUERY_STATUS));
  if (!service) return std::nullopt;
  SERVICE_STATUS_PROCESS status{};
  DWORD needed = 0;
  if (!::QueryServiceStatusEx(service.get(), SC_STATUS_PROCESS_INFO, reinterpret_cast<BYTE*>(&status),
                              sizeof(status), &needed)) {
    win32::ThrowLastError("QueryServiceStatusEx");
  }
  return status;
}

DWORD ServiceState(const std::wstring& name = L"OnBehalf") {
  const auto status = QueryService(name);
  return status ? status->dwCurrentState : 0;
}

std::string ReadValue(const wchar_t* key, const wchar_t* name) {
  wchar_t text[1024] = {};
  DWORD bytes = sizeof(text);
  const DWORD types = RRF_RT_REG_SZ | RRF_RT_REG_EXPAND_SZ | RRF_NOEXPAND;
  if (::RegGetValueW(HKEY_LOCAL_MACHINE, key, name, types, nullptr, text, &bytes) != ERROR_SUCCESS) return {};
  return ToUtf8(text);
}

std::vector<DWORD> ReadBytes(const wchar_t* key, const wchar_t* name) {
  std::vector<DWORD> numbers(64);
  DWORD bytes = static_cast<DWORD>(numbers.size() * sizeof(DWORD));
  const LSTATUS status =
      ::RegGetValueW(HKEY_LOCAL_MACHINE, key, name, RRF_RT_REG_BINARY, nullptr, numbers.data(), &bytes);
  numbers.resize(status == ERROR_SUCCESS ? bytes / sizeof(DWORD) : 0);
  return numbers;
}

// 0 if there is none.
DWORD ReadNumber(const wchar_t* key, const wchar_t* name) {
  DWORD number = 0;
  DWORD bytes = sizeof(number);
  const LSTATUS status =
      ::RegGetValueW(HKEY_LOCAL_MACHINE, key, name, RRF_RT_REG_DWORD, nullptr, &number, &bytes);
  return status == ERROR_SUCCESS ? number : 0;
}

bool KeyExists(HKEY root, const wchar_t* name) {
  HKEY key = nullptr;
  if (::RegOpenKeyExW(root, name, 0, KEY_READ, &key) != ERROR_SUCCESS) return false;
  ::RegCloseKey(key);
  return true;
}

void DeleteKey(HKEY root, const wchar_t* name) { ::RegDeleteKeyExW(root, name, KEY_WOW64_64KEY, 0); }

struct Outcome {
  DWORD code;
  std::string output;
};

bool IsWine() { return fs::exists(FromEnvironment(L"SystemRoot") / L"System32" / L"winecfg.exe"); }

// Whether a line begins with this, as a command's output does.
bool HasLine(std::string_view text, std::string_view start) {
  return text.starts_with(start) || text.find('\n' + std::string(start)) != std::string_view::npos;
}

Outcome RunScript(const fs::path& script, const std::vector<std::string>& arguments,
                  std::vector<std::pair<std::string, std::string>> environment = {},
                  std::string_view input = {}) {
  ChildProcess::Options options;
  options.executable = Environment(L"ComSpec");
  // After an "if", because cmd.exe removes the first and the last quotation mark from a line that starts with
  // one.
  options.arguments = {"/d", "/c", "if", "1==1", ToUtf8(script.wstring())};
  options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
  options.environment = std::move(environment);
  ChildProcess script_process = ChildProcess::Start(options);
  if (!input.empty()) script_process.WriteInput(input);
  const auto exit = script_process.WaitForExit(kScriptTimeout);
  return {exit.code, exit.output + exit.errors};
}

fs::path ScriptFolder() { return BinFolder().parent_path() / L"installer"; }

Outcome Install(const std::vector<std::string>& arguments = {}) {
  return RunScript(ScriptFolder() / L"install.cmd", arguments);
}
Outcome Uninstall(const std::vector<std::string>& arguments = {}) {
  return RunScript(ScriptFolder() / L"uninstall.cmd", arguments);
}

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

void ReplaceAll(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) {
    text.replace(at, what.size(), with);
  }
}

class InstallerTest : public testing::Test {
 protected:
  void SetUp() override {
    if (QueryService() || fs::exists(DataFolder()) || fs::exists(ProgramFolder())) {
      GTEST_SKIP() << "OnBehalf, or the remains of an uninstalled one (" << ToUtf8(DataFolder().wstring())
                   << "), is on this machine, and this test would change it";
    }
    owns_machine_ = true;
    scratch_ =
        fs::temp_directory_path() / (L"onbehalf installer " + std::to_wstring(::GetCurrentProcessId()));
    fs::create_directories(scratch_);
  }

  void TearDown() override {
    if (!owns_machine_) return;
    // Most tests that end without an installation have checked for remains themselves.
    if (!NothingIsInstalled()) {
      const Outcome outcome = Uninstall({"/purge"});
      EXPECT_EQ(outcome.code, 0u) << outcome.output;
    }
    fs::remove_all(scratch_);
    fs::remove_all(DataFolder());
    fs::remove_all(ProgramFolder());
  }

  static void StopService() {
    const auto service = win32::InstalledService::Open("OnBehalf", SERVICE_STOP | SERVICE_QUERY_STATUS);
    service.Stop();
    service.WaitForState(SERVICE_STOPPED, win32::Clock::now() + kPatience);
  }

  static void SetStartType(DWORD type) {
    const auto service = win32::InstalledService::Open("OnBehalf", SERVICE_CHANGE_CONFIG);
    if (!::ChangeServiceConfigW(service.get(), SERVICE_NO_CHANGE, type, SERVICE_NO_CHANGE, nullptr, nullptr,
                                nullptr, nullptr, nullptr, nullptr, nullptr)) {
      win32::ThrowLastError("ChangeServiceConfigW");
    }
  }

  // Whether this cmd.exe expands percent signs in the value that it has just substituted for a variable.
  // Windows' does not.
  bool CmdExpandsValues() const {
    WriteFile(scratch_ / L"values.cmd", "@if \"%~1\"==\"a%%b\" exit /b 7\r\n@exit /b 8\r\n");
    return RunScript(scratch_ / L"values.cmd", {"a%b"}).code != 7;
  }

  // A folder with programs like the built ones, except that the service ends at once when it is started.
  fs::path SourceThatDoesNotStart() const {
    const fs::path source = scratch_ / L"does not start";
    fs::create_directories(source);
    fs::copy_file(BinFolder() / L"onbehalf.exe", source / L"onbehalf.exe",
                  fs::copy_options::overwrite_existing);
    fs::copy_file(BinFolder() / L"onbehalf-windows-tools.exe", source / L"onbehalf-service.exe",
                  fs::copy_options::overwrite_existing);
    return source;
  }

  // A folder with the built programs, except for a replacement of the one that this fault concerns.
  fs::path SourceWithFaults(std::string_view fault) const {
    const fs::path source = scratch_ / L"faults";
    fs::create_directories(source);
    const fs::path stand_in = BinFolder() / L"onbehalf-windows-tools.exe";
    const fs::path service = BinFolder() / L"onbehalf-service.exe";
    const fs::path client = BinFolder() / L"onbehalf.exe";
    fs::copy_file(fault == "no dll" ? stand_in : service, source / L"onbehalf-service.exe");
    fs::copy_file(fault == "one client" || fault == "denied" ? stand_in : client, source / L"onbehalf.exe");
    return source;
  }

  static bool NothingIsInstalled() {
    return !QueryService() && !fs::exists(ProgramFolder()) && !fs::exists(DataFolder()) &&
           !fs::exists(StagingFolder()) && !KeyExists(HKEY_LOCAL_MACHINE, kEventKey) &&
           !KeyExists(HKEY_LOCAL_MACHINE, kAuditLogKey) && !KeyExists(HKEY_LOCAL_MACHINE, kScratchKey);
  }

  void ExpectNothingIsInstalled() const {
    EXPECT_FALSE(QueryService().has_value());
    EXPECT_FALSE(fs::exists(ProgramFolder()));
    EXPECT_FALSE(fs::exists(DataFolder()));
    EXPECT_FALSE(fs::exists(StagingFolder()));
    EXPECT_FALSE(KeyExists(HKEY_LOCAL_MACHINE, kEventKey));
    EXPECT_FALSE(KeyExists(HKEY_LOCAL_MACHINE, kAuditLogKey));
    EXPECT_FALSE(KeyExists(HKEY_LOCAL_MACHINE, kScratchKey));
  }

  // Unpacks a release into this folder.
  static void UnpackRelease(const fs::path& folder) {
    fs::create_directories(folder / L"bin");
    fs::create_directories(folder / L"installer");
    for (const wchar_t* program : {L"onbehalf.exe", L"onbehalf-service.exe"})
      fs::copy_file(BinFolder() / program, folder / L"bin" / program);
    for (const wchar_t* script : {L"install.cmd", L"uninstall.cmd"})
      fs::copy_file(ScriptFolder() / script, folder / L"installer" / script);
  }

  fs::path scratch_;
  bool owns_machine_ = false;
};

struct DryRun {
  const char* name;
  std::vector<std::string> arguments;
  // The folders where the scripts find the programs and install them with these arguments; empty: the same as
  // without arguments.
  std::string source;
  std::string target;
  std::string service = "OnBehalf";
  // Of the service, as the commands have them.
  std::string start = "auto";
  std::string object = "\"NT SERVICE\\<name>\"";
  // The commands for an account or a trigger.
  std::string more{};
};
void PrintTo(const DryRun& run, std::ostream* out) { *out << run.name; }

class DryRunTest : public InstallerTest, public testing::WithParamInterface<DryRun> {};

// Every command as it would run on Windows. The quoting is the point: an unquoted path in a service's
// configuration is a vulnerability.
TEST_P(DryRunTest, ShowsEveryCommandAndRunsNone) {
  const Outcome outcome = Install(GetParam().arguments);
  EXPECT_EQ(outcome.code, 0u) << outcome.output;
  const std::string source = GetParam().source.empty() ? ToUtf8(BinFolder().wstring()) : GetParam().source;
  const std::string target = GetParam().target.empty()
                                 ? ToUtf8(ProgramFolder(ToWide(GetParam().service)).wstring())
                                 : GetParam().target;
  std::string shown = outcome.output;
  ReplaceAll(shown, "\r", "");
  ReplaceAll(shown, source, "<source>");
  ReplaceAll(shown, target + '\\', "<target>\\");
  ReplaceAll(shown, target + '"', "<target>\"");
  ReplaceAll(shown, target + '\n', "<target>\n");
  ReplaceAll(shown, Environment(L"SystemRoot"), "<windows>");
  ReplaceAll(shown, Environment(L"ProgramFiles"), "<programs>");
  ReplaceAll(shown, Environment(L"ProgramData"), "<data>");
  ReplaceAll(shown, win32::Sid::ForService(GetParam().service).ToString(), "<service>");
  // Where sc.exe has no showsid.
  ReplaceAll(shown, "S-1-5-80-...", "<service>");
  std::string expected = R"golden(Installing <name> in <target>
> mkdir "<target>"
> "<windows>\System32\icacls.exe" "<target>" /setowner "*S-1-5-32-544"
> "<windows>\System32\icacls.exe" "<target>" /inheritance:r /grant:r "*S-1-5-18:(OI)(CI)F" "*S-1-5-32-544:(OI)(CI)F" "*<service>:(OI)(CI)RX" "*S-1-5-32-545:(OI)(CI)RX"
    expect the owner O:BA, protection D:P and these entries in Get-Acl
> mkdir "<target>\modules"
> "<windows>\System32\icacls.exe" "<target>\modules" /setowner "*S-1-5-32-544"
> copy /y "<source>\onbehalf-service.exe" "<target>\onbehalf-service.new.exe"
> copy /y "<source>\onbehalf.exe" "<target>\onbehalf.new.exe"
> mkdir "<programs>\<name>.data.new"
> "<windows>\System32\icacls.exe" "<programs>\<name>.data.new" /setowner "*S-1-5-32-544"
> "<windows>\System32\icacls.exe" "<programs>\<name>.data.new" /inheritance:r /grant:r "*S-1-5-18:(OI)(CI)F" "*S-1-5-32-544:(OI)(CI)F" "*<service>:(OI)(CI)RX"
    expect the owner O:BA, protection D:P and these entries in Get-Acl
> mkdir "<programs>\<name>.data.new\policy"
> "<windows>\System32\icacls.exe" "<programs>\<name>.data.new\policy" /setowner "*S-1-5-32-544"
> "<windows>\System32\icacls.exe" "<programs>\<name>.data.new\policy" /inheritance:r /grant:r "*S-1-5-18:(OI)(CI)F" "*S-1-5-32-544:(OI)(CI)F" "*<service>:(OI)(CI)M"
    expect the owner O:BA, protection D:P and these entries in Get-Acl
> mkdir "<programs>\<name>.data.new\logs"
> "<windows>\System32\icacls.exe" "<programs>\<name>.data.new\logs" /setowner "*S-1-5-32-544"
> "<windows>\System32\icacls.exe" "<programs>\<name>.data.new\logs" /inheritance:r /grant:r "*S-1-5-18:(OI)(CI)F" "*S-1-5-32-544:(OI)(CI)F" "*<service>:(OI)(CI)M"
    expect the owner O:BA, protection D:P and these entries in Get-Acl
> move "<programs>\<name>.data.new" "<data>\<name>"
> echo {}>"<data>\<name>\onbehalf.json"
> "<target>\onbehalf-service.new.exe" --check-config<--name>
> move /y "<target>\onbehalf-service.new.exe" "<target>\onbehalf-service.exe"
> move /y "<target>\onbehalf.new.exe" "<target>\onbehalf.exe"
> "<windows>\System32\reg.exe" add "HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Application\<name>" /v EventMessageFile /t REG_EXPAND_SZ /d "<target>\onbehalf-service.exe" /f
> "<windows>\System32\reg.exe" add "HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Application\<name>" /v TypesSupported /t REG_DWORD /d 7 /f
    expect EventMessageFile = <target>\onbehalf-service.exe
    expect TypesSupported = 0x7
> "<windows>\System32\reg.exe" add "HKLM\SYSTEM\CurrentControlSet\Services\EventLog\<name>-Audit" /v CustomSD /t REG_SZ /d "O:BAG:SYD:(A;;0x5;;;SY)(A;;0x5;;;BA)(A;;0x3;;;<service>)(A;;0x1;;;S-1-5-32-573)(A;;0x1;;;S-1-5-20)" /f
> "<windows>\System32\reg.exe" add "HKLM\SYSTEM\CurrentControlSet\Services\EventLog\<name>-Audit" /v MaxSize /t REG_DWORD /d 16777216 /f
> "<windows>\System32\reg.exe" add "HKLM\SYSTEM\CurrentControlSet\Services\EventLog\<name>-Audit\<name>-Audit" /v EventMessageFile /t REG_EXPAND_SZ /d "<target>\onbehalf-service.exe" /f
> "<windows>\System32\reg.exe" add "HKLM\SYSTEM\CurrentControlSet\Services\EventLog\<name>-Audit\<name>-Audit" /v TypesSupported /t REG_DWORD /d 7 /f
    expect CustomSD = O:BAG:SYD:(A;;0x5;;;SY)(A;;0x5;;;BA)(A;;0x3;;;<service>)(A;;0x1;;;S-1-5-32-573)(A;;0x1;;;S-1-5-20)
    expect MaxSize = 0x1000000
    expect EventMessageFile = <target>\onbehalf-service.exe
    expect TypesSupported = 0x7
> "<windows>\System32\sc.exe" create <name> type= own start= <start> error= normal binPath= "\"<target>\onbehalf-service.exe\"<--name>" obj= <object> DisplayName= "<name>"
    expect ImagePath = "<target>\onbehalf-service.exe"<--name>
    expect ObjectName = <account>
    expect Type = 0x10
    expect Start = <number>
<more>> "<windows>\System32\sc.exe" description <name> "Does each request as the account that asked for it: JSON-RPC over a named pipe."
    expect Description = Does each request as the account that asked for it: JSON-RPC over a named pipe.
> "<windows>\System32\sc.exe" sidtype <name> unrestricted
    expect ServiceSidType = 0x1
> "<windows>\System32\sc.exe" privs <name> SeChangeNotifyPrivilege/SeImpersonatePrivilege
    expect RequiredPrivileges = SeChangeNotifyPrivilege\0SeImpersonatePrivilege
> "<windows>\System32\reg.exe" add "HKLM\SYSTEM\CurrentControlSet\Services\<name>" /v PreshutdownTimeout /t REG_DWORD /d 120000 /f
    expect PreshutdownTimeout = 0x1d4c0
> "<windows>\System32\sc.exe" sdset <name> D:(A;;CCLCSWRPWPDTLORC;;;SY)(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;BA)(A;;CCLCSWLORC;;;IU)(A;;CCLCSWLORC;;;SU)(A;;LCRC;;;AU)
    expect the same in sc.exe sdshow <name>
> "<windows>\System32\sc.exe" start <name>
> "<target>\onbehalf.exe" <--service>--timeout 30000 ping --connections 2
> "<windows>\System32\sc.exe" failure <name> reset= 86400 actions= restart/1000/restart/5000/restart/60000
    expect the same in FailureActions
> "<windows>\System32\sc.exe" failureflag <name> 1
    expect FailureActionsOnNonCrashFailures = 0x1
)golden";
  const bool is_named = GetParam().service != "OnBehalf";
  std::string account = GetParam().object.substr(1, GetParam().object.find('"', 1) - 1);
  ReplaceAll(expected, "<more>", GetParam().more);
  ReplaceAll(expected, "<object>", GetParam().object);
  ReplaceAll(expected, "<account>", account);
  ReplaceAll(expected, "<start>", GetParam().start);
  ReplaceAll(expected, "<number>", GetParam().start == "auto" ? "0x2" : "0x3");
  ReplaceAll(expected, "<--name>", is_named ? " --name <name>" : "");
  ReplaceAll(expected, "<--service>", is_named ? "--service <name> " : "");
  ReplaceAll(expected, "<name>", GetParam().service);
  EXPECT_EQ(shown, expected);
  EXPECT_FALSE(HasLine(outcome.output, "PWNED"));
  ExpectNothingIsInstalled();
}

INSTANTIATE_TEST_SUITE_P(
    Options, DryRunTest,
    testing::Values(
        DryRun{"Alone", {"/dry-run"}, "", ""},
        DryRun{"Source", {"/dry-run", "/source", "C:\\built programs\\bin"}, "C:\\built programs\\bin", ""},
        DryRun{"Target", {"/target", "D:\\On behalf (x64)", "/dry-run"}, "", "D:\\On behalf (x64)"},
        DryRun{
            "SourceAndTarget",
            {"/SOURCE", "C:\\R&D, it's = new; (x64)\\bin", "/Dry-Run", "/TARGET", "D:\\R & echo PWNED\\it's"},
            "C:\\R&D, it's = new; (x64)\\bin",
            "D:\\R & echo PWNED\\it's"},
        DryRun{"InOneForm",
               {"/dry-run", "/source", "C:/built/x/../bin/", "/target", "D:\\\\tools\\.\\on behalf\\"},
               "C:\\built\\bin",
               "D:\\tools\\on behalf"},
        DryRun{"Name", {"/dry-run", "/name", "Pay-roll_1.X"}, "", "", "Pay-roll_1.X"},
        DryRun{"LocalService",
               {"/dry-run", "/account", "localservice", "/start", "demand"},
               "",
               "",
               "OnBehalf",
               "demand",
               "\"NT AUTHORITY\\LocalService\" password= \"\""},
        // The account's own text is never a command.
        DryRun{"User",
               {"/dry-run", "/account", "CONTOSO\\o'brien & echo PWNED"},
               "",
               "",
               "OnBehalf",
               "auto",
               "\"NT SERVICE\\<name>\"",
               "> \"<target>\\onbehalf-service.exe\" --set-account \"CONTOSO\\o'brien & echo PWNED\"\n"
               "    expect ObjectName = CONTOSO\\o'brien & echo PWNED\n"},
        DryRun{"ManagedAccountStartedByThePipe",
               {"/dry-run", "/account", "CONTOSO\\payroll$", "/START", "Pipe", "/Name", "Pay-roll_1.X"},
               "",
               "",
               "Pay-roll_1.X",
               "demand",
               "\"NT SERVICE\\<name>\"",
               "> \"<target>\\onbehalf-service.exe\" --set-account \"CONTOSO\\payroll$\" --name <name>\n"
               "    expect ObjectName = CONTOSO\\payroll$\n"
               "> \"<windows>\\System32\\sc.exe\" managedaccount <name> true\n"
               "    expect ServiceAccountManaged = 1\n"
               "> \"<windows>\\System32\\sc.exe\" triggerinfo <name> start/namedpipe/pay-roll_1.x\n"
               "    expect Type = 0x6, Action = 0x1 and the pipe's name in TriggerInfo\\0\n"}),
    [](const testing::TestParamInfo<DryRun>& run) { return std::string(run.param.name); });

TEST_F(InstallerTest, InstallsAndStarts) {
  const Outcome outcome = Install();
  ASSERT_EQ(outcome.code, 0u) << outcome.output;
  EXPECT_EQ(ServiceState(), DWORD{SERVICE_RUNNING});
  const std::string program = ToUtf8((ProgramFolder() / L"onbehalf-service.exe").wstring());
  EXPECT_EQ(ReadValue(kServiceKey, L"ImagePath"), '"' + program + '"');
  EXPECT_EQ(ReadValue(kServiceKey, L"ObjectName"), "NT SERVICE\\OnBehalf");
  EXPECT_EQ(ReadValue(kEventKey, L"EventMessageFile"), program);
  EXPECT_EQ(ReadValue(kAuditSourceKey, L"EventMessageFile"), program);
  // The descriptor of the log, by number and rights: only the service writes (2); Event Log Readers and
  // NETWORK SERVICE, which forwards events, read (1).
  const std::string service = win32::Sid::ForService("OnBehalf").ToString();
  EXPECT_EQ(ReadValue(kAuditLogKey, L"CustomSD"), "O:BAG:SYD:(A;;0x5;;;SY)(A;;0x5;;;BA)(A;;0x3;;;" + service +
                                                      ")(A;;0x1;;;S-1-5-32-573)(A;;0x1;;;S-1-5-20)");
  // In milliseconds; the default of Windows is ten seconds.
  EXPECT_EQ(ReadNumber(kServiceKey, L"PreshutdownTimeout"), 120'000u);
  EXPECT_EQ(ReadFile(DataFolder() / L"onbehalf.json"), "{}\r\n");
  EXPECT_TRUE(fs::is_directory(DataFolder() / L"policy"));
  EXPECT_TRUE(fs::is_directory(DataFolder() / L"logs"));
  EXPECT_FALSE(fs::exists(StagingFolder()));
  EXPECT_TRUE(fs::exists(ProgramFolder() / L"onbehalf.exe"));
}

TEST_F(InstallerTest, UpgradesARunningServiceAndKeepsSettingsAndPolicy) {
  const Outcome first = Install();
  ASSERT_EQ(first.code, 0u) << first.output;
  const auto before = QueryService();
  ASSERT_TRUE(before.has_value());
  const std::string settings = R"({"log": {"level": "debug"}})";
  WriteFile(DataFolder() / L"onbehalf.json", settings);
  WriteFile(DataFolder() / L"policy" / L"kept.txt", "an administrator's");
  EXPECT_TRUE(fs::is_empty(ProgramFolder() / L"modules"));
  WriteFile(ProgramFolder() / L"modules" / L"mine.dll", "an administrator's");

  const Outcome second = Install();
  ASSERT_EQ(second.code, 0u) << second.output;
  EXPECT_TRUE(Contains(second.output, "Upgrading OnBehalf")) << second.output;
  EXPECT_EQ(ServiceState(), DWORD{SERVICE_RUNNING});
  EXPECT_NE(QueryService()->dwProcessId, before->dwProcessId);
  EXPECT_EQ(ReadFile(DataFolder() / L"onbehalf.json"), settings);
  EXPECT_EQ(ReadFile(DataFolder() / L"policy" / L"kept.txt"), "an administrator's");
  EXPECT_EQ(ReadFile(ProgramFolder() / L"modules" / L"mine.dll"), "an administrator's");
  for (const wchar_t* left :
       {L"onbehalf-service.new.exe", L"onbehalf-service.old.exe", L"onbehalf.new.exe", L"onbehalf.old.exe"}) {
    EXPECT_FALSE(fs::exists(ProgramFolder() / left)) << ToUtf8(left);
  }
}

TEST_F(InstallerTest, PutsTheOldVersionBackWhenTheNewOneDoesNotStart) {
  const Outcome first = Install();
  ASSERT_EQ(first.code, 0u) << first.output;
  const Outcome second = Install({"/source", ToUtf8(SourceThatDoesNotStart().wstring())});
  EXPECT_EQ(second.code, 1u) << second.output;
  EXPECT_TRUE(Contains(second.output, "OnBehalf was not installed: the service")) << second.output;
  EXPECT_TRUE(Contains(second.output, "The previous version is running again.")) << second.output;
  EXPECT_EQ(ServiceState(), DWORD{SERVICE_RUNNING});
  EXPECT_TRUE(ReadFile(ProgramFolder() / L"onbehalf-service.exe") ==
              ReadFile(BinFolder() / L"onbehalf-service.exe"));
  EXPECT_FALSE(fs::exists(ProgramFolder() / L"onbehalf-service.old.exe"));
}

TEST_F(InstallerTest, LeavesTheOldVersionRunningWhenTheNewOneRefusesTheSettings) {
  const Outcome first = Install();
  ASSERT_EQ(first.code, 0u) << first.output;
  const auto before = QueryService();
  WriteFile(DataFolder() / L"onbehalf.json", R"({"no such setting": 1})");
  const Outcome second = Install();
  EXPECT_EQ(second.code, 1u) << second.output;
  EXPECT_TRUE(Contains(second.output, "no such setting")) << second.output;
  EXPECT_TRUE(Contains(second.output, "are not accepted by the new version")) << second.output;
  const auto after = QueryService();
  ASSERT_TRUE(after.has_value());
  EXPECT_EQ(after->dwCurrentState, DWORD{SERVICE_RUNNING});
  EXPECT_EQ(after->dwProcessId, before->dwProcessId);
  EXPECT_FALSE(fs::exists(ProgramFolder() / L"onbehalf-service.new.exe"));
}

TEST_F(InstallerTest, LeavesNothingWhenTheServiceDoesNotStart) {
  const Outcome outcome = Install({"/source", ToUtf8(SourceThatDoesNotStart().wstring())});
  EXPECT_EQ(outcome.code, 1u) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "OnBehalf was not installed: the service")) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "All changes were undone.")) << outcome.output;
  ExpectNothingIsInstalled();
}

TEST_F(InstallerTest, RefusesASourceWithoutThePrograms) {
  const Outcome outcome = Install({"/source", ToUtf8(scratch_.wstring())});
  EXPECT_EQ(outcome.code, 1u) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "there is no onbehalf.exe in")) << outcome.output;
  ExpectNothingIsInstalled();
}

TEST_F(InstallerTest, RefusesADataFolderThatIsAFile) {
  WriteFile(DataFolder(), "somebody's file");
  const Outcome outcome = Install();
  EXPECT_EQ(outcome.code, 1u) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "is a file, but must be a folder")) << outcome.output;
  EXPECT_EQ(ReadFile(DataFolder()), "somebody's file");
  fs::remove(DataFolder());
  ExpectNothingIsInstalled();
}

TEST_F(InstallerTest, RefusesToReplaceAServiceThatRunsAnotherProgram) {
  const UniqueServiceHandle manager(::OpenSCManagerW(nullptr, nullptr, SC_MANAGER_CREATE_SERVICE));
  ASSERT_TRUE(manager);
  const UniqueServiceHandle other(::CreateServiceW(manager.get(), L"OnBehalf", nullptr, SERVICE_ALL_ACCESS,
                                                   SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START,
                                                   SERVICE_ERROR_NORMAL, L"C:\\other\\other.exe", nullptr,
                                                   nullptr, nullptr, nullptr, nullptr));
  ASSERT_TRUE(other);
  const Outcome install = Install();
  const Outcome uninstall = Uninstall();
  EXPECT_TRUE(::DeleteService(other.get()));
  EXPECT_EQ(install.code, 1u) << install.output;
  EXPECT_TRUE(Contains(install.output, "there is a service OnBehalf already")) << install.output;
  EXPECT_EQ(uninstall.code, 1u) << uninstall.output;
  EXPECT_TRUE(Contains(uninstall.output, "runs another program, C:\\other\\other.exe")) << uninstall.output;
}

TEST_F(InstallerTest, InstallsInAFolderWithSpacesAndParentheses) {
  const fs::path target = scratch_ / L"on behalf (x64)";
  const Outcome outcome = Install({"/target", ToUtf8(target.wstring())});
  ASSERT_EQ(outcome.code, 0u) << outcome.output;
  EXPECT_EQ(ServiceState(), DWORD{SERVICE_RUNNING});
  EXPECT_EQ(ReadValue(kServiceKey, L"ImagePath"),
            '"' + ToUtf8((target / L"onbehalf-service.exe").wstring()) + '"');
  const Outcome gone = Uninstall();
  EXPECT_EQ(gone.code, 0u) << gone.output;
  EXPECT_FALSE(fs::exists(target));
}

TEST_F(InstallerTest, LeavesAServiceThatWasStoppedStopped) {
  const Outcome first = Install();
  ASSERT_EQ(first.code, 0u) << first.output;
  StopService();
  WriteFile(ProgramFolder() / L"onbehalf.exe", "the old one");
  const Outcome second = Install();
  EXPECT_EQ(second.code, 0u) << second.output;
  EXPECT_TRUE(Contains(second.output, "The service was stopped before and is left stopped")) << second.output;
  EXPECT_EQ(ServiceState(), DWORD{SERVICE_STOPPED});
  EXPECT_TRUE(ReadFile(ProgramFolder() / L"onbehalf.exe") == ReadFile(BinFolder() / L"onbehalf.exe"));
}

TEST_F(InstallerTest, StartsAServiceThatAnErrorStopped) {
  const Outcome first = Install();
  ASSERT_EQ(first.code, 0u) << first.output;
  StopService();
  WriteFile(DataFolder() / L"onbehalf.json", "wrong");
  const auto service = win32::InstalledService::Open("OnBehalf", SERVICE_START | SERVICE_QUERY_STATUS);
  service.Start();
  const auto failed = service.WaitForState(SERVICE_STOPPED, win32::Clock::now() + kPatience);
  ASSERT_EQ(failed.exit_code, DWORD{ERROR_SERVICE_SPECIFIC_ERROR});
  WriteFile(DataFolder() / L"onbehalf.json", "{}");
  const Outcome second = Install();
  EXPECT_EQ(second.code, 0u) << second.output;
  EXPECT_TRUE(Contains(second.output, "OnBehalf is installed and running.")) << second.output;
  EXPECT_EQ(ServiceState(), DWORD{SERVICE_RUNNING});
}

TEST_F(InstallerTest, LeavesADisabledServiceDisabled) {
  const Outcome first = Install();
  ASSERT_EQ(first.code, 0u) << first.output;
  SetStartType(SERVICE_DISABLED);
  const auto before = QueryService();
  const Outcome running = Install();
  EXPECT_EQ(running.code, 1u) << running.output;
  EXPECT_TRUE(Contains(running.output, "the service runs, but is disabled")) << running.output;
  EXPECT_TRUE(Contains(running.output, "Nothing was changed.")) << running.output;
  EXPECT_EQ(QueryService()->dwProcessId, before->dwProcessId);

  StopService();
  const Outcome stopped = Install();
  EXPECT_EQ(stopped.code, 0u) << stopped.output;
  EXPECT_TRUE(Contains(stopped.output, "sc.exe config OnBehalf start= auto")) << stopped.output;
  EXPECT_EQ(ServiceState(), DWORD{SERVICE_STOPPED});
  EXPECT_EQ(ReadNumber(kServiceKey, L"Start"), DWORD{SERVICE_DISABLED});
}

TEST_F(InstallerTest, RefusesAServiceThatIsStillBeingDeleted) {
  const Outcome first = Install();
  ASSERT_EQ(first.code, 0u) << first.output;
  const DWORD flag = 1;
  ::RegSetKeyValueW(HKEY_LOCAL_MACHINE, kServiceKey, L"DeleteFlag", REG_DWORD, &flag, sizeof(flag));
  const Outcome second = Install();
  EXPECT_EQ(second.code, 1u) << second.output;
  EXPECT_TRUE(Contains(second.output, "the service was deleted, but another program has it open"))
      << second.output;
  EXPECT_TRUE(Contains(second.output, "Nothing was changed.")) << second.output;
  ::RegDeleteKeyValueW(HKEY_LOCAL_MACHINE, kServiceKey, L"DeleteFlag");
}

// A running program cannot be deleted, so what one upgrade moved aside may still exist at the next, and at
// the one after it.
TEST_F(InstallerTest, UpgradesWhileEarlierClientsStillRun) {
  std::vector<std::string> versions;
  std::vector<ChildProcess> clients;
  const auto source = [&](int version) {
    const fs::path folder = scratch_ / std::to_wstring(version);
    fs::create_directories(folder);
    fs::copy_file(BinFolder() / L"onbehalf-service.exe", folder / L"onbehalf-service.exe");
    versions.push_back(ReadFile(BinFolder() / L"onbehalf.exe") + "version " + std::to_string(version));
    WriteFile(folder / L"onbehalf.exe", versions.back());
    return ToUtf8(folder.wstring());
  };
  const auto run_client = [&] {
    ChildProcess::Options options;
    options.executable = ToUtf8((ProgramFolder() / L"onbehalf.exe").wstring());
    options.arguments = {"call", "rpc.ping", "-"};  // reads its parameters first
    clients.push_back(ChildProcess::Start(options));
  };
  for (int version = 1; version <= 3; ++version) {
    const Outcome outcome = Install({"/source", source(version)});
    ASSERT_EQ(outcome.code, 0u) << outcome.output;
    EXPECT_TRUE(ReadFile(ProgramFolder() / L"onbehalf.exe") == versions.back());
    run_client();
  }
  ASSERT_TRUE(fs::exists(ProgramFolder() / L"onbehalf.old.exe"))
      << "a running program can be deleted here, so this proves nothing";

  const Outcome failed = Install({"/source", ToUtf8(SourceThatDoesNotStart().wstring())});
  EXPECT_EQ(failed.code, 1u) << failed.output;
  EXPECT_TRUE(Contains(failed.output, "The previous version is running again.")) << failed.output;
  EXPECT_TRUE(ReadFile(ProgramFolder() / L"onbehalf.exe") == versions.back());

  for (ChildProcess& client : clients) client.Terminate();
  for (ChildProcess& client : clients) client.WaitForExit();
  const Outcome last = Install({"/source", source(4)});
  EXPECT_EQ(last.code, 0u) << last.output;
  for (const auto& entry : fs::directory_iterator(ProgramFolder())) {
    EXPECT_FALSE(Contains(ToUtf8(entry.path().filename().wstring()), ".old.")) << entry.path().string();
  }
}

// Characters that cmd.exe would interpret if the name were not always quoted.
struct FolderName {
  const char* name;
  const char* folder;
};
void PrintTo(const FolderName& name, std::ostream* out) { *out << name.folder; }

// "Sluzhba" in Cyrillic letters, which no Western code page has.
constexpr FolderName kCyrillic{"Cyrillic", "\xD0\xA1\xD0\xBB\xD1\x83\xD0\xB6\xD0\xB1\xD0\xB0"};

class HostileFolderTest : public InstallerTest, public testing::WithParamInterface<FolderName> {};
class HostileReleaseTest : public InstallerTest, public testing::WithParamInterface<FolderName> {};

TEST_P(HostileReleaseTest, InstallsUpgradesAndUninstalls) {
  const fs::path release = scratch_ / ToWide(GetParam().folder);
  const fs::path target = scratch_ / (ToWide(GetParam().folder) + L" target");
  const fs::path installer = release / L"installer";
  UnpackRelease(release);
  const std::vector<std::string> arguments = {"/target", ToUtf8(target.wstring())};
  for (const char* how : {"Installing", "Upgrading"}) {
    const Outcome outcome = RunScript(installer / L"install.cmd", arguments);
    ASSERT_EQ(outcome.code, 0u) << outcome.output;
    EXPECT_TRUE(Contains(outcome.output, how)) << outcome.output;
    EXPECT_FALSE(HasLine(outcome.output, "PWNED")) << outcome.output;
    EXPECT_EQ(ServiceState(), DWORD{SERVICE_RUNNING});
    const std::string program = ToUtf8((target / L"onbehalf-service.exe").wstring());
    EXPECT_EQ(ReadValue(kServiceKey, L"ImagePath"), '"' + program + '"');
    EXPECT_EQ(ReadValue(kEventKey, L"EventMessageFile"), program);
    EXPECT_EQ(ReadValue(kAuditSourceKey, L"EventMessageFile"), program);
  }
  const Outcome gone = RunScript(installer / L"uninstall.cmd", {"/target", ToUtf8(target.wstring())});
  EXPECT_EQ(gone.code, 0u) << gone.output;
  EXPECT_FALSE(HasLine(gone.output, "PWNED")) << gone.output;
  EXPECT_FALSE(fs::exists(target));
}

// An incomplete release: it reports that, and runs nothing.
TEST_P(HostileFolderTest, ReportsMissingPrograms) {
  const fs::path release = scratch_ / ToWide(GetParam().folder);
  UnpackRelease(release);
  fs::remove_all(release / L"bin");
  const fs::path installer = release / L"installer";
  const auto expect = [](const Outcome& outcome, const fs::path& where) {
    // The output has no letters that the console lacks.
    const std::string in = GetParam().folder == kCyrillic.folder ? "" : ToUtf8(where.wstring());
    EXPECT_EQ(outcome.code, 1u) << outcome.output;
    EXPECT_TRUE(HasLine(outcome.output, "OnBehalf was not installed: there is no onbehalf.exe in "))
        << outcome.output;
    EXPECT_TRUE(Contains(outcome.output, in + " (give the folder with /source).")) << outcome.output;
    EXPECT_FALSE(HasLine(outcome.output, "PWNED")) << outcome.output;
  };
  expect(RunScript(installer / L"install.cmd", {}), installer);
  expect(Install({"/source", ToUtf8(release.wstring())}), release);
  ExpectNothingIsInstalled();
}

INSTANTIATE_TEST_SUITE_P(Each, HostileFolderTest,
                         testing::Values(FolderName{"Ampersand", "R&D"},
                                         FolderName{"Command", "no & echo PWNED"},
                                         FolderName{"Apostrophe", "it's & echo PWNED & rem '"},
                                         FolderName{"Parentheses", "on (behalf) )x64("},
                                         FolderName{"Delimiters", "a,b;c=d  @e"}, kCyrillic),
                         [](const testing::TestParamInfo<FolderName>& folder) {
                           return std::string(folder.param.name);
                         });

// Each of them takes three scripts.
INSTANTIATE_TEST_SUITE_P(Each, HostileReleaseTest,
                         testing::Values(FolderName{"Ampersand", "R&D"},
                                         FolderName{"All", "it's,; = @no (x64)) & echo PWNED & rem '"},
                                         kCyrillic),
                         [](const testing::TestParamInfo<FolderName>& folder) {
                           return std::string(folder.param.name);
                         });

TEST_F(InstallerTest, RefusesFoldersThatCmdWouldRead) {
  std::vector<std::string> folders = {"C:\\on behalf^", "C:\\on behalf!", "C:\\on behalf*", "C:\\on?behalf"};
  // Wine's cmd.exe expands a variable's value again, so the script never sees this one.
  if (!CmdExpandsValues()) folders.push_back("C:\\100 % behalf");
  for (const std::string& folder : folders) {
    for (const char* option : {"/source", "/target"}) {
      const Outcome outcome = Install({option, folder});
      EXPECT_EQ(outcome.code, 2u) << outcome.output;
      EXPECT_TRUE(Contains(outcome.output, "a folder's path must not contain a percent sign"))
          << outcome.output;
    }
    EXPECT_EQ(Uninstall({"/target", folder}).code, 2u);
  }
  ExpectNothingIsInstalled();
}

// What a name or an account is expanded into runs elevated.
TEST_F(InstallerTest, RefusesNamesAccountsAndStartModesThatItDoesNotKnow) {
  const auto refuse = [](const std::vector<std::string>& arguments, const char* why) {
    for (const bool installs : {true, false}) {
      if (!installs && arguments[0] != "/name") continue;
      const Outcome outcome = installs ? Install(arguments) : Uninstall(arguments);
      EXPECT_EQ(outcome.code, 2u) << arguments[1] << '\n' << outcome.output;
      EXPECT_TRUE(Contains(outcome.output, why)) << arguments[1] << '\n' << outcome.output;
      EXPECT_FALSE(HasLine(outcome.output, "PWNED")) << outcome.output;
    }
  };
  for (const char* name : {"no & echo PWNED", "no | echo PWNED", "; echo PWNED", "it's (x)", "a/b", "a\\b",
                           "a\"b", "no ^ yes", "\xC3\xA9"}) {
    refuse({"/name", name}, "a service's name consists of letters, digits, - _ and . only");
  }
  refuse({"/name", "OnBehalf-audit"}, "does not end with -Audit");
  refuse({"/name", std::string(65, 'a')}, "at most 64 characters");
  for (const char* name : {".a", "a.", ".."}) refuse({"/name", name}, "does not begin or end with a dot");
  for (const char* name : {"nul", "Com1.x", "localservice"})
    refuse({"/name", name}, "cannot be a service's name");

  for (const char* account :
       {"alice", "CONTOSO\\", "\\alice", "a\\b\\c", "alice@", "LocalSystem", ".\\LocalSystem",
        "NT AUTHORITY\\SYSTEM", "NT SERVICE\\Spooler", "BUILTIN\\Administrators"}) {
    refuse({"/account", account}, "cannot be the account");
  }
  for (const char* account : {"CONTOSO\\a ^& echo PWNED", "CONTOSO\\a | b", "CONTOSO\\a:b"})
    refuse({"/account", account}, "an account's name must not contain");
  refuse({"/start", "delayed-auto"}, "the start mode is auto, demand or pipe");
  ExpectNothingIsInstalled();
}

// Names of folders and of event sources are anybody's, so that a service's name may be another product's too.
TEST_F(InstallerTest, LeavesAloneWhatAnotherProductNamed) {
  const std::wstring name = L"OnBehalfTest.Other";
  const std::vector<std::string> arguments = {"/name", ToUtf8(name)};
  const auto refuse = [&](const char* why) {
    const Outcome outcome = Install(arguments);
    EXPECT_EQ(outcome.code, 1u) << outcome.output;
    EXPECT_TRUE(Contains(outcome.output, why)) << outcome.output;
    EXPECT_TRUE(Contains(outcome.output, "Nothing was changed.")) << outcome.output;
  };
  WriteFile(DataFolder(name) / L"mine.txt", "somebody's");
  refuse("exists, is not empty and does not come from install.cmd");
  const std::wstring events = EventKeyOf(name);
  const wchar_t messages[] = L"C:\\other\\messages.dll";
  ASSERT_EQ(::RegSetKeyValueW(HKEY_LOCAL_MACHINE, events.c_str(), L"EventMessageFile", REG_SZ, messages,
                              sizeof(messages)),
            ERROR_SUCCESS);
  const Outcome gone = Uninstall({"/name", ToUtf8(name), "/purge"});
  EXPECT_EQ(gone.code, 0u) << gone.output;
  EXPECT_TRUE(Contains(gone.output, "there was nothing to do")) << gone.output;
  EXPECT_EQ(ReadFile(DataFolder(name) / L"mine.txt"), "somebody's") << gone.output;
  EXPECT_EQ(ReadValue(events.c_str(), L"EventMessageFile"), ToUtf8(messages)) << gone.output;
  fs::remove_all(DataFolder(name));
  refuse("another program has the event source");
  DeleteKey(HKEY_LOCAL_MACHINE, events.c_str());
  WriteFile(ProgramFolder(name) / L"mine.txt", "somebody's");
  refuse("exists, is not empty and does not come from install.cmd");
  fs::remove_all(ProgramFolder(name));
}

// Windows' own part in it.
TEST_F(InstallerTest, ItsPipeStartsTheService) {
  if (IsWine()) GTEST_SKIP() << "Wine has no service triggers";
  const Outcome first = Install({"/account", "LocalService", "/start", "pipe"});
  ASSERT_EQ(first.code, 0u) << first.output;
  EXPECT_EQ(ReadValue(kServiceKey, L"ObjectName"), "NT AUTHORITY\\LocalService");
  StopService();
  ChildProcess::Options ping;
  ping.executable = ToUtf8((ProgramFolder() / L"onbehalf.exe").wstring());
  ping.arguments = {"--timeout", "30000", "ping"};
  const auto answered = RunChild(ping, kPatience);
  EXPECT_EQ(answered.code, 0u) << answered.output << answered.errors;
  EXPECT_EQ(ServiceState(), DWORD{SERVICE_RUNNING});
}

// The service's path is compared as a file path, not letter by letter.
TEST_F(InstallerTest, KnowsItsProgramWhicheverWayItIsWritten) {
  const fs::path target = scratch_ / L"Program Folder";
  const std::string given = ToUtf8(target.wstring());
  const Outcome first = Install({"/target", given});
  ASSERT_EQ(first.code, 0u) << first.output;
  wchar_t short_form[MAX_PATH] = {};
  ASSERT_NE(::GetShortPathNameW(target.c_str(), short_form, MAX_PATH), 0u);
  std::string form = ToUtf8(short_form) + '\\';
  std::replace(form.begin(), form.end(), '\\', '/');
  for (char& letter : form) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  const Outcome again = Install({"/target", form});
  EXPECT_EQ(again.code, 0u) << form << '\n' << again.output;
  EXPECT_TRUE(Contains(again.output, "Upgrading OnBehalf")) << again.output;
  const Outcome elsewhere = Install({"/target", given + "x"});
  EXPECT_EQ(elsewhere.code, 1u) << elsewhere.output;
  EXPECT_TRUE(Contains(elsewhere.output, "there is a service OnBehalf already")) << elsewhere.output;
}

TEST_F(InstallerTest, UninstallKeepsDataUnlessPurged) {
  const Outcome first = Install();
  ASSERT_EQ(first.code, 0u) << first.output;
  const Outcome kept = Uninstall();
  EXPECT_EQ(kept.code, 0u) << kept.output;
  EXPECT_FALSE(QueryService().has_value());
  EXPECT_FALSE(fs::exists(ProgramFolder()));
  EXPECT_FALSE(KeyExists(HKEY_LOCAL_MACHINE, kEventKey));
  EXPECT_FALSE(KeyExists(HKEY_LOCAL_MACHINE, kAuditLogKey));
  EXPECT_TRUE(fs::exists(DataFolder() / L"onbehalf.json"));

  const Outcome again = Uninstall();
  EXPECT_EQ(again.code, 0u) << again.output;
  EXPECT_TRUE(Contains(again.output, "there was nothing to do")) << again.output;

  const Outcome purged = Uninstall({"/purge"});
  EXPECT_EQ(purged.code, 0u) << purged.output;
  ExpectNothingIsInstalled();
}

// Windows creates it when a virtual account logs on for the first time.
TEST_F(InstallerTest, PurgeRemovesTheProfileOfTheServicesAccount) {
  const fs::path profile = FromEnvironment(L"SystemRoot") / L"ServiceProfiles" / L"OnBehalf";
  const std::wstring key = L"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\" +
                           ToWide(win32::Sid::ForService("OnBehalf").ToString());
  if (fs::exists(profile)) GTEST_SKIP() << ToUtf8(profile.wstring()) << " is on this machine";
  WriteFile(profile / L"NTUSER.DAT", "a hive");
  ASSERT_TRUE(
      ::SetFileAttributesW((profile / L"NTUSER.DAT").c_str(), FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM));
  WriteFile(profile / L"AppData" / L"Local" / L"x.txt", "x");
  const wchar_t path[] = L"%SystemRoot%\\ServiceProfiles\\OnBehalf";
  ASSERT_EQ(::RegSetKeyValueW(HKEY_LOCAL_MACHINE, key.c_str(), L"ProfileImagePath", REG_EXPAND_SZ, path,
                              sizeof(path)),
            ERROR_SUCCESS);
  const Outcome kept = Uninstall();
  EXPECT_EQ(kept.code, 0u) << kept.output;
  EXPECT_TRUE(fs::exists(profile));
  const Outcome purged = Uninstall({"/purge"});
  EXPECT_EQ(purged.code, 0u) << purged.output;
  EXPECT_FALSE(fs::exists(profile));
  EXPECT_FALSE(KeyExists(HKEY_LOCAL_MACHINE, key.c_str()));
  fs::remove(profile.parent_path());
}

// If the console's code page cannot represent a path, the printed text is not that path.
TEST_F(InstallerTest, UninstallRemovesNothingFromAFolderThatItCannotRead) {
  const fs::path target = scratch_ / L"\u0421\u043B\u0443\u0436\u0431\u0430";
  const Outcome first = Install({"/target", ToUtf8(target.wstring())});
  ASSERT_EQ(first.code, 0u) << first.output;
  const Outcome blind = Uninstall();
  if (blind.code == 0) GTEST_SKIP() << "the code page of this console has these letters";
  EXPECT_EQ(blind.code, 1u) << blind.output;
  EXPECT_TRUE(Contains(blind.output, "Specify the folder with /target")) << blind.output;
  EXPECT_TRUE(Contains(blind.output, "Nothing was changed.")) << blind.output;
  EXPECT_EQ(ServiceState(), DWORD{SERVICE_RUNNING});
  const Outcome other = Uninstall({"/target", ToUtf8(ProgramFolder().wstring())});
  EXPECT_EQ(other.code, 1u) << other.output;
  EXPECT_TRUE(Contains(other.output, "runs another program")) << other.output;
  const Outcome gone = Uninstall({"/target", ToUtf8(target.wstring())});
  EXPECT_EQ(gone.code, 0u) << gone.output;
  EXPECT_FALSE(fs::exists(target));
}

TEST_F(InstallerTest, UninstallLeavesModules) {
  const Outcome first = Install();
  ASSERT_EQ(first.code, 0u) << first.output;
  const fs::path mine = ProgramFolder() / L"modules" / L"mine.dll";
  WriteFile(mine, "an administrator's");
  const Outcome gone = Uninstall();
  EXPECT_EQ(gone.code, 0u) << gone.output;
  EXPECT_TRUE(Contains(gone.output, "contains other files and was not removed")) << gone.output;
  EXPECT_EQ(ReadFile(mine), "an administrator's");
}

TEST_F(InstallerTest, PrintsItsUsage) {
  EXPECT_EQ(Install({"/help"}).code, 0u);
  EXPECT_EQ(Uninstall({"/?"}).code, 0u);
  EXPECT_EQ(Install({"/sourc"}).code, 2u);
  EXPECT_EQ(Install({"/source"}).code, 2u);
  EXPECT_EQ(Install({"/target", "C:\\"}).code, 2u);
  for (const char* option : {"/name", "/account", "/start"}) EXPECT_EQ(Install({option}).code, 2u);
  EXPECT_EQ(Uninstall({"/name"}).code, 2u);
  EXPECT_EQ(Uninstall({"/everything"}).code, 2u);
  EXPECT_EQ(Uninstall({"/target"}).code, 2u);
  ExpectNothingIsInstalled();
}

// The scripts on a system whose tools answer as Windows' do, to test reading back where the system's own
// tools cannot. The cases above test Windows' own.
class WindowsToolsTest : public InstallerTest {
 protected:
  void SetUp() override {
    if (!IsWine()) {
      GTEST_SKIP() << "only for systems whose sc.exe and icacls.exe do not do everything; here the cases of "
                      "InstallerTest run with the real ones";
    }
    InstallerTest::SetUp();
    if (IsSkipped()) return;
    const fs::path system = FromEnvironment(L"SystemRoot") / L"System32";
    // Without a space, like the system's.
    tools_ = fs::temp_directory_path() / (L"onbehalf-tools-" + std::to_wstring(::GetCurrentProcessId()));
    const fs::path& folder = tools_;
    fs::create_directories(folder / L"WindowsPowerShell" / L"v1.0");
    for (const wchar_t* tool :
         {L"sc.exe", L"reg.exe", L"icacls.exe", L"WindowsPowerShell\\v1.0\\powershell.exe"}) {
      fs::copy_file(BinFolder() / L"onbehalf-windows-tools.exe", folder / tool);
    }
    fs::copy_file(system / L"ping.exe", folder / L"ping.exe");
    // The scripts take their tools from the system's folder; these copies take them from the one made here. (Wine
    // gives every new process its own SystemRoot, so the environment cannot set it.)
    for (const wchar_t* name : {L"install.cmd", L"uninstall.cmd"}) {
      std::string script = ReadFile(ScriptFolder() / name);
      const std::string own_tools = "set \"SYSTEM32=%SystemRoot%\\System32\"";
      const auto at = script.find(own_tools);
      ASSERT_NE(at, std::string::npos);
      script.replace(at, own_tools.size(), "set \"SYSTEM32=" + ToUtf8(folder.wstring()) + '"');
      WriteFile(scratch_ / name, script);
    }
    // With a value, because Wine's reg.exe does not find a key without one.
    ASSERT_EQ(::RegSetKeyValueW(HKEY_USERS, kElevatedKey, nullptr, REG_SZ, L"", sizeof(wchar_t)),
              ERROR_SUCCESS);
  }

  void TearDown() override {
    DeleteKey(HKEY_USERS, kElevatedKey);
    InstallerTest::TearDown();
    if (!tools_.empty()) fs::remove_all(tools_);
  }

  Outcome InstallOnWindows(const std::string& fault = {}, const fs::path& source = BinFolder(),
                           const fs::path& target = ProgramFolder()) const {
    return InstallOnWindowsWith({"/target", ToUtf8(target.wstring())}, fault, source);
  }

  // As from PowerShell 7, whose modules come first.
  Outcome InstallOnWindowsWith(std::vector<std::string> arguments, const std::string& fault = {},
                               const fs::path& source = BinFolder(), std::string_view input = {}) const {
    arguments.insert(arguments.end(), {"/source", ToUtf8(source.wstring())});
    return RunScript(
        scratch_ / L"install.cmd", arguments,
        {{"ONBEHALF_TOOL_FAULT", fault}, {"PSModulePath", "C:\\Program Files\\PowerShell\\7\\Modules"}},
        input);
  }

  fs::path tools_;
};

TEST_F(WindowsToolsTest, SetsAndReadsBackEverything) {
  const Outcome outcome = InstallOnWindows();
  ASSERT_EQ(outcome.code, 0u) << outcome.output;
  EXPECT_FALSE(Contains(outcome.output, "Wine")) << outcome.output;
  EXPECT_EQ(ServiceState(), DWORD{SERVICE_RUNNING});
  // Where the policy does not let administrators call rpc.ping: a refusal is a response too.
  const Outcome upgrade = InstallOnWindows("denied", SourceWithFaults("denied"));
  EXPECT_EQ(upgrade.code, 0u) << upgrade.output;
  EXPECT_TRUE(Contains(upgrade.output, "OnBehalf is installed and running.")) << upgrade.output;
  EXPECT_TRUE(Contains(upgrade.output, "sc.exe\" config OnBehalf")) << upgrade.output;
}

// reg.exe prints question marks for it, so the paths are compared in the registry.
TEST_F(WindowsToolsTest, InstallsInAFolderThatTheCodePageCannotShow) {
  const fs::path target = scratch_ / L"\u0421\u043B\u0443\u0436\u0431\u0430";
  const Outcome outcome = InstallOnWindows({}, BinFolder(), target);
  ASSERT_EQ(outcome.code, 0u) << outcome.output;
  EXPECT_EQ(ServiceState(), DWORD{SERVICE_RUNNING});
  const Outcome upgrade = InstallOnWindows({}, BinFolder(), target);
  EXPECT_EQ(upgrade.code, 0u) << upgrade.output;
  const Outcome elsewhere =
      InstallOnWindows({}, BinFolder(), scratch_ / L"\u0421\u043B\u0443\u0436\u0431\u044B");
  EXPECT_EQ(elsewhere.code, 1u) << elsewhere.output;
  EXPECT_TRUE(Contains(elsewhere.output, "there is a service OnBehalf already")) << elsewhere.output;
  const Outcome gone = Uninstall({"/target", ToUtf8(target.wstring())});
  EXPECT_EQ(gone.code, 0u) << gone.output;
}

// The service control manager would restart a new version that fails again, in the middle of its removal.
TEST_F(WindowsToolsTest, SetsFailureActionsOnlyForAServiceThatRuns) {
  const Outcome first = InstallOnWindows();
  ASSERT_EQ(first.code, 0u) << first.output;
  EXPECT_LT(first.output.find(" start OnBehalf"), first.output.find(" failure OnBehalf"));
  EXPECT_EQ(ReadBytes(kServiceKey, L"FailureActions"),
            (std::vector<DWORD>{86400, 0, 0, 3, 20, SC_ACTION_RESTART, 1000, SC_ACTION_RESTART, 5000,
                                SC_ACTION_RESTART, 60000}));

  // An administrator's own actions are restored with the old version.
  const std::vector<DWORD> own = {
      3600, 0, 0, 3, 20, SC_ACTION_RUN_COMMAND, 0, SC_ACTION_NONE, 70000, SC_ACTION_REBOOT, 5};
  ASSERT_EQ(::RegSetKeyValueW(HKEY_LOCAL_MACHINE, kServiceKey, L"FailureActions", REG_BINARY, own.data(),
                              static_cast<DWORD>(own.size() * sizeof(DWORD))),
            ERROR_SUCCESS);
  const Outcome second = InstallOnWindows({}, SourceThatDoesNotStart());
  EXPECT_EQ(second.code, 1u) << second.output;
  EXPECT_LT(second.output.find(" failure OnBehalf reset= 0 actions= \"\""),
            second.output.find(" start OnBehalf"))
      << second.output;
  EXPECT_EQ(ReadBytes(kServiceKey, L"FailureActions"), own) << second.output;
}

// The creator of the folder controls its descriptor, and may have put any text into it.
TEST_F(WindowsToolsTest, RunsNothingOutOfAFoldersDescriptor) {
  fs::create_directories(DataFolder());
  const Outcome outcome = InstallOnWindows("owner's text");
  EXPECT_EQ(outcome.code, 1u) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "is not owned by Administrators or SYSTEM")) << outcome.output;
  EXPECT_FALSE(HasLine(outcome.output, "PWNED")) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "Nothing was changed.")) << outcome.output;
  fs::remove_all(DataFolder());
  ExpectNothingIsInstalled();
}

// What a trigger is in the registry: RemoteRegistry, which its pipe starts, has the same values.
TEST_F(WindowsToolsTest, ChangesAccountAndStartModeKeepsAndRestoresThem) {
  const std::wstring trigger = std::wstring(kServiceKey) + L"\\TriggerInfo\\0";
  const auto expect_changed = [&](const Outcome& outcome) {
    EXPECT_EQ(ReadValue(kServiceKey, L"ObjectName"), "NT AUTHORITY\\LocalService") << outcome.output;
    EXPECT_EQ(ReadNumber(kServiceKey, L"Start"), DWORD{SERVICE_DEMAND_START}) << outcome.output;
    EXPECT_EQ(ReadNumber(trigger.c_str(), L"Type"), 6u) << outcome.output;
    EXPECT_EQ(ServiceState(), DWORD{SERVICE_RUNNING}) << outcome.output;
  };
  const Outcome first = InstallOnWindowsWith({"/start", "auto"});
  ASSERT_EQ(first.code, 0u) << first.output;
  EXPECT_FALSE(Contains(first.output, "triggerinfo")) << first.output;
  const Outcome changed = InstallOnWindowsWith({"/account", "LocalService", "/start", "pipe"});
  ASSERT_EQ(changed.code, 0u) << changed.output;
  EXPECT_TRUE(Contains(changed.output, "Windows starts it when a client opens its pipe, onbehalf."))
      << changed.output;
  expect_changed(changed);

  // It stops by itself, so that a stopped one is no decision of the administrator.
  StopService();
  const Outcome kept = InstallOnWindows();
  EXPECT_EQ(kept.code, 0u) << kept.output;
  EXPECT_FALSE(Contains(kept.output, "obj= ")) << kept.output;
  EXPECT_FALSE(Contains(kept.output, "start= ")) << kept.output;
  expect_changed(kept);

  const Outcome failed = InstallOnWindowsWith({"/account", ".\\payroll", "/start", "auto"}, {},
                                              SourceThatDoesNotStart(), "right\n");
  EXPECT_EQ(failed.code, 1u) << failed.output;
  EXPECT_TRUE(Contains(failed.output, "--set-account \".\\payroll\"")) << failed.output;
  EXPECT_TRUE(Contains(failed.output, "triggerinfo OnBehalf delete")) << failed.output;
  EXPECT_TRUE(Contains(failed.output, "The account keeps the right to log on as a service."))
      << failed.output;
  EXPECT_TRUE(Contains(failed.output, "All changes were undone.")) << failed.output;
  expect_changed(failed);

  const DWORD domain_joined = 3;
  const std::wstring other = std::wstring(kServiceKey) + L"\\TriggerInfo\\1";
  ::RegSetKeyValueW(HKEY_LOCAL_MACHINE, other.c_str(), L"Type", REG_DWORD, &domain_joined,
                    sizeof(domain_joined));
  const Outcome refused = InstallOnWindowsWith({"/start", "auto"});
  EXPECT_EQ(refused.code, 1u) << refused.output;
  EXPECT_TRUE(Contains(refused.output, "triggers that install.cmd did not set")) << refused.output;
  EXPECT_TRUE(Contains(refused.output, "Nothing was changed.")) << refused.output;
}

TEST_F(WindowsToolsTest, NeedsTheSidOfANamedService) {
  const Outcome outcome = InstallOnWindowsWith({"/name", "S-1-5-80-1-2-3-4-5"}, "no sid");
  EXPECT_EQ(outcome.code, 1u) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "did not print the SID of the service")) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "Nothing was changed.")) << outcome.output;
}

TEST_F(WindowsToolsTest, NeedsElevation) {
  DeleteKey(HKEY_USERS, kElevatedKey);
  const Outcome outcome = InstallOnWindows();
  EXPECT_EQ(outcome.code, 3u) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "it needs an elevated prompt")) << outcome.output;
  ExpectNothingIsInstalled();
}

// Two services from the same release, with the shipped programs.
class SideBySideTest : public WindowsToolsTest {
 protected:
  void SetUp() override {
    WindowsToolsTest::SetUp();
    if (IsSkipped()) return;
    for (const std::wstring& name : {kA, kB}) {
      if (QueryService(name) || fs::exists(DataFolder(name)) || fs::exists(ProgramFolder(name))) {
        GTEST_SKIP() << ToUtf8(name) << " is on this machine";
      }
    }
    owns_services_ = true;
  }

  void TearDown() override {
    for (const std::wstring& name : {kA, kB}) {
      if (!owns_services_) continue;
      if (!IsGone(name)) UninstallOnWindows({"/name", ToUtf8(name), "/purge"});
      fs::remove_all(DataFolder(name));
      fs::remove_all(ProgramFolder(name));
    }
    WindowsToolsTest::TearDown();
  }

  Outcome UninstallOnWindows(const std::vector<std::string>& arguments) const {
    return RunScript(scratch_ / L"uninstall.cmd", arguments);
  }

  // What its own onbehalf.exe prints.
  static Outcome Call(const std::wstring& name, std::vector<std::string> arguments) {
    ChildProcess::Options options;
    options.executable = ToUtf8((ProgramFolder(name) / L"onbehalf.exe").wstring());
    options.arguments = {"--service", ToUtf8(name)};
    options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
    const auto exit = RunChild(options, kPatience);
    return {exit.code, exit.output + exit.errors};
  }

  static bool IsGone(const std::wstring& name) {
    return !QueryService(name) && !fs::exists(ProgramFolder(name)) && !fs::exists(DataFolder(name)) &&
           !KeyExists(HKEY_LOCAL_MACHINE, EventKeyOf(name).c_str()) &&
           !KeyExists(HKEY_LOCAL_MACHINE, AuditLogKeyOf(name).c_str());
  }

  // Everything that is named after a running service.
  static void ExpectInstalled(const std::wstring& name, const std::string& said) {
    const std::string text = ToUtf8(name);
    const std::string program = ToUtf8((ProgramFolder(name) / L"onbehalf-service.exe").wstring());
    const std::wstring service = ServiceKeyOf(name);
    const std::wstring audit_source = AuditLogKeyOf(name) + L"\\" + name + L"-Audit";
    EXPECT_EQ(ServiceState(name), DWORD{SERVICE_RUNNING}) << said;
    EXPECT_EQ(ReadValue(service.c_str(), L"ImagePath"), '"' + program + "\" --name " + text);
    EXPECT_EQ(ReadValue(service.c_str(), L"ObjectName"), "NT SERVICE\\" + text);
    EXPECT_EQ(ReadValue(service.c_str(), L"DisplayName"), text);
    EXPECT_EQ(ReadValue(EventKeyOf(name).c_str(), L"EventMessageFile"), program);
    EXPECT_EQ(ReadValue(audit_source.c_str(), L"EventMessageFile"), program);
    EXPECT_TRUE(Contains(ReadValue(AuditLogKeyOf(name).c_str(), L"CustomSD"),
                         win32::Sid::ForService(text).ToString()));
    EXPECT_TRUE(fs::exists(DataFolder(name) / L"onbehalf.json"));
    const Outcome ping = Call(name, {"ping"});
    EXPECT_EQ(ping.code, 0u) << ping.output;
  }

  static std::string Audit(const std::wstring& name) {
    std::string text;
    for (const auto& file : fs::directory_iterator(DataFolder(name) / L"logs"))
      if (file.path().extension() == L".jsonl") text += ReadFile(file.path());
    return text;
  }

  const std::wstring kA = L"OnBehalfTest.A";
  const std::wstring kB = L"OnBehalfTest_B";

 private:
  bool owns_services_ = false;
};

TEST_F(SideBySideTest, AreInstalledUpgradedAndRemovedOneByOne) {
  const Outcome a = InstallOnWindowsWith({"/name", ToUtf8(kA)});
  ASSERT_EQ(a.code, 0u) << a.output;
  EXPECT_TRUE(HasLine(a.output, "OnBehalfTest.A is installed and running.")) << a.output;
  ExpectInstalled(kA, a.output);
  const Outcome b = InstallOnWindowsWith({"/name", ToUtf8(kB), "/start", "demand"});
  ASSERT_EQ(b.code, 0u) << b.output;
  ExpectInstalled(kB, b.output);
  ExpectNothingIsInstalled();

  // Each has its own policy and audit.
  const Outcome granted = Call(kA, {"access", "grant", "BUILTIN\\Users", "service.status", "call"});
  EXPECT_EQ(granted.code, 0u) << granted.output;
  EXPECT_TRUE(fs::exists(DataFolder(kA) / L"policy" / L"access.json"));
  EXPECT_FALSE(fs::exists(DataFolder(kB) / L"policy" / L"access.json"));
  EXPECT_NE(Call(kA, {"access", "show", "service.status"}).output,
            Call(kB, {"access", "show", "service.status"}).output);
  EXPECT_TRUE(Contains(Audit(kA), "\"access.grant\""));
  EXPECT_FALSE(Contains(Audit(kB), "\"access.grant\""));

  // Windows does not distinguish names by case.
  const DWORD process_of_a = QueryService(kA)->dwProcessId;
  const DWORD process_of_b = QueryService(kB)->dwProcessId;
  const Outcome upgrade = InstallOnWindowsWith({"/name", "onbehalftest_b"});
  EXPECT_EQ(upgrade.code, 0u) << upgrade.output;
  EXPECT_TRUE(Contains(upgrade.output, "Upgrading onbehalftest_b")) << upgrade.output;
  EXPECT_NE(QueryService(kB)->dwProcessId, process_of_b);
  EXPECT_EQ(QueryService(kA)->dwProcessId, process_of_a);
  EXPECT_EQ(ReadNumber(ServiceKeyOf(kB).c_str(), L"Start"), DWORD{SERVICE_DEMAND_START});

  // The programs of one are not another's.
  const std::string folder_of_a = ToUtf8(ProgramFolder(kA).wstring());
  const Outcome shared = InstallOnWindowsWith({"/name", "OnBehalfTest.C", "/target", folder_of_a});
  EXPECT_EQ(shared.code, 1u) << shared.output;
  EXPECT_TRUE(Contains(shared.output, "has the programs of the service OnBehalfTest.A")) << shared.output;
  const Outcome not_there = UninstallOnWindows({"/name", "OnBehalfTest.C", "/target", folder_of_a});
  EXPECT_TRUE(Contains(not_there.output, "has the programs of the service OnBehalfTest.A"))
      << not_there.output;

  // As Windows creates it when the account logs on for the first time.
  const fs::path profile = FromEnvironment(L"SystemRoot") / L"ServiceProfiles" / kB;
  WriteFile(profile / L"NTUSER.DAT", "a hive");
  const std::wstring profile_key = L"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\" +
                                   ToWide(win32::Sid::ForService(ToUtf8(kB)).ToString());
  const std::wstring profile_path = L"%SystemRoot%\\ServiceProfiles\\" + kB;
  ASSERT_EQ(::RegSetKeyValueW(HKEY_LOCAL_MACHINE, profile_key.c_str(), L"ProfileImagePath", REG_EXPAND_SZ,
                              profile_path.c_str(),
                              static_cast<DWORD>((profile_path.size() + 1) * sizeof(wchar_t))),
            ERROR_SUCCESS);
  const Outcome gone = UninstallOnWindows({"/name", ToUtf8(kB), "/purge"});
  EXPECT_EQ(gone.code, 0u) << gone.output;
  EXPECT_TRUE(IsGone(kB)) << gone.output;
  EXPECT_FALSE(fs::exists(profile)) << gone.output;
  EXPECT_FALSE(KeyExists(HKEY_LOCAL_MACHINE, profile_key.c_str())) << gone.output;
  fs::remove(profile.parent_path());
  EXPECT_EQ(QueryService(kA)->dwProcessId, process_of_a);
  ExpectInstalled(kA, gone.output);
  EXPECT_TRUE(fs::exists(DataFolder(kA) / L"policy" / L"access.json"));

  const Outcome last = UninstallOnWindows({"/name", ToUtf8(kA), "/purge"});
  EXPECT_EQ(last.code, 0u) << last.output;
  EXPECT_TRUE(IsGone(kA)) << last.output;
}

struct Fault {
  const char* name;
  const char* fault;
  const char* said;
  std::vector<std::string> arguments{};
  const char* input = "";
};
// How GoogleTest prints a parameter.
void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.fault; }

class WindowsToolsFaultTest : public WindowsToolsTest, public testing::WithParamInterface<Fault> {};

TEST_P(WindowsToolsFaultTest, StopsSaysWhyAndUndoes) {
  const std::string fault = GetParam().fault;
  const std::vector<std::string>& arguments = GetParam().arguments;
  const bool sets_account = !arguments.empty() && arguments[0] == "/account";
  const fs::path source = sets_account                                 ? SourceThatDoesNotStart()
                          : fault == "no dll" || fault == "one client" ? SourceWithFaults(fault)
                                                                       : BinFolder();
  const Outcome outcome = InstallOnWindowsWith(arguments, fault, source, GetParam().input);
  EXPECT_EQ(outcome.code, 1u) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, GetParam().said)) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "All changes were undone.")) << outcome.output;
  ExpectNothingIsInstalled();
}

INSTANTIATE_TEST_SUITE_P(
    Each, WindowsToolsFaultTest,
    testing::Values(
        Fault{"SidTypeRefused", "fail sidtype", "the service's SID type could not be set (exit code 5)"},
        Fault{"SidTypeForgotten", "forget sidtype", "ServiceSidType in"},
        Fault{"PrivilegesRefused", "fail privs", "the service's privileges could not be set"},
        Fault{"PrivilegesForgotten", "forget privs", "RequiredPrivileges in"},
        Fault{"PrivilegeTooMany", "extra privilege", "SeImpersonatePrivilege\\0SeDebugPrivilege"},
        Fault{"FailureActionsForgotten", "forget failure", "not what was set"},
        Fault{"FailureFlagForgotten", "forget failureflag", "FailureActionsOnNonCrashFailures"},
        Fault{"DescriptorRefused", "fail sdset", "the service's security descriptor could not be set"},
        Fault{"DescriptorForgotten", "forget sdset", "reads back as"},
        Fault{"StartTypeForgotten", "forget start", "was set to 0x2 and reads back as 0x3"},
        Fault{"StillDeleted", "deleted", "the service was deleted, but another program has it open"},
        Fault{
            "ProgramWithoutADll", "no dll",
            "(exit code -1073741515, 0xC0000135: it did not start, because a DLL that it needs is missing)"},
        Fault{"OneClientAtATime", "one client", "does not answer two clients at once (exit code 3)"},
        Fault{"PowerShellFails", "no powershell", "PowerShell could not read the owner"},
        Fault{"CreateRefused", "fail create", "the service could not be created (exit code 5)"},
        Fault{"StartRefused", "fail start", "the service could not be started (exit code 5)"},
        Fault{"FolderOfAnotherOwner", "owner", "is not Administrators"},
        Fault{"FolderUnprotected", "inherit", "still inherits permissions"},
        Fault{"PasswordWrong",
              "",
              "the service's account could not be set (exit code 1)",
              {"/account", ".\\payroll"},
              "wrong\n"},
        Fault{"AccountForgotten",
              "forget --set-account",
              "the service's account was set to .\\payroll and reads back as NT SERVICE\\OnBehalf.",
              {"/account", ".\\payroll"},
              "right\n"},
        Fault{"ManagedRefused",
              "fail managedaccount",
              "could not be marked as managed by Windows (exit code 5)",
              {"/account", "CONTOSO\\payroll$"}},
        Fault{"ManagedForgotten",
              "forget managedaccount",
              "ServiceAccountManaged in",
              {"/account", "CONTOSO\\payroll$"}},
        Fault{"TriggerRefused",
              "fail triggerinfo",
              "the service's trigger could not be set (exit code 5)",
              {"/start", "pipe"}},
        Fault{"TriggerForgotten", "forget triggerinfo", "are not what was set: none", {"/start", "pipe"}},
        Fault{"TriggerOfAnotherPipe", "other pipe", "are not what was set: foreign", {"/start", "pipe"}}),
    [](const testing::TestParamInfo<Fault>& fault) { return std::string(fault.param.name); });

}  // namespace
}  // namespace onbehalf::test
