// Windows does not let the service impersonate its caller: not at all, or at a lower level than the caller
// allows.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "attacker.h"
#include "integration/caller_process.h"
#include "onbehalf/pipe/client.h"
#include "onbehalf/win32/overlapped.h"
#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "shipped_service.h"
#include "support/open_pipe.h"
#include "support/platform_probe.h"
#include "support/restricted_token.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::test {
namespace {

constexpr int kInternalError = -32603;
constexpr int kInvalidRequest = -32600;
constexpr int kImpersonationLevel = -32011;

// ---- Without SeImpersonatePrivilege ----

TEST(ServiceWithoutSeImpersonate, CannotImpersonateOtherAccounts) {
  ONBEHALF_SKIP_WITHOUT_SERVICE_ACCOUNT();
  const win32::Sid own = win32::Sid::ForService("OnBehalf");
  ShippedService service(TokenOfAnotherAccount(own, {false, {{"SeChangeNotifyPrivilege"}}}));
  CallerProcess policy(service->pipe_path());
  ASSERT_TRUE(
      policy.Call("access.set", {{"node", "registry.get"}, {"sddl", "D:(A;;GXGR;;;AU)"}}).contains("result"));
  const win32::Token one_token = TokenOfAnotherAccount(AccountSid(1));
  const win32::Token administrator_token = TokenOfAnotherAccount(AccountSid(2), {true});
  const Json any_value{{"key", "HKLM\\Software\\Microsoft\\Windows NT\\CurrentVersion"},
                       {"name", "CurrentVersion"}};
  for (const win32::Token* token : {&one_token, &administrator_token}) {
    Attacker caller(service->pipe_path(), token);
    ASSERT_EQ(caller.Connect(), DWORD{ERROR_SUCCESS});
    // Windows lowers the level without an error.
    const Json whoami = caller.Call("identity.whoami");
    EXPECT_EQ(At(whoami, "/result/account/sid"), caller.user()) << whoami;
    EXPECT_EQ(At(whoami, "/result/level"), "identification") << whoami;
    EXPECT_TRUE(caller.Call("rpc.ping").contains("result"));
    const Json refused = caller.Call("registry.get", any_value);
    EXPECT_EQ(At(refused, "/error/code"), kImpersonationLevel) << refused;
    EXPECT_EQ(At(refused, "/error/data/required"), "impersonation") << refused;
    EXPECT_EQ(At(refused, "/error/data/actual"), "identification") << refused;
  }
  // It may fully impersonate its own account.
  Attacker same_account(service->pipe_path(), service.token());
  ASSERT_EQ(same_account.Connect(), DWORD{ERROR_SUCCESS});
  EXPECT_EQ(At(same_account.Call("identity.whoami"), "/result/level"), "impersonation");
  EXPECT_TRUE(same_account.Call("registry.get", any_value).contains("result"));
}

TEST(ServiceWithSeImpersonate, ImpersonatesEachCaller) {
  ONBEHALF_SKIP_WITHOUT_SERVICE_ACCOUNT();
  ShippedService service(RunBy::kItsOwnAccount);
  const win32::Token token = TokenOfAnotherAccount(AccountSid(1));
  Attacker caller(service->pipe_path(), &token);
  ASSERT_EQ(caller.Connect(), DWORD{ERROR_SUCCESS});
  EXPECT_EQ(At(caller.Call("identity.whoami"), "/result/level"), "impersonation");
}

// ---- ImpersonateNamedPipeClient fails ----

// While it exists, ImpersonateNamedPipeClient fails for every process. Windows has no such switch; the Wine
// of tests/nt does, with a file named by NT_IMPERSONATE_FAULT in the environment of its server and of this
// process.
class ImpersonationFault {
 public:
  static std::optional<std::filesystem::path> File() {
    wchar_t value[MAX_PATH] = {};
    const DWORD length = ::GetEnvironmentVariableW(L"NT_IMPERSONATE_FAULT", value, MAX_PATH);
    if (length == 0 || length >= MAX_PATH) return std::nullopt;
    return std::filesystem::path(L"\\\\?\\unix" + std::wstring(value, length));
  }
  // Whether the fault works: checked with a server in this process.
  static bool IsThere() {
    if (!File()) return false;
    const std::string path = LocalPipePath(UniquePipeName());
    const win32::UniqueFile server(::CreateNamedPipeW(win32::ToWide(path).c_str(), PIPE_ACCESS_DUPLEX,
                                                      PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1, 64, 64, 0,
                                                      nullptr));
    if (!server) win32::ThrowLastError("CreateNamedPipeW", path);
    auto client = OpenPipe(path, {}, pipe::kNoDeadline);
    client.Write("x", pipe::kNoDeadline);
    char byte = 0;
    DWORD bytes = 0;
    if (!::ReadFile(server.get(), &byte, 1, &bytes, nullptr)) win32::ThrowLastError("ReadFile", path);
    const ImpersonationFault fault;
    if (!::ImpersonateNamedPipeClient(server.get())) return ::GetLastError() == ERROR_CANNOT_IMPERSONATE;
    if (!::RevertToSelf()) win32::ThrowLastError("RevertToSelf");
    return false;
  }
  ImpersonationFault() {
    std::ofstream file(*File());
    if (!file) throw std::runtime_error("cannot create the file: " + win32::ToUtf8(File()->native()));
  }
  ~ImpersonationFault() { ::DeleteFileW(File()->c_str()); }
  ImpersonationFault(const ImpersonationFault&) = delete;
  ImpersonationFault& operator=(const ImpersonationFault&) = delete;
};

class RefusedImpersonation : public testing::Test {
 protected:
  void SetUp() override {
    if (!ImpersonationFault::IsThere())
      GTEST_SKIP()
          << "missing here: a file that makes ImpersonateNamedPipeClient fail (NT_IMPERSONATE_FAULT)";
    service_.emplace(RunBy::kThisAccount);
    caller_.emplace((*service_)->pipe_path());
    ASSERT_EQ(caller_->Connect(), DWORD{ERROR_SUCCESS});
    ASSERT_TRUE(caller_->Call("rpc.ping").contains("result"));
  }

