#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "create_file_spy.h"
#include "doctor/answer.h"
#include "doctor/event_source_check.h"
#include "doctor/finding.h"
#include "doctor/rights_checks.h"
#include "doctor/service_checks.h"
#include "doctor/settings_check.h"

namespace onbehalf::cli::doctor {
namespace {

using win32::SecurityDescriptor;
using win32::Sid;

template <typename T>
Answer<T> Known(T value) {
  return {std::move(value), ERROR_SUCCESS, {}};
}
template <typename T>
Answer<T> Unknown(DWORD code) {
  return {std::nullopt, code, "Query: refused"};
}

// A service as the installer sets it up.
ServiceFacts Installed() {
  ServiceFacts facts;
  facts.name = "OnBehalf";
  facts.pipe = "onbehalf";
  facts.start_pipes = Known(std::vector<std::string>());
  win32::ServiceStatus status;
  status.state = SERVICE_RUNNING;
  status.process_id = 7;
  facts.status = Known(status);
  win32::ServiceConfig config;
  config.start_type = SERVICE_AUTO_START;
  config.account = "NT SERVICE\\OnBehalf";
  config.command_line = "\"C:\\Program Files\\OnBehalf\\onbehalf-service.exe\"";
  facts.config = Known(config);
  facts.delayed_start = Known(false);
  win32::ServiceFailureActions actions;
  actions.actions = {{SC_ACTION_RESTART, 1000}, {SC_ACTION_RESTART, 5000}};
  facts.failure_actions = Known(actions);
  facts.acts_on_failure_exit = Known(true);
  facts.sid_type = Known<DWORD>(SERVICE_SID_TYPE_UNRESTRICTED);
  facts.privileges = Known(std::vector<std::string>{"SeChangeNotifyPrivilege", "SeImpersonatePrivilege"});
  facts.security = Known(SecurityDescriptor::FromSddl(
      "D:(A;;CCLCSWRPWPDTLORC;;;SY)(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;BA)(A;;CCLCSWLORC;;;IU)(A;;LCRC;;;AU)"));
  facts.executable_exists = Known(true);
  return facts;
}

Finding Of(const Findings& findings, const std::string& check) {
  const auto found =
      std::find_if(findings.begin(), findings.end(), [&](const Finding& one) { return one.check == check; });
  return found == findings.end() ? Finding{"", Verdict::kFail, "not checked: " + check, {}} : *found;
}

TEST(DoctorService, HasNoProblemsAfterTheInstaller) {
  for (const Finding& finding : JudgeService(Installed())) {
    EXPECT_EQ(finding.verdict, Verdict::kOk) << finding.check << ": " << finding.found;
    EXPECT_EQ(finding.advice, "");
  }
}

TEST(DoctorService, IsTheOnlyFindingIfNotInstalled) {
  ServiceFacts facts;
  facts.name = "OnBehalf";
  facts.status = Unknown<win32::ServiceStatus>(ERROR_SERVICE_DOES_NOT_EXIST);
  const Findings findings = JudgeService(facts);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].verdict, Verdict::kFail);
  EXPECT_NE(findings[0].advice.find("install.cmd"), std::string::npos);
}

