#include "audit/audit_reader.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "audit/audit_files.h"
#include "audit/line_reader.h"
#include "audit_folder.h"
#include "onbehalf/service/caller_identity.h"
#include "support/restricted_token.h"

namespace onbehalf::service {
namespace {

using namespace std::chrono_literals;
using protocol::Json;
using test::AuditFolder;
using Names = std::vector<std::string>;

constexpr const char* kFile = "audit-2026-11-22.jsonl";

// The requests of the records of a page.
Names Requests(const AuditPage& page) {
  Names requests;
  for (const std::string& line : page.lines)
    requests.push_back(Json::parse(line).at("request").get<std::string>());
  return requests;
}

class AuditReaderTest : public testing::Test {
 protected:
  bool Decide(const std::string& request, const std::string& method, AuditVerdict verdict,
              bool with_account = true) {
    AuditDecision decision;
    decision.request_id = request;
    decision.method = method;
    decision.verdict = verdict;
    if (with_account) decision.caller = &caller_;
    return folder_.audit().Record(decision);
  }
  AuditPage After(const std::string& cursor, std::size_t limit, const AuditFilter& filter = {}) const {
    return reader_.After(cursor, filter, limit).value();
  }

  AuditFolder folder_;
  AuditReader reader_{folder_.path()};
  CallerIdentity caller_{
      test::ImpersonationTokenOf(win32::Token::FromOwnProcess(TOKEN_QUERY | TOKEN_DUPLICATE))};
};

TEST_F(AuditReaderTest, ReturnsTheNewestLinesOldestFirst) {
  ASSERT_TRUE(folder_.Write(5));
  const AuditPage page = reader_.Newest({}, 3);
  EXPECT_EQ(Requests(page), (Names{"3", "4", "5"}));
  EXPECT_FALSE(page.more);
  EXPECT_EQ(page.cursor,
            std::string(kFile) + ":" + std::to_string(std::filesystem::file_size(folder_.File(kFile))));
  EXPECT_EQ(page.lines.back(), folder_.LinesOf(kFile).back());
  EXPECT_EQ(Requests(reader_.Newest({}, 100)).size(), 5u);
}

TEST_F(AuditReaderTest, ReadsBackwardsAcrossFiles) {
  folder_.options.settings.file_bytes = 900;
  ASSERT_TRUE(folder_.Write(9));
  ASSERT_GE(folder_.Files().size(), 3u);
  EXPECT_EQ(Requests(reader_.Newest({}, 7)), (Names{"3", "4", "5", "6", "7", "8", "9"}));
}

TEST_F(AuditReaderTest, AnEmptyAuditHasNoLinesAndNoCursor) {
  const AuditPage page = reader_.Newest({}, 10);
  EXPECT_TRUE(page.lines.empty());
  EXPECT_EQ(page.cursor, "");
  EXPECT_FALSE(page.more);
  const AuditPage after = After("", 10);
  EXPECT_TRUE(after.lines.empty());
  EXPECT_EQ(after.cursor, "");
  ASSERT_TRUE(folder_.Write(2));
  EXPECT_EQ(Requests(After("", 10)), (Names{"1", "2"}));
}

TEST_F(AuditReaderTest, FollowsWithTheCursorAcrossFiles) {
  folder_.options.settings.file_bytes = 900;
  ASSERT_TRUE(folder_.Write(1));
  AuditPage page = reader_.Newest({}, 10);
  EXPECT_TRUE(After(page.cursor, 10).lines.empty());
  EXPECT_EQ(After(page.cursor, 10).cursor, page.cursor);
  ASSERT_TRUE(folder_.Write(8));
  Names all;
  do {
    page = After(page.cursor, 3);
    EXPECT_LE(page.lines.size(), 3u);
    for (const std::string& request : Requests(page)) all.push_back(request);
  } while (page.more);
  EXPECT_EQ(all, (Names{"2", "3", "4", "5", "6", "7", "8", "9"}));
  EXPECT_TRUE(After(page.cursor, 3).lines.empty());
}

TEST_F(AuditReaderTest, ACursorIntoARemovedFileContinuesWithTheNext) {
  ASSERT_TRUE(folder_.Write(2));
  const std::string cursor = reader_.Newest({}, 1).cursor;
  folder_.now = folder_.now.load() + 24h;
  ASSERT_TRUE(folder_.Write(1));
  std::filesystem::remove(folder_.File(kFile));
  EXPECT_EQ(Requests(After(cursor, 10)), Names{"3"});
}

TEST_F(AuditReaderTest, AnInvalidCursorIsRefused) {
  for (const char* wrong :
       {"x", ":", "audit-2026-11-22.jsonl", "audit-2026-11-22.jsonl:", "audit-2026-11-22.jsonl:-1",
        "audit-2026-11-22.jsonl:1x", "..\\..\\secret.jsonl:0", "service.log:0",
        "audit-2026-11-22.jsonl:99999999999999999999999"}) {
    EXPECT_FALSE(reader_.After(wrong, {}, 10)) << wrong;
  }
  EXPECT_TRUE(After("audit-2026-11-22.jsonl:123456", 10).lines.empty());
}

TEST_F(AuditReaderTest, AnIncompleteLineIsNotReturned) {
  ASSERT_TRUE(folder_.Write(2));
  folder_.Stop();
  const std::string whole = folder_.Read(kFile);
  test::WriteAll(folder_.File(kFile), whole + "{\"time\":");
  EXPECT_EQ(Requests(reader_.Newest({}, 10)), (Names{"1", "2"}));
  const AuditPage page = After("", 10);
  EXPECT_EQ(Requests(page), (Names{"1", "2"}));
  EXPECT_EQ(page.cursor, std::string(kFile) + ":" + std::to_string(whole.size()));
}

TEST_F(AuditReaderTest, FiltersByAccountMethodAndDenial) {
  ASSERT_TRUE(Decide("1", "file.read", AuditVerdict::kAllowed));
  ASSERT_TRUE(Decide("2", "file.read", AuditVerdict::kDenied));
  ASSERT_TRUE(Decide("3", "file.write", AuditVerdict::kDenied));
  ASSERT_TRUE(Decide("4", "file.read", AuditVerdict::kDenied, false));
  ASSERT_TRUE(Decide("5", "a \"quoted\" one", AuditVerdict::kRefused, false));
  AuditFilter filter;
  const auto expect = [&](const Names& requests) {
    EXPECT_EQ(Requests(reader_.Newest(filter, 10)), requests);
    EXPECT_EQ(Requests(After("", 10, filter)), requests);
  };
  expect({"1", "2", "3", "4", "5"});
  filter.method = "file.read";
  expect({"1", "2", "4"});
  filter.denied_only = true;
  expect({"2", "4"});
  filter.account = caller_.user();
  expect({"2"});
  filter.method.reset();
  expect({"2", "3"});
  filter = {};
  filter.method = "a \"quoted\" one";
  expect({"5"});
  filter = {};
  filter.account = win32::Sid::FromWellKnown(WinLocalServiceSid);
  expect({});
}

TEST_F(AuditReaderTest, ADenialByTheMethodItselfIsADenial) {
  ASSERT_TRUE(Decide("1", "access.set", AuditVerdict::kAllowed));
  AuditOutcome outcome;
  outcome.method = "access.set";
  outcome.caller = &caller_;
  for (const char* word : {"AccessDenied", "ok", "WindowsError"}) {
    outcome.request_id = word;
    outcome.outcome = word;
    ASSERT_TRUE(folder_.audit().Record(outcome));
  }
  // Only a parameter claims it.
  const std::vector<Parameter> parameters = {{"outcome", "", Json(), true, true}};
  const Json params = {{"outcome", "AccessDenied"}};
  AuditDecision decision;
  decision.request_id = "2";
  decision.verdict = AuditVerdict::kAllowed;
  decision.parameters = &parameters;
  decision.params = &params;
  ASSERT_TRUE(folder_.audit().Record(decision));
  ASSERT_TRUE(Decide("3", "file.read", AuditVerdict::kDenied));
  AuditFilter filter;
  filter.denied_only = true;
  EXPECT_EQ(Requests(reader_.Newest(filter, 10)), (Names{"AccessDenied", "3"}));
  EXPECT_EQ(Requests(After("", 10, filter)), (Names{"AccessDenied", "3"}));
  filter.method = "access.set";
  filter.account = caller_.user();
  EXPECT_EQ(Requests(reader_.Newest(filter, 10)), Names{"AccessDenied"});
}

TEST_F(AuditReaderTest, AParameterThatLooksLikeAMemberIsNotAMember) {
  const std::vector<Parameter> parameters = {{"x", "", Json(), true, true},
                                             {"account", "", Json(), true, true}};
  const Json params = {{"x", 1}, {"account", win32::Sid::FromWellKnown(WinLocalServiceSid).ToString()}};
  AuditDecision decision;
  decision.request_id = "1";
  decision.verdict = AuditVerdict::kAllowed;
  decision.caller = &caller_;
  decision.parameters = &parameters;
  decision.params = &params;
  ASSERT_TRUE(folder_.audit().Record(decision));
  AuditFilter filter;
  filter.account = win32::Sid::FromWellKnown(WinLocalServiceSid);
  EXPECT_TRUE(reader_.Newest(filter, 10).lines.empty());
  filter.account = caller_.user();
  EXPECT_EQ(reader_.Newest(filter, 10).lines.size(), 1u);
}

TEST_F(AuditReaderTest, APageIsBounded) {
  const std::string sddl(700'000, 'x');
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(folder_.audit().Record(AuditPolicyChange{"p", nullptr, "file", std::nullopt, sddl, 2}));
  }
  EXPECT_EQ(reader_.Newest({}, 100).lines.size(), 2u);
  AuditPage page = After("", 100);
  EXPECT_EQ(page.lines.size(), 2u);
  EXPECT_TRUE(page.more);
  page = After(page.cursor, 100);
  page = After(page.cursor, 100);
  EXPECT_EQ(page.lines.size(), 2u);
  EXPECT_FALSE(page.more);
}

// Even if few records match, the cursor advances.
TEST_F(AuditReaderTest, TheNumberOfScannedLinesIsBounded) {
  ASSERT_TRUE(folder_.Write(3));
  AuditFilter none;
  none.method = "no.such";
  std::string cursor;
  for (const bool more : {true, true, false}) {
    const auto page = reader_.After(cursor, none, 100, {}, AuditReader::kPageBytes, 1);
    ASSERT_TRUE(page);
    EXPECT_TRUE(page->lines.empty());
    EXPECT_EQ(page->more, more);
    EXPECT_NE(page->cursor, cursor);
    cursor = page->cursor;
  }
  EXPECT_EQ(cursor, reader_.Newest({}, 1).cursor);
}

TEST_F(AuditReaderTest, ALineLargerThanAPageIsAPageOfItsOwn) {
  const std::string sddl(AuditReader::kPageBytes + 1, 'x');
  ASSERT_TRUE(folder_.Write(1));
  ASSERT_TRUE(folder_.audit().Record(AuditPolicyChange{"p", nullptr, "file", std::nullopt, sddl, 2}));
  ASSERT_TRUE(folder_.Write(1));
  AuditPage page = After("", 100);
  EXPECT_EQ(Requests(page), Names{"1"});
  page = After(page.cursor, 100);
  EXPECT_EQ(Requests(page), Names{"p"});
  page = After(page.cursor, 100);
  EXPECT_EQ(Requests(page), Names{"2"});
}

TEST_F(AuditReaderTest, ReturnsWhatItHasWhenItIsStopped) {
  ASSERT_TRUE(folder_.Write(3));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_TRUE(reader_.Newest({}, 10, stop.get_token()).lines.empty());
  const auto page = reader_.After("audit-2026-11-22.jsonl:0", {}, 10, stop.get_token());
  ASSERT_TRUE(page);
  EXPECT_TRUE(page->more);
  EXPECT_EQ(Requests(After(page->cursor, 10)).size(), 3u);
}

TEST(AuditLines, AreReadInBothDirectionsAcrossBlocks) {
  test::TemporaryFolder folder;
  const AuditFileName name{"2026-11-22", 1};
  for (const std::size_t length : {1u, 4095u, 4096u, 65534u, 65535u, 65536u, 131072u, 200'000u}) {
    Names lines;
    std::string text;
    for (int i = 0; i < 7; ++i) {
      lines.push_back(i % 2 == 0 ? std::string(length, static_cast<char>('a' + i)) : std::string());
      text += lines.back() + "\n";
    }
    for (const std::string& tail : {std::string(), std::string("half"), std::string(length, 'h')}) {
      test::WriteAll(folder.path() / name.ToString(), text + tail);
      Names forward;
      LineReader reader(OpenAuditFile(folder.path(), name));
      while (const auto line = reader.Next()) {
        EXPECT_EQ(reader.ended_in_newline(), forward.size() < lines.size());
        forward.emplace_back(*line);
      }
      EXPECT_EQ(reader.offset(), text.size() + tail.size());
      Names expected = lines;
      if (!tail.empty()) expected.push_back(tail);
      EXPECT_TRUE(forward == expected) << length << " " << tail.size();

      ReverseLineReader backward(OpenAuditFile(folder.path(), name));
      EXPECT_EQ(backward.end(), text.size());
      for (std::size_t i = lines.size(); i-- > 0;) {
        const auto line = backward.Previous();
        ASSERT_TRUE(line) << length;
        EXPECT_TRUE(*line == lines[i]) << length << " " << i;
      }
      EXPECT_FALSE(backward.Previous());
      EXPECT_FALSE(backward.Previous());
    }
  }
}

}  // namespace
}  // namespace onbehalf::service
