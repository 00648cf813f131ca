#include "access/reset_access.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "access/policy_store.h"
#include "onbehalf/service/settings.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/overlapped.h"
#include "onbehalf/win32/process.h"
#include "onbehalf/win32/service_control.h"
#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/utf.h"
#include "program/command_line.h"
#include "support/child_process.h"
#include "support/patience.h"
#include "support/platform_probe.h"
#include "support/restricted_token.h"
#include "temporary_folder.h"

namespace onbehalf::service {
namespace {

class ResetAccessTest : public testing::Test {
 protected:
  void SetUp() override {
    const bool administrator = win32::Token::FromOwnProcess(TOKEN_QUERY | TOKEN_DUPLICATE)
                                   .IsMember(win32::Sid::FromWellKnown(WinBuiltinAdministratorsSid));
    ONBEHALF_SKIP_WITHOUT("an administrator who runs the tests", administrator);
    std::filesystem::create_directory(folders_.Policy());
    PolicyDocument policy;
    policy.version = 7;
    policy.nodes["file"];
    PolicyStore(folders_.Policy()).Write(policy, {});
  }

  static std::string Program() {
    const std::filesystem::path own = win32::ToWide(win32::OwnImagePath());
    return win32::ToUtf8((own.parent_path() / L"onbehalf-service.exe").native());
  }
  // The program, run as by a person.
  test::ChildProcess::Exit Run(HANDLE token = nullptr, std::vector<std::string> more = {}) const {
    test::ChildProcess::Options options;
    options.executable = Program();
    options.arguments = {"--reset-access", "--data", win32::ToUtf8(folders_.root.native())};
    options.arguments.insert(options.arguments.end(), more.begin(), more.end());
    options.token = token;
    return test::RunChild(options);
  }
  bool PolicyExists() const { return std::filesystem::exists(folders_.Policy() / L"access.json"); }

  test::TemporaryFolder folder_;
  const DataFolders folders_{folder_.path()};
};

bool Says(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

TEST_F(ResetAccessTest, RemovesThePolicyAndSaysHowToRestoreIt) {
  const auto exit = Run();
  EXPECT_EQ(exit.code, 0U) << exit.errors;
  EXPECT_FALSE(PolicyExists());
  EXPECT_TRUE(Says(exit.output, "the built-in default is in force when the service starts")) << exit.output;
  EXPECT_TRUE(Says(exit.output, "onbehalf.exe access rollback 7")) << exit.output;
  PolicyStore store(folders_.Policy());
  EXPECT_EQ(store.Load().source, PolicyStore::Loaded::Source::kDefault);
  ASSERT_TRUE(store.Find(7));

  const auto again = Run();
  EXPECT_EQ(again.code, 0U);
  EXPECT_TRUE(Says(again.output, "is already in force")) << again.output;
}

TEST_F(ResetAccessTest, KeepsACopyOfAnInvalidPolicy) {
  test::WriteAll(folders_.Policy() / L"access.json", "not json");
  const auto exit = Run();
  EXPECT_EQ(exit.code, 0U) << exit.errors;
  EXPECT_TRUE(Says(exit.output, "access.json.refused")) << exit.output;
  EXPECT_EQ(test::ReadAll(folders_.Policy() / L"access.json.refused"), "not json");
}

TEST_F(ResetAccessTest, IsRefusedWithoutAdministrators) {
  const auto exit = Run(test::AdministratorsDenyOnlyToken().get());
  EXPECT_EQ(exit.code, 1U);
  EXPECT_TRUE(Says(exit.errors, "is for administrators")) << exit.errors;
  EXPECT_TRUE(PolicyExists());
}

TEST_F(ResetAccessTest, IsRefusedWhileAServiceUsesTheFolder) {
  PolicyStore running(folders_.Policy());
  running.Watch([] {});
  const auto exit = Run();
  EXPECT_EQ(exit.code, 1U);
  EXPECT_TRUE(Says(exit.errors, "sc.exe stop OnBehalf")) << exit.errors;
  EXPECT_TRUE(PolicyExists());
  running.Watch({});
  EXPECT_EQ(Run().code, 0U);
}

// RpcSs runs on every Windows; Wine starts it on demand.
TEST_F(ResetAccessTest, IsRefusedWhileTheServiceRuns) {
  const auto rpc = win32::InstalledService::Open("RpcSs", SERVICE_QUERY_STATUS | SERVICE_START);
  if (rpc.QueryStatus().state != SERVICE_RUNNING) rpc.Start();
  ASSERT_EQ(rpc.WaitForState(SERVICE_RUNNING, win32::Clock::now() + test::kPatience).state,
            static_cast<DWORD>(SERVICE_RUNNING));
  const auto result = ResetAccess(folders_.Policy(), protocol::ServiceName("RpcSs"), FolderOf::kService);
  EXPECT_FALSE(result.done);
  EXPECT_TRUE(Says(result.text, "the service RpcSs is not stopped (running)")) << result.text;
  EXPECT_TRUE(Says(result.text, "sc.exe stop RpcSs")) << result.text;
  EXPECT_TRUE(PolicyExists());
}

TEST_F(ResetAccessTest, ContinuesIfTheServiceIsNotInstalled) {
  const protocol::ServiceName missing("OnBehalf-no-such-service");
  EXPECT_TRUE(ResetAccess(folders_.Policy(), missing, FolderOf::kService).done);
  EXPECT_FALSE(PolicyExists());
}

TEST_F(ResetAccessTest, CannotBeCombinedWithAnotherMode) {
  const auto exit = Run(nullptr, {"--console"});
  EXPECT_EQ(exit.code, 2U);
  EXPECT_TRUE(PolicyExists());
}

TEST(ResetAccessCommandLineTest, SaysWhetherTheFolderIsTheInstalledServices) {
  const wchar_t* const plain[] = {L"onbehalf-service.exe", L"--reset-access"};
  const auto installed = ParseCommandLine(2, plain);
  EXPECT_EQ(installed.fault, "");
  EXPECT_EQ(installed.command_line.mode, Mode::kResetAccess);
  EXPECT_FALSE(installed.command_line.own_folder);
  const wchar_t* const elsewhere[] = {L"onbehalf-service.exe", L"--reset-access", L"--data", L"C:\\try"};
  EXPECT_TRUE(ParseCommandLine(4, elsewhere).command_line.own_folder);
}

}  // namespace
}  // namespace onbehalf::service
