// Another account takes the pipe's name: before the service starts, while it runs, after it has stopped or crashed.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "attacker.h"
#include "integration/service_process.h"
#include "onbehalf/pipe/client.h"
#include "onbehalf/win32/service_control.h"
#include "onbehalf/win32/win32_error.h"
#include "service/raw_client.h"
#include "shipped_service.h"
#include "support/child_process.h"
#include "support/open_pipe.h"
#include "support/patience.h"
#include "support/platform_probe.h"
#include "support/restricted_token.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::test {
namespace {

constexpr const char* kAdmitsAll = "D:P(A;;FA;;;WD)";
constexpr DWORD kSuccess = ERROR_SUCCESS;
constexpr DWORD kDenied = ERROR_ACCESS_DENIED;
// onbehalf.exe's exit code for a server that is not trusted.
constexpr DWORD kNotTrusted = 4;

// Starts it again and returns its error message, empty if it listens.
std::string StartError(ServiceProcess& service) {
  try {
    service.Restart();
    return {};
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

class Squatter : public testing::Test {
 protected:
  void SetUp() override {
    ONBEHALF_SKIP_WITHOUT_ACCOUNTS();
    token_.emplace(TokenOfAnotherAccount(AccountSid(1)));
  }
  Attacker MakeSquatter(const std::string& pipe_path) const { return Attacker(pipe_path, &*token_); }

  std::optional<win32::Token> token_;
};

// ---- Before ----

TEST_F(Squatter, BeforeTheStartMakesTheStartFail) {
  ShippedService service(RunBy::kThisAccount, R"({"pipe": {"waiting_instances": 1}})");
  Attacker squatter = MakeSquatter(service->pipe_path());
  const std::string of_the_service = squatter.Descriptor();
  ASSERT_NE(of_the_service.find("D:P"), std::string::npos) << of_the_service;
  const std::string made = "the pipe " + service->pipe_path() +
                           " was created by another program: the owner is " + squatter.user() + ", not " +
                           service.OwnerSid();
  const std::string shut = "the pipe " + service->pipe_path() + " exists and denies this process access (";
  struct Row {
    const char* name;
    std::string sddl;
    DWORD max_instances;
    std::string why;
  };
  const std::string same_but_owner = of_the_service.substr(of_the_service.find("D:P"));
  for (const Row& row : {Row{"admits all", kAdmitsAll, PIPE_UNLIMITED_INSTANCES, made},
                         Row{"has the service's own DACL", same_but_owner, PIPE_UNLIMITED_INSTANCES, made},
                         Row{"admits clients only", "D:P(A;;0x12019b;;;WD)", PIPE_UNLIMITED_INSTANCES,
                             shut + "ERROR_ACCESS_DENIED)"},
                         Row{"admits nobody", "D:P", PIPE_UNLIMITED_INSTANCES, shut + "ERROR_ACCESS_DENIED)"},
                         Row{"has one instance", kAdmitsAll, 1, shut + "ERROR_PIPE_BUSY)"}}) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(service->Stop().code, 0U);
    ASSERT_EQ(squatter.Create(PIPE_ACCESS_DUPLEX, row.sddl, row.max_instances), kSuccess);
    const std::string why = StartError(*service);
    EXPECT_NE(why.find(row.why), std::string::npos) << why;
    // And the service has left nothing there that a client could have connected to.
    EXPECT_EQ(squatter.OpenAtOnce(FILE_READ_ATTRIBUTES), row.sddl == "D:P" ? kDenied : kSuccess);
    squatter.DropInstances();
    // The name is free again.
    ASSERT_EQ(StartError(*service), "");
  }
}

ChildProcess::Options Client(const std::string& pipe_name, std::vector<std::string> options) {
  ChildProcess::Options client;
  client.executable = PathBeside("onbehalf.exe");
  client.arguments = std::move(options);
  client.arguments.insert(client.arguments.end(), {"--pipe", pipe_name, "ping"});
  return client;
}

// What the client does with a pipe that does not belong to the service.
class SquattersClient : public Squatter {
 protected:
  // Against a squatter that admits everyone. What the squatter got is in got_.
  ChildProcess::Exit RunClient(std::vector<std::string> options) {
    const std::string name = UniquePipeName();
    Attacker squatter = MakeSquatter(LocalPipePath(name));
    if (squatter.Create(PIPE_ACCESS_DUPLEX, kAdmitsAll) != ERROR_SUCCESS)
      throw std::runtime_error("the name is not free");
    squatter.BeginServing();
    ChildProcess running = ChildProcess::Start(Client(name, std::move(options)));
    got_ = squatter.Finish();
    // It does not respond.
    squatter.DropInstances();
    return running.WaitForExit();
  }
  Json got_;
};

TEST_F(SquattersClient, GivesItNeitherBytesNorAToken) {
  for (const char* trust : {"service", "same-user"}) {
    SCOPED_TRACE(trust);
    const auto exit = RunClient({"--trust", trust});
    EXPECT_EQ(exit.code, kNotTrusted) << exit.errors;
    EXPECT_NE(exit.errors.find(AccountSid(1).ToString()), std::string::npos) << exit.errors;
    EXPECT_EQ(got_["bytes"], 0) << got_;
    EXPECT_EQ(got_["read"], DWORD{ERROR_BROKEN_PIPE}) << got_;
    EXPECT_EQ(got_["impersonate"], DWORD{ERROR_CANNOT_IMPERSONATE}) << got_;
  }
}

// Proves that the squatter could have got both.
TEST_F(SquattersClient, GivesItBothIfToldToTrustAnyServer) {
  for (const char* level : {"identify", "impersonate"}) {
    SCOPED_TRACE(level);
    RunClient({"--trust", "any", "--level", level});
    EXPECT_GT(got_["bytes"], 0) << got_;
    EXPECT_EQ(got_["impersonate"], 0) << got_;
    EXPECT_EQ(got_["user"], win32::Token::FromOwnProcess().User().ToString()) << got_;
    EXPECT_EQ(got_["level"], std::string(level) == "identify" ? "identification" : "impersonation") << got_;
  }
}

TEST_F(SquattersClient, GivesBothToTheServicesOwnAccount) {
  ONBEHALF_SKIP_WITHOUT_SERVICE_ACCOUNT();
  ShippedService service(RunBy::kItsOwnAccount);
  try {
    win32::InstalledService::Open("OnBehalf", SERVICE_QUERY_STATUS);
    GTEST_SKIP()
        << "missing here: a system without an installed service OnBehalf (a client would trust only its process)";
  } catch (const win32::Win32Error& error) {
    ASSERT_EQ(error.win32_code(), DWORD{ERROR_SERVICE_DOES_NOT_EXIST});
  }
  for (const HANDLE token : std::array<HANDLE, 2>{nullptr, token_->get()}) {
    ChildProcess::Options client = Client(service->pipe_name(), {});
    client.token = token;
    const auto exit = RunChild(client);
    EXPECT_EQ(exit.code, 0U) << exit.errors;
  }
}

// ---- While it runs ----

// Each client takes the only waiting instance and leaves at once, so that there are many moments without a
// listening instance.
TEST_F(Squatter, NeverGetsTheNameWhileClientsComeAndGo) {
  constexpr int kAttempts = 500;
  ShippedService service(RunBy::kThisAccount, R"({"pipe": {"waiting_instances": 1}})");
  Attacker squatter = MakeSquatter(service->pipe_path());
  std::atomic<int> clients = 0;
  std::atomic<int> shut_out = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
          try {
            OpenPipe(service->pipe_path(), {}, win32::Clock::now() + kPatience);
            ++clients;
          } catch (const win32::Win32Error&) {
            ++shut_out;
            return;
          }
        }
      });
    }
    while (clients < 1'000 && shut_out == 0) {
      squatter.BeginCreating(kAttempts);
      EXPECT_EQ(squatter.Finish(), (Json{{std::to_string(ERROR_ACCESS_DENIED), kAttempts}}));
    }
  }
  EXPECT_EQ(shut_out, 0);
  RawClient client(service->pipe_path());
  EXPECT_TRUE(client.Call("rpc.ping").contains("result"));
}

