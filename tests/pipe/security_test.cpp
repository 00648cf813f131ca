#include "onbehalf/pipe/security.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "forms.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/win32_error.h"
#include "support/platform_probe.h"
#include "support/restricted_token.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::pipe {
namespace {

using win32::SecurityDescriptor;
using win32::Token;

std::string OwnUser() { return Token::FromOwnProcess().User().ToString(); }

// FILE_READ_DATA 1, FILE_WRITE_DATA 2, FILE_CREATE_PIPE_INSTANCE 4, FILE_READ_EA 8, FILE_WRITE_EA 0x10,
// FILE_READ_ATTRIBUTES 0x80, FILE_WRITE_ATTRIBUTES 0x100, READ_CONTROL 0x20000, SYNCHRONIZE 0x100000.
constexpr std::uint32_t kReads = 0x120189;
constexpr std::uint32_t kWrites = 0x120192;
constexpr std::uint32_t kBoth = 0x12019b;
constexpr std::uint32_t kAll = 0x1f01ff;

struct Entry {
  bool allows;
  std::uint32_t mask;
  std::string sid;
};

// What `wanted` has after the entries that every descriptor begins with, in the order of the ACL.
void ExpectDacl(const SecurityDescriptor& descriptor, const std::vector<Entry>& wanted) {
  const auto entries = descriptor.Dacl();
  ASSERT_EQ(entries.size(), wanted.size()) << descriptor.ToSddl();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_EQ(entries[i].allows(), wanted[i].allows) << i;
    EXPECT_EQ(entries[i].denies(), !wanted[i].allows) << i;
    EXPECT_EQ(entries[i].mask, wanted[i].mask) << i << std::hex << " 0x" << entries[i].mask;
    EXPECT_EQ(entries[i].sid.ToString(), wanted[i].sid) << i;
    EXPECT_EQ(entries[i].flags, 0) << i;
  }
  EXPECT_TRUE(descriptor.IsCanonical());
  EXPECT_TRUE(descriptor.IsProtected());
}

TEST(SecurityTest, WithoutEntriesOnlyThisAccountMayOpenThePipe) {
  const auto descriptor = Security().Build();
  EXPECT_EQ(descriptor.Owner()->ToString(), OwnUser());
  ExpectDacl(descriptor, {{false, kAll, "S-1-5-7"},
                          {false, kAll, "S-1-5-32-546"},
                          {true, 0x1e019f, OwnUser()},
                          {true, READ_CONTROL, "S-1-3-4"}});
}

TEST(SecurityTest, TheDefaultIsTheServices) {
  ExpectDacl(Security::Default().Build(), {{false, kAll, "S-1-5-7"},
                                           {false, kAll, "S-1-5-32-546"},
                                           {true, 0x1e019f, OwnUser()},
                                           {true, READ_CONTROL, "S-1-3-4"},
                                           {true, kBoth, "S-1-5-11"},
                                           {true, kBoth, "S-1-5-18"},
                                           {true, kBoth, "S-1-5-32-544"}});
}

TEST(SecurityTest, EachAccessHasItsMaskAndDenyEntriesComeFirst) {
  Security security;
  security.Allow("S-1-5-21-1-2-3-1", Access::kRead)
      .Deny("S-1-5-21-1-2-3-2", Access::kWrite)
      .Allow("S-1-5-21-1-2-3-3", Access::kWrite)
      .Deny("S-1-5-21-1-2-3-4")
      .Allow("S-1-5-21-1-2-3-5")
      .Deny("S-1-5-21-1-2-3-6", Access::kRead)
      .DenyNetworkLogons();
  ExpectDacl(security.Build(), {{false, kAll, "S-1-5-7"},
                                {false, kAll, "S-1-5-32-546"},
                                {false, FILE_WRITE_DATA, "S-1-5-21-1-2-3-2"},
                                {false, kAll, "S-1-5-21-1-2-3-4"},
                                {false, FILE_READ_DATA, "S-1-5-21-1-2-3-6"},
                                {false, kAll, "S-1-5-2"},
                                {true, 0x1e019f, OwnUser()},
                                {true, READ_CONTROL, "S-1-3-4"},
                                {true, kReads, "S-1-5-21-1-2-3-1"},
                                {true, kWrites, "S-1-5-21-1-2-3-3"},
                                {true, kBoth, "S-1-5-21-1-2-3-5"}});
}

// With it a client could create instances of the pipe and receive other clients.
TEST(SecurityTest, NoClientMayCreateInstances) {
  EXPECT_EQ(kClientRights & FILE_CREATE_PIPE_INSTANCE, 0U);
  EXPECT_EQ((kReads | kWrites) & FILE_CREATE_PIPE_INSTANCE, 0U);
  EXPECT_EQ(kClientRights, kBoth);
  EXPECT_NE(kServerRights & FILE_CREATE_PIPE_INSTANCE, 0U);
}

