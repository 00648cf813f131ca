// What the pipe's DACL grants to whom: opened with each right, and further instances.

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <tuple>

#include "attacker.h"
#include "shipped_service.h"
#include "support/platform_probe.h"
#include "support/restricted_token.h"

namespace onbehalf::test {
namespace {

constexpr DWORD kDenied = ERROR_ACCESS_DENIED;

enum class Who { kOrdinaryAccount, kAdministrator, kOwner };

const char* NameOf(Who who) {
  switch (who) {
    case Who::kOrdinaryAccount:
      return "OrdinaryAccount";
    case Who::kAdministrator:
      return "Administrator";
    case Who::kOwner:
      break;
  }
  return "Owner";
}

class PipeRights : public testing::TestWithParam<std::tuple<RunBy, Who>> {
 protected:
  void SetUp() override {
    ONBEHALF_SKIP_WITHOUT_ACCOUNTS();
    if (run_by() == RunBy::kItsOwnAccount) ONBEHALF_SKIP_WITHOUT_SERVICE_ACCOUNT();
    service_.emplace(run_by());
    if (!is_owner()) token_.emplace(TokenOfAnotherAccount(AccountSid(1), {who() == Who::kAdministrator}));
    attacker_.emplace((*service_)->pipe_path(), is_owner() ? service_->token() : &*token_);
  }
  static RunBy run_by() { return std::get<RunBy>(GetParam()); }
  static Who who() { return std::get<Who>(GetParam()); }
  static bool is_owner() { return who() == Who::kOwner; }

