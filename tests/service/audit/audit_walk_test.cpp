#include "audit/audit_walk.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "memory_audit.h"

namespace onbehalf::service {
namespace {

using test::MemoryAudit;

constexpr const char* kFirst = "audit-2026-11-22.jsonl";
constexpr const char* kSecond = "audit-2026-11-23.jsonl";
constexpr const char* kThird = "audit-2026-11-24.jsonl";

std::vector<std::string> LinesOf(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n') + 1;
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

// Three files of four lines each, and an anchor of the end of each.
class AuditWalkTest : public testing::Test {
 protected:
  AuditWalkTest() {
    for (const char* name : {kFirst, kSecond, kThird}) {
      audit_.Begin(name);
      for (int line = 0; line < 4; ++line) audit_.Add("decision", "request", std::to_string(line));
      anchors_.anchors.push_back({audit_.head(), name});
    }
  }

  AuditVerification Walked(const std::optional<AuditAnchor>& head = std::nullopt) {
    AuditVerification result;
    EXPECT_EQ(WalkAudit(audit_, {anchors_, head}, result), AuditWalkEnd::kDone);
    return result;
  }
  // "FILE LINE: what", or "ok".
  std::string Problem(const std::optional<AuditAnchor>& head = std::nullopt) {
    const auto problem = Walked(head).problem;
    return problem ? problem->file + " " + std::to_string(problem->line) + ": " + problem->what : "ok";
  }
  std::string Place() {
    const std::string problem = Problem();
    return problem.substr(0, problem.find(':'));
  }
  void Replace(const char* name, const std::vector<std::string>& lines) { audit_.text(name) = Joined(lines); }
  std::vector<std::string> Lines(const char* name) { return LinesOf(audit_.text(name)); }

  MemoryAudit audit_;
  AnchorLog::Reading anchors_;
};

TEST_F(AuditWalkTest, FindsNothingInWhatWasWritten) {
  const AuditVerification result = Walked(anchors_.anchors.back());
  EXPECT_FALSE(result.problem) << Problem();
  EXPECT_EQ(result.files, 3U);
  EXPECT_EQ(result.lines, 12U);
  EXPECT_EQ(result.anchors, 3U);
  EXPECT_EQ(result.note, "");
}

TEST_F(AuditWalkTest, FindsNothingInAnAuditWithoutFiles) {
  audit_.files.clear();
  anchors_ = {};
  EXPECT_EQ(Problem(), "ok");
}

TEST_F(AuditWalkTest, FindsEveryChangedByteInItsLine) {
  for (const char* name : {kFirst, kSecond, kThird}) {
    const std::string whole = audit_.text(name);
    std::size_t line = 1;
    for (std::size_t at = 0; at < whole.size(); ++at) {
      audit_.text(name)[at] = whole[at] == 'x' ? 'y' : 'x';
      EXPECT_EQ(Place(), std::string(name) + " " + std::to_string(line)) << at << " " << whole.substr(at, 20);
      audit_.text(name) = whole;
      if (whole[at] == '\n') ++line;
    }
  }
}

TEST_F(AuditWalkTest, FindsLinesThatAreMissingMovedOrPutIn) {
  const auto whole = Lines(kSecond);
  Replace(kSecond, {whole[0], whole[2], whole[3]});
  EXPECT_EQ(Problem(),
            std::string(kSecond) +
                " 2: expected number 6, found 7: lines are missing before this one, or were moved");
  Replace(kSecond, {whole[1], whole[2], whole[3]});
  EXPECT_EQ(
      Problem(),
      std::string(kSecond) +
          " 1: the beginning of the file is missing: its first line does not refer to the previous file");
  Replace(kSecond, {whole[0], whole[2], whole[1], whole[3]});
  EXPECT_EQ(Place(), std::string(kSecond) + " 2");
  Replace(kSecond, {whole[0], whole[1], whole[1], whole[2], whole[3]});
  EXPECT_EQ(Problem(),
            std::string(kSecond) + " 3: expected number 7, found 6: the line was inserted or moved here");
  Replace(kSecond, {whole[0], "\n", whole[1], whole[2], whole[3]});
  EXPECT_EQ(Problem(), std::string(kSecond) + " 2: not an audit line: it has no number and hash");
  Replace(kSecond, {whole[0], whole[1], whole[2]});
  EXPECT_EQ(
      Problem(),
      std::string(kThird) +
          " 1: expected number 8, found 9: a previous file, or the end of the previous one, is missing");
}

TEST_F(AuditWalkTest, FindsFilesThatAreMissing) {
  const auto whole = audit_.files;
  audit_.files.erase(*AuditFileName::FromText(kFirst));
  EXPECT_EQ(
      Problem(),
      std::string(kSecond) +
          " 1: the files before this one are missing, and no line says that they were removed as too old");
  audit_.files = whole;
  audit_.files.erase(*AuditFileName::FromText(kSecond));
  EXPECT_EQ(Place(), std::string(kThird) + " 1");
  audit_.files.clear();
  EXPECT_EQ(Problem(), std::string(kThird) + " 1: there are no lines at all, but the event log has anchors");
}

TEST_F(AuditWalkTest, FindsACutEndByAnchorsAndByWhatTheServiceKnows) {
  const AuditAnchor head = anchors_.anchors.back();
  auto lines = Lines(kThird);
  lines.pop_back();
  Replace(kThird, lines);
  EXPECT_EQ(Problem(),
            std::string(kThird) +
                " 4: the end is missing: the event log knows of number 12, but the last one here is 11");
  anchors_ = {};
  EXPECT_EQ(Problem(head),
            std::string(kThird) +
                " 4: the end is missing: the service knows of number 12, but the last one here is 11");
  const AuditVerification result = Walked();
  EXPECT_FALSE(result.problem);
  EXPECT_TRUE(result.note.starts_with("the event log has no anchor for these lines")) << result.note;
}

TEST_F(AuditWalkTest, TakesHalfALineForOneThatIsBeingWrittenOnlyAtTheEndOfWhatTheServiceKnows) {
  audit_.AddRaw("{\"ti");
  EXPECT_EQ(Problem(),
            std::string(kThird) + " 5: incomplete line: it was never fully written, or was truncated");
  EXPECT_EQ(Problem(anchors_.anchors.back()), "ok");
  audit_.text(kSecond) += "{\"ti";
  EXPECT_EQ(Place(), std::string(kSecond) + " 5");
}

TEST_F(AuditWalkTest, TakesATornLineThatIsDeclared) {
  AuditHasher hasher;
  audit_.AddRaw("{\"time\":\"2026\n");
  audit_.Add("torn", "sha256", hasher.Of("{\"time\":\"2026\n").view());
  const AuditVerification result = Walked();
  EXPECT_FALSE(result.problem) << Problem();
  EXPECT_EQ(result.note,
            "interrupted writes that the audit declares: 1; first at " + std::string(kThird) + " line 5");
  std::string& text = audit_.text(kThird);
  text.replace(text.find("\"2026\n"), 5, "\"2027");
  EXPECT_EQ(Problem(), std::string(kThird) + " 5: not an audit line: it has no number and hash");
}

// It once ended the verification with an exception that named neither file nor line.
TEST_F(AuditWalkTest, FindsADeclarationOfTornTextThatIsNotAString) {
  audit_.AddRaw(
      "x\n{\"time\":\"2026-11-22T12:00:00.000000Z\",\"event\":\"torn\",\"sha256\":5,\"seq\":13,\"hash\":\"" +
      std::string(64, 'a') + "\"}\n");
  EXPECT_EQ(Problem(), std::string(kThird) + " 5: not an audit line: it has no number and hash");
}

TEST_F(AuditWalkTest, FindsAChainThatWasComputedAnewByItsAnchors) {
  MemoryAudit other;
  for (const char* name : {kFirst, kSecond, kThird}) {
    other.Begin(name);
    for (int line = 0; line < 4; ++line) {
      other.Add("decision", "request", name == kSecond && line == 1 ? "X" : std::to_string(line));
    }
  }
  audit_.files = other.files;
  EXPECT_EQ(
      Problem(),
      std::string(kSecond) +
          " 4: its hash differs from the event log's for number 8: this line, or one since the previous anchor, was rewritten");
  anchors_ = {};
  EXPECT_EQ(Problem(), "ok");
  EXPECT_EQ(Problem(AuditAnchor{audit_.head(), kThird}),
            std::string(kThird) + " 4: it is not the line that the service wrote");
}

TEST_F(AuditWalkTest, FindsAnotherChainWhoseFilesWouldNotBeTooOld) {
  AuditAnchor other = anchors_.anchors.back();
  other.head.chain = *AuditChainId::FromText("fedcba9876543210");
  other.file = kFirst;
  anchors_.anchors.push_back(other);
  const auto end = [&](std::uint32_t keep_days) {
    AuditVerification result;
    EXPECT_EQ(WalkAudit(audit_, {anchors_, std::nullopt, keep_days}, result), AuditWalkEnd::kDone);
    return result;
  };
  ASSERT_TRUE(end(2).problem);
  EXPECT_TRUE(end(2).problem->what.starts_with("this chain has replaced another"));
  EXPECT_FALSE(end(1).problem);
  audit_.Add("retention", "last", other.head.hash.view());
  EXPECT_FALSE(end(2).problem);
}

TEST_F(AuditWalkTest, TakesFirstFilesThatALineSaysWereRemoved) {
  const auto seal =
      ParseSeal(std::string_view(Lines(kFirst).back()).substr(0, Lines(kFirst).back().size() - 1));
  ASSERT_TRUE(seal);
  audit_.Add("retention", "last", seal->hash.view());
  audit_.files.erase(*AuditFileName::FromText(kFirst));
  anchors_.anchors.erase(anchors_.anchors.begin());
  EXPECT_EQ(Problem(), "ok");
}

TEST_F(AuditWalkTest, SaysThatAFileWasRemovedMeanwhileAndThatItWasStopped) {
  AuditVerification result;
  audit_.missing = "audit-2026-11-25.jsonl";
  EXPECT_EQ(WalkAudit(audit_, {anchors_}, result), AuditWalkEnd::kFileGone);
  audit_.missing.clear();
  std::stop_source stop;
  EXPECT_EQ(WalkAudit(audit_, {anchors_, std::nullopt, 90, stop.get_token()}, result), AuditWalkEnd::kDone);
  EXPECT_EQ(result.files, 3U) << "nothing of the walk before";
  stop.request_stop();
  EXPECT_EQ(WalkAudit(audit_, {anchors_, std::nullopt, 90, stop.get_token()}, result),
            AuditWalkEnd::kStopped);
}

TEST_F(AuditWalkTest, TellsHowFarItHasCome) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> seen;
  AuditVerification result;
  const auto note = [&](const AuditVerificationProgress& progress) {
    EXPECT_EQ(progress.files_in_all, 3U);
    seen.emplace_back(progress.files_done, progress.lines);
  };
  EXPECT_EQ(WalkAudit(audit_, {anchors_, std::nullopt, 90, {}, note}, result), AuditWalkEnd::kDone);
  EXPECT_EQ(seen, (std::vector<std::pair<std::uint64_t, std::uint64_t>>{{0, 0}, {1, 4}, {2, 8}, {3, 12}}));
}

}  // namespace
}  // namespace onbehalf::service
