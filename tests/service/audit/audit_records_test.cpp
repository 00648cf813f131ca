#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "audit/anchor_log.h"
#include "audit/event_limit.h"
#include "audit/event_queue.h"
#include "audit_folder.h"
#include "onbehalf/protocol/limits.h"
#include "onbehalf/service/caller_identity.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/win32_error.h"
#include "support/patience.h"
#include "support/platform_probe.h"
#include "support/restricted_token.h"

namespace onbehalf::service {
namespace {

using namespace std::chrono_literals;
using protocol::Json;
using test::AuditFolder;
using test::InterceptedFiles;
using Texts = std::vector<std::string>;

constexpr const char* kFile = "audit-2026-11-22.jsonl";
constexpr const char* kMore = "\xE2\x80\xA6";

class AuditRecords : public testing::Test {
 protected:
  // The parameters as the audit stores them.
  std::string ParamsText(const std::vector<Parameter>& parameters, const Json& params) {
    AuditDecision decision;
    decision.request_id = "1";
    decision.verdict = AuditVerdict::kAllowed;
    decision.parameters = &parameters;
    decision.params = &params;
    EXPECT_TRUE(folder_.audit().Record(decision));
    const std::string line = folder_.LinesOf(kFile).back();
    Json record;
    EXPECT_FALSE(protocol::ParseJson(line, protocol::JsonLimits{}, record)) << line;
    return record.contains("params") ? record.at("params").dump() : "";
  }
  static Parameter Shown(const std::string& name) { return {name, "", Json(), false, true}; }
  static Parameter Secret(const std::string& name) { return {name, "", Json(), false}; }
  bool Deny(std::string_view reason = "AccessDenied") {
    AuditDecision decision;
    decision.request_id = "r-7";
    decision.method = "file.write\r\nforged";
    decision.caller = &caller_;
    decision.verdict = AuditVerdict::kDenied;
    decision.node = "file.write";
    decision.entry = "(D;;GX;;;S-1-5-32-546)";
    decision.reason = reason;
    return folder_.audit().Record(decision);
  }

