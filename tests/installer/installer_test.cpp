// Runs install.cmd and uninstall.cmd on the system's own service control manager. They install the one
// service of that name, so nothing here runs where OnBehalf is installed already.

#include <gtest/gtest.h>

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
#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "support/child_process.h"

namespace onbehalf::test {
namespace {

namespace fs = std::filesystem;
using win32::ToUtf8;
using win32::ToWide;

// An installation is up to a hundred and fifty processes, one after the other.
constexpr std::chrono::seconds kTimeOfAScript{240};

constexpr wchar_t kServiceKey[] = L"SYSTEM\\CurrentControlSet\\Services\\OnBehalf";
constexpr wchar_t kEventKey[] = L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\OnBehalf";
constexpr wchar_t kAuditLogKey[] = L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\OnBehalf-Audit";
constexpr wchar_t kAuditSourceKey[] =
    L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\OnBehalf-Audit\\OnBehalf-Audit";
// Whether install.cmd runs elevated: it asks whether this key of LocalService can be read.
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
fs::path ProgramFolder() { return FromEnvironment(L"ProgramFiles") / L"OnBehalf"; }
fs::path StagingFolder() { return FromEnvironment(L"ProgramFiles") / L"OnBehalf.data.new"; }
fs::path DataFolder() { return FromEnvironment(L"ProgramData") / L"OnBehalf"; }

std::string ReadFile(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void WriteFile(const fs::path& file, std::string_view text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

// nullopt: there is no service OnBehalf.
std::optional<SERVICE_STATUS_PROCESS> QueryService() {
  const UniqueServiceHandle manager(::OpenSCManagerW(nullptr, nullptr, SC_MANAGER_CONNECT));
  if (!manager) win32::ThrowLastError("OpenSCManagerW");
  const UniqueServiceHandle service(::OpenServiceW(manager.get(), L"OnBehalf", SERVICE_QUERY_STATUS));
  if (!service) return std::nullopt;
  SERVICE_STATUS_PROCESS status{};
  DWORD needed = 0;
  if (!::QueryServiceStatusEx(service.get(), SC_STATUS_PROCESS_INFO, reinterpret_cast<BYTE*>(&status),
                              sizeof(status), &needed)) {
    win32::ThrowLastError("QueryServiceStatusEx");
  }
  return status;
}

DWORD ServiceState() {
  const auto status = QueryService();
  return status ? status->dwCurrentState : 0;
}

std::string ReadValue(const wchar_t* key, const wchar_t* name) {
  wchar_t text[1024] = {};
  DWORD bytes = sizeof(text);
  const DWORD types = RRF_RT_REG_SZ | RRF_RT_REG_EXPAND_SZ | RRF_NOEXPAND;
  if (::RegGetValueW(HKEY_LOCAL_MACHINE, key, name, types, nullptr, text, &bytes) != ERROR_SUCCESS) return {};
  return ToUtf8(text);
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

Outcome RunScript(const fs::path& script, const std::vector<std::string>& arguments,
                  std::vector<std::pair<std::string, std::string>> environment = {}) {
  ChildProcess::Options options;
  options.executable = Environment(L"ComSpec");
  // Behind an "if", because cmd.exe takes the first and the last quotation mark away from a line that starts
  // with one.
  options.arguments = {"/d", "/c", "if", "1==1", ToUtf8(script.wstring())};
  options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
  options.environment = std::move(environment);
  auto exit = RunChild(options, kTimeOfAScript);
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
      GTEST_SKIP() << "OnBehalf, or what an uninstalled one left (" << ToUtf8(DataFolder().wstring())
                   << "), is on this machine, and this test would change it";
    }
    owns_machine_ = true;
    scratch_ =
        fs::temp_directory_path() / (L"onbehalf installer " + std::to_wstring(::GetCurrentProcessId()));
    fs::create_directories(scratch_);
  }

  void TearDown() override {
    if (!owns_machine_) return;
    // Most of those that end without an installation have looked for what is left themselves.
    if (!NothingIsThere()) {
      const Outcome outcome = Uninstall({"/purge"});
      EXPECT_EQ(outcome.code, 0u) << outcome.output;
    }
    fs::remove_all(scratch_);
    fs::remove_all(DataFolder());
    fs::remove_all(ProgramFolder());
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

  static bool NothingIsThere() {
    return !QueryService() && !fs::exists(ProgramFolder()) && !fs::exists(DataFolder()) &&
           !fs::exists(StagingFolder()) && !KeyExists(HKEY_LOCAL_MACHINE, kEventKey) &&
           !KeyExists(HKEY_LOCAL_MACHINE, kAuditLogKey);
  }

  void ExpectNothingIsThere() const {
    EXPECT_FALSE(QueryService().has_value());
    EXPECT_FALSE(fs::exists(ProgramFolder()));
    EXPECT_FALSE(fs::exists(DataFolder()));
    EXPECT_FALSE(fs::exists(StagingFolder()));
    EXPECT_FALSE(KeyExists(HKEY_LOCAL_MACHINE, kEventKey));
    EXPECT_FALSE(KeyExists(HKEY_LOCAL_MACHINE, kAuditLogKey));
  }

  fs::path scratch_;
  bool owns_machine_ = false;
};

// Every command, as it would be run on Windows. What is quoted how is the point of it: an unquoted path in a
// service's configuration is a way in.
TEST_F(InstallerTest, DryRunShowsEveryCommandAndRunsNone) {
  const Outcome outcome = Install({"/dry-run", "/source", "C:\\built programs\\bin"});
  EXPECT_EQ(outcome.code, 0u);
  std::string shown = outcome.output;
  ReplaceAll(shown, "\r", "");
  ReplaceAll(shown, Environment(L"SystemRoot"), "<windows>");
  ReplaceAll(shown, Environment(L"ProgramFiles"), "<programs>");
  ReplaceAll(shown, Environment(L"ProgramData"), "<data>");
  ReplaceAll(shown, "S-1-5-80-1926647630-1690475274-2145072266-3076734602-2497173225", "<service>");
  const std::string expected = R"golden(Installing OnBehalf in <programs>\OnBehalf
> mkdir "<programs>\OnBehalf"
> <windows>\System32\icacls.exe "<programs>\OnBehalf" /setowner "*S-1-5-32-544"
> <windows>\System32\icacls.exe "<programs>\OnBehalf" /inheritance:r /grant:r "*S-1-5-18:(OI)(CI)F" "*S-1-5-32-544:(OI)(CI)F" "*<service>:(OI)(CI)RX" "*S-1-5-32-545:(OI)(CI)RX"
    expect the owner O:BA, protection D:P and these entries in Get-Acl
> mkdir "<programs>\OnBehalf\modules"
> <windows>\System32\icacls.exe "<programs>\OnBehalf\modules" /setowner "*S-1-5-32-544"
> copy /y "C:\built programs\bin\onbehalf-service.exe" "<programs>\OnBehalf\onbehalf-service.new.exe"
> copy /y "C:\built programs\bin\onbehalf.exe" "<programs>\OnBehalf\onbehalf.new.exe"
> mkdir "<programs>\OnBehalf.data.new"
> <windows>\System32\icacls.exe "<programs>\OnBehalf.data.new" /setowner "*S-1-5-32-544"
> <windows>\System32\icacls.exe "<programs>\OnBehalf.data.new" /inheritance:r /grant:r "*S-1-5-18:(OI)(CI)F" "*S-1-5-32-544:(OI)(CI)F" "*<service>:(OI)(CI)RX"
    expect the owner O:BA, protection D:P and these entries in Get-Acl
> mkdir "<programs>\OnBehalf.data.new\policy"
> <windows>\System32\icacls.exe "<programs>\OnBehalf.data.new\policy" /setowner "*S-1-5-32-544"
> <windows>\System32\icacls.exe "<programs>\OnBehalf.data.new\policy" /inheritance:r /grant:r "*S-1-5-18:(OI)(CI)F" "*S-1-5-32-544:(OI)(CI)F" "*<service>:(OI)(CI)M"
    expect the owner O:BA, protection D:P and these entries in Get-Acl
> mkdir "<programs>\OnBehalf.data.new\logs"
> <windows>\System32\icacls.exe "<programs>\OnBehalf.data.new\logs" /setowner "*S-1-5-32-544"
> <windows>\System32\icacls.exe "<programs>\OnBehalf.data.new\logs" /inheritance:r /grant:r "*S-1-5-18:(OI)(CI)F" "*S-1-5-32-544:(OI)(CI)F" "*<service>:(OI)(CI)M"
    expect the owner O:BA, protection D:P and these entries in Get-Acl
> move "<programs>\OnBehalf.data.new" "<data>\OnBehalf"
> echo {}>"<data>\OnBehalf\onbehalf.json"
> "<programs>\OnBehalf\onbehalf-service.new.exe" --check-config
> move /y "<programs>\OnBehalf\onbehalf-service.new.exe" "<programs>\OnBehalf\onbehalf-service.exe"
> move /y "<programs>\OnBehalf\onbehalf.new.exe" "<programs>\OnBehalf\onbehalf.exe"
> <windows>\System32\reg.exe add "HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Application\OnBehalf" /v EventMessageFile /t REG_EXPAND_SZ /d "<programs>\OnBehalf\onbehalf-service.exe" /f
> <windows>\System32\reg.exe add "HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Application\OnBehalf" /v TypesSupported /t REG_DWORD /d 7 /f
    expect EventMessageFile = <programs>\OnBehalf\onbehalf-service.exe
    expect TypesSupported = 0x7
> <windows>\System32\reg.exe add "HKLM\SYSTEM\CurrentControlSet\Services\EventLog\OnBehalf-Audit" /v CustomSD /t REG_SZ /d "O:BAG:SYD:(A;;0x5;;;SY)(A;;0x5;;;BA)(A;;0x3;;;<service>)" /f
> <windows>\System32\reg.exe add "HKLM\SYSTEM\CurrentControlSet\Services\EventLog\OnBehalf-Audit" /v MaxSize /t REG_DWORD /d 16777216 /f
> <windows>\System32\reg.exe add "HKLM\SYSTEM\CurrentControlSet\Services\EventLog\OnBehalf-Audit\OnBehalf-Audit" /v EventMessageFile /t REG_EXPAND_SZ /d "<programs>\OnBehalf\onbehalf-service.exe" /f
> <windows>\System32\reg.exe add "HKLM\SYSTEM\CurrentControlSet\Services\EventLog\OnBehalf-Audit\OnBehalf-Audit" /v TypesSupported /t REG_DWORD /d 7 /f
    expect CustomSD = O:BAG:SYD:(A;;0x5;;;SY)(A;;0x5;;;BA)(A;;0x3;;;<service>)
    expect MaxSize = 0x1000000
    expect EventMessageFile = <programs>\OnBehalf\onbehalf-service.exe
    expect TypesSupported = 0x7
> <windows>\System32\sc.exe create OnBehalf type= own start= auto error= normal binPath= "\"<programs>\OnBehalf\onbehalf-service.exe\"" obj= "NT SERVICE\OnBehalf" DisplayName= "OnBehalf"
    expect ImagePath = '<programs>\OnBehalf\onbehalf-service.exe'
    expect ObjectName = NT SERVICE\OnBehalf
    expect Type = 0x10
    expect WIN32_OWN_PROCESS in sc.exe qc OnBehalf
    expect NT SERVICE\OnBehalf in sc.exe qc OnBehalf
    expect AUTO_START in sc.exe qc OnBehalf
> <windows>\System32\sc.exe description OnBehalf "Does each request as the account that asked for it: JSON-RPC over a named pipe."
    expect Description = Does each request as the account that asked for it: JSON-RPC over a named pipe.
> <windows>\System32\sc.exe sidtype OnBehalf unrestricted
    expect UNRESTRICTED in sc.exe qsidtype OnBehalf
> <windows>\System32\sc.exe privs OnBehalf SeChangeNotifyPrivilege/SeImpersonatePrivilege
    expect SeChangeNotifyPrivilege in sc.exe qprivs OnBehalf
    expect SeImpersonatePrivilege in sc.exe qprivs OnBehalf
    expect no other privilege in sc.exe qprivs OnBehalf
> <windows>\System32\sc.exe failure OnBehalf reset= 86400 actions= restart/1000/restart/5000/restart/60000
    expect 86400 in sc.exe qfailure OnBehalf
    expect 1000 in sc.exe qfailure OnBehalf
    expect 5000 in sc.exe qfailure OnBehalf
    expect 60000 in sc.exe qfailure OnBehalf
> <windows>\System32\sc.exe failureflag OnBehalf 1
    expect FailureActionsOnNonCrashFailures = 0x1
> <windows>\System32\sc.exe sdset OnBehalf D:(A;;CCLCSWRPWPDTLORC;;;SY)(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;BA)(A;;CCLCSWLORC;;;IU)(A;;CCLCSWLORC;;;SU)(A;;LCRC;;;AU)
    expect the same in sc.exe sdshow OnBehalf
> <windows>\System32\sc.exe start OnBehalf
)golden";
  EXPECT_EQ(shown, expected);
  ExpectNothingIsThere();
}

TEST_F(InstallerTest, InstallsAndStarts) {
  const Outcome outcome = Install();
  ASSERT_EQ(outcome.code, 0u) << outcome.output;
  EXPECT_EQ(ServiceState(), DWORD{SERVICE_RUNNING});
  const std::string program = ToUtf8((ProgramFolder() / L"onbehalf-service.exe").wstring());
  EXPECT_EQ(ReadValue(kServiceKey, L"ImagePath"), '"' + program + '"');
  EXPECT_EQ(ReadValue(kServiceKey, L"ObjectName"), "NT SERVICE\\OnBehalf");
  EXPECT_EQ(ReadValue(kEventKey, L"EventMessageFile"), program);
  EXPECT_EQ(ReadValue(kAuditSourceKey, L"EventMessageFile"), program);
  // The descriptor of the log, by number and rights: only the service writes (2).
  const std::string service = win32::Sid::ForService("OnBehalf").ToString();
  EXPECT_EQ(ReadValue(kAuditLogKey, L"CustomSD"),
            "O:BAG:SYD:(A;;0x5;;;SY)(A;;0x5;;;BA)(A;;0x3;;;" + service + ")");
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
  EXPECT_TRUE(Contains(outcome.output, "Everything that this run did is undone.")) << outcome.output;
  ExpectNothingIsThere();
}

TEST_F(InstallerTest, RefusesASourceWithoutThePrograms) {
  const Outcome outcome = Install({"/source", ToUtf8(scratch_.wstring())});
  EXPECT_EQ(outcome.code, 1u) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "there is no onbehalf.exe in")) << outcome.output;
  ExpectNothingIsThere();
}

TEST_F(InstallerTest, RefusesADataFolderThatIsAFile) {
  WriteFile(DataFolder(), "somebody's file");
  const Outcome outcome = Install();
  EXPECT_EQ(outcome.code, 1u) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "is a file, but must be a folder")) << outcome.output;
  EXPECT_EQ(ReadFile(DataFolder()), "somebody's file");
  fs::remove(DataFolder());
  ExpectNothingIsThere();
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
  ExpectNothingIsThere();
}