TEST(DoctorService, EachDeviationFromTheInstallerIsFound) {
  struct Row {
    const char* check;
    Verdict verdict;
    void (*change)(ServiceFacts&);
  };
  const Row rows[] = {
      {"service.running", Verdict::kFail, [](ServiceFacts& f) { f.status.value->state = SERVICE_STOPPED; }},
      {"service.running", Verdict::kWarn,
       [](ServiceFacts& f) { f.status.value->state = SERVICE_START_PENDING; }},
      {"service.start", Verdict::kWarn,
       [](ServiceFacts& f) { f.config.value->start_type = SERVICE_DEMAND_START; }},
      {"service.start", Verdict::kFail,
       [](ServiceFacts& f) { f.config.value->start_type = SERVICE_DISABLED; }},
      {"service.start", Verdict::kWarn, [](ServiceFacts& f) { f.delayed_start = Known(true); }},
      {"service.account", Verdict::kWarn, [](ServiceFacts& f) { f.config.value->account = "LocalSystem"; }},
      {"service.path", Verdict::kFail,
       [](ServiceFacts& f) {
         f.config.value->command_line = "C:\\Program Files\\OnBehalf\\onbehalf-service.exe";
       }},
      {"service.path", Verdict::kWarn,
       [](ServiceFacts& f) { f.config.value->command_line = "C:\\onbehalf-service.exe"; }},
      {"service.path", Verdict::kFail, [](ServiceFacts& f) { f.executable_exists = Known(false); }},
      {"service.path", Verdict::kFail,
       [](ServiceFacts& f) { f.config.value->command_line += " --name Two"; }},
      {"service.path", Verdict::kFail, [](ServiceFacts& f) { f.name = "Two"; }},
      {"service.start", Verdict::kWarn,
       [](ServiceFacts& f) {
         f.config.value->start_type = SERVICE_DEMAND_START;
         f.start_pipes = Known(std::vector<std::string>{"other"});
       }},
      {"service.account", Verdict::kWarn, [](ServiceFacts& f) { f.config.value->account.clear(); }},
      {"service.account", Verdict::kWarn,
       [](ServiceFacts& f) { f.config.value->account = "NT SERVICE\\Other"; }},
      {"service.failure_actions", Verdict::kWarn,
       [](ServiceFacts& f) { f.failure_actions.value->actions.clear(); }},
      {"service.failure_actions", Verdict::kWarn,
       [](ServiceFacts& f) { f.acts_on_failure_exit = Known(false); }},
      {"service.failure_actions", Verdict::kWarn,
       [](ServiceFacts& f) {
         f.failure_actions = Unknown<win32::ServiceFailureActions>(ERROR_INVALID_LEVEL);
       }},
      {"service.sid_type", Verdict::kWarn,
       [](ServiceFacts& f) { f.sid_type = Known<DWORD>(SERVICE_SID_TYPE_NONE); }},
      {"service.sid_type", Verdict::kWarn,
       [](ServiceFacts& f) { f.sid_type = Unknown<DWORD>(ERROR_INVALID_LEVEL); }},
      {"service.privileges", Verdict::kWarn, [](ServiceFacts& f) { f.privileges.value->clear(); }},
      {"service.privileges", Verdict::kWarn,
       [](ServiceFacts& f) { f.privileges.value->push_back("SeDebugPrivilege"); }},
      {"service.privileges", Verdict::kFail, [](ServiceFacts& f) { f.privileges.value->pop_back(); }},
      {"service.descriptor", Verdict::kFail,
       [](ServiceFacts& f) { f.security = Known(SecurityDescriptor::FromSddl("D:(A;;CCDC;;;AU)")); }},
      {"service.descriptor", Verdict::kFail,
       [](ServiceFacts& f) { f.security = Known(SecurityDescriptor::FromSddl("O:SY")); }},
      {"service.descriptor", Verdict::kWarn,
       [](ServiceFacts& f) { f.security = Unknown<SecurityDescriptor>(ERROR_ACCESS_DENIED); }},
      {"service.config", Verdict::kWarn,
       [](ServiceFacts& f) { f.config = Unknown<win32::ServiceConfig>(ERROR_ACCESS_DENIED); }},
  };
  for (const Row& row : rows) {
    ServiceFacts facts = Installed();
    row.change(facts);
    const Finding finding = Of(JudgeService(facts), row.check);
    EXPECT_EQ(finding.verdict, row.verdict) << row.check << ": " << finding.found;
  }
}

TEST(DoctorService, ThatStartsByItsPipeMayBeStopped) {
  ServiceFacts facts = Installed();
  facts.config.value->start_type = SERVICE_DEMAND_START;
  facts.start_pipes = Known(std::vector<std::string>{"OnBehalf"});
  facts.status.value->state = SERVICE_STOPPED;
  facts.status.value->exit_code = ERROR_SUCCESS;
  for (const Finding& finding : JudgeService(facts))
    EXPECT_EQ(finding.verdict, Verdict::kOk) << finding.check << ": " << finding.found;
  EXPECT_NE(Of(JudgeService(facts), "service.start").found.find("pipe onbehalf"), std::string::npos);
  // It failed.
  facts.status.value->exit_code = ERROR_SERVICE_SPECIFIC_ERROR;
  EXPECT_EQ(Of(JudgeService(facts), "service.running").verdict, Verdict::kFail);
}