  AuditFolder folder_;
  CallerIdentity caller_{
      test::ImpersonationTokenOf(win32::Token::FromOwnProcess(TOKEN_QUERY | TOKEN_DUPLICATE))};
};

TEST_F(AuditRecords, ParametersAreRedactedUnlessTheirMethodMarksThem) {
  const std::vector<Parameter> parameters = {Shown("path"), Secret("content"), Shown("size"),  Shown("flag"),
                                             Shown("none"), Shown("real"),     Shown("absent")};
  const Json params = {{"path", "C:\\a \"b\"\n"}, {"content", "secret"}, {"size", -12}, {"flag", true},
                       {"none", nullptr},         {"real", 0.5}};
  const Json written = {{"path", "C:\\a \"b\"\n"},
                        {"content", "(redacted)"},
                        {"size", -12},
                        {"flag", true},
                        {"none", nullptr},
                        {"real", 0.5}};
  EXPECT_EQ(ParamsText(parameters, params), written.dump());
  EXPECT_EQ(folder_.Read(kFile).find("secret"), std::string::npos);
}

TEST_F(AuditRecords, RecordsNoParametersIfThereAreNone) {
  EXPECT_EQ(ParamsText({Shown("path")}, Json::object()), "");
}

TEST_F(AuditRecords, NestedParametersAreWritten) {
  const Json rights = {"call", "see", 18446744073709551615ull};
  EXPECT_EQ(ParamsText({Shown("rights"), Shown("entry")},
                       {{"rights", rights}, {"entry", {{"a", {{"b", {1, 2}}}}}}}),
            R"({"entry":{"a":{"b":[1,2]}},"rights":["call","see",18446744073709551615]})");
  EXPECT_EQ(ParamsText({Shown("x")}, {{"x", {{{{{{1}}}}}}}}).find('1'), std::string::npos);
}

TEST_F(AuditRecords, ParametersAreBounded) {
  const Json cut = {{"x", std::string(256, 'a') + kMore}, {"y", "b"}};
  EXPECT_EQ(ParamsText({Shown("x"), Shown("y")}, {{"x", std::string(5000, 'a')}, {"y", "b"}}), cut.dump());
  const std::vector<std::string> long_ones(5, std::string(250, 'a'));
  const Json full = {
      {"x", {long_ones[0], long_ones[0], long_ones[0], long_ones[0], std::string(23, 'a') + kMore}},
      {kMore, true}};
  EXPECT_EQ(ParamsText({Shown("x"), Shown("y")}, {{"x", long_ones}, {"y", "b"}}), full.dump());
  // No member occurs twice, whatever names the caller uses.
  const Json tricky = {{"a", 1}, {kMore, 2}, {"\xE2\x80\xA7", 3}};
  const Json told = {{"x", {{"a", 1}, {kMore, true}}}};
  EXPECT_EQ(ParamsText({Shown("x")}, {{"x", tricky}}), told.dump());
  const std::string many = ParamsText({Shown("x")}, {{"x", std::vector<int>(1000, 7)}});
  EXPECT_TRUE(many.starts_with("{\"x\":[7,7,")) << many;
  EXPECT_TRUE(many.ends_with("7,\"\xE2\x80\xA6\"]}")) << many;
  EXPECT_LT(many.size(), 200u);
  Json wide = Json::object();
  for (int i = 0; i < 1000; ++i) wide[std::to_string(i)] = i;
  EXPECT_LT(ParamsText({Shown("x")}, {{"x", wide}}).size(), 2000u);
  std::vector<Parameter> parameters;
  Json params;
  for (int i = 0; i < 200; ++i) {
    parameters.push_back(Secret("p" + std::to_string(i)));
    params["p" + std::to_string(i)] = "s";
  }
  EXPECT_LT(ParamsText(parameters, params).size(), 3000u);
  // The worst case of everything fits in a line, and the line into the chain.
  ParamsText({Shown("x")}, {{"x", std::vector<std::string>(1000, std::string(15, '\x01'))}});
  ParamsText({Shown("x")}, {{"x", std::vector<std::string>(1000, std::string(30, '\n'))}});
  ParamsText({Shown("x")}, {{"x", std::vector<double>(1000, -1.2345678901234567e-300)}});
  EXPECT_EQ(folder_.Problem(), "ok");
}

TEST_F(AuditRecords, APolicyChangeIsNeverTruncated) {
  std::string sddl = "D:";
  while (sddl.size() < 300'000) sddl += "(A;;GX;;;S-1-5-21-1-2-3-" + std::to_string(sddl.size()) + ")";
  ASSERT_TRUE(
      folder_.audit().Record(AuditPolicyChange{"r-1", &caller_, "file.write", std::nullopt, sddl, 8}));
  ASSERT_TRUE(folder_.audit().Record(AuditPolicyChange{"", nullptr, "file.write", sddl, "D:", 9}));
  auto records = folder_.Records(kFile);
  ASSERT_EQ(records.size(), 2u);
  for (Json& record : records) {
    for (const char* member : {"chain", "previous", "seq", "hash"}) record.erase(member);
  }
  EXPECT_EQ(records[0], (Json{{"time", "2026-11-22T12:00:00.000000Z"},
                              {"event", "policy"},
                              {"origin", "request"},
                              {"request", "r-1"},
                              {"account", caller_.user().ToString()},
                              {"node", "file.write"},
                              {"version", 8},
                              {"before", nullptr},
                              {"after", sddl}}));
  EXPECT_EQ(records[1], (Json{{"time", "2026-11-22T12:00:00.000000Z"},
                              {"event", "policy"},
                              {"origin", "outside"},
                              {"node", "file.write"},
                              {"version", 9},
                              {"before", sddl},
                              {"after", "D:"}}));
  EXPECT_EQ(folder_.Problem(), "ok");
}

TEST_F(AuditRecords, AChangeThatWasNotAppliedIsWithdrawn) {
  ASSERT_TRUE(folder_.audit().Record(AuditPolicyChange{"r-1", &caller_, "file", "D:", "D:(A;;GX;;;BU)", 8}));
  ASSERT_TRUE(folder_.audit().RecordWithdrawn("r-1", 8));
  ASSERT_TRUE(folder_.audit().RecordWithdrawn("", 9));
  auto records = folder_.Records(kFile);
  ASSERT_EQ(records.size(), 3u);
  for (Json& record : records) {
    for (const char* member : {"chain", "previous", "seq", "hash"}) record.erase(member);
  }
  EXPECT_EQ(records[1], (Json{{"time", "2026-11-22T12:00:00.000000Z"},
                              {"event", "policyWithdrawn"},
                              {"request", "r-1"},
                              {"version", 8}}));
  EXPECT_EQ(records[2],
            (Json{{"time", "2026-11-22T12:00:00.000000Z"}, {"event", "policyWithdrawn"}, {"version", 9}}));
  EXPECT_EQ(folder_.Problem(), "ok");
}

TEST_F(AuditRecords, DenialsGoToTheEventLog) {
  ASSERT_TRUE(Deny());
  ASSERT_EQ(folder_.reported().size(), 1u);
  EXPECT_EQ(folder_.reported()[0].event, Event::kRequestDenied);
  EXPECT_EQ(folder_.reported()[0].strings,
            (Texts{"method=file.write\\r\\nforged account=" + caller_.user().ToString() +
                       " node=file.write entry=(D;;GX;;;S-1-5-32-546) request=r-7",
                   ""}));
  AuditDecision allowed;
  allowed.verdict = AuditVerdict::kAllowed;
  ASSERT_TRUE(folder_.audit().Record(allowed));
  allowed.verdict = AuditVerdict::kRefused;
  ASSERT_TRUE(folder_.audit().Record(allowed));
  EXPECT_EQ(folder_.reported().size(), 1u);
}

TEST_F(AuditRecords, ARefusalAnsweredAsUnknownMethodIsNotReported) {
  ASSERT_TRUE(Deny("MethodNotFound"));
  AuditDecision unknown;
  unknown.method = "no.such";
  unknown.reason = "MethodNotFound";
  ASSERT_TRUE(folder_.audit().Record(unknown));
  EXPECT_TRUE(folder_.reported().empty());
  EXPECT_EQ(folder_.Records(kFile).at(0).at("verdict"), "denied");
}

TEST_F(AuditRecords, ADenialByTheMethodItselfIsReportedLikeADenial) {
  AuditOutcome outcome;
  outcome.request_id = "r-8";
  outcome.method = "access.set";
  outcome.caller = &caller_;
  outcome.outcome = "AccessDenied";
  ASSERT_TRUE(folder_.audit().Record(outcome));
  outcome.outcome = "WindowsError";
  outcome.win32 = ERROR_ACCESS_DENIED;
  ASSERT_TRUE(folder_.audit().Record(outcome));
  ASSERT_EQ(folder_.reported().size(), 1u);
  EXPECT_EQ(folder_.reported()[0].event, Event::kRequestDenied);
  EXPECT_EQ(
      folder_.reported()[0].strings,
      (Texts{"method=access.set account=" + caller_.user().ToString() + " by=handler request=r-8", ""}));
}

TEST_F(AuditRecords, NothingWaitsForTheEventLog) {
  const win32::UniqueObject entered(::CreateEventW(nullptr, FALSE, FALSE, nullptr));
  const win32::UniqueObject goes_on(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
  folder_.options.settings.denials_per_minute = 1000;
  folder_.options.report = [&, report = folder_.options.report](
                               Event event, std::initializer_list<std::string_view> strings) {
    ::SetEvent(entered.get());
    ::WaitForSingleObject(goes_on.get(), INFINITE);
    report(event, strings);
  };
  ASSERT_TRUE(Deny());
  ASSERT_EQ(::WaitForSingleObject(entered.get(), test::kPatienceMilliseconds), DWORD{WAIT_OBJECT_0});
  // The event log hangs: the queue fills up, and five events are omitted.
  bool recorded = true;
  for (std::size_t i = 0; i < EventQueue::kMaxEvents + 5; ++i) recorded = Deny() && recorded;
  recorded = folder_.Write(1) && recorded;
  folder_.audit().Anchor();
  ::SetEvent(goes_on.get());
  EXPECT_TRUE(recorded);
  EXPECT_EQ(folder_.reported().size(), EventQueue::kMaxEvents + 1);
  ASSERT_TRUE(Deny());
  EXPECT_EQ(folder_.reported().back().strings[1],
            "(5 more events have been dropped since the last one; the audit has them)");
}

TEST_F(AuditRecords, TheEndOfTheAuditWaitsForItsEvents) {
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Deny());
  folder_.Stop();
  EXPECT_EQ(folder_.reported().size(), 20u);
}

TEST_F(AuditRecords, ExcessDenialsAreOmittedAndCounted) {
  folder_.options.settings.denials_per_minute = 3;
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(Deny());
  EXPECT_EQ(folder_.reported().size(), 3u);
  // They do not suppress a policy change.
  ASSERT_TRUE(folder_.audit().Record(AuditPolicyChange{"r", &caller_, "file", "D:", "D:(A;;GX;;;BU)", 2}));
  ASSERT_EQ(folder_.reported().size(), 4u);
  EXPECT_EQ(folder_.reported()[3].event, Event::kPolicyChanged);
  EXPECT_EQ(folder_.reported()[3].strings[0], "node=file by=" + caller_.user().ToString() +
                                                  " request=r version=2 before=D: after=D:(A;;GX;;;BU)");
  folder_.now = folder_.now.load() + 20s;
  ASSERT_TRUE(Deny());
  ASSERT_TRUE(Deny());
  ASSERT_EQ(folder_.reported().size(), 5u);
  EXPECT_EQ(folder_.reported()[4].strings[1],
            "(7 more events have been dropped since the last one; the audit has them)");
  EXPECT_EQ(folder_.Records(kFile).size(), 13u);
}

TEST(EventLimit, ALongPauseAllowsNoMoreThanAMinute) {
  const EventLimit::Time start = EventLimit::Time{} + 24h;
  EventLimit limit(2);
  EXPECT_EQ(limit.Take(start), 0u);
  EXPECT_EQ(limit.Take(start), 0u);
  EXPECT_FALSE(limit.Take(start));
  EXPECT_EQ(limit.Take(start + 1h), 1u);
  EXPECT_EQ(limit.Take(start + 1h), 0u);
  EXPECT_FALSE(limit.Take(start + 1h));
  // A clock that is set back neither gives nor permanently takes anything.
  EXPECT_FALSE(limit.Take(start));
  EXPECT_EQ(limit.Take(start + 30s), 2u);
}

// ---- Write failures ----

class AuditFailures : public testing::Test {
 protected:
  AuditFailures() {
    folder_.files.before = [this](const InterceptedFiles::Operation&) {
      if (code_ != ERROR_SUCCESS) throw win32::Win32Error(code_, "WriteFile");
    };
  }
  DWORD code_ = ERROR_SUCCESS;
  AuditFolder folder_;
};

TEST_F(AuditFailures, AFullDiskIsReportedUntilALineIsWritten) {
  EXPECT_TRUE(folder_.audit().State().ok);
  ASSERT_TRUE(folder_.Write(1));
  code_ = ERROR_DISK_FULL;
  const auto since = folder_.now.load() + 5s;
  folder_.now = since;
  EXPECT_FALSE(folder_.Write(1));
  folder_.now = since + 5s;
  EXPECT_FALSE(folder_.Write(2));
  AuditState state = folder_.audit().State();
  EXPECT_FALSE(state.ok);
  EXPECT_EQ(state.since, since);
  EXPECT_TRUE(state.error.starts_with("ERROR_DISK_FULL: ")) << state.error;
  EXPECT_EQ(state.lines_lost, 3u);

  code_ = ERROR_SUCCESS;
  EXPECT_TRUE(folder_.Write(1));
  state = folder_.audit().State();
  EXPECT_TRUE(state.ok);
  EXPECT_EQ(state.lines_lost, 0u);
  EXPECT_EQ(state.error, "");
  const auto records = folder_.Records(kFile);
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[1].at("event"), "gap");
  EXPECT_EQ(records[1].at("lines"), 3);
  EXPECT_EQ(records[1].at("since"), "2026-11-22T12:00:05.000000Z");
  EXPECT_EQ(records[1].at("error"), "ERROR_DISK_FULL");
  EXPECT_EQ(records[2].at("request"), "5");
  EXPECT_EQ(folder_.Problem(), "ok");
}

TEST_F(AuditFailures, AnUnwrittenGapIsKept) {
  folder_.files.before = [](const InterceptedFiles::Operation& operation) {
    // The first line, and the line that reports the gap.
    if (operation.number <= 2) throw win32::Win32Error(ERROR_DISK_FULL, "WriteFile");
  };
  EXPECT_FALSE(folder_.Write(1));
  EXPECT_FALSE(folder_.Write(1));
  EXPECT_TRUE(folder_.Write(1));
  const auto records = folder_.Records(kFile);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].at("lines"), 2);
  EXPECT_EQ(records[1].at("request"), "3");
}

