#include "database/source_access.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "access/access_rights.h"
#include "methods/method_caller.h"
#include "onbehalf/service/settings.h"
#include "onbehalf/win32/win32_error.h"
#include "support/restricted_token.h"

namespace onbehalf::service {
namespace {

Settings::DatabaseSource SourceFor(const std::string& access) {
  Settings::DatabaseSource source;
  source.access = access;
  return source;
}

TEST(SourceAccess, IsDecidedByTheTokenOfTheRequest) {
  const test::MethodCaller caller(win32::ImpersonationLevel::kIdentification);
  EXPECT_TRUE(MayUse(SourceFor(""), caller.caller()));
  EXPECT_TRUE(MayUse(SourceFor("D:(A;;GX;;;AU)"), caller.caller()));
  EXPECT_FALSE(MayUse(SourceFor("D:"), caller.caller()));
  EXPECT_FALSE(MayUse(SourceFor("D:(A;;GR;;;AU)"), caller.caller()));
  EXPECT_FALSE(MayUse(SourceFor("D:(A;;GRGW;;;BA)"), caller.caller()));
  EXPECT_FALSE(MayUse(SourceFor("D:(D;;GX;;;AU)(A;;GX;;;AU)"), caller.caller()));
  // A deny-only group grants nothing.
  const test::MethodCaller restricted(test::ImpersonationTokenOf(test::AdministratorsDenyOnlyToken()));
  EXPECT_FALSE(MayUse(SourceFor("D:(A;;GX;;;BA)"), restricted.caller()));
}

// AccessCheck does not map generic bits in ACEs, but Wine's does.
TEST(SourceAccess, IsCheckedWithoutGenericRights) {
  for (const auto& [word, mask] :
       {std::pair("GX", kCall), std::pair("GRGX", kCall | kSee), std::pair("GA", kAllRights)}) {
    const auto dacl = DescriptorOf("D:(D;;" + std::string(word) + ";;;BG)(A;;" + word + ";;;BA)").Dacl();
    ASSERT_EQ(dacl.size(), 2U);
    EXPECT_TRUE(dacl[0].denies());
    EXPECT_TRUE(dacl[1].allows());
    for (const win32::AccessEntry& entry : dacl) EXPECT_EQ(entry.mask, mask) << word;
    EXPECT_EQ(dacl[1].sid, *win32::Sid::FromString("S-1-5-32-544"));
  }
  EXPECT_TRUE(DescriptorOf("D:").HasDacl());
  EXPECT_TRUE(DescriptorOf("D:").Dacl().empty());
  EXPECT_THROW(static_cast<void>(DescriptorOf("x")), win32::Win32Error);
}

TEST(SourceAccess, InTheSettingsIsADacl) {
  for (const char* access : {"D:", "D:(A;;GX;;;BA)", "D:P(D;;GX;;;BG)(A;;GX;;;AU)"}) {
    EXPECT_EQ(FaultOfSourceAccess(access), "") << access;
  }
  for (const char* access :
       {"x", "O:SYD:(A;;GX;;;BA)", "D:(A;;GX;;;XX)", "D:(A;;GX;;;BA", "D:NO_ACCESS_CONTROL", "",
        "D:(A;OICI;GX;;;BA)", "D:(A;;FA;;;BA)", "D:(A;;0x1000000;;;BA)", "D:AI(A;;GX;;;BA)",
        "D:(OA;;GX;;;BA)", "D:(XA;;GX;;;BA;(WIN://SYSAPPID == 1))", "D:(A;;GA;;;WD)"}) {
    EXPECT_TRUE(FaultOfSourceAccess(access).starts_with("expected a DACL in SDDL, such as D:(A;;GX;;;BA)"))
        << access;
  }
}

TEST(SourceSettings, AreReadWithEveryMemberAndEveryFault) {
  const SettingsResult read = ParseSettings(
      R"json({"database":{"sources":{"a":{"connection":"DSN=x","as_caller":true,"pooled":false,"access":"D:(A;;GX;;;AU)"},
                                 "b":{"connection":"DSN=y"}}}})json");
  ASSERT_TRUE(read.faults.empty()) << read.faults.front().key << ": " << read.faults.front().message;
  EXPECT_EQ(read.settings.database.sources.at("a"),
            (Settings::DatabaseSource{"DSN=x", true, false, "D:(A;;GX;;;AU)"}));
  EXPECT_EQ(read.settings.database.sources.at("b"), (Settings::DatabaseSource{"DSN=y", false, true, ""}));

  SettingsResult faulty = ParseSettings(
      R"json({"database":{"sources":{"a":{"connection":"DSN=x","pooled":1,"access":"D:(A;;GX;;;XX)"}}}})json");
  CheckSourceAccess(faulty.settings, faulty.faults);
  ASSERT_EQ(faulty.faults.size(), 2U);
  EXPECT_EQ(faulty.faults[0].key, "database.sources.a.pooled");
  EXPECT_EQ(faulty.faults[1].key, "database.sources.a.access");
}

}  // namespace
}  // namespace onbehalf::service
