#include "audit/audit.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "allocation_count.h"
#include "audit/audit_verification.h"
#include "audit_lines.h"
#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/protocol/json_text.h"
#include "onbehalf/protocol/limits.h"
#include "onbehalf/win32/unique_handle.h"
#include "support/child_main.h"
#include "support/child_process.h"
#include "support/hostile_texts.h"
#include "support/platform_probe.h"
#include "support/restricted_token.h"
#include "temporary_folder.h"

namespace onbehalf::service {
namespace {

using namespace std::chrono_literals;
using protocol::Json;
using std::chrono::system_clock;

constexpr DWORD kFailFastExitCode = 0xC0000409;
constexpr system_clock::time_point kStart =
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 23h + 59min + 58s + 123456us;

class AuditTest : public testing::Test {
 protected:
  AuditTest() {
    audit_.emplace(folder_.path(), Options());
    process_.process_id = 4711;
    process_.image_path = R"(C:\Program Files\client.exe)";
  }

  AuditOptions Options() {
    AuditOptions options;
    options.now = [this] { return now_.load(); };
    options.report = [](Event, std::initializer_list<std::string_view>) {};
    return options;
  }
  // Reopens the audit, as a process that is started after this one would.
  void Restart() {
    audit_.reset();
    audit_.emplace(folder_.path(), Options());
  }
  std::filesystem::path file(const wchar_t* day = L"2026-11-22") const {
    return folder_.path() / (std::wstring(L"audit-") + day + L".jsonl");
  }
  // The records of a day without the members that chain them.
  std::vector<Json> Records(const wchar_t* day = L"2026-11-22") const {
    std::vector<Json> records = test::JsonLines(file(day));
    for (Json& record : records) {
      for (const char* member : {"chain", "previous", "seq", "hash"}) record.erase(member);
    }
    return records;
  }
  void ExpectSound() const {
    const AuditVerification result = VerifyAudit(folder_.path(), {});
    EXPECT_FALSE(result.problem) << result.problem->file << " " << result.problem->line << ": "
                                 << result.problem->what;
  }
  AuditDecision Decision() const {
    AuditDecision decision;
    decision.request_id = "r-1";
    decision.connection_id = 7;
    decision.method = "service.status";
    decision.caller = &caller_;
    decision.process = &process_;
    decision.verdict = AuditVerdict::kAllowed;
    decision.node = "service.status";
    return decision;
  }
  static AuditOutcome Outcome() {
    AuditOutcome outcome;
    outcome.request_id = "r-1";
    outcome.method = "service.status";
    outcome.outcome = "ok";
    outcome.took = 1'234'567ns;
    return outcome;
  }

  test::TemporaryFolder folder_;
  std::atomic<system_clock::time_point> now_{kStart};
  CallerIdentity caller_{
      test::ImpersonationTokenOf(win32::Token::FromOwnProcess(TOKEN_QUERY | TOKEN_DUPLICATE))};
  ClientProcess process_;
  std::optional<Audit> audit_;
};

TEST_F(AuditTest, ADecisionRecordsTheCallerTheRequestAndTheVerdict) {
  AuditDecision decision = Decision();
  decision.verdict = AuditVerdict::kDenied;
  decision.entry = "(D;;0x1;;;S-1-5-32-546)";
  decision.reason = "AccessDenied";
  ASSERT_TRUE(audit_->Record(decision));
  EXPECT_EQ(Records(), (std::vector<Json>{{{"time", "2026-11-22T23:59:58.123456Z"},
                                           {"event", "decision"},
                                           {"request", "r-1"},
                                           {"connection", 7},
                                           {"method", "service.status"},
                                           {"account", caller_.user().ToString()},
                                           {"level", "impersonation"},
                                           {"process", 4711},
                                           {"image", R"(C:\Program Files\client.exe)"},
                                           {"verdict", "denied"},
                                           {"node", "service.status"},
                                           {"entry", "(D;;0x1;;;S-1-5-32-546)"},
                                           {"reason", "AccessDenied"}}}));
}

TEST_F(AuditTest, UnknownMembersAreOmitted) {
  AuditDecision decision;
  decision.request_id = "r-2";
  decision.reason = "ImpersonationLevel";
  ASSERT_TRUE(audit_->Record(decision));
  EXPECT_EQ(Records(), (std::vector<Json>{{{"time", "2026-11-22T23:59:58.123456Z"},
                                           {"event", "decision"},
                                           {"request", "r-2"},
                                           {"connection", 0},
                                           {"method", ""},
                                           {"verdict", "refused"},
                                           {"reason", "ImpersonationLevel"}}}));
}

TEST_F(AuditTest, AnOutcomeRecordsTheResultAndTheDuration) {
  AuditOutcome outcome = Outcome();
  ASSERT_TRUE(audit_->Record(outcome));
  outcome.outcome = "WindowsError";
  outcome.win32 = ERROR_ACCESS_DENIED;
  ASSERT_TRUE(audit_->Record(outcome));
  const auto records = Records();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0], (Json{{"time", "2026-11-22T23:59:58.123456Z"},
                              {"event", "outcome"},
                              {"request", "r-1"},
                              {"method", "service.status"},
                              {"outcome", "ok"},
                              {"took_us", 1234}}));
  EXPECT_EQ(records[1].at("win32"), 5);
}

