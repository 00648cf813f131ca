#include "program/command_line.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace onbehalf::service {
namespace {

CommandLineResult Parse(const std::vector<const wchar_t*>& options) {
  std::vector<const wchar_t*> words = {L"onbehalf-service.exe"};
  words.insert(words.end(), options.begin(), options.end());
  return ParseCommandLine(static_cast<int>(words.size()), words.data());
}

TEST(ServiceCommandLine, IsOfTheServiceOnBehalfByDefault) {
  const auto [line, fault] = Parse({});
  EXPECT_EQ(fault, "");
  EXPECT_EQ(line.mode, Mode::kService);
  EXPECT_EQ(line.name.text(), "OnBehalf");
  EXPECT_EQ(line.folders.root.filename(), L"OnBehalf");
}

TEST(ServiceCommandLine, TheDataFolderFollowsTheNameInEveryMode) {
  for (const wchar_t* const mode : {L"--console", L"--check-config", L"--reset-access"}) {
    const auto [line, fault] = Parse({mode, L"--name", L"OnBehalf-Two"});
    EXPECT_EQ(fault, "");
    EXPECT_EQ(line.name.text(), "OnBehalf-Two");
    EXPECT_EQ(line.folders.root.filename(), L"OnBehalf-Two");
    EXPECT_FALSE(line.own_folder);
  }
  EXPECT_EQ(Parse({L"--name", L"OnBehalf-Two"}).command_line.folders.root.filename(), L"OnBehalf-Two");
}

TEST(ServiceCommandLine, TheDataOptionWinsOverTheName) {
  const auto [line, fault] = Parse({L"--data", L"C:\\elsewhere", L"--name", L"Two"});
  EXPECT_EQ(fault, "");
  EXPECT_EQ(line.folders.root, L"C:\\elsewhere");
  EXPECT_TRUE(line.own_folder);
}

TEST(ServiceCommandLine, RefusesANameThatIsNone) {
  EXPECT_EQ(Parse({L"--name"}).fault, "--name needs a value");
  EXPECT_EQ(Parse({L"--name", L""}).fault, "--name: a service's name must not be empty");
  EXPECT_EQ(
      Parse({L"--name", L"..\\x"}).fault,
      "--name: a service's name consists of ASCII letters, digits, '-', '_' and '.'; character 3 is something else");
}

}  // namespace
}  // namespace onbehalf::service