TEST(SecurityTest, TheLabelKeepsLowerIntegrityOutUnlessItIsAllowed) {
  constexpr std::uint32_t kNoReadOrWriteUp =
      SYSTEM_MANDATORY_LABEL_NO_WRITE_UP | SYSTEM_MANDATORY_LABEL_NO_READ_UP;
  const auto usual = Security::Default().Build().Label();
  ASSERT_TRUE(usual);
  EXPECT_EQ(usual->sid.ToString(), "S-1-16-8192");
  EXPECT_EQ(usual->mask, kNoReadOrWriteUp);
  const auto low = Security::Default().AllowLowIntegrity().Build().Label();
  ASSERT_TRUE(low);
  EXPECT_EQ(low->sid.ToString(), "S-1-16-4096");
  EXPECT_EQ(low->mask, kNoReadOrWriteUp);
}

TEST(SecurityTest, AServiceCanBeTheOwner) {
  const std::string service = win32::Sid::ForService("onbehalf-test").ToString();
  const auto descriptor = Security().OwnedByService("onbehalf-test").Build();
  EXPECT_EQ(descriptor.Owner()->ToString(), service);
  ExpectDacl(descriptor, {{false, kAll, "S-1-5-7"},
                          {false, kAll, "S-1-5-32-546"},
                          {true, 0x1e019f, service},
                          {true, READ_CONTROL, "S-1-3-4"}});
}

TEST(SecurityTest, AccountsAreFoundByName) {
  Security security;
  security.Allow("BUILTIN\\Users").Allow("NT SERVICE\\TrustedInstaller");
  const auto entries = security.Build().Dacl();
  ASSERT_EQ(entries.size(), 6U);
  EXPECT_EQ(entries[4].sid.ToString(), "S-1-5-32-545");
  EXPECT_EQ(entries[5].sid, win32::Sid::ForService("TrustedInstaller"));
}

TEST(SecurityTest, AnUnknownAccountIsNamed) {
  for (const char* name : {"", "no such account", "NOWHERE\\nobody", "S-1", "S-1-5-x"}) {
    try {
      Security().Allow(name);
      ADD_FAILURE() << name;
    } catch (const std::invalid_argument& error) {
      EXPECT_NE(std::string(error.what()).find(name), std::string::npos);
    }
    EXPECT_THROW(Security().Deny(name), std::invalid_argument) << name;
  }
}

TEST(SecurityTest, ADescriptorOfYourOwnIsUsedAsItIs) {
  const std::string sddl = "O:" + OwnUser() + "G:SYD:P(A;;FA;;;" + OwnUser() + ")S:(ML;;NW;;;LW)";
  const auto wanted = SecurityDescriptor::FromSddl(sddl);
  EXPECT_EQ(Security::FromSddl(sddl).Build().ToSddl(), wanted.ToSddl());
  EXPECT_EQ(Security::FromDescriptor(wanted).Build().ToSddl(), wanted.ToSddl());
}

TEST(SecurityTest, ADescriptorWithoutOwnerOrDaclIsRefused) {
  EXPECT_THROW(Security::FromSddl("D:P(A;;FA;;;WD)").Build(), std::invalid_argument);
  EXPECT_THROW(Security::FromSddl("O:SYG:SY").Build(), std::invalid_argument);
  EXPECT_THROW(Security::FromSddl("nonsense").Build(), win32::Win32Error);
}

// It would give everyone full access.
TEST(SecurityTest, ANullDaclIsRefused) {
  SECURITY_DESCRIPTOR absolute{};
  ASSERT_TRUE(::InitializeSecurityDescriptor(&absolute, SECURITY_DESCRIPTOR_REVISION));
  const win32::Sid owner = Token::FromOwnProcess().User();
  ASSERT_TRUE(::SetSecurityDescriptorOwner(&absolute, owner.get(), FALSE));
  ASSERT_TRUE(::SetSecurityDescriptorDacl(&absolute, TRUE, nullptr, FALSE));
  EXPECT_THROW(Security::FromDescriptor(SecurityDescriptor::FromPointer(&absolute)).Build(),
               std::invalid_argument);
}

TEST(SecurityTest, APipeCarriesIt) {
  Security security;
  security.Allow("S-1-5-32-545", Access::kRead).AllowLowIntegrity();
  const Connection pipe({.security = security});
  const auto actual = SecurityDescriptor::FromKernelObject(
      pipe.served.native(),
      OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION);
  const auto wanted = security.Build();
  EXPECT_EQ(actual.Owner(), wanted.Owner());
  EXPECT_EQ(actual.ToSddl(DACL_SECURITY_INFORMATION), wanted.ToSddl(DACL_SECURITY_INFORMATION));
  EXPECT_EQ(actual.Label(), wanted.Label());
}

// ---- Enforced ----