TEST_F(AuditTest, NoPeersInputCanBreakOrEnlargeALine) {
  const auto hostile = test::HostileTexts();
  for (const std::string& text : hostile) {
    AuditDecision decision = Decision();
    ClientProcess process{1, text, ""};
    decision.request_id = decision.method = decision.node = decision.entry = decision.reason = text;
    decision.process = &process;
    ASSERT_TRUE(audit_->Record(decision));
    AuditOutcome outcome = Outcome();
    outcome.request_id = outcome.method = outcome.outcome = text;
    ASSERT_TRUE(audit_->Record(outcome));
  }
  const auto lines = test::Lines(test::ReadAll(file()));
  ASSERT_EQ(lines.size(), 2 * hostile.size());
  for (const std::string& line : lines) {
    EXPECT_LE(line.size(), 20u * 1024);
    for (const char c : line) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
    Json record;
    ASSERT_FALSE(protocol::ParseJson(line, protocol::JsonLimits{}, record)) << line;
    EXPECT_EQ(record.at("time"), "2026-11-22T23:59:58.123456Z");
    EXPECT_TRUE(record.at("event") == "decision" || record.at("event") == "outcome");
    if (record.contains("verdict")) {
      EXPECT_EQ(record.at("verdict"), "allowed");
    }
  }
}

TEST_F(AuditTest, LongNamesAreTruncatedAndMarked) {
  AuditDecision decision = Decision();
  const std::string name(129, 'm');
  decision.method = name;
  ASSERT_TRUE(audit_->Record(decision));
  EXPECT_EQ(Records().at(0).at("method"), std::string(128, 'm') + "\xE2\x80\xA6");
}

TEST_F(AuditTest, ALineIsInTheFileWhenTheCallReturns) {
  for (int i = 1; i <= 3; ++i) {
    ASSERT_TRUE(audit_->Record(Outcome()));
    EXPECT_EQ(Records().size(), static_cast<std::size_t>(i));
  }
}

TEST_F(AuditTest, EachDayOfUtcHasItsFile) {
  ASSERT_TRUE(audit_->Record(Decision()));
  now_ = kStart + 2000ms;
  ASSERT_TRUE(audit_->Record(Outcome()));
  now_ = kStart + 2100ms;
  ASSERT_TRUE(audit_->Record(Outcome()));
  EXPECT_EQ(Records(L"2026-11-22").size(), 1u);
  EXPECT_EQ(Records(L"2026-11-23").size(), 2u);
}

TEST_F(AuditTest, AppendsToTheDaysFile) {
  ASSERT_TRUE(audit_->Record(Outcome()));
  Restart();
  ASSERT_TRUE(audit_->Record(Outcome()));
  EXPECT_EQ(Records().size(), 2u);
  ExpectSound();
}

TEST_F(AuditTest, OtherWritersAreLockedOut) {
  ASSERT_TRUE(audit_->Record(Outcome()));
  const win32::UniqueFile other(::CreateFileW(file().c_str(), FILE_APPEND_DATA,
                                              FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                              OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr));
  const DWORD error = ::GetLastError();
  EXPECT_FALSE(other);
  EXPECT_EQ(error, DWORD{ERROR_SHARING_VIOLATION});
  Audit second(folder_.path(), Options());
  EXPECT_FALSE(second.Record(Outcome()));
  EXPECT_TRUE(audit_->Record(Outcome()));
  ExpectSound();
}

TEST_F(AuditTest, ARemovedFileIsRecreatedWithinASecond) {
  ASSERT_TRUE(audit_->Record(Outcome()));
  std::filesystem::remove(file());
  // Some systems keep the file and its name while it is open, as if nothing had been removed.
  ONBEHALF_SKIP_WITHOUT("a removal that takes effect while the file is open",
                        !std::filesystem::exists(file()));
  now_ = kStart + 1s;
  ASSERT_TRUE(audit_->Record(Outcome()));
  EXPECT_EQ(Records().size(), 1u);
}

