#include "audit/audit_verification.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "audit/audit_hasher.h"
#include "audit/audit_line.h"
#include "audit_folder.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

using namespace std::chrono_literals;
using test::AuditFolder;

constexpr const char* kFirst = "audit-2026-11-22.jsonl";
constexpr const char* kSecond = "audit-2026-11-23.jsonl";
constexpr const char* kThird = "audit-2026-11-24.jsonl";

// Three files of four lines each, written, closed, and anchored at the end of each.
class Tampering : public testing::Test {
 protected:
  Tampering() {
    for (int day = 0; day < 3; ++day) {
      EXPECT_TRUE(folder_.Write(4));
      folder_.audit().Anchor();
      if (day != 2) folder_.now = folder_.now.load() + 24h;
    }
    folder_.Stop();
    EXPECT_EQ(folder_.Problem(), "ok");
    // One more for each file whose end was anchored twice because more was written in between.
    EXPECT_GE(folder_.Verify().anchors, 3u);
    EXPECT_EQ(folder_.Verify().note, "");
  }
  // The first broken place: "audit-....jsonl 3".
  std::string Place() {
    const std::string problem = folder_.Problem();
    return problem.substr(0, problem.find(':'));
  }
  // Recomputes the chain of all files from a line on, as an attacker who knows the algorithm can.
  void Recompute(std::size_t from_file, std::size_t from_line, const std::string& find,
                 const std::string& put) {
    AuditHasher hasher;
    AuditHash previous;
    const std::vector<std::string> names = {kFirst, kSecond, kThird};
    for (std::size_t i = 0; i < names.size(); ++i) {
      auto lines = folder_.LinesOf(names[i]);
      for (std::size_t at = 0; at < lines.size(); ++at) {
        std::string line = lines[at];
        if (i == from_file && at == from_line) line.replace(line.find(find), find.size(), put);
        std::string body = line.substr(0, line.find(",\"chain\":"));
        body = body.substr(0, body.rfind(",\"seq\":"));
        const auto seal = ParseSeal(lines[at]);
        if (seal->chain) {
          body +=
              ",\"chain\":\"" + seal->chain->ToString() + "\",\"previous\":\"" + previous.ToString() + "\"";
        }
        body += ",\"seq\":" + std::to_string(seal->seq);
        previous = hasher.Next(previous, body);
        lines[at] = body + ",\"hash\":\"" + previous.ToString() + "\"}";
      }
      folder_.Replace(names[i], lines);
    }
  }

  AuditFolder folder_;
};

TEST_F(Tampering, AnyChangedByteIsFoundInItsLine) {
  for (const char* name : {kFirst, kSecond, kThird}) {
    const std::string text = folder_.Read(name);
    std::size_t line = 1;
    for (std::size_t at = 0; at < text.size(); ++at) {
      const bool is_newline = text[at] == '\n';
      // Every byte of the members that chain, and every 7th of the rest.
      if (at % 7 == 0 || is_newline || text.substr(at, 60).find("\"hash\"") != std::string::npos) {
        std::string changed = text;
        changed[at] = changed[at] == 'x' ? 'y' : 'x';
        test::WriteAll(folder_.File(name), changed);
        EXPECT_EQ(Place(), std::string(name) + " " + std::to_string(line))
            << at << " " << text.substr(at, 20);
      }
      if (is_newline) ++line;
    }
    test::WriteAll(folder_.File(name), text);
  }
}

TEST_F(Tampering, ARemovedLineIsFoundAtTheLineAfter) {
  for (const std::size_t removed : {1u, 2u}) {
    auto lines = folder_.LinesOf(kSecond);
    const auto whole = lines;
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(removed));
    folder_.Replace(kSecond, lines);
    EXPECT_EQ(folder_.Problem(), std::string(kSecond) + " " + std::to_string(removed + 1) +
                                     ": expected number " + std::to_string(5 + removed) + ", found " +
                                     std::to_string(6 + removed) +
                                     ": lines are missing before this one, or were moved");
    folder_.Replace(kSecond, whole);
  }
}

