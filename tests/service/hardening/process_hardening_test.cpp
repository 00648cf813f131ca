#include "hardening/process_hardening.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/process.h"
#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "support/child_main.h"
#include "support/child_process.h"
#include "support/platform_probe.h"
#include "support/unique_pipe_name.h"
#include "temporary_folder.h"

namespace onbehalf::service {
namespace {

const std::vector<std::string> kDocumented = {
    "HKEY_CURRENT_USER is the service's own",
    "libraries from System32 only",
    "no code generated at run time",
    "no error dialogs",
    "no extension points (AppInit, hooks, IMEs)",
    "no libraries from the current directory",
    "no libraries from the network or of low integrity",
    "process ends when an invalid handle is used",
    "process ends when its heap is corrupt",
};

// A policy lasts for the life of a process, so it is set in a process of its own. The arguments: the policies
// that the settings turn off.
ONBEHALF_CHILD_MAIN(Harden) {
  Hardening hardening = HardenProcess();
  Settings::Protections wanted;
  for (const std::string& off : arguments) {
    if (off == "strict_handles") wanted.strict_handles = false;
    if (off == "no_dynamic_code") wanted.no_dynamic_code = false;
  }
  HardenProcessFurther(wanted, hardening);
  for (const std::string& what : hardening.in_force) std::printf("+%s\n", what.c_str());
  for (const std::string& what : hardening.missing) std::printf("-%s\n", what.c_str());
  for (const std::string& what : hardening.off) std::printf("0%s\n", what.c_str());
  PROCESS_MITIGATION_STRICT_HANDLE_CHECK_POLICY handles{};
  ::GetProcessMitigationPolicy(::GetCurrentProcess(), ProcessStrictHandleCheckPolicy, &handles,
                               sizeof(handles));
  PROCESS_MITIGATION_DYNAMIC_CODE_POLICY code{};
  ::GetProcessMitigationPolicy(::GetCurrentProcess(), ProcessDynamicCodePolicy, &code, sizeof(code));
  if (handles.RaiseExceptionOnInvalidHandleReference) std::puts("=strict_handles");
  if (code.ProhibitDynamicCode) std::puts("=no_dynamic_code");
  return 0;
}

std::vector<std::string> Hardened(char sign, std::vector<std::string> off = {}) {
  const auto exit = test::RunChild(test::ChildProcess::Options::Self("Harden", std::move(off)));
  EXPECT_EQ(exit.code, 0u) << exit.errors;
  std::vector<std::string> names;
  for (std::string line : test::Lines(exit.output)) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.starts_with(sign)) names.push_back(line.substr(1));
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST(ProcessHardening, EveryProtectionIsEitherActiveOrMissing) {
  std::vector<std::string> all = Hardened('+');
  const std::vector<std::string> missing = Hardened('-');
  all.insert(all.end(), missing.begin(), missing.end());
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, kDocumented);
}

TEST(ProcessHardening, ProtectionsWithoutTheKernelAreActiveEverywhere) {
  const std::vector<std::string> in_force = Hardened('+');
  for (const char* what :
       {"HKEY_CURRENT_USER is the service's own", "libraries from System32 only", "no error dialogs",
        "process ends when its heap is corrupt", "no libraries from the current directory"}) {
    EXPECT_TRUE(std::binary_search(in_force.begin(), in_force.end(), what)) << what;
  }
}

// Sets the least harmful policy and queries it.
ONBEHALF_CHILD_MAIN(SetOnePolicy) {
  PROCESS_MITIGATION_IMAGE_LOAD_POLICY wanted{}, actual{};
  wanted.NoRemoteImages = 1;
  ::SetProcessMitigationPolicy(ProcessImageLoadPolicy, &wanted, sizeof(wanted));
  return ::GetProcessMitigationPolicy(::GetCurrentProcess(), ProcessImageLoadPolicy, &actual,
                                      sizeof(actual)) &&
                 actual.NoRemoteImages
             ? 0
             : 1;
}

bool MitigationPoliciesAreKept() {
  return test::ChildProcess::Start(test::ChildProcess::Options::Self("SetOnePolicy")).WaitForExit().code == 0;
}

TEST(ProcessHardening, EveryProtectionIsActiveWherePoliciesAreKept) {
  ONBEHALF_SKIP_WITHOUT("mitigation policies that read back as they were set", MitigationPoliciesAreKept());
  EXPECT_EQ(Hardened('+'), kDocumented);
}

TEST(ProcessHardening, WhatTheSettingsTurnOffIsNotSet) {
  const std::vector<std::string> both = {"strict_handles", "no_dynamic_code"};
  EXPECT_EQ(Hardened('0', both), (std::vector<std::string>{"no code generated at run time",
                                                           "process ends when an invalid handle is used"}));
  EXPECT_EQ(Hardened('0', {"no_dynamic_code"}), std::vector<std::string>{"no code generated at run time"});
  EXPECT_EQ(Hardened('=', both), std::vector<std::string>());
  EXPECT_EQ(Hardened('0'), std::vector<std::string>());
}

TEST(ProcessHardening, WhatTheSettingsLeaveOnIsActiveWhereThePoliciesAreKept) {
  ONBEHALF_SKIP_WITHOUT("mitigation policies that read back as they were set", MitigationPoliciesAreKept());
  EXPECT_EQ(Hardened('='), (std::vector<std::string>{"no_dynamic_code", "strict_handles"}));
  EXPECT_EQ(Hardened('=', {"no_dynamic_code"}), std::vector<std::string>{"strict_handles"});
}

TEST(ProcessHardening, APolicyThatDoesNotReadBackIsMissing) {
  if (MitigationPoliciesAreKept()) GTEST_SKIP() << "missing here: a system that forgets mitigation policies";
  const std::vector<std::string> missing = Hardened('-');
  EXPECT_TRUE(std::binary_search(missing.begin(), missing.end(), "no code generated at run time"));
}

struct ModuleTraits {
  using Type = HMODULE;
  static Type Invalid() noexcept { return nullptr; }
  static void Close(Type module) noexcept { ::FreeLibrary(module); }
};

// A library next to the executable or in the current directory must not be found by its name; one in System32
// must.
ONBEHALF_CHILD_MAIN(LoadAfterHardening) {
  const bool before =
      static_cast<bool>(win32::UniqueHandle<ModuleTraits>(::LoadLibraryW(L"onbehalf-planted.dll")));
  HardenProcess();
  const bool after =
      static_cast<bool>(win32::UniqueHandle<ModuleTraits>(::LoadLibraryW(L"onbehalf-planted.dll")));
  const bool system = static_cast<bool>(win32::UniqueHandle<ModuleTraits>(::LoadLibraryW(L"version.dll")));
  std::printf("%d%d%d", before, after, system);
  return 0;
}

TEST(ProcessHardening, APlantedLibraryIsNoLongerFound) {
  // A copy of a system library in the child's current directory is what an attacker would plant.
  const test::TemporaryFolder folder;
  std::wstring system(MAX_PATH, L'\0');
  system.resize(::GetSystemDirectoryW(system.data(), MAX_PATH));
  ASSERT_TRUE(::CopyFileW((system + L"\\version.dll").c_str(),
                          (folder.path() / L"onbehalf-planted.dll").c_str(), TRUE));
  const std::filesystem::path old = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  auto child = test::ChildProcess::Start(test::ChildProcess::Options::Self("LoadAfterHardening"));
  std::filesystem::current_path(old);
  const auto exit = child.WaitForExit();
  EXPECT_EQ(exit.code, 0u);
  EXPECT_EQ(exit.output, "101");
}

// The program that starts the console mode may have turned error reporting off for its children.
ONBEHALF_CHILD_MAIN(HardenWithReportingOff) {
  ::SetErrorMode(SEM_NOGPFAULTERRORBOX);
  HardenProcess();
  const UINT mode = ::GetErrorMode();
  return (mode & SEM_NOGPFAULTERRORBOX) == 0 && (mode & SEM_FAILCRITICALERRORS) != 0 ? 0 : 1;
}

TEST(ProcessHardening, ErrorReportingIsNotTurnedOff) {
  EXPECT_EQ(test::RunChild(test::ChildProcess::Options::Self("HardenWithReportingOff")).code, 0u);
}

// "hardened": as the service does. Otherwise like any program with error reporting on, without a dialog.
ONBEHALF_CHILD_MAIN(Crash) {
  ::SetErrorMode(SEM_FAILCRITICALERRORS);
  if (arguments.at(0) == "hardened") HardenProcess();
  ::RaiseException(EXCEPTION_ACCESS_VIOLATION, EXCEPTION_NONCONTINUABLE, 0, nullptr);
  return 0;
}

// Makes Windows write this program's dumps into a folder while it exists ("Collecting User-Mode Dumps").
class LocalDumps {
 public:
  explicit LocalDumps(const std::filesystem::path& folder) {
    const std::filesystem::path own = win32::ToWide(win32::OwnImagePath());
    path_ = LR"(SOFTWARE\Microsoft\Windows\Windows Error Reporting\LocalDumps\)" + own.filename().native();
    is_set_ = ::RegSetKeyValueW(
                  HKEY_LOCAL_MACHINE, path_.c_str(), L"DumpFolder", REG_EXPAND_SZ, folder.c_str(),
                  static_cast<DWORD>((folder.native().size() + 1) * sizeof(wchar_t))) == ERROR_SUCCESS;
  }
  ~LocalDumps() { ::RegDeleteTreeW(HKEY_LOCAL_MACHINE, path_.c_str()); }
  LocalDumps(const LocalDumps&) = delete;
  LocalDumps& operator=(const LocalDumps&) = delete;

