#include "audit/audit_text.h"
#include "aligned_table.h"

#include <gtest/gtest.h>

#include <string>

#include "fixed_accounts.h"

namespace onbehalf::cli {
namespace {

using client::Json;

std::string Lines(const Json& records) {
  Rows rows = {AuditHeader()};
  for (const Json& record : records) rows.push_back(AuditCells(record, test::FixedAccountName));
  return AlignedTable(rows);
}

TEST(AuditText, IsALineForEachRecord) {
  const Json records = Json::parse(R"json([
    {"time": "2026-11-22T20:00:00.000001Z", "event": "decision", "request": "r-1", "connection": 3,
     "method": "file.write", "account": "S-1-5-21-1-2-3-1001", "level": "impersonation", "verdict": "allowed",
     "node": "file.write", "entry": "(A;;GX;;;BU)", "seq": 1, "hash": "aa"},
    {"time": "2026-11-22T20:00:00.002001Z", "event": "outcome", "request": "r-1", "method": "file.write",
     "account": "S-1-5-21-1-2-3-1001", "outcome": "WindowsError", "win32": 5, "took_us": 1234, "seq": 2},
    {"time": "2026-11-22T20:00:01.000000Z", "event": "decision", "request": "r-2", "method": "a\u001b[2J",
     "account": "S-1-5-21-9-9-9-9", "verdict": "denied", "node": "/", "reason": "AccessDenied", "seq": 3},
    {"time": "2026-11-22T20:00:02.000000Z", "event": "policy", "origin": "request", "request": "r-3",
     "account": "S-1-5-21-1-2-3-1002", "node": "file", "version": 8, "before": null, "after": "D:P", "seq": 4},
    {"time": "2026-11-22T20:00:03.000000Z", "event": "policy", "origin": "outside", "node": "file",
     "version": 9, "before": "D:P", "after": null, "seq": 5},
    {"time": "2026-11-22T20:00:04.000000Z", "event": "gap", "lines": 12, "error": "ERROR_DISK_FULL", "seq": 6,
     "chain": "c", "previous": "p", "hash": "h"}
  ])json");
  EXPECT_EQ(Lines(records),
            "TIME                         VERDICT       ACCOUNT           METHOD      NODE        REASON     "
            "                                                   REQUEST\n"
            "2026-11-22T20:00:00.000001Z  allowed       PC\\alice          file.write  file.write  "
            "(A;;GX;;;BU)                                                  r-1\n"
            "2026-11-22T20:00:00.002001Z  WindowsError  PC\\alice          file.write  -           Windows "
            "error 5, 1.2 ms                                       r-1\n"
            "2026-11-22T20:00:01.000000Z  denied        S-1-5-21-9-9-9-9  a\\x1b[2J    /           "
            "AccessDenied                                                  r-2\n"
            "2026-11-22T20:00:02.000000Z  policy        PC\\bob            -           file        version "
            "8, before the default, after D:P                      r-3\n"
            "2026-11-22T20:00:03.000000Z  policy        -                 -           file        version 9, "
            "before D:P, after the default, by a replaced file  -\n"
            "2026-11-22T20:00:04.000000Z  gap           -                 -           -           "
            "error=ERROR_DISK_FULL, lines=12                               -\n");
}

TEST(AuditText, NamesThePackageOfAnAppContainer) {
  const Json record = Json::parse(R"json({"event": "decision", "verdict": "denied", "reason": "AccessDenied",
    "account": "S-1-5-21-1-2-3-1001", "package": "S-1-15-2-1-2-3-4-5-6-7", "container": 5, "capabilities": []})json");
  EXPECT_EQ(AuditCells(record, test::FixedAccountName)[5],
            "AccessDenied, in an app container of S-1-15-2-1-2-3-4-5-6-7");
}

TEST(AuditText, OfAnUnknownRecordIsALineToo) {
  EXPECT_EQ(Lines(Json::array({Json(5), Json::object()})),
            "TIME  VERDICT  ACCOUNT  METHOD  NODE  REASON  REQUEST\n"
            "-     -        -        -       -     -       -\n"
            "-     -        -        -       -     -       -\n");
}

TEST(AuditText, OfAVerificationNamesTheFirstBrokenLine) {
  EXPECT_EQ(
      RenderVerification({{"ok", true}, {"files", 1}, {"lines", 1200}, {"anchors", 0}, {"problem", nullptr}}),
      "the audit is intact: 1 file, 1200 lines, 0 anchors\n");
  EXPECT_EQ(
      RenderVerification(
          {{"ok", false},
           {"files", 2},
           {"lines", 1},
           {"anchors", 1},
           {"problem", {{"file", "audit-2026-11-22.jsonl"}, {"line", 17}, {"what", "the hash is another"}}}}),
      "the audit is broken: audit-2026-11-22.jsonl, line 17: the hash is another\n"
      "  checked  2 files, 1 line, 1 anchor\n");
  EXPECT_EQ(RenderVerification({{"ok", true},
                                {"files", 1},
                                {"lines", 2},
                                {"anchors", 0},
                                {"problem", nullptr},
                                {"note", "the event log does not answer"}}),
            "the audit is intact: 1 file, 2 lines, 0 anchors\n"
            "  note  the event log does not answer\n");
}

}  // namespace
}  // namespace onbehalf::cli