// Opens the pipe on this thread as another account, of which nothing else has rights to it.
std::uint32_t OpenErrorOf(const Token& account, const Server& server, Access access) {
  std::uint32_t code = 0;
  ConnectOptions options;
  options.access = access;
  options.check = AnyServer();
  const Token token = test::ImpersonationTokenOf(account);
  if (!::SetThreadToken(nullptr, token.get())) win32::ThrowLastError("SetThreadToken");
  code = ErrorOf([&] { Connect(server.path(), options, Soon()); });
  if (!::RevertToSelf()) win32::ThrowLastError("RevertToSelf");
  return code;
}

class EnforcedTest : public testing::Test {
 protected:
  void SetUp() override {
    ONBEHALF_SKIP_WITHOUT("other accounts, and a pipe's DACL that is enforced",
                          test::OtherAccountsCanBeMade() && test::PipeDaclIsEnforced());
    account_.emplace(test::TokenOfAnotherAccount(*win32::Sid::FromNumbers(kAccount)));
  }
  // Which accesses are granted by a pipe of this security: "r", "w", "rw" in this order.
  std::string Granted(const Security& security) {
    Server server(test::UniquePipeName(), {.waiting_instances = 8, .security = security});
    std::string granted;
    for (const auto& [access, name] : {std::pair(Access::kRead, "r "), std::pair(Access::kWrite, "w "),
                                       std::pair(Access::kReadWrite, "rw ")}) {
      const std::uint32_t code = OpenErrorOf(*account_, server, access);
      EXPECT_TRUE(code == 0 || code == ERROR_ACCESS_DENIED) << code;
      if (code == 0) granted += name;
    }
    return granted;
  }

  static constexpr const char* kAccount = "S-1-5-21-42-42-42-2001";
  std::optional<Token> account_;
};

TEST_F(EnforcedTest, WhoHasNoEntryIsRefused) {
  EXPECT_EQ(Granted(Security()), "");
  EXPECT_EQ(Granted(Security().Allow("S-1-5-21-42-42-42-9999")), "");
}

TEST_F(EnforcedTest, AnAllowEntryGrantsWhatItSaysAndNoMore) {
  EXPECT_EQ(Granted(Security().Allow(kAccount, Access::kRead)), "r ");
  EXPECT_EQ(Granted(Security().Allow(kAccount, Access::kWrite)), "w ");
  EXPECT_EQ(Granted(Security().Allow(kAccount)), "r w rw ");
  EXPECT_EQ(Granted(Security().Allow(kAccount, Access::kRead).Allow(kAccount, Access::kWrite)), "r w rw ");
}

TEST_F(EnforcedTest, ADenyEntryTakesWhatItSaysAndNoMore) {
  const auto denied = [](Access access) { return Security().Allow(kAccount).Deny(kAccount, access); };
  EXPECT_EQ(Granted(denied(Access::kRead)), "w ");
  EXPECT_EQ(Granted(denied(Access::kWrite)), "r ");
  EXPECT_EQ(Granted(denied(Access::kReadWrite)), "");
}

TEST_F(EnforcedTest, NewClientsAreCheckedAgainstANewSecurity) {
  Server server(test::UniquePipeName(), {.waiting_instances = 8});
  server.SetSecurity(Security().Allow(kAccount));
  EXPECT_EQ(OpenErrorOf(*account_, server, Access::kReadWrite), 0U);
  server.SetSecurity(Security::Default().Deny(kAccount));
  EXPECT_EQ(OpenErrorOf(*account_, server, Access::kReadWrite),
            static_cast<std::uint32_t>(ERROR_ACCESS_DENIED));
}

// Its own further instances are checked as well: the server does not start, instead of serving one client.
TEST_F(EnforcedTest, DenyingAGroupOfTheServersAccountDeniesTheServer) {
  EXPECT_EQ(ErrorOf([] {
              const Server server(test::UniquePipeName(), {.security = Security::Default().Deny("S-1-1-0")});
            }),
            static_cast<std::uint32_t>(ERROR_ACCESS_DENIED));
}

// FILE_CREATE_PIPE_INSTANCE: nobody but the server.
TEST_F(EnforcedTest, AClientCannotCreateAnInstance) {
  const Server server(test::UniquePipeName(), {.security = Security().Allow(kAccount)});
  const std::wstring path(server.path().begin(), server.path().end());
  const Token token = test::ImpersonationTokenOf(*account_);
  ASSERT_TRUE(::SetThreadToken(nullptr, token.get()));
  const HANDLE pipe =
      ::CreateNamedPipeW(path.c_str(), PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE, 255, 65536, 65536, 0, nullptr);
  const DWORD error = ::GetLastError();
  ASSERT_TRUE(::RevertToSelf());
  EXPECT_EQ(pipe, INVALID_HANDLE_VALUE);
  EXPECT_EQ(error, static_cast<DWORD>(ERROR_ACCESS_DENIED));
}

}  // namespace
}  // namespace onbehalf::pipe
