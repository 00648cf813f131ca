#include "program/service_account.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/process.h"
#include "onbehalf/win32/service_control.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "support/child_process.h"
#include "support/platform_probe.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::service {
namespace {

using Kind = ServiceAccount::Kind;
using test::ChildProcess;

const protocol::ServiceName kName("OnBehalf-Two");

TEST(ServiceAccount, IsReadAsAdministratorsWriteIt) {
  const struct {
    const char* text;
    Kind kind;
    const char* name;
  } kCases[] = {
      {"LocalService", Kind::kLocalService, "NT AUTHORITY\\LocalService"},
      {"nt authority\\localservice", Kind::kLocalService, "NT AUTHORITY\\LocalService"},
      {"networkservice", Kind::kNetworkService, "NT AUTHORITY\\NetworkService"},
      {"nt service\\onbehalf-two", Kind::kVirtual, "NT SERVICE\\OnBehalf-Two"},
      {"CORP\\svc-onbehalf$", Kind::kManaged, "CORP\\svc-onbehalf$"},
      {"CORP\\alice", Kind::kUser, "CORP\\alice"},
      {".\\alice", Kind::kUser, ".\\alice"},
      {"alice@corp.example", Kind::kUser, "alice@corp.example"},
  };
  for (const auto& [text, kind, name] : kCases) {
    const auto [account, fault] = ParseServiceAccount(text, kName);
    ASSERT_TRUE(account) << text << ": " << fault;
    EXPECT_EQ(account->kind, kind) << text;
    EXPECT_EQ(account->name, name);
  }
}

TEST(ServiceAccount, RefusesWhatIsNoAccountForAService) {
  for (const char* const text : {"", "alice", "\\alice", "CORP\\", "a\\b\\c", "@corp", "alice@",
                                 "LocalSystem", "NT AUTHORITY\\SYSTEM", "NT SERVICE\\OnBehalf"}) {
    const auto [account, fault] = ParseServiceAccount(text, kName);
    EXPECT_FALSE(account) << text;
    EXPECT_NE(fault, "") << text;
  }
}

ChildProcess::Exit SetAccount(const std::string& service, const std::string& account,
                              const std::string& input = {}) {
  ChildProcess::Options options;
  options.executable = win32::ToUtf8(
      (std::filesystem::path(win32::ToWide(win32::OwnImagePath())).parent_path() / L"onbehalf-service.exe")
          .native());
  options.arguments = {"--set-account", account, "--name", service};
  ChildProcess process = ChildProcess::Start(options);
  if (!input.empty()) process.WriteInput(input);
  return process.WaitForExit();
}

TEST(SetAccount, OfAWrongTextIsAUsageError) {
  const auto exit = SetAccount("OnBehalf-Two", "alice");
  EXPECT_EQ(exit.code, 2U);
  EXPECT_NE(exit.errors.find("NT SERVICE\\OnBehalf-Two"), std::string::npos) << exit.errors;
}

TEST(SetAccount, OfAServiceThatIsNotInstalledFailsBeforeAnythingIsAsked) {
  const auto exit = SetAccount("OnBehalf-Not-Installed", ".\\nobody", "secret\n");
  EXPECT_EQ(exit.code, 1U);
  EXPECT_NE(exit.errors.find("There is no service OnBehalf-Not-Installed"), std::string::npos) << exit.errors;
  EXPECT_EQ((exit.errors + exit.output).find("secret"), std::string::npos);
}

// A service that is installed for the test and never started.
class InstalledForSetAccount : public testing::Test {
 protected:
  void SetUp() override {
    const win32::UniqueServiceHandle manager(
        ::OpenSCManagerW(nullptr, nullptr, SC_MANAGER_CONNECT | SC_MANAGER_CREATE_SERVICE));
    ONBEHALF_SKIP_WITHOUT("the right to install services", static_cast<bool>(manager));
    service_.reset(::CreateServiceW(manager.get(), win32::ToWide(name_).c_str(), nullptr, SERVICE_ALL_ACCESS,
                                    SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START, SERVICE_ERROR_NORMAL,
                                    L"C:\\none.exe", nullptr, nullptr, nullptr, nullptr, nullptr));
    ASSERT_TRUE(service_) << ::GetLastError();
  }
  void TearDown() override {
    if (service_) ::DeleteService(service_.get());
  }
  std::string Account() const {
    return win32::InstalledService::Open(name_, SERVICE_QUERY_CONFIG).QueryConfig().account;
  }

  const std::string name_ = test::UniquePipeName();
  win32::UniqueServiceHandle service_;
};

TEST_F(InstalledForSetAccount, IsChangedAndReadBack) {
  for (const char* const account : {"LocalService", "NetworkService"}) {
    const auto exit = SetAccount(name_, account);
    EXPECT_EQ(exit.code, 0U) << exit.errors;
    EXPECT_EQ(Account(), std::string("NT AUTHORITY\\") + account);
    EXPECT_NE(exit.output.find("from its next start on"), std::string::npos) << exit.output;
  }
  const auto back = SetAccount(name_, "NT SERVICE\\" + name_);
  EXPECT_EQ(back.code, 0U) << back.errors;
  EXPECT_EQ(Account(), "NT SERVICE\\" + name_);
}

TEST_F(InstalledForSetAccount, AnAccountThatDoesNotExistChangesNothing) {
  const std::string before = Account();
  for (const char* const account : {".\\onbehalf-no-such-user", "NOWHERE\\onbehalf-no-such-account$"}) {
    const auto exit = SetAccount(name_, account, "secret\n");
    EXPECT_EQ(exit.code, 1U);
    EXPECT_NE(exit.errors.find("there is no account"), std::string::npos) << exit.errors;
    EXPECT_EQ((exit.errors + exit.output).find("secret"), std::string::npos);
  }
  EXPECT_EQ(Account(), before);
}

}  // namespace
}  // namespace onbehalf::service