TEST_F(Tampering, ARemovedFirstLineIsFound) {
  auto lines = folder_.LinesOf(kSecond);
  lines.erase(lines.begin());
  folder_.Replace(kSecond, lines);
  EXPECT_EQ(folder_.Problem(),
            std::string(kSecond) +
                " 1: the beginning of the file is missing: its first line does not refer to the "
                "previous file");
}

TEST_F(Tampering, SwappedLinesAreFoundAtTheFirstOfThem) {
  auto lines = folder_.LinesOf(kSecond);
  std::swap(lines[1], lines[2]);
  folder_.Replace(kSecond, lines);
  EXPECT_EQ(Place(), std::string(kSecond) + " 2");
}

TEST_F(Tampering, AnInsertedLineIsFound) {
  auto lines = folder_.LinesOf(kFirst);
  lines.insert(lines.begin() + 2, lines[1]);
  folder_.Replace(kFirst, lines);
  EXPECT_EQ(folder_.Problem(),
            std::string(kFirst) + " 3: expected number 3, found 2: the line was inserted or moved here");
  lines[2] = "{\"event\":\"outcome\"}";
  folder_.Replace(kFirst, lines);
  EXPECT_EQ(folder_.Problem(), std::string(kFirst) + " 3: not an audit line: it has no number and hash");
  lines[2] = "";
  folder_.Replace(kFirst, lines);
  EXPECT_EQ(folder_.Problem(), std::string(kFirst) + " 3: not an audit line: it has no number and hash");
}

TEST_F(Tampering, ATruncatedFileIsFoundAtTheNextFile) {
  auto lines = folder_.LinesOf(kFirst);
  lines.pop_back();
  folder_.Replace(kFirst, lines);
  EXPECT_EQ(folder_.Problem(),
            std::string(kSecond) +
                " 1: expected number 4, found 5: a previous file, or the end of the previous one, is "
                "missing");
}

TEST_F(Tampering, ATruncatedNewestFileIsFoundByItsAnchor) {
  auto lines = folder_.LinesOf(kThird);
  lines.pop_back();
  folder_.Replace(kThird, lines);
  EXPECT_EQ(folder_.Problem(),
            std::string(kThird) +
                " 4: the end is missing: the event log knows of number 12, but the last one here "
                "is 11");
  std::filesystem::remove(folder_.File(kThird));
  EXPECT_EQ(folder_.Problem(),
            std::string(kSecond) +
                " 5: the end is missing: the event log knows of number 12, but the last one here is 8");
}

TEST_F(Tampering, WithoutAnchorsTruncationIsNotFoundAndThatIsReported) {
  auto lines = folder_.LinesOf(kThird);
  lines.pop_back();
  folder_.Replace(kThird, lines);
  AuditVerification result = VerifyAudit(folder_.path(), {});
  EXPECT_FALSE(result.problem);
  EXPECT_EQ(result.anchors, 0u);
  EXPECT_EQ(result.note,
            "the event log has no anchor for these lines: a truncated end or a recomputed chain would not be "
            "detected");
  result = VerifyAudit(folder_.path(),
                       {{}, "the event log cannot be read: OpenEventLogW failed with ERROR_ACCESS_DENIED"});
  EXPECT_EQ(result.anchors, 0u);
  EXPECT_EQ(result.note,
            "the anchors could not be compared: the event log cannot be read: OpenEventLogW failed with "
            "ERROR_ACCESS_DENIED");
}

TEST_F(Tampering, TheServiceKnowsItsOwnEnd) {
  const AuditAnchor head = folder_.anchors->Read().anchors.back();
  auto lines = folder_.LinesOf(kThird);
  lines.pop_back();
  folder_.Replace(kThird, lines);
  const auto result = VerifyAudit(folder_.path(), {}, head);
  ASSERT_TRUE(result.problem);
  EXPECT_EQ(result.problem->what,
            "the end is missing: the service knows of number 12, but the last one here is 11");
}

