// What an administrator and an application see of the service as install.cmd installed and started it. Needs
// that installation: test.sh and test.cmd install it before they run this program, and uninstall it after.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <nlohmann/json.hpp>

#include "onbehalf/client/client.h"
#include "onbehalf/win32/overlapped.h"
#include "onbehalf/win32/process.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/service_control.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "support/child_process.h"
#include "support/patience.h"
#include "support/platform_probe.h"
#include "support/restricted_token.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::test {
namespace {

using client::Client;
using nlohmann::json;
using win32::InstalledService;

constexpr const char* kService = "OnBehalf";
constexpr DWORD kControl = SERVICE_QUERY_STATUS | SERVICE_START | SERVICE_STOP;

win32::Clock::time_point Soon() { return win32::Clock::now() + kPatience; }

std::filesystem::path Variable(const wchar_t* name) {
  std::wstring value(32'768, L'\0');
  value.resize(::GetEnvironmentVariableW(name, value.data(), static_cast<DWORD>(value.size())));
  return value;
}

std::filesystem::path DataFolder() { return Variable(L"ProgramData") / L"OnBehalf"; }

std::string TextOf(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<json> AuditLines() {
  std::vector<json> lines;
  for (const auto& entry : std::filesystem::directory_iterator(DataFolder() / L"logs")) {
    if (entry.path().extension() != L".jsonl") continue;
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);) lines.push_back(json::parse(line));
  }
  return lines;
}

ChildProcess::Exit CommandLine(std::vector<std::string> arguments, HANDLE token = nullptr) {
  ChildProcess::Options options;
  const auto installed = Variable(L"ProgramFiles") / L"OnBehalf" / L"onbehalf.exe";
  options.executable = win32::ToUtf8(installed.wstring());
  options.arguments = std::move(arguments);
  options.token = token;
  return RunChild(options);
}

// Stops the service, calls `change` and starts the service again.
template <typename Change>
win32::ServiceStatus Restart(const InstalledService& service, Change&& change) {
  if (service.QueryStatus().state != SERVICE_STOPPED) {
    service.Stop();
    service.WaitForState(SERVICE_STOPPED, Soon());
  }
  change();
  service.Start();
  return service.WaitForState(SERVICE_RUNNING, Soon());
}

TEST(InstalledServiceTest, RunsAndIsTrustedByTheClientLibrary) {
  EXPECT_EQ(InstalledService::Open(kService, kControl).QueryStatus().state,
            static_cast<DWORD>(SERVICE_RUNNING));
  Client service = Client::Connect();
  EXPECT_EQ(service.Call("rpc.ping").at("pong"), true);
}

TEST(InstalledServiceTest, IdentifiesItsCaller) {
  const json me = Client::Connect().Call("identity.whoami");
  EXPECT_EQ(me.at("account").at("sid"), win32::Token::FromOwnProcess().User().ToString());
  EXPECT_EQ(me.at("level"), "impersonation");
  EXPECT_EQ(me.at("process").at("id"), ::GetCurrentProcessId());
  EXPECT_EQ(me.at("process").at("image"), win32::OwnImagePath());
}

TEST(InstalledServiceTest, ListsAndEndsConnections) {
  Client other = Client::Connect();
  Client administrator = Client::Connect();
  other.Call("rpc.ping");
  std::vector<std::uint64_t> mine;
  for (const json& connection : administrator.Call("service.connections")) {
    if (connection.at("process").at("id") == ::GetCurrentProcessId()) mine.push_back(connection.at("id"));
  }
  ASSERT_EQ(mine.size(), 2U);
  administrator.Call("service.disconnect", {{"connection", mine.front()}});
  EXPECT_THROW(other.Call("rpc.ping"), std::system_error);
  EXPECT_EQ(administrator.Call("service.connections").size(), 1U);
}

TEST(InstalledServiceTest, AuditsTheDecisionAndTheOutcomeOfEachRequest) {
  const std::size_t before = AuditLines().size();
  Client service = Client::Connect();
  service.Call("rpc.ping");
  EXPECT_THROW(service.Call("no.such"), client::RpcError);
  const std::vector<json> lines = AuditLines();
  ASSERT_EQ(lines.size(), before + 3);
  EXPECT_EQ(lines[before].at("event"), "decision");
  EXPECT_EQ(lines[before].at("verdict"), "allowed");
  EXPECT_EQ(lines[before].at("account"), win32::Token::FromOwnProcess().User().ToString());
  EXPECT_EQ(lines[before + 1].at("event"), "outcome");
  EXPECT_EQ(lines[before + 1].at("request"), lines[before].at("request"));
  EXPECT_EQ(lines[before + 2].at("method"), "no.such");
  EXPECT_EQ(lines[before + 2].at("reason"), "MethodNotFound");
}

TEST(InstalledServiceTest, AChangeOfThePolicyOutlivesARestartAndIsInTheAudit) {
  const auto service = InstalledService::Open(kService, kControl);
  const ChildProcess::Exit granted =
      CommandLine({"access", "grant", "BUILTIN\\Users", "service.status", "call"});
  ASSERT_EQ(granted.code, 0U) << granted.output;
  Restart(service, [] {});
  const json shown = Client::Connect().Call("access.show", {{"node", "service.status"}});
  EXPECT_EQ(shown.at("sddl"), "D:(A;;GR;;;AU)(A;;GX;;;BU)");
  EXPECT_EQ(CommandLine({"access", "set", "service.status", "--default"}).code, 0U);
  EXPECT_EQ(Client::Connect().Call("access.show", {{"node", "service.status"}}).at("default"), true);

  const std::vector<json> lines = AuditLines();
  const auto is_change = [](const json& line) { return line.at("event") == "policy"; };
  ASSERT_GE(std::count_if(lines.begin(), lines.end(), is_change), 2);
  const auto last = std::find_if(lines.rbegin(), lines.rend(), is_change);
  EXPECT_EQ(last->at("before"), "D:(A;;GR;;;AU)(A;;GX;;;BU)");
  EXPECT_EQ(last->at("account"), win32::Token::FromOwnProcess().User().ToString());
  const ChildProcess::Exit verified = CommandLine({"audit", "verify"});
  EXPECT_EQ(verified.code, 0U) << verified.output;
}

TEST(InstalledServiceTest, ThePolicyIsResetOnlyWhileTheServiceIsStopped) {
  const auto service = InstalledService::Open(kService, kControl);
  const auto reset = [] {
    ChildProcess::Options options;
    options.executable =
        win32::ToUtf8((Variable(L"ProgramFiles") / L"OnBehalf" / L"onbehalf-service.exe").wstring());
    options.arguments = {"--reset-access"};
    return RunChild(options).code;
  };
  ASSERT_EQ(CommandLine({"access", "grant", "BUILTIN\\Users", "service.status", "call"}).code, 0U);
  EXPECT_EQ(reset(), 1U);
  Restart(service, [&] { EXPECT_EQ(reset(), 0U); });
  EXPECT_EQ(Client::Connect().Call("access.list").at("source"), "default");
}

TEST(InstalledServiceTest, TheCommandLineReturnsItsExitCodes) {
  EXPECT_EQ(CommandLine({"ping"}).code, 0U);
  EXPECT_EQ(CommandLine({"call", "no.such"}).code, 1U);
  EXPECT_EQ(CommandLine({"fly"}).code, 2U);
  EXPECT_EQ(CommandLine({"--pipe", UniquePipeName(), "ping"}).code, 3U);

  // A pipe with another owner.
  const std::string name = UniquePipeName();
  const auto descriptor = win32::SecurityDescriptor::FromSddl(
      "O:" + win32::Token::FromOwnProcess().User().ToString() + "D:(A;;GA;;;WD)");
  SECURITY_ATTRIBUTES attributes{sizeof(SECURITY_ATTRIBUTES), descriptor.get(), FALSE};
  const win32::UniqueFile stranger(::CreateNamedPipeW(win32::ToWide(LocalPipePath(name)).c_str(),
                                                      PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE, 1, 4096, 4096, 0,
                                                      &attributes));
  ASSERT_TRUE(stranger) << ::GetLastError();
  EXPECT_EQ(CommandLine({"--pipe", name, "ping"}).code, 4U);
}

TEST(InstalledServiceTest, ACallerWithoutAdministratorsIsAnotherCaller) {
  const win32::Token restricted = AdministratorsDenyOnlyToken();
  const auto own = CommandLine({"--json", "whoami"});
  const auto theirs = CommandLine({"--json", "whoami"}, restricted.get());
  ASSERT_EQ(theirs.code, 0U) << theirs.errors;
  ONBEHALF_SKIP_WITHOUT("the client's own token from ImpersonateNamedPipeClient",
                        json::parse(own.output).at("groups") != json::parse(theirs.output).at("groups"));
  EXPECT_EQ(CommandLine({"call", "service.status"}, restricted.get()).code, 5U);
  EXPECT_EQ(CommandLine({"call", "service.status"}).code, 0U);
}

TEST(InstalledServiceTest, ItsPipeLetsNoClientCreateInstances) {
  const win32::UniqueFile pipe(::CreateFileW(LR"(\\.\pipe\onbehalf)", GENERIC_READ | GENERIC_WRITE, 0,
                                             nullptr, OPEN_EXISTING,
                                             SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, nullptr));
  ASSERT_TRUE(pipe) << ::GetLastError();
  const auto descriptor = win32::SecurityDescriptor::FromKernelObject(
      pipe.get(), OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION);
  ASSERT_TRUE(descriptor.HasDacl());
  int makers = 0;
  for (const win32::AccessEntry& entry : descriptor.Dacl()) {
    if (!entry.allows() || (entry.mask & FILE_CREATE_PIPE_INSTANCE) == 0) continue;
    ++makers;
    EXPECT_EQ(entry.sid, descriptor.Owner());
  }
  EXPECT_EQ(makers, 1);
}

TEST(InstalledServiceTest, DoctorFindsNoFailures) {
  const auto doctor = CommandLine({"doctor"});
  EXPECT_EQ(doctor.code, 0U) << doctor.output << doctor.errors;
}

TEST(InstalledServiceTest, TheSamplesPrintTheAccount) {
  const json account = Client::Connect().Call("identity.whoami").at("account");
  const auto run = [](const wchar_t* sample) {
    ChildProcess::Options options;
    const auto folder = std::filesystem::path(win32::ToWide(win32::OwnImagePath())).parent_path();
    options.executable = win32::ToUtf8((folder / sample).wstring());
    const auto exit = RunChild(options);
    EXPECT_EQ(exit.code, 0U) << exit.errors;
    return exit.output;
  };
  const std::string of_readme = run(L"onbehalf_first_call.exe");
  EXPECT_NE(of_readme.find(account.at("name").get<std::string>()), std::string::npos) << of_readme;
  EXPECT_EQ(json::parse(run(L"onbehalf_whoami_c.exe")).at("account"), account);
}

TEST(InstalledServiceTest, StopsAndStartsUnderTheServiceControlManager) {
  const InstalledService service = InstalledService::Open(kService, kControl);
  Client open = Client::Connect();
  open.Call("rpc.ping");
  const auto status = Restart(service, [&open] {
    // First, because a client that still has its end keeps the pipe alive.
    EXPECT_THROW(open.Call("rpc.ping"), std::system_error);
    try {
      Client::Connect();
      ADD_FAILURE() << "a stopped service has a pipe";
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.code().value(), ERROR_FILE_NOT_FOUND) << error.what();
    }
  });
  EXPECT_EQ(status.state, static_cast<DWORD>(SERVICE_RUNNING));
  // RUNNING means that it listens: this does not wait for anything.
  EXPECT_EQ(Client::Connect().Call("rpc.ping").at("pong"), true);
}