TEST_F(InstallerTest, UninstallLeavesModules) {
  const Outcome first = Install();
  ASSERT_EQ(first.code, 0u) << first.output;
  const fs::path mine = ProgramFolder() / L"modules" / L"mine.dll";
  WriteFile(mine, "an administrator's");
  const Outcome gone = Uninstall();
  EXPECT_EQ(gone.code, 0u) << gone.output;
  EXPECT_TRUE(Contains(gone.output, "holds other files and stays")) << gone.output;
  EXPECT_EQ(ReadFile(mine), "an administrator's");
}

TEST_F(InstallerTest, SaysHowItIsUsed) {
  EXPECT_EQ(Install({"/help"}).code, 0u);
  EXPECT_EQ(Uninstall({"/?"}).code, 0u);
  EXPECT_EQ(Install({"/sourc"}).code, 2u);
  EXPECT_EQ(Install({"/source"}).code, 2u);
  EXPECT_EQ(Install({"/target", "C:\\"}).code, 2u);
  EXPECT_EQ(Install({"/target", "C:\\a & b"}).code, 2u);
  EXPECT_EQ(Uninstall({"/everything"}).code, 2u);
  ExpectNothingIsThere();
}

// The scripts on a system whose tools answer as Windows' do, so that reading back is tested where the
// system's own tools cannot. Windows' own are tested by the cases above.
class WindowsToolsTest : public InstallerTest {
 protected:
  void SetUp() override {
    if (!fs::exists(FromEnvironment(L"SystemRoot") / L"System32" / L"winecfg.exe")) {
      GTEST_SKIP() << "only for systems whose sc.exe and icacls.exe do not do everything; here the cases of "
                      "InstallerTest run with the real ones";
    }
    InstallerTest::SetUp();
    if (IsSkipped()) return;
    const fs::path system = FromEnvironment(L"SystemRoot") / L"System32";
    // No space in it, as there is none in the system's.
    tools_ = fs::temp_directory_path() / (L"onbehalf-tools-" + std::to_wstring(::GetCurrentProcessId()));
    const fs::path& folder = tools_;
    fs::create_directories(folder / L"WindowsPowerShell" / L"v1.0");
    for (const wchar_t* tool : {L"sc.exe", L"icacls.exe", L"WindowsPowerShell\\v1.0\\powershell.exe"}) {
      fs::copy_file(BinFolder() / L"onbehalf-windows-tools.exe", folder / tool);
    }
    for (const wchar_t* tool : {L"reg.exe", L"find.exe", L"ping.exe"})
      fs::copy_file(system / tool, folder / tool);
    // The script takes its tools from the system's folder; this copy of it from the one made here. (Wine
    // gives every new process its own SystemRoot, so the environment cannot say it.)
    std::string script = ReadFile(ScriptFolder() / L"install.cmd");
    const std::string own_tools = "set \"SYSTEM32=%SystemRoot%\\System32\"";
    const auto at = script.find(own_tools);
    ASSERT_NE(at, std::string::npos);
    script.replace(at, own_tools.size(), "set \"SYSTEM32=" + ToUtf8(folder.wstring()) + '"');
    WriteFile(scratch_ / L"install.cmd", script);
    // With a value, because Wine's reg.exe does not find a key without.
    ASSERT_EQ(::RegSetKeyValueW(HKEY_USERS, kElevatedKey, nullptr, REG_SZ, L"", sizeof(wchar_t)),
              ERROR_SUCCESS);
  }

