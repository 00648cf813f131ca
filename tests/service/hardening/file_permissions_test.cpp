#include "hardening/file_permissions.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "onbehalf/win32/file_security.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/process.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "support/platform_probe.h"
#include "temporary_folder.h"

namespace onbehalf::service {
namespace {

using std::filesystem::path;
using win32::SecurityDescriptor;

std::string Text(const path& file) { return win32::ToUtf8(file.native()); }

void SetDacl(const path& file, const std::string& sddl) {
  const SecurityDescriptor descriptor = SecurityDescriptor::FromSddl(sddl);
  ASSERT_TRUE(::SetFileSecurityW(file.c_str(), DACL_SECURITY_INFORMATION, descriptor.get()))
      << ::GetLastError();
}

std::string Joined(const std::vector<std::string>& findings) {
  std::string all;
  for (const std::string& finding : findings) all += finding + "\n";
  return all;
}

class FilePermissionsTest : public testing::Test {
 protected:
  void SetUp() override {
    user_ = win32::Token::FromOwnProcess().User().ToString();
    folders_.root = folder_.path() / L"OnBehalf";
    CreateDataFolders(folders_);
    program_ = folder_.path() / L"program";
    std::filesystem::create_directory(program_);
    SetDacl(program_, "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;" + user_ + ")(A;OICI;0x1200a9;;;BU)");
    executable_ = program_ / L"onbehalf-service.exe";
    test::WriteAll(executable_, "MZ");
  }
  std::vector<std::string> Findings() const {
    return FindUnsafeFiles(executable_, folders_, RunsIn::kConsole);
  }

  test::TemporaryFolder folder_;
  std::string user_;
  DataFolders folders_;
  path program_;
  path executable_;
};

// Whether the DACL of a folder that admits Everyone reads back as such, and that of another does not.
bool FileDaclsAreKept() {
  const test::TemporaryFolder folder;
  const auto admits_everyone = [&folder](const char* sddl) {
    SetDacl(folder.path(), sddl);
    const auto descriptor = SecurityDescriptor::FromFile(
        Text(folder.path()), OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION);
    for (const auto& writer : win32::WritersOtherThan(descriptor, win32::AdministrativeAccounts())) {
      if (writer.sid == win32::Sid::FromWellKnown(WinWorldSid)) return true;
    }
    return false;
  };
  return admits_everyone("D:P(A;OICI;FA;;;WD)") &&
         !admits_everyone(("D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;" +
                           win32::Token::FromOwnProcess().User().ToString() + ")")
                              .c_str());
}

TEST_F(FilePermissionsTest, FoldersOfTheConsoleAreSafe) { EXPECT_EQ(Joined(Findings()), ""); }

TEST_F(FilePermissionsTest, CreatesOnlyWhatIsMissing) {
  test::WriteAll(folders_.SettingsFile(), "{}");
  std::filesystem::remove(folders_.Logs());
  CreateDataFolders(folders_);
  EXPECT_TRUE(std::filesystem::is_directory(folders_.Logs()));
  EXPECT_TRUE(std::filesystem::is_directory(folders_.Policy()));
  EXPECT_EQ(test::ReadAll(folders_.SettingsFile()), "{}");
  EXPECT_EQ(Joined(Findings()), "");
}

TEST_F(FilePermissionsTest, TheParentFolderMustExist) {
  try {
    CreateDataFolders({folder_.path() / L"missing" / L"OnBehalf"});
    FAIL() << "the parent folder is missing";
  } catch (const win32::Win32Error& error) {
    EXPECT_EQ(error.win32_code(), static_cast<DWORD>(ERROR_PATH_NOT_FOUND));
  }
}

TEST_F(FilePermissionsTest, AMissingFolderIsAFinding) {
  std::filesystem::remove(folders_.Policy());
  EXPECT_EQ(Joined(Findings()), Text(folders_.Policy()) + " is missing: run install.cmd again.\n");
}

TEST_F(FilePermissionsTest, AMissingExecutableIsAFinding) {
  std::filesystem::remove(executable_);
  EXPECT_EQ(Findings().size(), 1u) << Joined(Findings());
}

TEST_F(FilePermissionsTest, AFileThatEveryoneCanChangeIsAFindingWithItsRemedy) {
  ONBEHALF_SKIP_WITHOUT("files that keep the DACL they are given", FileDaclsAreKept());
  test::WriteAll(folders_.SettingsFile(), "{}");
  test::WriteAll(folders_.Policy() / L"access.json", "{}");
  const path history = folders_.Policy() / L"history";
  std::filesystem::create_directory(history);
  test::WriteAll(history / L"access-00000001.json", "{}");
  test::WriteAll(folders_.Logs() / L"audit-2026-11-22.jsonl", "");
  ASSERT_EQ(Joined(Findings()), "");
  for (const path& file : {executable_, program_, folders_.root, folders_.SettingsFile(), folders_.Policy(),
                           folders_.Policy() / L"access.json", history, history / L"access-00000001.json",
                           folders_.Logs(), folders_.Logs() / L"audit-2026-11-22.jsonl"}) {
    SetDacl(file, "D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;" + user_ + ")(A;;FA;;;WD)");
    const auto findings = Findings();
    ASSERT_EQ(findings.size(), 1u) << Text(file) << "\n" << Joined(findings);
    EXPECT_TRUE(findings[0].starts_with(Text(file) + " can be changed by ")) << findings[0];
    EXPECT_NE(findings[0].find("S-1-1-0"), std::string::npos) << findings[0];
    EXPECT_NE(findings[0].find("icacls \"" + Text(file) + "\""), std::string::npos) << findings[0];
    SetDacl(file, "D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;" + user_ + ")");
  }
}

TEST_F(FilePermissionsTest, WithoutModulesTheirFolderIsNotChecked) {
  EXPECT_TRUE(FindModuleFaults(executable_, Settings::Modules(), RunsIn::kConsole).empty());
}

TEST_F(FilePermissionsTest, AMissingModuleOrModuleFolderIsAFault) {
  Settings::Modules modules;
  modules.load = {{"mine", "{}"}, {"folder", "{}"}};
  const path folder = program_ / L"modules";
  auto faults = FindModuleFaults(executable_, modules, RunsIn::kConsole);
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].key, "modules.load");
  EXPECT_EQ(faults[0].message, Text(folder) + " is missing: run install.cmd again.");

