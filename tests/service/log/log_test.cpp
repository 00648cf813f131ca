#include "log/log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/win32_error.h"
#include "support/child_main.h"
#include "support/child_process.h"
#include "support/hostile_texts.h"
#include "support/patience.h"
#include "support/restricted_token.h"
#include "temporary_folder.h"

namespace onbehalf::service {
namespace {

// STATUS_STACK_BUFFER_OVERRUN, the exit code of a process that __fastfail ends.
constexpr DWORD kFailFastExitCode = 0xC0000409;

// The text after the first field's value: a value is either bare, without any separator, or quoted, with its
// quotation marks escaped.
std::string_view AfterFirstValue(std::string_view line) {
  line.remove_prefix(std::min(line.size(), line.find('=') + 1));
  if (!line.starts_with('"')) return line.substr(std::min(line.size(), line.find_first_of(" =\"")));
  std::size_t at = 1;
  while (at < line.size() && line[at] != '"') at += line[at] == '\\' ? 2 : 1;
  return line.substr(std::min(line.size(), at + 1));
}

class LogTest : public testing::Test {
 protected:
  std::filesystem::path file() const { return folder_.path() / L"service.log"; }
  std::vector<std::string> FileLines() const { return test::Lines(test::ReadAll(file())); }

  test::TemporaryFolder folder_;
  Settings::LogFile settings_;
};

TEST_F(LogTest, ALineHasTimeLevelMessageAndFields) {
  Log log(folder_.path(), settings_, Log::Console::kNo);
  log.Write(LogLevel::kInfo, "listening", {{"pipe", R"(\\.\pipe\onbehalf)"}, {"instances", 4}});
  log.Write(LogLevel::kWarning, "two words",
            {{"account", "NT AUTHORITY\\SYSTEM"}, {"empty", ""}, {"pair", "a=b"}});
  log.Write(LogLevel::kError, "bad");
  const auto lines = FileLines();
  ASSERT_EQ(lines.size(), 3u);
  const std::regex line(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (INFO|WARNING|ERROR) .*)");
  for (const std::string& each : lines) EXPECT_TRUE(std::regex_match(each, line)) << each;
  EXPECT_EQ(lines[0].substr(25), R"(INFO listening pipe=\\.\pipe\onbehalf instances=4)");
  EXPECT_EQ(lines[1].substr(25),
            "WARNING two words account=\"NT AUTHORITY\\\\SYSTEM\" empty=\"\" pair=\"a=b\"");
  EXPECT_EQ(lines[2].substr(25), "ERROR bad");
}

TEST_F(LogTest, LinesBelowTheLevelAreOmitted) {
  settings_.level = LogLevel::kWarning;
  Log log(folder_.path(), settings_, Log::Console::kNo);
  log.Write(LogLevel::kDebug, "no");
  log.Write(LogLevel::kInfo, "no");
  log.Write(LogLevel::kWarning, "yes");
  EXPECT_EQ(FileLines().size(), 1u);
}

TEST_F(LogTest, NoValueCanForgeALineOrAField) {
  Log log(folder_.path(), settings_, Log::Console::kNo);
  const auto hostile = test::HostileTexts();
  for (const std::string& text : hostile) log.Write(LogLevel::kInfo, "m", {{"value", text}, {"after", "1"}});
  const auto lines = FileLines();
  ASSERT_EQ(lines.size(), hostile.size()) << "one line each";
  for (const std::string& line : lines) {
    EXPECT_EQ(AfterFirstValue(line), " after=1") << line;
    EXPECT_LE(line.size(), 100 + 6 * 1024u);
    for (const char c : line) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
  }
}

TEST_F(LogTest, NoMessageCanForgeALine) {
  Log log(folder_.path(), settings_, Log::Console::kNo);
  log.Write(LogLevel::kInfo, "what() said\nline two \"x\"");
  ASSERT_EQ(FileLines().size(), 1u);
  EXPECT_EQ(FileLines()[0].substr(25), "INFO what() said\\nline two \\\"x\\\"");
}

TEST_F(LogTest, RotatesAndKeepsTheConfiguredNumberOfFiles) {
  settings_.file_bytes = 4096;
  settings_.files = 2;
  Log log(folder_.path(), settings_, Log::Console::kNo);
  for (int i = 0; i < 100; ++i) log.Write(LogLevel::kInfo, std::string(400, 'x'));
  std::vector<std::wstring> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    names.push_back(entry.path().filename().native());
    EXPECT_LE(std::filesystem::file_size(entry.path()), 4096u);
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::wstring>{L"service.1.log", L"service.2.log", L"service.log"}));
}

TEST_F(LogTest, AppliesALevelThatIsSetLater) {
  settings_.level = LogLevel::kWarning;
  Log log(folder_.path(), settings_, Log::Console::kNo);
  log.Write(LogLevel::kInfo, "unwritten");
  log.SetLevel(LogLevel::kDebug);
  log.Write(LogLevel::kDebug, "written");
  log.SetLevel(LogLevel::kError);
  log.Write(LogLevel::kWarning, "unwritten");
  ASSERT_EQ(FileLines().size(), 1u);
  EXPECT_TRUE(FileLines()[0].ends_with("DEBUG written"));
}

