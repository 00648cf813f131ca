#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "audit_folder.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

using namespace std::chrono_literals;
using protocol::Json;
using test::AuditFolder;
using test::InterceptedFiles;
using Names = std::vector<std::string>;

// Outcomes of AuditFolder::Write have 226 bytes, and the first of a file 328. A line reserves room for the
// longest seal.
constexpr std::uint64_t kFourLines = 1260;

std::vector<Json> Events(const AuditFolder& folder, const std::string& event) {
  std::vector<Json> found;
  for (const std::string& name : folder.Files()) {
    for (Json& record : folder.Records(name)) {
      if (record.at("event") == event) found.push_back(std::move(record));
    }
  }
  return found;
}

TEST(AuditRotation, AFullFileIsFollowedByTheNextOfTheDay) {
  AuditFolder folder;
  folder.options.settings.file_bytes = kFourLines;
  ASSERT_TRUE(folder.Write(12));
  const Names expected = {"audit-2026-11-22.2.jsonl", "audit-2026-11-22.3.jsonl", "audit-2026-11-22.jsonl"};
  EXPECT_EQ(folder.Files(), expected);
  for (const std::string& name : expected)
    EXPECT_LE(std::filesystem::file_size(folder.File(name)), kFourLines);
  EXPECT_EQ(folder.Problem(), "ok");
  folder.now = folder.now.load() + 24h;
  ASSERT_TRUE(folder.Write(1));
  EXPECT_EQ(folder.Records("audit-2026-11-23.jsonl").at(0).at("seq"), 13);
  EXPECT_EQ(folder.Problem(), "ok");
}

TEST(AuditRotation, ContinuesInTheNewestFileAfterARestart) {
  AuditFolder folder;
  folder.options.settings.file_bytes = kFourLines;
  ASSERT_TRUE(folder.Write(5));
  folder.Stop();
  ASSERT_TRUE(folder.Write(1));
  EXPECT_EQ(folder.Records("audit-2026-11-22.2.jsonl").size(), 2u);
  folder.Stop();
  // Already full according to the settings of the next start.
  folder.options.settings.file_bytes = 300;
  ASSERT_TRUE(folder.Write(1));
  EXPECT_EQ(folder.Records("audit-2026-11-22.3.jsonl").size(), 1u);
  EXPECT_EQ(folder.Problem(), "ok");
}

TEST(AuditRotation, ALineLongerThanAFileHasAFileOfItsOwn) {
  AuditFolder folder;
  folder.options.settings.file_bytes = 300;
  ASSERT_TRUE(folder.Write(1));
  const std::string sddl = "D:" + std::string(500, 'x');
  ASSERT_TRUE(folder.audit().Record(AuditPolicyChange{{}, nullptr, "file", sddl, std::nullopt, 2}));
  ASSERT_TRUE(folder.Write(1));
  EXPECT_EQ(folder.Files().size(), 3u);
  EXPECT_EQ(folder.Records("audit-2026-11-22.2.jsonl").at(0).at("before"), sddl);
  EXPECT_EQ(folder.Problem(), "ok");
}

TEST(AuditRotation, AClockThatIsSetBackDoesNotReverseTheOrder) {
  AuditFolder folder;
  ASSERT_TRUE(folder.Write(1));
  folder.now = folder.now.load() - 48h;
  ASSERT_TRUE(folder.Write(1));
  folder.Stop();
  ASSERT_TRUE(folder.Write(1));
  EXPECT_EQ(folder.Files(), Names{"audit-2026-11-22.jsonl"});
  EXPECT_EQ(folder.Records("audit-2026-11-22.jsonl").at(2).at("time"), "2026-11-20T12:00:00.000000Z");
  EXPECT_EQ(folder.Problem(), "ok");
}

TEST(AuditRetention, RemovalsOfOldFilesAreRecorded) {
  AuditFolder folder;
  folder.options.settings.keep_days = 2;
  for (int day = 0; day < 5; ++day) {
    ASSERT_TRUE(folder.Write(2));
    folder.now = folder.now.load() + 24h;
  }
  EXPECT_EQ(folder.Files(),
            (Names{"audit-2026-11-24.jsonl", "audit-2026-11-25.jsonl", "audit-2026-11-26.jsonl"}));
  const auto removals = Events(folder, "retention");
  ASSERT_EQ(removals.size(), 2u);
  EXPECT_EQ(removals[0].at("file"), "audit-2026-11-22.jsonl");
  EXPECT_EQ(removals[0].at("why"), "age");
  EXPECT_EQ(removals[0].at("last_seq"), 2);
  EXPECT_EQ(removals[1].at("file"), "audit-2026-11-23.jsonl");
  // Explains where the chain begins now.
  EXPECT_EQ(removals[1].at("last"), folder.Records("audit-2026-11-24.jsonl").at(0).at("previous"));
  EXPECT_EQ(folder.Problem(), "ok");
}