TEST_F(Tampering, ATornLastLineIsFoundUnlessTheServiceIsWritingIt) {
  const AuditAnchor head = folder_.anchors->Read().anchors.back();
  test::WriteAll(folder_.File(kThird), folder_.Read(kThird) + "{\"ti");
  EXPECT_EQ(folder_.Problem(),
            std::string(kThird) + " 5: incomplete line: it was never fully written, or was truncated");
  EXPECT_FALSE(VerifyAudit(folder_.path(), {}, head).problem);
}

TEST_F(Tampering, AMissingFileInTheMiddleIsFound) {
  std::filesystem::remove(folder_.File(kSecond));
  EXPECT_EQ(folder_.Problem(),
            std::string(kThird) +
                " 1: expected number 5, found 9: a previous file, or the end of the previous one, is "
                "missing");
}

TEST_F(Tampering, AMissingFirstFileNotRemovedByTheServiceIsFound) {
  std::filesystem::remove(folder_.File(kFirst));
  EXPECT_EQ(
      folder_.Problem(),
      std::string(kSecond) +
          " 1: the files before this one are missing, and no line says that they were removed as too old");
}

TEST_F(Tampering, ARecomputedChainIsFoundByTheNextAnchor) {
  Recompute(1, 1, "\"request\":\"6\"", "\"request\":\"X\"");
  EXPECT_FALSE(VerifyAudit(folder_.path(), {}).problem);
  // The end of the file, or the part of it that existed when the end of the previous file was anchored.
  const auto anchors = folder_.anchors->Read().anchors;
  const auto first = std::find_if(anchors.begin(), anchors.end(),
                                  [](const AuditAnchor& each) { return each.head.seq >= 6; });
  ASSERT_NE(first, anchors.end());
  ASSERT_LE(first->head.seq, 8u);
  EXPECT_EQ(folder_.Problem(), std::string(kSecond) + " " + std::to_string(first->head.seq - 4) +
                                   ": its hash differs from the event log's for number " +
                                   std::to_string(first->head.seq) +
                                   ": this line, or one since the previous anchor, was rewritten");
}

TEST_F(Tampering, RemovingAllFilesIsFoundByTheAnchors) {
  for (const char* name : {kFirst, kSecond, kThird}) std::filesystem::remove(folder_.File(name));
  EXPECT_EQ(folder_.Problem(),
            std::string(kThird) + " 1: there are no lines at all, but the event log has anchors");
}

TEST_F(Tampering, AnotherChainInTheirPlaceIsFoundByTheAnchorsOfTheOldOne) {
  const AuditAnchor old = folder_.anchors->Read().anchors.back();
  for (const char* name : {kFirst, kSecond, kThird}) std::filesystem::remove(folder_.File(name));
  // As long as the old files were to be kept.
  const std::uint32_t keep_days = folder_.options.settings.keep_days;
  folder_.now = folder_.now.load() + 24h * keep_days;
  ASSERT_TRUE(folder_.Write(1));
  folder_.Stop();
  const std::string file = folder_.Files().at(0);
  EXPECT_EQ(folder_.Problem(),
            file + " 1: this chain has replaced another: the event log knows of number 12 of chain " +
                old.head.chain.ToString() + " in " + kThird +
                ", and no line says that its files were removed as too old");
  EXPECT_TRUE(VerifyAudit(folder_.path(), folder_.anchors->Read(), std::nullopt, {}, keep_days).problem);
  EXPECT_FALSE(VerifyAudit(folder_.path(), folder_.anchors->Read(), std::nullopt, {}, keep_days - 1).problem);
}

TEST_F(Tampering, AReplacedChainWithARecordedRemovalIsNotAProblem) {
  folder_.options.settings.keep_days = 2;
  for (int day = 0; day < 2; ++day) {
    folder_.now = folder_.now.load() + 24h;
    ASSERT_TRUE(folder_.Write(1));
  }
  folder_.Stop();
  AuditAnchor other = folder_.anchors->Read().anchors.back();
  other.file = kSecond;
  other.head.chain = *AuditChainId::FromText("0123456789abcdef");
  ASSERT_TRUE(folder_.anchors->Write(other));
  EXPECT_TRUE(folder_.Problem().starts_with(std::string(kThird) + " 1: this chain has replaced another"));
  AnchorLog::Reading reading = folder_.anchors->Read();
  for (const std::string& name : folder_.Files()) {
    for (const protocol::Json& record : folder_.Records(name)) {
      if (record.at("event") == "retention" && record.at("file") == kSecond)
        reading.anchors.back().head.hash = *AuditHash::FromText(record.at("last").get<std::string>());
    }
  }
  const AuditVerification result = VerifyAudit(folder_.path(), reading);
  EXPECT_FALSE(result.problem) << result.problem->what;
}

