#include "process_hardening.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "support/child_main.h"
#include "support/child_process.h"
#include "support/platform_probe.h"
#include "temporary_folder.h"

namespace onbehalf::service {
namespace {

const std::vector<std::string> kDocumented = {
    "libraries from System32 only",
    "no code that is made at run time",
    "no error dialogs",
    "no extension points (AppInit, hooks, IMEs)",
    "no libraries from the current directory",
    "no libraries from the network or of low integrity",
    "process ends when an invalid handle is used",
    "process ends when its heap is corrupt",
};

// What is set stays set for the life of a process, so it is set in one of its own.
ONBEHALF_CHILD_MAIN(Harden) {
  const Hardening hardening = HardenProcess();
  for (const std::string& what : hardening.in_force) std::printf("+%s\n", what.c_str());
  for (const std::string& what : hardening.missing) std::printf("-%s\n", what.c_str());
  return 0;
}

std::vector<std::string> Hardened(char sign) {
  const auto exit = test::ChildProcess::Start(test::ChildProcess::Options::Self("Harden")).WaitForExit();
  EXPECT_EQ(exit.code, 0u) << exit.errors;
  std::vector<std::string> names;
  for (std::string line : test::Lines(exit.output)) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.starts_with(sign)) names.push_back(line.substr(1));
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST(ProcessHardening, EveryProtectionIsEitherInForceOrMissing) {
  std::vector<std::string> all = Hardened('+');
  const std::vector<std::string> missing = Hardened('-');
  all.insert(all.end(), missing.begin(), missing.end());
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, kDocumented);
}

TEST(ProcessHardening, WhatDoesNotNeedTheKernelIsInForceEverywhere) {
  const std::vector<std::string> in_force = Hardened('+');
  for (const char* what :
       {"libraries from System32 only", "no error dialogs", "process ends when its heap is corrupt",
        "no libraries from the current directory"}) {
    EXPECT_TRUE(std::binary_search(in_force.begin(), in_force.end(), what)) << what;
  }
}

// Sets the least harmful policy and asks for it.
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

TEST(ProcessHardening, EverythingIsInForceWhereThePoliciesAreKept) {
  ONBEHALF_SKIP_WITHOUT("mitigation policies that read back as they were set", MitigationPoliciesAreKept());
  EXPECT_EQ(Hardened('+'), kDocumented);
}

TEST(ProcessHardening, APolicyThatDoesNotReadBackIsMissing) {
  if (MitigationPoliciesAreKept()) GTEST_SKIP() << "missing here: a system that forgets mitigation policies";
  const std::vector<std::string> missing = Hardened('-');
  EXPECT_TRUE(std::binary_search(missing.begin(), missing.end(), "no code that is made at run time"));
}

struct ModuleTraits {
  using Type = HMODULE;
  static Type Invalid() noexcept { return nullptr; }
  static void Close(Type module) noexcept { ::FreeLibrary(module); }
};

// A library beside the executable or in the current directory must not be found by its name; one of System32
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
  // A copy of a system library in the current directory of the child is what an attacker would plant.
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

}  // namespace
}  // namespace onbehalf::service