  void TearDown() override {
    DeleteKey(HKEY_USERS, kElevatedKey);
    InstallerTest::TearDown();
    if (!tools_.empty()) fs::remove_all(tools_);
  }

  Outcome InstallOnWindows(const std::string& fault = {}) const {
    return RunScript(scratch_ / L"install.cmd", {"/source", ToUtf8(BinFolder().wstring())},
                     {{"ONBEHALF_TOOL_FAULT", fault}});
  }

  fs::path tools_;
};

TEST_F(WindowsToolsTest, SetsAndReadsBackEverything) {
  const Outcome outcome = InstallOnWindows();
  ASSERT_EQ(outcome.code, 0u) << outcome.output;
  EXPECT_FALSE(Contains(outcome.output, "Wine")) << outcome.output;
  EXPECT_EQ(ServiceState(), DWORD{SERVICE_RUNNING});
  const Outcome upgrade = InstallOnWindows();
  EXPECT_EQ(upgrade.code, 0u) << upgrade.output;
  EXPECT_TRUE(Contains(upgrade.output, "sc.exe config OnBehalf")) << upgrade.output;
}

TEST_F(WindowsToolsTest, NeedsElevation) {
  DeleteKey(HKEY_USERS, kElevatedKey);
  const Outcome outcome = InstallOnWindows();
  EXPECT_EQ(outcome.code, 3u) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "it needs an elevated prompt")) << outcome.output;
  ExpectNothingIsThere();
}

