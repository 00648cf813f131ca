#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "doctor/bundle.h"
#include "doctor/secrets.h"
#include "doctor/tar_writer.h"
#include "onbehalf/client/client.h"
#include "onbehalf/win32/utf.h"
#include "support/unique_pipe_name.h"
#include "usage_error.h"

namespace onbehalf::cli::doctor {
namespace {

// A tar archive's files; checks each header's checksum.
std::map<std::string, std::string> ReadTar(const std::string& archive) {
  std::map<std::string, std::string> files;
  std::size_t at = 0;
  while (at + 512 <= archive.size() && archive[at] != '\0') {
    const std::string header = archive.substr(at, 512);
    unsigned long sum = 8 * ' ';
    for (std::size_t i = 0; i < 512; ++i)
      sum += i >= 148 && i < 156 ? 0 : static_cast<unsigned char>(header[i]);
    EXPECT_EQ(std::stoul(header.substr(148, 6), nullptr, 8), sum);
    EXPECT_EQ(header.substr(257, 8), std::string("ustar\0"
                                                 "00",
                                                 8));
    const std::size_t size = std::stoul(header.substr(124, 11), nullptr, 8);
    files[std::string(header.c_str())] = archive.substr(at + 512, size);
    at += 512 + (size + 511) / 512 * 512;
  }
  EXPECT_EQ(archive.size() - at, 1024u);
  return files;
}

TEST(Tar, HoldsFilesOfEverySize) {
  TarWriter tar;
  tar.Add("a/empty", "", 0);
  tar.Add("a/one", "x", 1700000000);
  tar.Add("a/block", std::string(512, 'y'), -5);
  tar.Add("a/more", std::string(100000, 'z'), 1);
  const auto files = ReadTar(tar.Finish());
  EXPECT_EQ(files.size(), 4u);
  EXPECT_EQ(files.at("a/empty"), "");
  EXPECT_EQ(files.at("a/one"), "x");
  EXPECT_EQ(files.at("a/block"), std::string(512, 'y'));
  EXPECT_EQ(files.at("a/more"), std::string(100000, 'z'));
}

TEST(Tar, RefusesNamesThatDoNotFit) {
  TarWriter tar;
  EXPECT_NO_THROW(tar.Add(std::string(100, 'n'), "", 0));
  EXPECT_THROW(tar.Add(std::string(101, 'n'), "", 0), std::invalid_argument);
  EXPECT_THROW(tar.Add("", "", 0), std::invalid_argument);
}

TEST(Secrets, AreKnownByTheirKeys) {
  for (const char* key :
       {"password", "Password", "db_password", "clientSecret", "pwd", "access_token", "ConnectionString",
        "connection_string", "connection-string", "apiKey", "private_key", "credentials"}) {
    EXPECT_TRUE(LooksSecret(key)) << key;
  }
  for (const char* key : {"pipe", "name", "frame_bytes", "level", "handlers", "key"})
    EXPECT_FALSE(LooksSecret(key)) << key;
}

TEST(Secrets, AreRemovedEverywhere) {
  const std::string shown = WithoutSecrets(
      R"({"pipe":{"name":"x"},"database":[{"connection_string":"Pwd=hush"}],"token":{"a":"hush"},"pwd":5})");
  EXPECT_EQ(shown.find("hush"), std::string::npos) << shown;
  EXPECT_NE(shown.find("\"name\": \"x\""), std::string::npos);
  EXPECT_NE(shown.find("(removed)"), std::string::npos);
}

TEST(Secrets, AreNotShownInAFileThatIsNotJson) {
  EXPECT_EQ(WithoutSecrets("{\"password\": \"hush\"").find("hush"), std::string::npos);
  EXPECT_EQ(WithoutSecrets("\xEF\xBB\xBF{}"), "{}\n");
}

TEST(Log, EndsWithWholeLines) {
  EXPECT_EQ(LastLines("a\nb\n", 100), "a\nb\n");
  EXPECT_EQ(LastLines("aaaa\nbb\ncc\n", 6), "bb\ncc\n");
  EXPECT_EQ(LastLines("aaaa\nbb\ncc\n", 5), "cc\n");
  EXPECT_EQ(LastLines("aaaaaaaaaa", 3), "");
}

TEST(Bundle, HoldsDiagnosticsButNotTheAudit) {
  const Findings findings = {{"a", Verdict::kOk, "good", {}}};
  ServiceFacts service;
  service.name = "OnBehalf";
  PipeFacts pipe;
  pipe.path = "\\\\.\\pipe\\onbehalf";
  Installation installation;
  installation.data = "C:\\" + test::UniquePipeName();
  const auto files = ReadTar(MakeBundle({findings, service, pipe, installation}));
  EXPECT_EQ(files.at("onbehalf-support/doctor.txt"), Render(findings));
  EXPECT_EQ(client::Json::parse(files.at("onbehalf-support/doctor.json")), ToJson(findings));
  EXPECT_NE(files.at("onbehalf-support/version.txt").find("onbehalf "), std::string::npos);
  EXPECT_EQ(files.at("onbehalf-support/settings.json"), "there is none\n");
  EXPECT_NE(files.at("onbehalf-support/README.txt").find("The audit is not included"), std::string::npos);
  for (const auto& [name, content] : files) EXPECT_EQ(name.find("audit"), std::string::npos);
}

TEST(Bundle, NeverOverwritesAFile) {
  const std::string path = test::UniquePipeName() + ".tar";
  WriteBundle(path, "x");
  EXPECT_THROW(WriteBundle(path, "y"), UsageError);
  ::DeleteFileW(win32::ToWide(path).c_str());
}

}  // namespace
}  // namespace onbehalf::cli::doctor
