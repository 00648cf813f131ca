#include <gtest/gtest.h>

#include <string>

#include "doctor/file_checks.h"

namespace onbehalf::cli::doctor {
namespace {

using win32::SecurityDescriptor;
using win32::Sid;

FileFacts File(const std::string& sddl) {
  FileFacts facts;
  facts.check = "files.x";
  facts.path = "C:\\x";
  facts.is_reparse_point = {false, ERROR_SUCCESS, {}};
  facts.descriptor = {SecurityDescriptor::FromSddl(sddl), ERROR_SUCCESS, {}};
  return facts;
}

FileWriters Writers() { return {{}, {Sid::ForService("OnBehalf")}, std::nullopt}; }

TEST(DoctorFiles, OnlyAdministratorsMayChange) {
  EXPECT_EQ(JudgeFile(File("O:BAD:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;0x1200a9;;;BU)"), Writers()).verdict,
            Verdict::kOk);
  const Finding writable = JudgeFile(File("O:BAD:P(A;;FA;;;BA)(A;;0x1301bf;;;BU)"), Writers());
  EXPECT_EQ(writable.verdict, Verdict::kFail);
  EXPECT_NE(writable.found.find("Users"), std::string::npos) << writable.found;
  EXPECT_EQ(JudgeFile(File("O:S-1-5-21-1-2-3-1001D:P(A;;FA;;;BA)"), Writers()).verdict, Verdict::kFail);
}

TEST(DoctorFiles, TheServiceMayChangeItsOwnFolders) {
  const std::string sddl =
      "O:BAD:P(A;;FA;;;BA)(A;;0x1301bf;;;" + Sid::ForService("OnBehalf").ToString() + ")";
  FileFacts folder = File(sddl);
  EXPECT_EQ(JudgeFile(folder, Writers()).verdict, Verdict::kFail);
  folder.service_may_write = true;
  EXPECT_EQ(JudgeFile(folder, Writers()).verdict, Verdict::kOk);
}

TEST(DoctorFiles, AServiceThatIsAnAdministratorMayChangeAll) {
  const Sid alice = *Sid::FromString("S-1-5-21-1-2-3-1001");
  EXPECT_EQ(JudgeFile(File("O:S-1-5-21-1-2-3-1001D:P(A;;FA;;;BA)"), {{alice}, {}, std::nullopt}).verdict,
            Verdict::kOk);
}

TEST(DoctorFiles, AreUncertainWhileTheServicesUserIsUnknown) {
  const Sid alice = *Sid::FromString("S-1-5-21-1-2-3-1001");
  const FileWriters writers = {{}, {}, alice};
  const Finding uncertain = JudgeFile(File("O:S-1-5-21-1-2-3-1001D:P(A;;FA;;;S-1-5-21-1-2-3-1001)"), writers);
  EXPECT_EQ(uncertain.verdict, Verdict::kWarn);
  EXPECT_EQ(uncertain.found, "C:\\x can be changed by S-1-5-21-1-2-3-1001");
  EXPECT_EQ(JudgeFile(File("O:S-1-5-21-1-2-3-1001D:P(A;;FA;;;WD)"), writers).verdict, Verdict::kFail);
}

TEST(DoctorFiles, ReportLinksAndMissingFiles) {
  FileFacts link = File("O:BAD:P(A;;FA;;;BA)");
  link.is_reparse_point.value = true;
  EXPECT_EQ(JudgeFile(link, Writers()).verdict, Verdict::kFail);

  FileFacts missing;
  missing.path = "C:\\x";
  missing.is_reparse_point = {std::nullopt, ERROR_FILE_NOT_FOUND, "x"};
  EXPECT_EQ(JudgeFile(missing, Writers()).verdict, Verdict::kFail);
  missing.may_be_absent = true;
  EXPECT_EQ(JudgeFile(missing, Writers()).verdict, Verdict::kOk);
  missing.is_reparse_point.code = ERROR_ACCESS_DENIED;
  EXPECT_EQ(JudgeFile(missing, Writers()).verdict, Verdict::kWarn);
}

TEST(DoctorFiles, InOneFolderAreOneFindingIfAllAreFine) {
  FileFacts good = File("O:BAD:P(A;;FA;;;BA)");
  FileFacts bad = File("O:BAD:P(A;;FA;;;WD)");
  FileFacts other = good;
  other.check = "files.y";
  EXPECT_TRUE(JudgeFiles({}, Writers()).empty());
  const Findings well = JudgeFiles({good, good, good, other}, Writers());
  ASSERT_EQ(well.size(), 2u);
  EXPECT_EQ(well[0].found, "C:\\x and 2 more");
  EXPECT_EQ(well[1].found, "C:\\x");
  const Findings mixed = JudgeFiles({good, bad, good}, Writers());
  ASSERT_EQ(mixed.size(), 2u);
  EXPECT_EQ(mixed[1].verdict, Verdict::kFail);
  EXPECT_EQ(JudgeFiles({bad, good}, Writers()).size(), 1u);
}

TEST(DoctorFiles, MustBeUsableByTheServicesAccount) {
  const Sid service = Sid::ForService("OnBehalf");
  const auto file = [&](const char* check, const std::string& dacl) {
    FileFacts facts;
    facts.check = check;
    facts.path = check;
    facts.descriptor = {SecurityDescriptor::FromSddl("O:BAD:P(A;;FA;;;BA)" + dacl), ERROR_SUCCESS, {}};
    return facts;
  };
  const std::string modify = "(A;;0x1301bf;;;" + service.ToString() + ")";
  const std::string read = "(A;;FR;;;" + service.ToString() + ")";
  const auto judge = [&](const std::string& data, const std::string& logs) {
    return JudgeAccountAccess({file("files.data", data), file("files.logs", logs)}, {service});
  };
  EXPECT_EQ(judge(read, modify).verdict, Verdict::kOk);
  EXPECT_EQ(judge(read, read).verdict, Verdict::kWarn);
  EXPECT_EQ(judge("", modify).verdict, Verdict::kWarn);
  EXPECT_EQ(judge(read, "(D;;FW;;;" + service.ToString() + ")" + modify).verdict, Verdict::kWarn);
  EXPECT_NE(judge(read, read).found.find("files.logs"), std::string::npos);
}

TEST(DoctorFiles, AreTakenFromTheServicesCommandLine) {
  ServiceFacts service;
  win32::ServiceConfig config;
  config.command_line = "\"C:\\p\\onbehalf-service.exe\" --data D:\\data";
  service.config = {config, ERROR_SUCCESS, {}};
  const Installation installation = FindInstallation(service);
  EXPECT_EQ(installation.executable, "C:\\p\\onbehalf-service.exe");
  EXPECT_EQ(installation.data, "D:\\data");
  for (const std::string name : {"OnBehalf", "OnBehalf-Two"}) {
    ServiceFacts plain;
    plain.name = name;
    EXPECT_TRUE(FindInstallation(plain).data.ends_with("\\" + name)) << name;
  }
}

}  // namespace
}  // namespace onbehalf::cli::doctor
