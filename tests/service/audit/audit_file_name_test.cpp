#include "audit/audit_file_name.h"

#include <gtest/gtest.h>

#include <chrono>

namespace onbehalf::service {
namespace {

TEST(AuditFileNames, AreReadBackAndSorted) {
  for (const AuditFileName& name : {AuditFileName{"2026-11-22", 1}, AuditFileName{"2026-11-22", 2},
                                    AuditFileName{"2026-11-22", 10}, AuditFileName{"2026-11-23", 1}}) {
    EXPECT_EQ(AuditFileName::FromText(name.ToString()), name);
  }
  EXPECT_EQ((AuditFileName{"2026-11-22", 1}.ToString()), "audit-2026-11-22.jsonl");
  EXPECT_EQ((AuditFileName{"2026-11-22", 2}.ToString()), "audit-2026-11-22.2.jsonl");
  EXPECT_LT((AuditFileName{"2026-11-22", 9}), (AuditFileName{"2026-11-22", 10}));
  EXPECT_LT((AuditFileName{"2026-11-22", 10}), (AuditFileName{"2026-11-23", 1}));
  for (const char* other :
       {"", "audit-.jsonl", "audit-2026-11-22", "audit-2026-11-22.1.jsonl", "audit-2026-11-22.0.jsonl",
        "audit-2026-11-22.02.jsonl", "audit-2026-11-22..jsonl", "audit-2026-11-22.x.jsonl",
        "audit-2026-11-22.2x.jsonl", "audit-2026-1-22.jsonl", "audit-2026_11_22.jsonl",
        "audit-2026-11-22.99999999999.jsonl", "audit-2026-11-22-old.jsonl", "audit-2026-11-22.jsonl.bak",
        "..\\audit-2026-11-22.jsonl"}) {
    EXPECT_FALSE(AuditFileName::FromText(other)) << other;
  }
}

TEST(AuditFileNames, HaveValidDates) {
  EXPECT_EQ((AuditFileName{"2028-02-29", 1}.Begin()),
            std::chrono::sys_days{std::chrono::year{2028} / 2 / 29});
  for (const char* other : {"2026-02-29", "2026-13-01", "2026-00-01", "2026-01-00", "2026-99-99", ""}) {
    EXPECT_FALSE((AuditFileName{other, 1}.Begin())) << other;
  }
}

}  // namespace
}  // namespace onbehalf::service