struct Fault {
  const char* name;
  const char* fault;
  const char* said;
};
// What GoogleTest shows of a parameter.
void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.fault; }

class WindowsToolsFaultTest : public WindowsToolsTest, public testing::WithParamInterface<Fault> {};

TEST_P(WindowsToolsFaultTest, StopsSaysWhyAndUndoes) {
  const Outcome outcome = InstallOnWindows(GetParam().fault);
  EXPECT_EQ(outcome.code, 1u) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, GetParam().said)) << outcome.output;
  EXPECT_TRUE(Contains(outcome.output, "Everything that this run did is undone.")) << outcome.output;
  ExpectNothingIsThere();
}

INSTANTIATE_TEST_SUITE_P(
    Each, WindowsToolsFaultTest,
    testing::Values(
        Fault{"SidTypeRefused", "fail sidtype", "the service's SID type could not be set (exit code 5)"},
        Fault{"SidTypeForgotten", "forget sidtype", "does not show UNRESTRICTED"},
        Fault{"PrivilegesRefused", "fail privs", "the service's privileges could not be set"},
        Fault{"PrivilegesForgotten", "forget privs", "does not show SeChangeNotifyPrivilege"},
        Fault{"PrivilegeTooMany", "extra privilege", "the service has 3 privileges and must have two"},
        Fault{"FailureActionsForgotten", "forget failure", "does not show"},
        Fault{"FailureFlagForgotten", "forget failureflag", "FailureActionsOnNonCrashFailures"},
        Fault{"DescriptorRefused", "fail sdset", "the service's security descriptor could not be set"},
        Fault{"DescriptorForgotten", "forget sdset", "reads back as"},
        Fault{"StartTypeForgotten", "forget start", "does not show AUTO_START"},
        Fault{"CreateRefused", "fail create", "the service could not be created (exit code 5)"},
        Fault{"StartRefused", "fail start", "the service could not be started (exit code 5)"},
        Fault{"FolderOfAnotherOwner", "owner", "is not Administrators"},
        Fault{"FolderUnprotected", "inherit", "still inherits permissions"}),
    [](const testing::TestParamInfo<Fault>& fault) { return std::string(fault.param.name); });

}  // namespace
}  // namespace onbehalf::test