  bool is_set() const { return is_set_; }

 private:
  std::wstring path_;
  bool is_set_ = false;
};

bool CrashLeavesADump(const char* how) {
  const test::TemporaryFolder folder;
  const LocalDumps dumps(folder.path());
  if (!dumps.is_set()) return false;
  EXPECT_EQ(test::RunChild(test::ChildProcess::Options::Self("Crash", {how})).code,
            DWORD{EXCEPTION_ACCESS_VIOLATION});
  const std::filesystem::directory_iterator files(folder.path());
  return std::any_of(begin(files), end(files),
                     [](const auto& file) { return file.path().extension() == L".dmp"; });
}

TEST(ProcessHardening, ACrashLeavesADump) {
  ONBEHALF_SKIP_WITHOUT("dumps of programs that crash (LocalDumps)", CrashLeavesADump("as it is"));
  EXPECT_TRUE(CrashLeavesADump("hardened"));
}

// Impersonates an account other than this process's: on Windows the anonymous one, and on the Wine of
// tests/nt one that it makes up.
bool BecomeAnother() {
  if (::ImpersonateAnonymousToken(::GetCurrentThread())) return true;
  const win32::Token own = win32::Token::FromOwnProcess(TOKEN_ALL_ACCESS);
  const win32::Sid user = win32::Sid::FromString("S-1-5-21-42-42-42-1001").value();
  SID_AND_ATTRIBUTES disabled{user.get(), 0};
  win32::UniqueObject token;
  return ::CreateRestrictedToken(own.get(), 0, 1, &disabled, 0, nullptr, 0, nullptr, token.put()) &&
         ::ImpersonateLoggedOnUser(token.get());
}

// Whether the test's value is in HKEY_CURRENT_USER when another account is the first to open it.
ONBEHALF_CHILD_MAIN(AskAsAnother) {
  // Under Wine starting a process has opened it: reset that.
  if (::RegOverridePredefKey(HKEY_CURRENT_USER, nullptr) != ERROR_SUCCESS) return 1;
  if (arguments.at(1) == "hardened") HardenProcess();
  if (!BecomeAnother()) return 1;
  const LSTATUS status = ::RegQueryValueExW(HKEY_CURRENT_USER, win32::ToWide(arguments.at(0)).c_str(),
                                            nullptr, nullptr, nullptr, nullptr);
  ::RevertToSelf();
  std::puts(status == ERROR_SUCCESS ? "found" : "not found");
  return 0;
}

class OwnValue {
 public:
  explicit OwnValue(std::wstring name) : name_(std::move(name)) {
    const DWORD one = 1;
    const LSTATUS status =
        ::RegSetKeyValueW(HKEY_CURRENT_USER, nullptr, name_.c_str(), REG_DWORD, &one, sizeof(one));
    if (status != ERROR_SUCCESS) throw win32::Win32Error(static_cast<DWORD>(status), "RegSetKeyValueW");
  }
  ~OwnValue() { ::RegDeleteKeyValueW(HKEY_CURRENT_USER, nullptr, name_.c_str()); }
  OwnValue(const OwnValue&) = delete;
  OwnValue& operator=(const OwnValue&) = delete;

 private:
  std::wstring name_;
};

TEST(ProcessHardening, HkeyCurrentUserStaysTheServicesWhoeverItActsAs) {
  const std::string name = test::UniquePipeName();
  const OwnValue value(win32::ToWide(name));
  const auto found_when = [&name](const char* how) {
    const auto exit = test::RunChild(test::ChildProcess::Options::Self("AskAsAnother", {name, how}));
    EXPECT_TRUE(exit.code == 0 || exit.code == 1) << exit.errors;
    return exit.code == 0 && exit.output.starts_with("found");
  };
  ONBEHALF_SKIP_WITHOUT("accounts of which each has its own HKEY_CURRENT_USER", !found_when("as it is"));
  EXPECT_TRUE(found_when("hardened"));
}

}  // namespace
}  // namespace onbehalf::service
