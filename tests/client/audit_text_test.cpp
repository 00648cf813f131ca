#include "audit/audit_text.h"

#include <gtest/gtest.h>

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

// A service whose audit has two records, and sends another with each piece of audit.follow, which continues
// until it is cancelled.
class FollowedAudit {
 public:
  void operator()(test::FakeServer::Session& session) {
    const Json read = session.ReadRequest();
    asked.push_back(read);
    session.Answer(read,
                   {{"lines", Json::array({{{"seq", 3}}, {{"seq", 4}}})}, {"cursor", "5"}, {"more", true}});
    follow_ = session.ReadRequest();
    if (follow_.is_null()) return;
    asked.push_back(follow_);
    if (!refusal.is_null())
      return session.Refuse(follow_, refusal.at("code"), refusal.at("message").get<std::string>());
    SendPiece(session, Json::array({{{"seq", 5}}}));
    SendPiece(session, Json::array({{{"seq", 6}}, {{"seq", 7}}}));
    const Json cancel = session.ReadRequest();
    asked.push_back(cancel);
    session.Refuse(follow_, -32800, "cancelled");
  }

  Json refusal;  // {code, message}: what audit.follow answers at once
  std::vector<Json> asked;

 private:
  void SendPiece(test::FakeServer::Session& session, const Json& lines) {
    const Json value = {{"lines", lines}, {"cursor", "9"}};
    session.Send({{"jsonrpc", "2.0"},
                  {"method", "$/progress"},
                  {"params", {{"token", follow_.at("params").at("progressToken")}, {"value", value}}}});
  }

  Json follow_;
};

class AuditReaderTest : public testing::Test {
 protected:
  // Follows the audit, and stops after `count` records.
  void Follow(std::size_t count) {
    test::FakeServer server([this](test::FakeServer::Session& session) { audit_(session); });
    client::Client client = client::Client::Connect(server.ClientOptions());
    const win32::UniqueObject stop(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
    FollowAudit(client, {{"limit", 2}, {"denied", true}}, stop.get(), [&](const Json& records) {
      for (const Json& record : records) seen_.push_back(record.at("seq").get<int>());
      if (seen_.size() >= count) ::SetEvent(stop.get());
      return is_read_;
    });
  }

  FollowedAudit audit_;
  bool is_read_ = true;
  std::vector<int> seen_;
};

TEST_F(AuditReaderTest, FollowsFromTheNewestRecordOn) {
  Follow(5);
  EXPECT_EQ(seen_, (std::vector<int>{3, 4, 5, 6, 7}));
  ASSERT_EQ(audit_.asked.size(), 3u);
  EXPECT_EQ(audit_.asked[0].at("method"), "audit.read");
  EXPECT_EQ(audit_.asked[0].at("params"), Json({{"limit", 2}, {"denied", true}}));
  EXPECT_EQ(audit_.asked[1].at("method"), "audit.follow");
  Json following = audit_.asked[1].at("params");
  EXPECT_EQ(following.erase("progressToken"), 1u);
  EXPECT_EQ(following, Json({{"denied", true}, {"after", "5"}}));
  EXPECT_EQ(audit_.asked[2].at("method"), "$/cancelRequest");
  EXPECT_EQ(audit_.asked[2].at("params").at("id"), audit_.asked[1].at("id"));
}

TEST_F(AuditReaderTest, StopsWhenItsOutputIsClosed) {
  is_read_ = false;
  Follow(1'000);
  EXPECT_EQ(seen_, (std::vector<int>{3, 4}));
}

TEST_F(AuditReaderTest, SaysWhenTheServiceCannotFollow) {
  audit_.refusal = {{"code", -32601}, {"message", "no such method"}};
  try {
    Follow(1'000);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const client::RpcError& error) {
    EXPECT_EQ(error.code(), -32601);
    EXPECT_NE(std::string(error.what()).find("without --follow"), std::string::npos) << error.what();
  }
  EXPECT_EQ(seen_, (std::vector<int>{3, 4}));
}

TEST_F(AuditReaderTest, ReportsOtherErrorsThatEndIt) {
  audit_.refusal = {{"code", -32800}, {"message", "cancelled by somebody else"}};
  EXPECT_THROW(Follow(1'000), client::RpcError);
}

}  // namespace
}  // namespace onbehalf::cli