  std::optional<ShippedService> service_;
  std::optional<Attacker> caller_;
};

TEST_F(RefusedImpersonation, RunsNothingAndRevealsNoMethods) {
  const auto without_id = [](Json answer) {
    answer["error"]["data"].erase("requestId");
    return answer;
  };
  Json expected;
  {
    const ImpersonationFault fault;
    for (const char* method : {"rpc.ping", "identity.whoami", "registry.get", "service.status", "no.such"}) {
      const Json answer = caller_->Call(method);
      ASSERT_TRUE(answer.contains("error")) << method << answer;
      EXPECT_EQ(At(answer, "/error/code"), kInternalError) << method << answer;
      if (expected.is_null()) expected = without_id(answer);
      EXPECT_EQ(without_id(answer), expected) << method;
    }
  }
  // The connection still works.
  EXPECT_TRUE(caller_->Call("rpc.ping").contains("result"));
  EXPECT_EQ((*service_)->Stop().code, 0U);
  int refused = 0;
  int outcomes = 0;
  for (const Json& line : (*service_)->AuditLines()) {
    if (line.value("verdict", "") == "refused" && line.value("reason", "") == "InternalError") ++refused;
    if (line.value("event", "") == "outcome") ++outcomes;
  }
  EXPECT_EQ(refused, 5);
  EXPECT_EQ(outcomes, 2);  // for the two that were served
}

TEST_F(RefusedImpersonation, InsideAFrameIsAChangeOfIdentity) {
  const std::string frame = RequestFrame("identity.whoami", 1);
  {
    const ImpersonationFault fault;
    ASSERT_EQ(caller_->Write(frame.substr(0, 30)), DWORD{ERROR_SUCCESS});
    // The service has read it; another account asks whether it has.
    Attacker other((*service_)->pipe_path());
    ASSERT_EQ(other.Connect(), DWORD{ERROR_SUCCESS});
    EXPECT_EQ(At(other.Call("rpc.ping"), "/error/code"), kInternalError);
  }
  ASSERT_EQ(caller_->Write(frame.substr(30)), DWORD{ERROR_SUCCESS});
  const Json answer = caller_->Read();
  EXPECT_EQ(At(answer, "/error/code"), kInvalidRequest) << answer;
  EXPECT_EQ(caller_->Read(), nullptr);
}

}  // namespace
}  // namespace onbehalf::test