// ---- After ----

TEST_F(Squatter, AfterACrashGetsTheNameOnlyWhenTheLastClientHasGone) {
  ShippedService service(RunBy::kThisAccount);
  Attacker squatter = MakeSquatter(service->pipe_path());
  {
    RawClient client(service->pipe_path());
    ASSERT_TRUE(client.Call("rpc.ping").contains("result"));
    service->Kill();
    ASSERT_EQ(::WaitForSingleObject(service->process(), kPatienceMilliseconds), WAIT_OBJECT_0);
    EXPECT_EQ(squatter.Create(PIPE_ACCESS_DUPLEX, kAdmitsAll), kDenied);
    EXPECT_EQ(squatter.Create(PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE, kAdmitsAll), kDenied);
  }
  EXPECT_EQ(squatter.Create(PIPE_ACCESS_DUPLEX, kAdmitsAll), kSuccess);
  const std::string why = StartError(*service);
  EXPECT_NE(why.find("was created by another program"), std::string::npos) << why;
  squatter.DropInstances();
  EXPECT_EQ(StartError(*service), "");
}

TEST_F(Squatter, AfterACrashDoesNotKeepTheServiceFromStartingByHoldingAClientsEnd) {
  ONBEHALF_SKIP_WITHOUT_SERVICE_ACCOUNT();
  ShippedService service(RunBy::kItsOwnAccount);
  Attacker holder = MakeSquatter(service->pipe_path());
  ASSERT_EQ(holder.Connect(), kSuccess);
  ASSERT_TRUE(holder.Call("rpc.ping").contains("result"));
  service->Kill();
  // The remaining pipe has a different DACL from the one that is wanted now.
  service->WriteSettings(R"({"pipe": {"deny_network_logons": true}})");
  ASSERT_EQ(StartError(*service), "");
  EXPECT_NE(service->LogText().find("the pipe already exists and is ours"), std::string::npos);
  EXPECT_EQ(holder.Read(), nullptr);
  holder.Disconnect();
  const std::string descriptor = holder.Descriptor();
  EXPECT_NE(descriptor.find("(D;;FA;;;NU)"), std::string::npos) << descriptor;
  ASSERT_EQ(holder.Connect(), kSuccess);
  EXPECT_TRUE(holder.Call("rpc.ping").contains("result"));
}