TEST_F(Tampering, AnchorsOfAnotherChainAreOnlyReportedIfOthersMayHaveWrittenThem) {
  for (const char* name : {kFirst, kSecond, kThird}) std::filesystem::remove(folder_.File(name));
  ASSERT_TRUE(folder_.Write(1));
  folder_.Stop();
  folder_.anchors->is_shared = true;
  const AuditVerification result = folder_.Verify();
  EXPECT_FALSE(result.problem);
  EXPECT_EQ(result.anchors, 1u);
  EXPECT_TRUE(result.note.ends_with(
      " anchors of another chain, whose files are not here; the last is number 12 in " + std::string(kThird)))
      << result.note;
}

TEST_F(Tampering, AFileOfAnotherChainIsFound) {
  AuditFolder other;
  other.now = folder_.now.load();
  ASSERT_TRUE(other.Write(4));
  other.Stop();
  test::WriteAll(folder_.File(kThird), other.Read(kThird));
  EXPECT_TRUE(folder_.Problem().starts_with(std::string(kThird) + " 1: another chain begins here: "));
}

TEST_F(Tampering, TheFirstOfSeveralIsNamed) {
  auto lines = folder_.LinesOf(kThird);
  lines[0][20] = 'x';
  folder_.Replace(kThird, lines);
  lines = folder_.LinesOf(kFirst);
  lines[2][20] = 'x';
  lines[3][20] = 'x';
  folder_.Replace(kFirst, lines);
  EXPECT_EQ(Place(), std::string(kFirst) + " 3");
}

TEST_F(Tampering, TheServiceContinuesAndTheProblemStays) {
  auto lines = folder_.LinesOf(kSecond);
  lines[1][20] = 'x';
  folder_.Replace(kSecond, lines);
  ASSERT_TRUE(folder_.Write(5));
  folder_.Stop();
  EXPECT_EQ(Place(), std::string(kSecond) + " 2");
}

TEST(AuditVerification, AnEmptyFolderIsIntact) {
  AuditFolder folder;
  EXPECT_EQ(folder.Problem(), "ok");
  EXPECT_EQ(folder.Verify().files, 0u);
}

TEST(AuditVerification, AFolderThatIsMissingIsAnError) {
  AuditFolder folder;
  try {
    VerifyAudit(folder.path() / "missing", {});
    FAIL();
  } catch (const win32::Win32Error& error) {
    EXPECT_EQ(error.win32_code(), DWORD{ERROR_PATH_NOT_FOUND});
  }
}

TEST(AuditVerification, CanBeStopped) {
  AuditFolder folder;
  ASSERT_TRUE(folder.Write(1));
  std::stop_source stop;
  stop.request_stop();
  try {
    VerifyAudit(folder.path(), {}, std::nullopt, stop.get_token());
    FAIL();
  } catch (const win32::Win32Error& error) {
    EXPECT_EQ(error.win32_code(), DWORD{ERROR_CANCELLED});
  }
}

TEST(AuditVerification, RunsWhileTheServiceWrites) {
  AuditFolder folder;
  folder.options.settings.file_bytes = 4096;
  ASSERT_TRUE(folder.Write(1));
  for (int i = 0; i < 20; ++i) {
    // No more per round: however slow a verification is, the next one finds only so many.
    const std::jthread writer([&] { EXPECT_TRUE(folder.Write(50)); });
    const auto anchors = folder.anchors->Read();
    const auto result = VerifyAudit(folder.path(), anchors, folder.audit().Head());
    EXPECT_FALSE(result.problem) << result.problem->file << " " << result.problem->line << " "
                                 << result.problem->what;
  }
}

}  // namespace
}  // namespace onbehalf::service
