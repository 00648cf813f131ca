#include "audit/audit_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "audit/audit_reader.h"
#include "fake_server.h"
#include "fixed_account_names.h"
#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::cli {
namespace {

using client::Json;

std::string Lines(const Json& records) {
  win32::AccountNames names(test::FixedAccountNames());
  Rows rows = {AuditHeader()};
  for (const Json& record : records) rows.push_back(AuditCells(record, names));
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
            "                                                           REQUEST\n"
            "2026-11-22T20:00:00.000001Z  allowed       PC\\alice          file.write  file.write  "
            "(A;;GX;;;BU)                                                          r-1\n"
            "2026-11-22T20:00:00.002001Z  WindowsError  PC\\alice          file.write  -           Windows "
            "error 5, 1.2 ms                                               r-1\n"
            "2026-11-22T20:00:01.000000Z  denied        S-1-5-21-9-9-9-9  a\\x1b[2J    /           "
            "AccessDenied                                                          r-2\n"
            "2026-11-22T20:00:02.000000Z  policy        PC\\bob            -           file        version "
            "8, before the default, after D:P                              r-3\n"
            "2026-11-22T20:00:03.000000Z  policy        -                 -           file        version 9, "
            "before D:P, after the default, by a file put in its place  -\n"
            "2026-11-22T20:00:04.000000Z  gap           -                 -           -           "
            "error=ERROR_DISK_FULL, lines=12                                       -\n");
}

TEST(AuditText, OfARecordOfAnotherShapeIsALineAsWell) {
  EXPECT_EQ(Lines(Json::array({Json(5), Json::object()})),
            "TIME  VERDICT  ACCOUNT  METHOD  NODE  REASON  REQUEST\n"
            "-     -        -        -       -     -       -\n"
            "-     -        -        -       -     -       -\n");
}

TEST(AuditText, OfAVerificationNamesTheFirstBrokenLine) {
  EXPECT_EQ(
      RenderVerification({{"ok", true}, {"files", 1}, {"lines", 1200}, {"anchors", 0}, {"problem", nullptr}}),
      "the audit is whole: 1 file, 1200 lines, 0 anchors\n");
  EXPECT_EQ(
      RenderVerification(
          {{"ok", false},
           {"files", 2},
           {"lines", 1},
           {"anchors", 1},
           {"problem", {{"file", "audit-2026-11-22.jsonl"}, {"line", 17}, {"what", "the hash is another"}}}}),
      "the audit is broken: audit-2026-11-22.jsonl, line 17: the hash is another\n"
      "  looked at  2 files, 1 line, 1 anchor\n");
  EXPECT_EQ(RenderVerification({{"ok", true},
                                {"files", 1},
                                {"lines", 2},
                                {"anchors", 0},
                                {"problem", nullptr},
                                {"note", "the event log does not answer"}}),
            "the audit is whole: 1 file, 2 lines, 0 anchors\n"
            "  note  the event log does not answer\n");
}

// An audit whose audit.read gives at most two lines at once, and one line more with every question.
class GrowingAudit {
 public:
  Json operator()(const Json& request) {
    const Json& params = request.at("params");
    asked.push_back(params);
    const int limit = std::min(params.at("limit").get<int>(), 2);
    const int begin = params.contains("after") ? std::stoi(params.at("after").get<std::string>())
                                               : std::max(0, size - limit);
    const int end = std::min(begin + limit, size);
    Json lines = Json::array();
    for (int i = begin; i < end; ++i) lines.push_back({{"seq", i}});
    if (end == size) size += 3;
    return {{"result", {{"lines", lines}, {"cursor", std::to_string(end)}, {"more", end < size - 3}}}};
  }

  int size = 5;
  std::vector<Json> asked;
};

TEST(AuditReader, FollowsWithoutLosingOrRepeatingALine) {
  GrowingAudit audit;
  std::vector<int> seen;
  {
    test::FakeServer server(test::Answering([&](const Json& request) { return audit(request); }));
    client::Client client = client::Client::Connect(server.ClientOptions());
    AuditReader reader(client, {{"limit", 2}, {"denied", true}});
    const win32::UniqueObject stop(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
    FollowAudit(reader, stop.get(), std::chrono::milliseconds(1), [&](const Json& records) {
      for (const Json& record : records) seen.push_back(record.at("seq").get<int>());
      if (seen.size() >= 8) ::SetEvent(stop.get());
      return true;
    });
  }
  EXPECT_EQ(seen, (std::vector<int>{3, 4, 5, 6, 7, 8, 9, 10}));
  ASSERT_GE(audit.asked.size(), 2u);
  EXPECT_EQ(audit.asked[0], Json({{"limit", 2}, {"denied", true}}));
  EXPECT_EQ(audit.asked[1], Json({{"limit", 1000}, {"denied", true}, {"after", "5"}}));
}

TEST(AuditReader, StopsWhenNobodyReadsAnyMore) {
  GrowingAudit audit;
  test::FakeServer server(test::Answering([&](const Json& request) { return audit(request); }));
  client::Client client = client::Client::Connect(server.ClientOptions());
  AuditReader reader(client, {{"limit", 2}});
  const win32::UniqueObject stop(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
  int shown = 0;
  FollowAudit(reader, stop.get(), std::chrono::hours(1), [&](const Json&) {
    ++shown;
    return false;
  });
  EXPECT_EQ(shown, 1);
}

}  // namespace
}  // namespace onbehalf::cli