TEST_F(AuditFailures, AFailedStartIsReported) {
  code_ = ERROR_SUCCESS;
  std::filesystem::create_directory(folder_.File(kFile));
  EXPECT_FALSE(folder_.audit().Open());
  const AuditState state = folder_.audit().State();
  EXPECT_FALSE(state.ok);
  EXPECT_EQ(state.lines_lost, 0u);
  EXPECT_TRUE(state.error.starts_with("ERROR_")) << state.error;
  std::filesystem::remove(folder_.File(kFile));
  EXPECT_TRUE(folder_.audit().Open());
  EXPECT_TRUE(folder_.audit().State().ok);
}

// ---- Anchors ----

TEST(AuditAnchors, AreSetAtTheStartAndAtTheEnd) {
  AuditFolder folder;
  ASSERT_TRUE(folder.audit().Open());
  EXPECT_EQ(folder.anchors->Places(), Texts{});  // there is no line yet
  ASSERT_TRUE(folder.Write(3));
  const auto head = folder.audit().Head();
  folder.Stop();
  EXPECT_EQ(folder.anchors->Places(), Texts{"audit-2026-11-22.jsonl 3"});
  EXPECT_EQ(folder.anchors->Read().anchors[0].head.hash, head->head.hash);
  EXPECT_EQ(folder.anchors->Read().anchors[0].head.chain, head->head.chain);
  ASSERT_TRUE(folder.audit().Open());
  folder.Stop();
  EXPECT_EQ(folder.anchors->Places(), (Texts{"audit-2026-11-22.jsonl 3", "audit-2026-11-22.jsonl 3"}));
  EXPECT_EQ(folder.Verify().anchors, 1u);
}