TEST_F(LogTest, AppendsToAnExistingFile) {
  { Log(folder_.path(), settings_, Log::Console::kNo).Write(LogLevel::kInfo, "one"); }
  { Log(folder_.path(), settings_, Log::Console::kNo).Write(LogLevel::kInfo, "two"); }
  EXPECT_EQ(FileLines().size(), 2u);
}

TEST_F(LogTest, AMissingFolderIsAnErrorAndIsNotCreated) {
  const auto folder = folder_.path() / L"missing";
  try {
    Log log(folder, settings_, Log::Console::kNo);
    FAIL() << "there is no folder";
  } catch (const win32::Win32Error& error) {
    EXPECT_EQ(error.win32_code(), static_cast<DWORD>(ERROR_PATH_NOT_FOUND));
    EXPECT_NE(std::string(error.what()).find("missing\\service.log"), std::string::npos) << error.what();
  }
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST_F(LogTest, ATakenNameIsAnError) {
  std::filesystem::create_directory(file());
  EXPECT_THROW(Log(folder_.path(), settings_, Log::Console::kNo), win32::Win32Error);
}

TEST_F(LogTest, ContinuesWhenRotationFailsAndReportsTheNumberOfLostLines) {
  settings_.file_bytes = 4096;
  settings_.files = 1;
  Log log(folder_.path(), settings_, Log::Console::kNo);
  // A non-empty folder has the name of the rotated file, so the rename fails.
  std::filesystem::create_directories(folder_.path() / L"service.1.log" / L"in the way");
  for (int i = 0; i < 30; ++i) log.Write(LogLevel::kInfo, std::string(400, 'x'));
  std::filesystem::remove_all(folder_.path() / L"service.1.log");

  // The log retries a second after its failure: write until it has.
  const auto patience = std::chrono::steady_clock::now() + test::kPatience;
  const auto told = [this] {
    const auto lines = FileLines();
    return std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
      return line.find("WARNING log lines were lost lines=") != std::string::npos;
    });
  };
  while (!told() && std::chrono::steady_clock::now() < patience) log.Write(LogLevel::kInfo, "again");
  EXPECT_TRUE(told());
}

TEST_F(LogTest, RemembersTheTimeOfTheLastError) {
  settings_.level = LogLevel::kError;
  Log log(folder_.path(), settings_, Log::Console::kNo);
  EXPECT_EQ(log.TimeOfLastError(), "");
  log.Write(LogLevel::kWarning, "not an error");
  EXPECT_EQ(log.TimeOfLastError(), "");
  log.Write(LogLevel::kError, "an error");
  EXPECT_EQ(log.TimeOfLastError(), FileLines().at(0).substr(0, 24));
}

TEST_F(LogTest, ThreadsWriteWholeLines) {
  Log log(folder_.path(), settings_, Log::Console::kNo);
  {
    std::vector<std::jthread> threads;
    for (const char letter : {'a', 'b', 'c', 'd'}) {
      threads.emplace_back([&log, letter] {
        for (int i = 0; i < 200; ++i) log.Write(LogLevel::kInfo, std::string(100, letter));
      });
    }
  }
  const auto lines = FileLines();
  ASSERT_EQ(lines.size(), 800u);
  for (const std::string& line : lines) {
    EXPECT_EQ(line.find_first_not_of(line.back(), 30), std::string::npos) << line;
  }
}

ONBEHALF_CHILD_MAIN(LogToConsole) {
  const test::TemporaryFolder folder;
  Log log(folder.path(), {}, Log::Console::kYes);
  log.Write(LogLevel::kInfo, "to the console", {{"n", 1}});
  return 0;
}

TEST(LogConsole, EachLineAlsoGoesToStandardError) {
  const auto exit =
      test::ChildProcess::Start(test::ChildProcess::Options::Self("LogToConsole")).WaitForExit();
  EXPECT_EQ(exit.code, 0u);
  const auto lines = test::Lines(exit.errors);
  ASSERT_EQ(lines.size(), 1u) << exit.errors;
  EXPECT_TRUE(std::regex_match(lines[0], std::regex(R"(\S{24} INFO to the console n=1)"))) << lines[0];
}

ONBEHALF_CHILD_MAIN(LogWhileImpersonating) {
  const test::TemporaryFolder folder;
  Log log(folder.path(), {}, Log::Console::kNo);
  const win32::Token token =
      test::ImpersonationTokenOf(win32::Token::FromOwnProcess(TOKEN_QUERY | TOKEN_DUPLICATE));
  const pipe::Impersonation impersonation(token, win32::ImpersonationLevel::kImpersonation);
  if (!impersonation) return 1;
  log.Write(LogLevel::kDebug, "as somebody else");  // a level that is not even written
  return 0;
}

TEST(LogConsole, WritingWhileImpersonatingEndsTheProcess) {
  const auto exit =
      test::ChildProcess::Start(test::ChildProcess::Options::Self("LogWhileImpersonating")).WaitForExit();
  EXPECT_EQ(exit.code, kFailFastExitCode);
}

}  // namespace
}  // namespace onbehalf::service