TEST(InstalledServiceTest, AClientWaitsWhileItStartsAndFailsAtOnceWhileItIsStopped) {
  const auto service = InstalledService::Open(kService, kControl);
  service.Stop();
  service.WaitForState(SERVICE_STOPPED, Soon());
  client::Options options;
  options.connect_timeout = std::chrono::seconds(20);
  const auto before = win32::Clock::now();
  EXPECT_THROW(Client::Connect(options), std::system_error);
  EXPECT_LT(win32::Clock::now() - before, options.connect_timeout / 2);
  // The service's process has been created; its pipe has not.
  service.Start();
  EXPECT_EQ(Client::Connect(options).Call("rpc.ping").at("pong"), true);
}

TEST(InstalledServiceTest, DoesNotStartWithInvalidSettingsAndReportsWhy) {
  const InstalledService service = InstalledService::Open(kService, kControl);
  const auto file = DataFolder() / L"onbehalf.json";
  const bool had_file = std::filesystem::exists(file);
  const std::string settings = TextOf(file);
  const auto failed =
      Restart(service, [&file] { std::ofstream(file) << R"({"limits": {"connection": 1}})"; });
  const auto check = [] {
    ChildProcess::Options options;
    options.executable =
        win32::ToUtf8((Variable(L"ProgramFiles") / L"OnBehalf" / L"onbehalf-service.exe").wstring());
    options.arguments = {"--check-config"};
    return RunChild(options);
  }();
  const auto mended = Restart(service, [&] {
    std::filesystem::remove(file);
    if (had_file) std::ofstream(file, std::ios::binary) << settings;
  });
  EXPECT_EQ(failed.state, static_cast<DWORD>(SERVICE_STOPPED));
  EXPECT_EQ(failed.exit_code, static_cast<DWORD>(ERROR_SERVICE_SPECIFIC_ERROR));
  EXPECT_EQ(failed.service_specific_exit_code, 2U);  // docs/operating.md: settings
  EXPECT_EQ(check.code, 1U);
  EXPECT_NE(check.output.find("limits.connection"), std::string::npos) << check.output;
  EXPECT_EQ(mended.state, static_cast<DWORD>(SERVICE_RUNNING));
}

}  // namespace
}  // namespace onbehalf::test