// Left by an older release, or one with other settings.
TEST_F(Squatter, OfTheServicesOwnAccountGetsTheDaclAndTheLabel) {
  ONBEHALF_SKIP_WITHOUT_SERVICE_ACCOUNT();
  ShippedService service(RunBy::kItsOwnAccount);
  Attacker left_over(service->pipe_path(), service.token());
  const std::string wanted = left_over.Descriptor();
  ASSERT_NE(wanted.find("S:"), std::string::npos) << wanted;
  const std::string owner = "O:" + service.OwnerSid() + "G:SY";
  const std::string own_entry = "D:P(A;;0x1e019f;;;" + service.OwnerSid() + ")";
  for (const char* rest : {"(A;;FA;;;WD)S:(ML;;NWNR;;;ME)", "(A;;0x12019b;;;AU)S:(ML;;NW;;;ME)",
                           "(A;;0x12019b;;;AU)S:(ML;;NWNR;;;LW)", ""}) {
    SCOPED_TRACE(rest);
    EXPECT_EQ(service->Stop().code, 0U);
    ASSERT_EQ(left_over.Create(PIPE_ACCESS_DUPLEX, owner + own_entry + rest), kSuccess);
    ASSERT_NE(left_over.Descriptor(), wanted);
    ASSERT_EQ(StartError(*service), "");
    EXPECT_EQ(left_over.Descriptor(), wanted);
    left_over.DropInstances();
  }
}

}  // namespace
}  // namespace onbehalf::test
