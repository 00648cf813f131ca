#include "onbehalf/win32/account_names.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "onbehalf/win32/token.h"

namespace onbehalf::win32 {
namespace {

using namespace std::chrono_literals;

// A directory that counts its queries, and a clock that stands still.
struct Directory {
  std::optional<AccountName> name;
  std::optional<Sid> sid;
  int names_asked = 0;
  int sids_asked = 0;
  std::chrono::steady_clock::time_point now{};

  AccountSource Source() {
    return {[this](const Sid&) {
              ++names_asked;
              return name;
            },
            [this](std::string_view) {
              ++sids_asked;
              return sid;
            },
            [this] { return now; }};
  }
};

const Sid kSomebody = *Sid::FromString("S-1-5-21-1-2-3-1001");

TEST(AccountNamesTest, NamesAreCachedForTenMinutes) {
  Directory directory;
  directory.name = AccountName{"HOST", "somebody", SidTypeUser};
  AccountNames names(directory.Source());
  EXPECT_EQ(names.Find(kSomebody)->Qualified(), "HOST\\somebody");
  directory.now += 10min - 1ms;
  EXPECT_EQ(names.Find(kSomebody)->Qualified(), "HOST\\somebody");
  EXPECT_EQ(directory.names_asked, 1);
  directory.now += 1ms;
  directory.name->name = "renamed";
  EXPECT_EQ(names.Find(kSomebody)->Qualified(), "HOST\\renamed");
  EXPECT_EQ(directory.names_asked, 2);
}

TEST(AccountNamesTest, MissesAreCachedForAMinute) {
  Directory directory;
  AccountNames names(directory.Source());
  EXPECT_FALSE(names.Find(kSomebody));
  directory.now += 1min - 1ms;
  EXPECT_FALSE(names.Find(kSomebody));
  EXPECT_EQ(directory.names_asked, 1);
  directory.now += 1ms;
  directory.name = AccountName{"", "somebody", SidTypeUser};
  EXPECT_EQ(names.Find(kSomebody)->Qualified(), "somebody");
}

TEST(AccountNamesTest, SidsAreCachedToo) {
  Directory directory;
  directory.sid = kSomebody;
  AccountNames names(directory.Source());
  EXPECT_EQ(names.FindSid("somebody"), kSomebody);
  EXPECT_EQ(names.FindSid("somebody"), kSomebody);
  EXPECT_EQ(directory.sids_asked, 1);
  directory.now += 10min;
  directory.sid.reset();
  EXPECT_FALSE(names.FindSid("somebody"));
  EXPECT_FALSE(names.FindSid("somebody"));
  EXPECT_EQ(directory.sids_asked, 2);
}

TEST(AccountNamesTest, CachesABoundedNumber) {
  Directory directory;
  AccountNames names(directory.Source());
  const int many = static_cast<int>(AccountNames::kCapacity) + 100;
  for (int i = 0; i < many; ++i) names.FindSid("account" + std::to_string(i));
  EXPECT_EQ(directory.sids_asked, many);
  directory.sids_asked = 0;
  for (int i = 0; i < many; ++i) names.FindSid("account" + std::to_string(i));
  // Some were evicted, but not all.
  EXPECT_GT(directory.sids_asked, 0);
}

TEST(AccountNamesTest, DisplayFallsBackToTheSid) {
  Directory directory;
  AccountNames names(directory.Source());
  EXPECT_EQ(names.Display(kSomebody), "S-1-5-21-1-2-3-1001");
}

TEST(AccountNamesTest, ServiceAccountsAreComputedWhereWindowsDoesNotKnowThem) {
  Directory directory;
  AccountNames names(directory.Source());
  EXPECT_EQ(names.FindSid("NT SERVICE\\OnBehalf"), Sid::ForService("OnBehalf"));
  EXPECT_EQ(names.FindSid("nt service\\onbehalf"), Sid::ForService("OnBehalf"));
  EXPECT_FALSE(names.FindSid("NT SERVICE\\"));
  EXPECT_FALSE(names.FindSid("NT SERVICES\\OnBehalf"));
}

TEST(AccountNamesTest, WindowsKnowsTheBuiltInAccounts) {
  AccountNames names;
  const Sid administrators = Sid::FromWellKnown(WinBuiltinAdministratorsSid);
  const auto found = names.Find(administrators);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->use, SidTypeAlias);
  // The name is in the system's language; looking it up must give the same SID.
  EXPECT_EQ(names.FindSid(found->Qualified()), administrators);
  EXPECT_EQ(names.Display(administrators), found->Qualified());
}

TEST(AccountNamesTest, WindowsKnowsThisUser) {
  AccountNames names;
  const Sid user = Token::FromOwnProcess().User();
  const auto found = names.Find(user);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->use, SidTypeUser);
  EXPECT_EQ(names.FindSid(found->Qualified()), user);
}

TEST(AccountNamesTest, UnknownAccountsHaveNoName) {
  using namespace std::string_view_literals;
  AccountNames names;
  EXPECT_FALSE(names.Find(*Sid::FromString("S-1-5-21-1-2-3-4711")));
  EXPECT_FALSE(names.FindSid("onbehalf-nobody-has-this-name"));
  EXPECT_FALSE(names.FindSid(""));
  EXPECT_FALSE(names.FindSid("SYSTEM\0x"sv));
}

TEST(AccountNamesTest, ServesSeveralThreads) {
  AccountNames names;
  const Sid system = Sid::FromWellKnown(WinLocalSystemSid);
  std::vector<std::thread> threads;
  std::vector<std::string> displayed(8);
  for (auto& text : displayed) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) text = names.Display(system);
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& text : displayed) EXPECT_EQ(text, names.Display(system));
}

}  // namespace
}  // namespace onbehalf::win32