TEST(AuditRetention, AClockThatJumpsAheadDoesNotExpireEverything) {
  AuditFolder folder;
  folder.options.settings.keep_days = 3;
  folder.options.settings.file_bytes = kFourLines;
  for (int day = 0; day < 3; ++day) {
    ASSERT_TRUE(folder.Write(2));
    folder.now = folder.now.load() + 24h;
  }
  const auto right = folder.now.load();
  const Names before = {"audit-2026-11-22.jsonl", "audit-2026-11-23.jsonl", "audit-2026-11-24.jsonl"};
  folder.now = std::chrono::sys_days{std::chrono::year{2099} / 1 / 1};
  // Several files of that day, also after a restart and when the clock is right again.
  ASSERT_TRUE(folder.Write(8));
  folder.Stop();
  ASSERT_TRUE(folder.Write(8));
  folder.now = right;
  ASSERT_TRUE(folder.Write(8));
  const Names after = folder.Files();
  for (const std::string& name : before)
    EXPECT_TRUE(std::find(after.begin(), after.end(), name) != after.end()) << name;
  EXPECT_GE(after.size(), 3u + 6u);
  EXPECT_TRUE(Events(folder, "retention").empty());
  EXPECT_EQ(folder.Problem(), "ok");
}

TEST(AuditRetention, AfterAPauseOldFilesAreRemovedWithTheNextDaysFile) {
  AuditFolder folder;
  folder.options.settings.keep_days = 2;
  ASSERT_TRUE(folder.Write(1));
  folder.now = folder.now.load() + 24h * 30;
  ASSERT_TRUE(folder.Write(1));
  EXPECT_EQ(folder.Files().size(), 2u);
  folder.now = folder.now.load() + 24h;
  ASSERT_TRUE(folder.Write(1));
  EXPECT_EQ(folder.Files(), (Names{"audit-2026-12-22.jsonl", "audit-2026-12-23.jsonl"}));
  EXPECT_EQ(folder.Problem(), "ok");
}

TEST(AuditRetention, TheOldestAreRemovedWhenTheTotalIsTooLarge) {
  AuditFolder folder;
  folder.options.settings.file_bytes = kFourLines;
  folder.options.settings.keep_bytes = 3 * kFourLines;
  ASSERT_TRUE(folder.Write(40));
  std::uint64_t bytes = 0;
  for (const std::string& name : folder.Files()) bytes += std::filesystem::file_size(folder.File(name));
  EXPECT_LE(bytes, folder.options.settings.keep_bytes);
  EXPECT_GE(folder.Files().size(), 3u);
  for (const Json& removal : Events(folder, "retention")) EXPECT_EQ(removal.at("why"), "size");
  EXPECT_EQ(folder.Problem(), "ok");
}

TEST(AuditRetention, TheCurrentFileIsNeverRemoved) {
  AuditFolder folder;
  folder.options.settings.file_bytes = kFourLines;
  folder.options.settings.keep_bytes = 1;
  ASSERT_TRUE(folder.Write(20));
  EXPECT_EQ(folder.Files().size(), 1u);
  EXPECT_EQ(folder.Records(folder.Files()[0]).back().at("request"), "20");
  EXPECT_EQ(folder.Problem(), "ok");
}

TEST(AuditRetention, OtherFilesAreLeftAlone) {
  AuditFolder folder;
  folder.options.settings.keep_days = 1;
  const Names others = {"audit-2026-01-01.jsonl.bak", "audit-old.jsonl", "service.log"};
  for (const std::string& name : others) test::WriteAll(folder.File(name), "x");
  std::filesystem::create_directory(folder.File("audit-2026-01-02.jsonl"));
  ASSERT_TRUE(folder.Write(1));
  EXPECT_EQ(folder.Files().size(), 5u);
}

TEST(AuditRetention, AnUnexplainedEndStaysAProblemAfterARemoval) {
  AuditFolder folder;
  folder.options.settings.keep_days = 2;
  for (int day = 0; day < 5; ++day) {
    ASSERT_TRUE(folder.Write(2));
    folder.now = folder.now.load() + 24h;
  }
  folder.Stop();
  std::filesystem::remove(folder.File("audit-2026-11-24.jsonl"));
  EXPECT_EQ(folder.Problem(),
            "audit-2026-11-25.jsonl 1: the files before this one are missing, and no line says that they "
            "were removed "
            "as too old");
}

TEST(AuditRetention, AFailedRemovalIsReportedAndTheFileStays) {
  AuditFolder folder;
  folder.options.settings.keep_days = 1;
  folder.files.before = [](const InterceptedFiles::Operation& operation) {
    if (operation.name == "Delete") throw win32::Win32Error(ERROR_ACCESS_DENIED, "DeleteFileW");
  };
  ASSERT_TRUE(folder.Write(1));
  for (int day = 0; day < 2; ++day) {
    folder.now = folder.now.load() + 24h;
    ASSERT_TRUE(folder.Write(1));
  }
  EXPECT_EQ(folder.Files().size(), 3u);
  ASSERT_EQ(folder.reported().size(), 1u);
  EXPECT_EQ(folder.reported()[0].event, Event::kInternalError);
  EXPECT_EQ(folder.reported()[0].strings,
            (Names{"an old audit file cannot be removed: audit-2026-11-22.jsonl", "ERROR_ACCESS_DENIED"}));
  EXPECT_EQ(folder.Problem(), "ok");
}

}  // namespace
}  // namespace onbehalf::service
