#include "onbehalf/win32/service_control.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "onbehalf/win32/process.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "support/child_main.h"
#include "support/patience.h"
#include "support/platform_probe.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::win32 {
namespace {

using namespace std::chrono_literals;

// An installed service whose program is this test executable; deleted at the end.
class ServiceControlTest : public testing::Test {
 protected:
  void SetUp() override {
    UniqueServiceHandle manager(
        ::OpenSCManagerW(nullptr, nullptr, SC_MANAGER_CONNECT | SC_MANAGER_CREATE_SERVICE));
    const DWORD error = manager ? ERROR_SUCCESS : ::GetLastError();
    ONBEHALF_SKIP_WITHOUT("the right to install a service", error != ERROR_ACCESS_DENIED);
    ASSERT_EQ(error, static_cast<DWORD>(ERROR_SUCCESS));
    // A name that no pipe has is not used by a service either.
    name_ = test::UniquePipeName();
    display_name_ = "OnBehalf test " + name_;
    command_line_ = '"' + OwnImagePath() + "\" --onbehalf-child=Service " + name_;
    created_.reset(::CreateServiceW(manager.get(), ToWide(name_).c_str(), ToWide(display_name_).c_str(),
                                    SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START,
                                    SERVICE_ERROR_NORMAL, ToWide(command_line_).c_str(), nullptr, nullptr,
                                    L"RpcSs\0", nullptr, nullptr));
    ASSERT_TRUE(created_) << ErrorName(::GetLastError());
  }
  void TearDown() override {
    if (!created_) return;
    SERVICE_STATUS status{};
    // Fails if it is stopped; it is deleted either way.
    ::ControlService(created_.get(), SERVICE_CONTROL_STOP, &status);
    EXPECT_TRUE(::DeleteService(created_.get()));
  }

  InstalledService Open(DWORD access) { return InstalledService::Open(name_, access); }