TEST_F(AuditTest, ARenamedOrReplacedFileIsReleasedWithinASecond) {
  ASSERT_TRUE(audit_->Record(Outcome()));
  std::filesystem::rename(file(), folder_.path() / L"archived.jsonl");
  test::WriteAll(file(), "");
  now_ = kStart + 1s;
  ASSERT_TRUE(audit_->Record(Outcome()));
  ASSERT_TRUE(audit_->Record(Outcome()));
  EXPECT_EQ(test::Lines(test::ReadAll(folder_.path() / L"archived.jsonl")).size(), 1u);
  EXPECT_EQ(Records().size(), 2u);
}

TEST_F(AuditTest, ReadersAndArchiversAreNotLockedOut) {
  ASSERT_TRUE(audit_->Record(Outcome()));
  const win32::UniqueFile reader(::CreateFileW(file().c_str(), GENERIC_READ,
                                               FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                               nullptr, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr));
  EXPECT_TRUE(reader);
  EXPECT_TRUE(audit_->Record(Outcome()));
}

TEST_F(AuditTest, AFailedWriteIsReportedAndRetried) {
  // A folder has the file's name, so the file cannot be opened.
  std::filesystem::create_directory(file());
  EXPECT_FALSE(audit_->Record(Decision()));
  EXPECT_FALSE(audit_->Record(Outcome()));
  std::filesystem::remove(file());
  EXPECT_TRUE(audit_->Record(Decision()));
  EXPECT_TRUE(audit_->Record(Outcome()));
  const auto records = Records();
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].at("event"), "gap");
  EXPECT_EQ(records[0].at("lines"), 2);
  ExpectSound();
}

TEST_F(AuditTest, AMissingFolderIsNotCreated) {
  const auto missing = folder_.path() / L"missing";
  Audit audit(missing, Options());
  EXPECT_FALSE(audit.Record(Outcome()));
  EXPECT_FALSE(std::filesystem::exists(missing));
  std::filesystem::create_directory(missing);
  EXPECT_TRUE(audit.Record(Outcome()));
}

TEST_F(AuditTest, AnotherProgramsExclusiveLockFailsOnlyWhileItLasts) {
  test::WriteAll(file(), "");
  {
    const win32::UniqueFile held(::CreateFileW(file().c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr,
                                               OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr));
    ASSERT_TRUE(held);
    EXPECT_FALSE(audit_->Record(Outcome()));
  }
  EXPECT_TRUE(audit_->Record(Outcome()));
}

TEST_F(AuditTest, ThreadsWriteWholeLines) {
  constexpr int kThreads = 4;
  constexpr int kLines = 300;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([this] {
        for (int i = 0; i < kLines; ++i) {
          EXPECT_TRUE(audit_->Record(Decision()));
          EXPECT_TRUE(audit_->Record(Outcome()));
        }
      });
    }
  }
  std::map<std::string, int> events;
  for (const Json& record : Records()) ++events[record.at("event").get<std::string>()];
  EXPECT_EQ(events,
            (std::map<std::string, int>{{"decision", kThreads * kLines}, {"outcome", kThreads * kLines}}));
  ExpectSound();
}

TEST_F(AuditTest, AllocatesNoMemoryOnceTheFileIsOpen) {
  const std::vector<Parameter> parameters = {{"name", "", Json(), true, true}, {"content", "", Json(), true}};
  const Json params = {{"name", "a b"}, {"content", {1, 2, 3}}};
  AuditDecision decision = Decision();
  decision.parameters = &parameters;
  decision.params = &params;
  ASSERT_TRUE(audit_->Record(decision));
  const std::size_t before = test::AllocationsOfThisThread();
  bool written = true;
  for (int i = 0; i < 100; ++i) written = audit_->Record(decision) && audit_->Record(Outcome()) && written;
  EXPECT_EQ(test::AllocationsOfThisThread(), before);
  EXPECT_TRUE(written);
}

ONBEHALF_CHILD_MAIN(AuditWhileImpersonating) {
  const test::TemporaryFolder folder;
  Audit audit(folder.path());
  const win32::Token token =
      test::ImpersonationTokenOf(win32::Token::FromOwnProcess(TOKEN_QUERY | TOKEN_DUPLICATE));
  const pipe::Impersonation impersonation(token, win32::ImpersonationLevel::kImpersonation);
  if (!impersonation) return 1;
  return audit.Record(AuditOutcome{}) ? 0 : 2;
}

TEST(AuditProcess, WritingWhileImpersonatingEndsTheProcess) {
  const auto exit =
      test::ChildProcess::Start(test::ChildProcess::Options::Self("AuditWhileImpersonating")).WaitForExit();
  EXPECT_EQ(exit.code, kFailFastExitCode);
}

}  // namespace
}  // namespace onbehalf::service