  std::filesystem::create_directories(folder / L"folder.dll");
  faults = FindModuleFaults(executable_, modules, RunsIn::kConsole);
  ASSERT_EQ(faults.size(), 2u);
  EXPECT_EQ(faults[0].key, "modules.load.folder");
  EXPECT_EQ(faults[1].key, "modules.load.mine");
  EXPECT_EQ(faults[1].message,
            "there is no file " + Text(folder / L"mine.dll") + ": put the module there, or remove its name");
  std::filesystem::remove(folder / L"folder.dll");
  test::WriteAll(folder / L"folder.dll", "MZ");
  test::WriteAll(folder / L"mine.dll", "MZ");
  EXPECT_TRUE(FindModuleFaults(executable_, modules, RunsIn::kConsole).empty());
}

TEST_F(FilePermissionsTest, AModuleThatEveryoneCanChangeIsAFault) {
  ONBEHALF_SKIP_WITHOUT("files that keep the DACL they are given", FileDaclsAreKept());
  Settings::Modules modules;
  modules.load = {{"mine", "{}"}};
  const path folder = program_ / L"modules";
  const path inside = folder / L"data";
  std::filesystem::create_directories(inside);
  test::WriteAll(folder / L"mine.dll", "MZ");
  // Other modules, and whatever they need, may be loaded with it.
  test::WriteAll(folder / L"needed.dll", "MZ");
  test::WriteAll(inside / L"file.txt", "x");
  const std::string safe = "D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;" + user_ + ")";
  const std::vector<path> all = {folder, folder / L"mine.dll", folder / L"needed.dll", inside,
                                 inside / L"file.txt"};
  for (const path& file : all) SetDacl(file, safe);
  ASSERT_TRUE(FindModuleFaults(executable_, modules, RunsIn::kConsole).empty());
  for (const path& file : all) {
    SetDacl(file, safe + "(A;;FA;;;WD)");
    const auto faults = FindModuleFaults(executable_, modules, RunsIn::kConsole);
    ASSERT_EQ(faults.size(), 1u) << Text(file);
    EXPECT_EQ(faults[0].key, "modules.load");
    EXPECT_TRUE(faults[0].message.starts_with(Text(file) + " can be changed by ")) << faults[0].message;
    SetDacl(file, safe);
  }
}

TEST_F(FilePermissionsTest, ReadersAreNotAFinding) {
  ONBEHALF_SKIP_WITHOUT("files that keep the DACL they are given", FileDaclsAreKept());
  SetDacl(folders_.root, "D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;" + user_ + ")(A;;0x1200a9;;;WD)");
  EXPECT_EQ(Joined(Findings()), "");
}

TEST_F(FilePermissionsTest, TheServicesOwnSidMayChangeOnlyWhatTheServiceWrites) {
  ONBEHALF_SKIP_WITHOUT("files that keep the DACL they are given", FileDaclsAreKept());
  const std::string service = win32::Sid::ForService("OnBehalf").ToString();
  const std::string sddl = "D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;" + user_ + ")(A;;FA;;;" + service + ")";
  SetDacl(folders_.Logs(), sddl);
  SetDacl(folders_.Policy(), sddl);
  // If a DACL does not keep an account that the system does not know, there is nothing to find.
  EXPECT_EQ(Joined(Findings()), "");
  SetDacl(folders_.root, sddl);
  const auto kept = SecurityDescriptor::FromFile(Text(folders_.root), DACL_SECURITY_INFORMATION);
  if (kept.ToSddl(DACL_SECURITY_INFORMATION).find(service) == std::string::npos) {
    GTEST_SKIP() << "missing here: files whose DACL keeps a service's SID";
  }
  EXPECT_EQ(Findings().size(), 1u) << Joined(Findings());
  const auto of_another =
      FindUnsafeFiles(executable_, folders_, RunsIn::kConsole, protocol::ServiceName("Two"));
  EXPECT_EQ(of_another.size(), 3u) << Joined(of_another);
}

TEST_F(FilePermissionsTest, ALinkIsAFinding) {
  std::filesystem::remove(folders_.Logs());
  // SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE (2): for developers' machines.
  const bool linked = ::CreateSymbolicLinkW(folders_.Logs().c_str(), folder_.path().c_str(),
                                            SYMBOLIC_LINK_FLAG_DIRECTORY | 2) != FALSE &&
                      ::GetFileAttributesW(folders_.Logs().c_str()) != INVALID_FILE_ATTRIBUTES &&
                      win32::IsReparsePoint(Text(folders_.Logs()));
  ONBEHALF_SKIP_WITHOUT("symbolic links that this account may make", linked);
  const auto findings = Findings();
  ASSERT_EQ(findings.size(), 1u) << Joined(findings);
  EXPECT_TRUE(findings[0].starts_with(Text(folders_.Logs()) + " is a link or junction")) << findings[0];
}

}  // namespace
}  // namespace onbehalf::service