  std::string name_;
  std::string display_name_;  // unique among services as well
  std::string command_line_;
  UniqueServiceHandle created_;
};

SERVICE_STATUS_HANDLE status_handle = nullptr;
HANDLE stop_event = nullptr;

void Report(DWORD state, DWORD exit_code) {
  SERVICE_STATUS status{};
  status.dwServiceType = SERVICE_WIN32_OWN_PROCESS;
  status.dwCurrentState = state;
  status.dwControlsAccepted = state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP : 0;
  status.dwWin32ExitCode = exit_code == 0 ? ERROR_SUCCESS : ERROR_SERVICE_SPECIFIC_ERROR;
  status.dwServiceSpecificExitCode = exit_code;
  ::SetServiceStatus(status_handle, &status);
}

void WINAPI Control(DWORD control) {
  if (control == SERVICE_CONTROL_STOP) ::SetEvent(stop_event);
}

// Ends at once with the specific exit code in its first start argument, if it has one; otherwise runs until
// it is stopped.
void WINAPI ServiceMain(DWORD argc, wchar_t** argv) {
  status_handle = ::RegisterServiceCtrlHandlerW(argv[0], Control);
  if (status_handle == nullptr) return;
  Report(SERVICE_START_PENDING, 0);
  if (argc > 1) {
    Report(SERVICE_STOPPED, static_cast<DWORD>(std::stoul(argv[1])));
    return;
  }
  Report(SERVICE_RUNNING, 0);
  ::WaitForSingleObject(stop_event, INFINITE);
  Report(SERVICE_STOPPED, 0);
}

ONBEHALF_CHILD_MAIN(Service) {
  stop_event = ::CreateEventW(nullptr, TRUE, FALSE, nullptr);
  std::wstring name = ToWide(arguments.at(0));
  const SERVICE_TABLE_ENTRYW table[] = {{name.data(), ServiceMain}, {nullptr, nullptr}};
  return ::StartServiceCtrlDispatcherW(table) ? 0 : 1;
}

TEST(ServiceControlErrorTest, AServiceThatIsNotInstalledDoesNotExist) {
  try {
    (void)InstalledService::Open("onbehalf-no-such-service", SERVICE_QUERY_STATUS);
    FAIL();
  } catch (const Win32Error& error) {
    EXPECT_EQ(error.win32_code(), static_cast<DWORD>(ERROR_SERVICE_DOES_NOT_EXIST));
    EXPECT_EQ(error.operation(), "OpenServiceW");
    EXPECT_EQ(error.subject(), "onbehalf-no-such-service");
  }
}

TEST(ServiceControlErrorTest, StatesHaveTheirNames) {
  EXPECT_EQ(ServiceStateName(SERVICE_RUNNING), "running");
  EXPECT_EQ(ServiceStateName(SERVICE_START_PENDING), "start pending");
  EXPECT_EQ(ServiceStateName(99), "99");
}

TEST_F(ServiceControlTest, AStoppedServiceIsDescribed) {
  const auto service = Open(SERVICE_QUERY_STATUS | SERVICE_QUERY_CONFIG);
  const auto status = service.QueryStatus();
  EXPECT_EQ(status.state, static_cast<DWORD>(SERVICE_STOPPED));
  EXPECT_EQ(status.process_id, 0U);
  const auto config = service.QueryConfig();
  EXPECT_EQ(config.type, static_cast<DWORD>(SERVICE_WIN32_OWN_PROCESS));
  EXPECT_EQ(config.start_type, static_cast<DWORD>(SERVICE_DEMAND_START));
  EXPECT_EQ(config.error_control, static_cast<DWORD>(SERVICE_ERROR_NORMAL));
  EXPECT_EQ(config.command_line, command_line_);
  EXPECT_EQ(config.display_name, display_name_);
  EXPECT_EQ(config.account, "LocalSystem");
}

TEST_F(ServiceControlTest, TheDescriptionIsReadBack) {
  std::wstring text = L"Says who is asking \u2713";
  SERVICE_DESCRIPTIONW description{text.data()};
  ASSERT_TRUE(::ChangeServiceConfig2W(created_.get(), SERVICE_CONFIG_DESCRIPTION, &description));
  EXPECT_EQ(Open(SERVICE_QUERY_CONFIG).QueryDescription(), ToUtf8(text));
}

TEST_F(ServiceControlTest, StartAndStopAreWaitedFor) {
  const auto service = Open(SERVICE_QUERY_STATUS | SERVICE_START | SERVICE_STOP);
  service.Start();
  const auto running = service.WaitForState(SERVICE_RUNNING, Clock::now() + test::kPatience);
  EXPECT_EQ(running.state, static_cast<DWORD>(SERVICE_RUNNING));
  EXPECT_NE(running.process_id, 0U);
  EXPECT_EQ(running.accepted_controls, static_cast<DWORD>(SERVICE_ACCEPT_STOP));
  EXPECT_EQ(ImagePath(running.process_id), OwnImagePath());
  service.Stop();
  const auto stopped = service.WaitForState(SERVICE_STOPPED, Clock::now() + test::kPatience);
  EXPECT_EQ(stopped.exit_code, static_cast<DWORD>(ERROR_SUCCESS));
}

TEST_F(ServiceControlTest, AServiceThatFailsToStartReportsWhy) {
  const auto service = Open(SERVICE_QUERY_STATUS | SERVICE_START);
  const std::vector<std::string> arguments{"42"};
  service.Start(arguments);
  const auto status = service.WaitForState(SERVICE_RUNNING, Clock::now() + test::kPatience);
  EXPECT_EQ(status.state, static_cast<DWORD>(SERVICE_STOPPED));
  EXPECT_EQ(status.exit_code, static_cast<DWORD>(ERROR_SERVICE_SPECIFIC_ERROR));
  EXPECT_EQ(status.service_specific_exit_code, 42U);
}

TEST_F(ServiceControlTest, WaitingEndsAtItsDeadline) {
  const auto service = Open(SERVICE_QUERY_STATUS);
  try {
    (void)service.WaitForState(SERVICE_PAUSED, Clock::now() + 50ms);
    FAIL();
  } catch (const Win32Error& error) {
    EXPECT_EQ(error.win32_code(), static_cast<DWORD>(WAIT_TIMEOUT));
    EXPECT_EQ(error.subject(), name_);
  }
}

TEST_F(ServiceControlTest, AStoppedServiceCannotBeStopped) {
  try {
    Open(SERVICE_STOP).Stop();
    FAIL();
  } catch (const Win32Error& error) {
    EXPECT_EQ(error.win32_code(), static_cast<DWORD>(ERROR_SERVICE_NOT_ACTIVE));
    EXPECT_EQ(error.operation(), "ControlService");
  }
}

TEST_F(ServiceControlTest, UnsupportedQueriesAreErrors) {
  const auto service = Open(SERVICE_QUERY_CONFIG | READ_CONTROL);
  // Either an answer or Windows' error, never a guess.
  const auto ask = [](auto query) {
    try {
      query();
    } catch (const Win32Error& error) {
      EXPECT_EQ(error.operation(), "QueryServiceConfig2W");
      EXPECT_NE(error.win32_code(), static_cast<DWORD>(ERROR_SUCCESS));
    }
  };
  ask([&] { EXPECT_TRUE(service.QueryFailureActions().actions.empty()); });
  ask([&] { EXPECT_FALSE(service.QueryFailureActionsOnNonCrash()); });
  ask([&] { EXPECT_FALSE(service.QueryDelayedAutoStart()); });
  ask([&] { EXPECT_EQ(service.QuerySidType(), static_cast<DWORD>(SERVICE_SID_TYPE_NONE)); });
  ask([&] { EXPECT_TRUE(service.QueryRequiredPrivileges().empty()); });
}

TEST_F(ServiceControlTest, TheDescriptorIsRead) {
  EXPECT_NO_THROW(Open(READ_CONTROL).QuerySecurity(DACL_SECURITY_INFORMATION));
}

}  // namespace
}  // namespace onbehalf::win32
