#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "doctor/bundle.h"
#include "onbehalf/client/client.h"
#include "onbehalf/win32/utf.h"
#include "read_tar.h"
#include "support/unique_pipe_name.h"
#include "usage_error.h"

namespace onbehalf::cli::doctor {
namespace {

using test::ReadTar;

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
