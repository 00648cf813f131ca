#include "server_trust.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <optional>
#include <string>

#include "fake_server.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/win32_error.h"
#include "support/platform_probe.h"

namespace onbehalf::client {
namespace {

using test::FakeServer;
using win32::Sid;

Sid Parse(const char* text) { return *Sid::FromString(text); }
const Sid kAlice = Parse("S-1-5-21-1-2-3-1001");
const Sid kBob = Parse("S-1-5-21-1-2-3-1002");

struct Case {
  const char* name;
  Sid owner;
  DWORD pipe_process;
  bool is_local;
  std::optional<ServiceProcess> service;
  bool trusted;
};

TEST(ServerTrust, DecidesByOwnerAndProcess) {
  const Sid service = Sid::ForService("OnBehalf");
  const Sid system = Sid::FromWellKnown(WinLocalSystemSid);
  const Sid administrators = Sid::FromWellKnown(WinBuiltinAdministratorsSid);
  const Case cases[] = {
      {"the service's SID, the service's process", service, 7, true, ServiceProcess{7, std::nullopt}, true},
      {"LocalSystem, the service's process", system, 7, true, ServiceProcess{7, system}, true},
      {"Administrators, the service's process", administrators, 7, true, ServiceProcess{7, kAlice}, true},
      {"the service's SID, nobody may ask", service, 7, true, std::nullopt, true},
      {"LocalSystem, nobody may ask", system, 7, true, std::nullopt, true},
      {"the service's SID, another process", service, 8, true, ServiceProcess{7, std::nullopt}, false},
      {"LocalSystem, another process", system, 8, true, ServiceProcess{7, system}, false},
      {"the service's SID, an unknown process", service, 0, true, ServiceProcess{7, std::nullopt}, false},
      {"the service's SID, the service is stopped", service, 7, true, ServiceProcess{0, std::nullopt}, false},
      {"all unknown is no agreement", service, 0, true, ServiceProcess{0, std::nullopt}, false},
      {"the service's user, its process", kAlice, 7, true, ServiceProcess{7, kAlice}, true},
      {"the service's user, another process", kAlice, 8, true, ServiceProcess{7, kAlice}, false},
      {"another user, the service's process", kBob, 7, true, ServiceProcess{7, kAlice}, false},
      {"a user, the process's user unknown", kAlice, 7, true, ServiceProcess{7, std::nullopt}, false},
      {"a user, nobody may ask", kAlice, 7, true, std::nullopt, false},
      {"a user, the service is stopped", kAlice, 0, true, ServiceProcess{0, kAlice}, false},
      {"another service's SID", Sid::ForService("Other"), 7, true, std::nullopt, false},
      {"remote, the service's SID", service, 0, false, std::nullopt, true},
      {"remote, a user", kAlice, 0, false, std::nullopt, false},
  };
  for (const Case& one : cases) {
    const auto why = CheckIsService({one.owner, one.pipe_process, one.is_local, one.service}, "OnBehalf");
    EXPECT_EQ(!why.has_value(), one.trusted) << one.name << ": " << why.value_or("");
  }
}

TEST(ServerTrust, ReportsWhatWasFoundAndWhatToDo) {
  const auto by_owner = CheckIsService({kAlice, 7, true, std::nullopt}, "OnBehalf");
  ASSERT_TRUE(by_owner);
  EXPECT_NE(by_owner->find("S-1-5-21-1-2-3-1001"), std::string::npos);
  EXPECT_NE(by_owner->find("NT SERVICE\\OnBehalf"), std::string::npos);
  EXPECT_NE(by_owner->find("sc query OnBehalf"), std::string::npos);
  const auto by_process = CheckIsService(
      {Sid::FromWellKnown(WinLocalSystemSid), 8, true, ServiceProcess{7, std::nullopt}}, "OnBehalf");
  ASSERT_TRUE(by_process);
  EXPECT_NE(by_process->find("process 8"), std::string::npos);
  EXPECT_NE(by_process->find("process 7"), std::string::npos);
}

TEST(ServerTrust, AcceptsTheSameUserAsUserOrDefaultOwner) {
  const OwnIdentity own{kAlice, Sid::FromWellKnown(WinBuiltinAdministratorsSid)};
  EXPECT_FALSE(CheckIsSameUser({kAlice, 0, true, std::nullopt}, own));
  EXPECT_FALSE(
      CheckIsSameUser({Sid::FromWellKnown(WinBuiltinAdministratorsSid), 0, true, std::nullopt}, own));
  EXPECT_TRUE(CheckIsSameUser({kBob, 0, true, std::nullopt}, own));
  EXPECT_TRUE(CheckIsSameUser({Sid::FromWellKnown(WinLocalSystemSid), 0, true, std::nullopt}, own));
}

// With SeRestorePrivilege enabled any SID may be set as an owner. Elevated users have it, disabled; others do
// not.
void AllowAnyOwner() {
  const auto token = win32::Token::FromOwnProcess(TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES);
  TOKEN_PRIVILEGES privileges{1, {{{}, SE_PRIVILEGE_ENABLED}}};
  ASSERT_TRUE(::LookupPrivilegeValueW(nullptr, SE_RESTORE_NAME, &privileges.Privileges[0].Luid));
  // Returns TRUE even if the token does not have it; then creating the pipe fails with 1307.
  ASSERT_TRUE(::AdjustTokenPrivileges(token.get(), FALSE, &privileges, 0, nullptr, nullptr));
}

// A server whose pipe has another owner than this user, and what it read. nullptr where an owner may not be
// chosen (1307).
struct Squatter {
  explicit Squatter(const std::string& sddl)
      : server(
            [this](FakeServer::Session& session) {
              if (!reported) read.set_value(session.ReadSome());
              reported = true;
            },
            sddl) {}
  std::promise<std::string> read;
  bool reported = false;  // used by the server's thread
  FakeServer server;
};
std::unique_ptr<Squatter> MakeSquatter(const std::string& sddl) {
  AllowAnyOwner();
  try {
    return std::make_unique<Squatter>(sddl);
  } catch (const win32::Win32Error& error) {
    if (error.win32_code() != ERROR_INVALID_OWNER) throw;
    return nullptr;
  }
}

TEST(ServerTrust, AFakeServerWithAnotherOwnerGetsNoBytes) {
  // Owned by Guests; everyone may use it.
  const auto squatter = MakeSquatter("O:BGG:BGD:P(A;;FA;;;WD)");
  ONBEHALF_SKIP_WITHOUT("the right to choose a pipe's owner", squatter != nullptr);
  Options options = squatter->server.ClientOptions();
  options.trust = Trust::kService;
  EXPECT_THROW(Client::Connect(options), ServerNotTrusted);
  EXPECT_EQ(squatter->read.get_future().get(), "");
}

TEST(ServerTrust, AServerOfThisUserIsNotTheService) {
  FakeServer server([](FakeServer::Session& session) { session.ReadSome(); });
  Options options = server.ClientOptions();
  options.trust = Trust::kService;
  options.service = "OnBehalfThatIsNotInstalled";
  ONBEHALF_SKIP_WITHOUT("a user other than LocalSystem",
                        FindOwnIdentity().user != Sid::FromWellKnown(WinLocalSystemSid));
  try {
    Client::Connect(options);
    FAIL() << "trusted";
  } catch (const ServerNotTrusted& error) {
    EXPECT_NE(std::string(error.what()).find(server.name()), std::string::npos);
  }
}

TEST(ServerTrust, SameUserRefusesAnotherOwner) {
  const auto squatter = MakeSquatter("O:BGG:BGD:P(A;;FA;;;WD)");
  ONBEHALF_SKIP_WITHOUT("the right to choose a pipe's owner", squatter != nullptr);
  EXPECT_THROW(Client::Connect(squatter->server.ClientOptions()), ServerNotTrusted);
  EXPECT_EQ(squatter->read.get_future().get(), "");
}

TEST(ServerTrust, AnyAcceptsEveryServer) {
  AllowAnyOwner();
  std::unique_ptr<FakeServer> server;
  try {
    server = std::make_unique<FakeServer>(test::Answering([](const Json&) {
                                            return Json{{"result", 1}};
                                          }),
                                          "O:BGG:BGD:P(A;;FA;;;WD)");
  } catch (const win32::Win32Error& error) {
    ONBEHALF_SKIP_WITHOUT("the right to choose a pipe's owner", error.win32_code() != ERROR_INVALID_OWNER);
    throw;
  }
  Options options = server->ClientOptions();
  options.trust = Trust::kAny;
  EXPECT_EQ(Client::Connect(options).Call("x"), 1);
}

TEST(ServerTrust, TheOwnerAloneDecidesWhereNoServiceIsInstalled) {
  const auto system_owned = MakeSquatter("O:SYG:SYD:P(A;;FA;;;WD)");
  ONBEHALF_SKIP_WITHOUT("the right to choose a pipe's owner", system_owned != nullptr);
  Options options = system_owned->server.ClientOptions();
  options.trust = Trust::kService;
  options.service = "OnBehalfThatIsNotInstalled";
  EXPECT_NO_THROW(Client::Connect(options));
}

TEST(ServerTrust, AProcessOtherThanTheServicesIsNotTrusted) {
  // Any service that runs in a process of its own; this process does not run it.
  std::string running;
  for (const char* name : {"RpcSs", "PlugPlay", "EventLog"}) {
    const auto process = FindServiceProcess(name);
    if (process && process->process_id != 0) running = name;
  }
  ONBEHALF_SKIP_WITHOUT("a running service", !running.empty());
  const auto system_owned = MakeSquatter("O:SYG:SYD:P(A;;FA;;;WD)");
  ONBEHALF_SKIP_WITHOUT("the right to choose a pipe's owner", system_owned != nullptr);
  Options options = system_owned->server.ClientOptions();
  options.trust = Trust::kService;
  options.service = running;
  EXPECT_THROW(Client::Connect(options), ServerNotTrusted);
  EXPECT_EQ(system_owned->read.get_future().get(), "");
}

TEST(ServerTrust, AServiceThatIsNotInstalledCannotBeRequired) {
  EXPECT_FALSE(FindServiceProcess("OnBehalfThatIsNotInstalled"));
}

}  // namespace
}  // namespace onbehalf::client