TEST(DoctorService, OfAnotherNameAndAccountHasNoProblems) {
  for (const std::string account :
       {"NT SERVICE\\Two", "NT AUTHORITY\\LocalService", "NT AUTHORITY\\NetworkService", "CORP\\svc$",
        "CORP\\alice", ".\\alice"}) {
    ServiceFacts facts = Installed();
    facts.name = "Two";
    facts.config.value->account = account;
    facts.config.value->command_line = "\"C:\\p\\onbehalf-service.exe\" --name Two";
    for (const Finding& finding : JudgeService(facts))
      EXPECT_EQ(finding.verdict, Verdict::kOk) << finding.check << ": " << finding.found;
  }
}

TEST(DoctorService, SaysWhyItStopped) {
  ServiceFacts facts = Installed();
  facts.status.value->state = SERVICE_STOPPED;
  facts.status.value->exit_code = ERROR_SERVICE_SPECIFIC_ERROR;
  facts.status.value->service_specific_exit_code = 3;
  EXPECT_NE(Of(JudgeService(facts), "service.running").found.find("service-specific code 3"),
            std::string::npos);
  facts.status.value->exit_code = ERROR_ACCESS_DENIED;
  EXPECT_NE(Of(JudgeService(facts), "service.running").found.find("ERROR_ACCESS_DENIED"), std::string::npos);
}

TEST(DoctorService, ParsesACommandLine) {
  const ServiceCommand quoted = ParseServiceCommand("\"C:\\a b\\c.exe\" --data \"D:\\x y\"");
  EXPECT_TRUE(quoted.is_quoted);
  EXPECT_EQ(quoted.executable, "C:\\a b\\c.exe");
  EXPECT_EQ(quoted.arguments, (std::vector<std::string>{"--data", "D:\\x y"}));
  const ServiceCommand bare = ParseServiceCommand("C:\\a b\\c.exe");
  EXPECT_FALSE(bare.is_quoted);
  EXPECT_EQ(bare.executable, "C:\\a");
  EXPECT_EQ(ParseServiceCommand("").executable, "");
}

TEST(DoctorFinding, WithoutAccessNamesWhoHasIt) {
  const Finding denied = NotAnswered("x", ERROR_ACCESS_DENIED, "Open");
  EXPECT_EQ(denied.verdict, Verdict::kWarn);
  EXPECT_NE(denied.advice.find("administrator"), std::string::npos);
  const Finding missing = NotAnswered("x", ERROR_INVALID_LEVEL, "Open");
  EXPECT_NE(missing.found.find("this system does not report it"), std::string::npos);
}