TEST(AuditAnchors, AreSetOnceWithoutNewLines) {
  AuditFolder folder;
  ASSERT_TRUE(folder.Write(1));
  folder.audit().Anchor();
  folder.audit().Anchor();
  folder.Stop();
  EXPECT_EQ(folder.anchors->Places(), Texts{"audit-2026-11-22.jsonl 1"});
}

TEST(AuditAnchors, AnEndedFileIsAnchoredWhereItEnds) {
  AuditFolder folder;
  ASSERT_TRUE(folder.Write(2));
  folder.audit().Anchor();
  ASSERT_TRUE(folder.Write(1));
  folder.now = folder.now.load() + 24h;
  ASSERT_TRUE(folder.Write(1));
  folder.Stop();
  const auto places = folder.anchors->Places();
  ASSERT_GE(places.size(), 3u);
  EXPECT_EQ(places[0], "audit-2026-11-22.jsonl 2");
  EXPECT_EQ(places[1], "audit-2026-11-22.jsonl 3");
  EXPECT_EQ(places.back(), "audit-2026-11-23.jsonl 4");
}

// Waits for the anchors that a timer sets.
class SignallingAnchors final : public AnchorLog {
 public:
  bool Write(const AuditAnchor& anchor) override {
    seq = anchor.head.seq;
    ::SetEvent(written.get());
    return true;
  }
  Reading Read() override { return {}; }
  const win32::UniqueObject written{::CreateEventW(nullptr, FALSE, FALSE, nullptr)};
  std::atomic<std::uint64_t> seq = 0;
};