  std::optional<ShippedService> service_;
  std::optional<win32::Token> token_;
  std::optional<Attacker> attacker_;
};

struct Right {
  const char* name;
  DWORD asked;
  // For clients, including administrators: 0 means refused. CreateFileW adds SYNCHRONIZE and
  // FILE_READ_ATTRIBUTES to the requested access, and 0x4 (FILE_CREATE_PIPE_INSTANCE) is not granted to a
  // client's end.
  ACCESS_MASK granted_to_clients;
  ACCESS_MASK granted_to_owner;
};

constexpr std::array kRights{
    Right{"GENERIC_READ and GENERIC_WRITE", GENERIC_READ | GENERIC_WRITE, 0x12019b, 0x12019b},
    Right{"GENERIC_READ", GENERIC_READ, 0x120089, 0x120089},
    Right{"GENERIC_WRITE", GENERIC_WRITE, 0x120192, 0x120192},
    Right{"FILE_READ_DATA", FILE_READ_DATA, 0x100081, 0x100081},
    Right{"FILE_WRITE_DATA", FILE_WRITE_DATA, 0x100082, 0x100082},
    Right{"FILE_CREATE_PIPE_INSTANCE", FILE_CREATE_PIPE_INSTANCE, 0x100080, 0x100080},
    Right{"FILE_READ_EA", FILE_READ_EA, 0x100088, 0x100088},
    Right{"FILE_WRITE_EA", FILE_WRITE_EA, 0x100090, 0x100090},
    Right{"FILE_EXECUTE", FILE_EXECUTE, 0, 0},
    Right{"FILE_DELETE_CHILD", FILE_DELETE_CHILD, 0, 0},
    Right{"FILE_READ_ATTRIBUTES", FILE_READ_ATTRIBUTES, 0x100080, 0x100080},
    Right{"FILE_WRITE_ATTRIBUTES", FILE_WRITE_ATTRIBUTES, 0x100180, 0x100180},
    Right{"READ_CONTROL", READ_CONTROL, 0x120080, 0x120080},
    Right{"DELETE", DELETE, 0, 0},
    Right{"WRITE_DAC", WRITE_DAC, 0, 0x140080},
    Right{"WRITE_OWNER", WRITE_OWNER, 0, 0x180080},
    Right{"GENERIC_EXECUTE", GENERIC_EXECUTE, 0, 0},
    Right{"GENERIC_ALL", GENERIC_ALL, 0, 0},
    Right{"all of a client and WRITE_DAC", 0x12019b | WRITE_DAC, 0, 0x16019b},
    Right{"MAXIMUM_ALLOWED", MAXIMUM_ALLOWED, 0x12019b, 0x1e019f},
};

TEST_P(PipeRights, AreThoseOfTheDacl) {
  for (const Right& right : kRights) {
    SCOPED_TRACE(right.name);
    const ACCESS_MASK expected = is_owner() ? right.granted_to_owner : right.granted_to_clients;
    const Attacker::Opened opened = attacker_->Open(right.asked);
    EXPECT_EQ(opened.code, expected == 0 ? kDenied : DWORD{ERROR_SUCCESS});
    EXPECT_EQ(opened.granted, expected);
  }
}

struct OpenMode {
  const char* name;
  DWORD mode;
  DWORD code_of_owner;
};

constexpr std::array kOpenModes{
    OpenMode{"both ways", PIPE_ACCESS_DUPLEX, ERROR_SUCCESS},
    // All instances must have the open mode of the first one.
    OpenMode{"to read", PIPE_ACCESS_INBOUND, kDenied},
    OpenMode{"to write", PIPE_ACCESS_OUTBOUND, kDenied},
    OpenMode{"with WRITE_DAC", PIPE_ACCESS_DUPLEX | WRITE_DAC, ERROR_SUCCESS},
    OpenMode{"the first", PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE, kDenied},
};

TEST_P(PipeRights, OnlyTheOwnerCreatesInstances) {
  for (const OpenMode& each : kOpenModes) {
    SCOPED_TRACE(each.name);
    EXPECT_EQ(attacker_->Create(each.mode, "D:P(A;;FA;;;WD)"), is_owner() ? each.code_of_owner : kDenied);
    attacker_->DropInstances();
  }
}

INSTANTIATE_TEST_SUITE_P(, PipeRights,
                         testing::Combine(testing::Values(RunBy::kThisAccount, RunBy::kItsOwnAccount),
                                          testing::Values(Who::kOrdinaryAccount, Who::kAdministrator,
                                                          Who::kOwner)),
                         [](const auto& info) {
                           return std::string(NameOf(std::get<RunBy>(info.param))) + "_Of" +
                                  NameOf(std::get<Who>(info.param));
                         });

TEST(PipeDacl, RefusesCallersRemovedFromThePolicyAtOnce) {
  ONBEHALF_SKIP_WITHOUT_ACCOUNTS();
  ShippedService service(RunBy::kThisAccount);
  const win32::Token ordinary_token = TokenOfAnotherAccount(AccountSid(1));
  const win32::Token administrator_token = TokenOfAnotherAccount(AccountSid(2), {true});
  Attacker ordinary(service->pipe_path(), &ordinary_token);
  Attacker administrator(service->pipe_path(), &administrator_token);
  ASSERT_EQ(administrator.Connect(), DWORD{ERROR_SUCCESS});
  const auto set_entries = [&](const Json& sddl) {
    const Json answer = administrator.Call("access.set", {{"node", "pipe:"}, {"sddl", sddl}});
    EXPECT_TRUE(answer.contains("result")) << answer;
  };
  ASSERT_EQ(ordinary.Open(GENERIC_READ).code, DWORD{ERROR_SUCCESS});
  set_entries("D:P(A;;GXGRGW;;;BA)");
  for (const DWORD access :
       std::array<DWORD, 5>{GENERIC_READ, GENERIC_WRITE, READ_CONTROL, FILE_READ_ATTRIBUTES, MAXIMUM_ALLOWED})
    EXPECT_EQ(ordinary.Open(access).code, kDenied) << access;
  EXPECT_EQ(administrator.Open(GENERIC_READ | GENERIC_WRITE).granted, ACCESS_MASK{0x12019b});
  set_entries(nullptr);
  EXPECT_EQ(ordinary.Open(GENERIC_READ | GENERIC_WRITE).granted, ACCESS_MASK{0x12019b});
}

}  // namespace
}  // namespace onbehalf::test