TEST(DoctorRights, AreHeldByTheAccountOrAGroupOfServices) {
  const Sid alice = *Sid::FromString("S-1-5-21-1-2-3-1001");
  const Sid administrators = Sid::FromWellKnown(WinBuiltinAdministratorsSid);
  RightsFacts facts;
  facts.account_name = "NT SERVICE\\OnBehalf";
  facts.account = {Sid::ForService("OnBehalf"), Sid::FromWellKnown(WinServiceSid),
                   *Sid::FromString("S-1-5-80-0")};
  facts.impersonate = Known(std::vector<Sid>{administrators, Sid::FromWellKnown(WinServiceSid)});
  facts.log_on = Known(std::vector<Sid>{*Sid::FromString("S-1-5-80-0")});
  facts.traverse = facts.impersonate;
  for (const Finding& finding : JudgeRights(facts)) EXPECT_EQ(finding.verdict, Verdict::kOk) << finding.found;

  facts.log_on = Known(std::vector<Sid>{alice});
  EXPECT_EQ(Of(JudgeRights(facts), "rights.log_on_as_service").verdict, Verdict::kFail);
  facts.is_built_in = true;
  EXPECT_EQ(Of(JudgeRights(facts), "rights.log_on_as_service").verdict, Verdict::kOk);
  facts.is_built_in = false;
  facts.traverse = Known(std::vector<Sid>{alice});
  EXPECT_EQ(Of(JudgeRights(facts), "rights.traverse").verdict, Verdict::kFail);
  facts.impersonate = Known(std::vector<Sid>{});
  EXPECT_EQ(Of(JudgeRights(facts), "rights.impersonate").verdict, Verdict::kFail);
  facts.impersonate = Unknown<std::vector<Sid>>(ERROR_ACCESS_DENIED);
  EXPECT_EQ(Of(JudgeRights(facts), "rights.impersonate").verdict, Verdict::kWarn);

  // If a system stores no rights, no account is named for any of them.
  facts.impersonate = Known(std::vector<Sid>{});
  facts.log_on = Known(std::vector<Sid>{});
  for (const Finding& finding : JudgeRights(facts)) EXPECT_EQ(finding.verdict, Verdict::kWarn);
  facts.is_local_system = true;
  for (const Finding& finding : JudgeRights(facts)) EXPECT_EQ(finding.verdict, Verdict::kOk);
}

TEST(DoctorSettings, ShowWhatTheServiceReports) {
  EXPECT_EQ(JudgeSettings({Known(SettingsFacts::Run{0, "ok\r\n"})}).found, "ok");
  const Finding bad = JudgeSettings({Known(SettingsFacts::Run{1, "a: wrong\nb: wrong\n"})});
  EXPECT_EQ(bad.verdict, Verdict::kFail);
  EXPECT_EQ(bad.found, "a: wrong; b: wrong");
  EXPECT_EQ(JudgeSettings({Unknown<SettingsFacts::Run>(ERROR_FILE_NOT_FOUND)}).verdict, Verdict::kWarn);
}

TEST(DoctorSettings, ThatThisAccountMayNotReadAreNotCalledWrong) {
  const test::DeniedFile denied(L"C:\\none\\OnBehalf\\onbehalf.json");
  const Finding finding = JudgeSettings(CollectSettingsFacts({{}, "C:\\none\\OnBehalf", false}));
  EXPECT_EQ(finding.verdict, Verdict::kWarn);
  EXPECT_TRUE(finding.found.starts_with("this account may not query it: ")) << finding.found;
}

// With --data the service's own program accepts files that belong to an administrator, which the installed
// service refuses.
TEST(DoctorSettings, AreCheckedAsTheServiceWouldReadThem) {
  ServiceFacts service;
  win32::ServiceConfig config;
  config.command_line = R"("C:\p\onbehalf-service.exe")";
  service.config = {config, ERROR_SUCCESS, {}};
  EXPECT_EQ(CheckArguments(FindInstallation(service)), std::vector<std::string>{"--check-config"});
  EXPECT_EQ(CheckArguments(FindInstallation(ServiceFacts{})), std::vector<std::string>{"--check-config"});
  service.config.value->command_line += R"( --data "D:\my data")";
  EXPECT_EQ(CheckArguments(FindInstallation(service)),
            (std::vector<std::string>{"--check-config", "--data", "D:\\my data"}));
  service.config.value->command_line = R"("C:\p\onbehalf-service.exe" --name Two)";
  EXPECT_EQ(CheckArguments(FindInstallation(service)),
            (std::vector<std::string>{"--check-config", "--name", "Two"}));
}

TEST(DoctorEventSource, IsRegisteredOrNot) {
  EXPECT_EQ(JudgeEventSource({"OnBehalf", Known(std::string("C:\\x.exe"))}).verdict, Verdict::kOk);
  EXPECT_EQ(JudgeEventSource({"OnBehalf", Unknown<std::string>(ERROR_FILE_NOT_FOUND)}).verdict,
            Verdict::kWarn);
}

}  // namespace
}  // namespace onbehalf::cli::doctor
