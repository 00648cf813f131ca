#include "audit/audit_chain.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "audit/audit_hasher.h"
#include "audit/audit_line.h"
#include "audit_folder.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

using namespace std::chrono_literals;
using protocol::Json;
using test::AuditFolder;
using test::InterceptedFiles;

constexpr const char* kFile = "audit-2026-11-22.jsonl";

std::string ZeroHash() { return std::string(64, '0'); }

// The hash that docs/operating.md describes, computed from the text alone.
std::string HashOf(const std::string& previous, const std::string& line) {
  AuditHasher hasher;
  return hasher.Of(previous + line.substr(0, line.rfind(",\"hash\":"))).ToString();
}

TEST(Sha256, MatchesTheStandardsHashes) {
  AuditHasher hasher;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(hasher.Of("").view(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hasher.Of("abc").view(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }
}

TEST(AuditChain, EachLineHasANumberAndTheHashOfItselfAndTheLineBefore) {
  AuditFolder folder;
  ASSERT_TRUE(folder.Write(3));
  const auto lines = folder.LinesOf(kFile);
  const auto records = folder.Records(kFile);
  ASSERT_EQ(records.size(), 3u);
  std::string previous = ZeroHash();
  for (std::size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(records[i].at("seq"), i + 1);
    EXPECT_EQ(records[i].at("hash"), HashOf(previous, lines[i]));
    EXPECT_EQ(records[i].contains("previous"), i == 0);
    EXPECT_EQ(records[i].contains("chain"), i == 0);
    previous = records[i].at("hash").get<std::string>();
  }
  EXPECT_EQ(records[0].at("previous"), ZeroHash());
  EXPECT_EQ(folder.audit().Head()->head.hash.view(), previous);
}

TEST(AuditChain, ContinuesOverRestartsAndFiles) {
  AuditFolder folder;
  ASSERT_TRUE(folder.Write(2));
  folder.Stop();
  ASSERT_TRUE(folder.Write(1));
  folder.now = folder.now.load() + 24h;
  ASSERT_TRUE(folder.Write(1));
  folder.Stop();
  folder.now = folder.now.load() + 24h;
  ASSERT_TRUE(folder.Write(1));

  const auto first = folder.Records(kFile);
  const auto second = folder.Records("audit-2026-11-23.jsonl");
  const auto third = folder.Records("audit-2026-11-24.jsonl");
  ASSERT_EQ(first.size(), 3u);
  ASSERT_EQ(second.size(), 1u);
  ASSERT_EQ(third.size(), 1u);
  EXPECT_EQ(second[0].at("previous"), first[2].at("hash"));
  EXPECT_EQ(third[0].at("previous"), second[0].at("hash"));
  EXPECT_EQ(third[0].at("chain"), first[0].at("chain"));
  EXPECT_EQ(third[0].at("seq"), 5);
  EXPECT_EQ(folder.Problem(), "ok");
  EXPECT_EQ(folder.Verify().files, 3u);
  EXPECT_EQ(folder.Verify().lines, 5u);
}

TEST(AuditChain, ATornLineIsTerminatedAndDeclared) {
  AuditFolder folder;
  ASSERT_TRUE(folder.Write(2));
  folder.Stop();
  const std::string whole = folder.Read(kFile);
  for (const std::string& half : {std::string("{\"time\":\"2026"), std::string("{"), std::string("\xFF"),
                                  std::string(100'000, 'x'), std::string("{}\n{\"half")}) {
    folder.Stop();
    test::WriteAll(folder.File(kFile), whole + half);
    ASSERT_TRUE(folder.Write(1));
    const auto lines = folder.LinesOf(kFile);
    const Json torn = Json::parse(lines[lines.size() - 2]);
    EXPECT_EQ(torn.at("event"), "torn");
    EXPECT_EQ(torn.at("bytes"), half.size() + 1);
    EXPECT_EQ(torn.at("seq"), 3);
    // Without the anchors, which know what was written before.
    const AuditVerification result = VerifyAudit(folder.path(), {});
    EXPECT_FALSE(result.problem);
    EXPECT_NE(result.note.find("interrupted writes that the audit declares: 1;"), std::string::npos);
  }
}

TEST(AuditChain, ATornLineOfAnEarlierDayIsTerminatedInItsFile) {
  AuditFolder folder;
  ASSERT_TRUE(folder.Write(2));
  folder.Stop();
  test::WriteAll(folder.File(kFile), folder.Read(kFile) + "{\"ti");
  folder.now = folder.now.load() + 24h;
  ASSERT_TRUE(folder.Write(1));
  EXPECT_EQ(Json::parse(folder.LinesOf(kFile).back()).at("event"), "torn");
  EXPECT_EQ(folder.Records("audit-2026-11-23.jsonl").size(), 1u);
  EXPECT_EQ(folder.Problem(), "ok");
}

TEST(AuditChain, ADeclaredTornLineCannotBeChangedLater) {
  AuditFolder folder;
  ASSERT_TRUE(folder.Write(2));
  folder.Stop();
  test::WriteAll(folder.File(kFile), folder.Read(kFile) + "{\"half");
  ASSERT_TRUE(folder.Write(1));
  folder.Stop();
  auto lines = folder.LinesOf(kFile);
  lines[2] = "{\"hald";
  folder.Replace(kFile, lines);
  EXPECT_EQ(folder.Problem(), std::string(kFile) + " 3: not an audit line: it has no number and hash");
}

TEST(AuditChain, ALineWithoutItsNewlineIsComplete) {
  AuditFolder folder;
  ASSERT_TRUE(folder.Write(2));
  folder.Stop();
  std::string text = folder.Read(kFile);
  text.pop_back();
  test::WriteAll(folder.File(kFile), text);
  ASSERT_TRUE(folder.Write(1));
  const auto records = folder.Records(kFile);
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[2].at("seq"), 3);
  EXPECT_EQ(folder.Problem(), "ok");
  EXPECT_EQ(folder.Verify().note.find("cut short"), std::string::npos);
}

TEST(AuditChain, ADeclarationWithoutItsNewlineIsComplete) {
  for (const std::string& half :
       {std::string("{\"half"), std::string("{\"half\n{\"other"), std::string("\n\nx")}) {
    AuditFolder folder;
    ASSERT_TRUE(folder.Write(2));
    folder.Stop();
    const std::string torn = folder.Read(kFile) + half;
    test::WriteAll(folder.File(kFile), torn);
    ASSERT_TRUE(folder.Write(1));
    folder.Stop();
    // The declaration was written, except for its newline.
    const std::string text = folder.Read(kFile);
    test::WriteAll(folder.File(kFile), text.substr(0, text.find('\n', torn.size() + 1)));
    ASSERT_TRUE(folder.Write(2));
    // Without the anchors, which know what was written before.
    const AuditVerification result = VerifyAudit(folder.path(), {});
    EXPECT_FALSE(result.problem) << result.problem->line << ": " << result.problem->what;
    EXPECT_NE(result.note.find("interrupted writes that the audit declares: 1;"), std::string::npos)
        << result.note;
    const auto lines = folder.LinesOf(kFile);
    EXPECT_EQ(Json::parse(lines[lines.size() - 3]).at("event"), "torn");
    EXPECT_EQ(Json::parse(lines.back()).at("seq"), 5);
  }
}

TEST(AuditChain, ADeclarationOfSomethingElseIsIgnored) {
  AuditFolder folder;
  ASSERT_TRUE(folder.Write(2));
  folder.Stop();
  const std::string whole = folder.Read(kFile);
  const auto with = [&](const std::string& half) { test::WriteAll(folder.File(kFile), whole + half); };
  with("{\"half");
  ASSERT_TRUE(folder.Write(1));
  folder.Stop();
  std::string declaration = folder.LinesOf(kFile)[3];
  with("{\"hald\n" + declaration);
  ASSERT_TRUE(folder.Write(1));
  folder.Stop();
  // It remains an ordinary line that does not declare what precedes it.
  const AuditVerification result = VerifyAudit(folder.path(), {});
  ASSERT_TRUE(result.problem);
  EXPECT_EQ(result.problem->line, 3u);
}

TEST(AuditChain, APartialWriteIsDeclaredByTheNextThatWorks) {
  AuditFolder folder;
  folder.files.before = [](const InterceptedFiles::Operation& operation) {
    if (operation.number != 2) return;
    FileOperations::Windows().Write(operation.file, operation.bytes.substr(0, 100));
    throw win32::Win32Error(ERROR_DISK_FULL, "WriteFile");
  };
  EXPECT_TRUE(folder.Write(1));
  EXPECT_FALSE(folder.Write(1));
  EXPECT_TRUE(folder.Write(1));
  const auto lines = folder.LinesOf(kFile);
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_EQ(lines[1].size(), 100u);
  EXPECT_EQ(Json::parse(lines[2]).at("event"), "torn");
  EXPECT_EQ(Json::parse(lines[3]).at("event"), "gap");
  EXPECT_EQ(Json::parse(lines[4]).at("request"), "3");
  EXPECT_EQ(folder.Problem(), "ok");
}

TEST(AuditChain, AWriteThatSucceededDespiteAnErrorIsNotLost) {
  AuditFolder folder;
  folder.files.after = [](const InterceptedFiles::Operation& operation) {
    if (operation.number == 2) throw win32::Win32Error(ERROR_GEN_FAILURE, "WriteFile");
  };
  EXPECT_TRUE(folder.Write(1));
  EXPECT_FALSE(folder.Write(1));
  EXPECT_TRUE(folder.Write(1));
  EXPECT_EQ(folder.Records(kFile).back().at("seq"), 4);
  EXPECT_EQ(folder.Problem(), "ok");
}

TEST(AuditSeal, FitsItsSizeLimit) {
  AuditLine line(std::chrono::system_clock::time_point{}, "x");
  AuditHasher hasher;
  AuditHead head;
  head.seq = 18446744073709551614ull;
  const std::size_t before = line.view().size();
  Seal(line, head, true, hasher);
  EXPECT_LE(line.view().size() - before, kSealBytes);
}

}  // namespace
}  // namespace onbehalf::service