TEST(AuditAnchors, AreSetAutomaticallyAfterANumberOfLines) {
  AuditFolder folder;
  const auto anchors = std::make_shared<SignallingAnchors>();
  folder.options.anchors = anchors;
  folder.options.settings.anchor_lines = 10;
  ASSERT_TRUE(folder.Write(9));
  EXPECT_EQ(::WaitForSingleObject(anchors->written.get(), 0), DWORD{WAIT_TIMEOUT});
  ASSERT_TRUE(folder.Write(1));
  ASSERT_EQ(::WaitForSingleObject(anchors->written.get(), test::kPatienceMilliseconds), DWORD{WAIT_OBJECT_0});
  EXPECT_EQ(anchors->seq, 10u);
  ASSERT_TRUE(folder.Write(10));
  ASSERT_EQ(::WaitForSingleObject(anchors->written.get(), test::kPatienceMilliseconds), DWORD{WAIT_OBJECT_0});
  EXPECT_EQ(anchors->seq, 20u);
}

TEST(AuditAnchors, RefusedAnchorsAreRetried) {
  AuditFolder folder;
  folder.anchors->refuses = true;
  ASSERT_TRUE(folder.Write(2));
  folder.audit().Anchor();
  folder.now = folder.now.load() + 24h;
  ASSERT_TRUE(folder.Write(1));
  folder.audit().Anchor();
  EXPECT_EQ(folder.anchors->Places(), Texts{});
  folder.anchors->refuses = false;
  folder.audit().Anchor();
  EXPECT_EQ(folder.anchors->Places(), (Texts{"audit-2026-11-22.jsonl 2", "audit-2026-11-23.jsonl 3"}));
}

// Where events can be read back, what was written is found; elsewhere that is reported or there is nothing.
TEST(EventLogAnchors, AreReadBackAsWritten) {
  EventLogAnchors anchors("OnBehalf", EventLogAnchors::Source::kShared);
  AuditFolder folder;
  ASSERT_TRUE(folder.Write(1));
  const AuditAnchor head = *folder.audit().Head();
  EXPECT_TRUE(anchors.Write(head));
  const auto reading = anchors.Read();
  const bool found =
      std::any_of(reading.anchors.begin(), reading.anchors.end(), [&](const AuditAnchor& each) {
        return each.head.chain == head.head.chain && each.head.seq == 1 && each.head.hash == head.head.hash &&
               each.file == kFile;
      });
  ONBEHALF_SKIP_WITHOUT("an event log that gives back what was reported", found || !reading.anchors.empty());
  EXPECT_TRUE(found) << reading.fault;
}

}  // namespace
}  // namespace onbehalf::service
