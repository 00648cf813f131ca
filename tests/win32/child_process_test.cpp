#include "support/child_process.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "support/child_main.h"
#include "support/patience.h"

namespace onbehalf::test {
namespace {

using namespace std::chrono_literals;

ONBEHALF_CHILD_MAIN(TellArguments) {
  for (const auto& argument : arguments) std::printf("[%s]\n", argument.c_str());
  return static_cast<int>(arguments.size());
}

ONBEHALF_CHILD_MAIN(EchoLines) {
  char line[256];
  while (std::fgets(line, sizeof(line), stdin) != nullptr) {
    std::printf("echo %s", line);
    std::fflush(stdout);
  }
  std::fputs("end", stderr);
  return 0;
}

ONBEHALF_CHILD_MAIN(TellVariable) {
  wchar_t value[64] = {};
  const DWORD length = ::GetEnvironmentVariableW(win32::ToWide(arguments.at(0)).c_str(), value, 64);
  std::printf("%s\n", length == 0 ? "(none)" : win32::ToUtf8(value).c_str());
  return 0;
}

ONBEHALF_CHILD_MAIN(Flood) {
  const std::string block(1024, 'x');
  for (int i = 0; i < 1024; ++i) std::fwrite(block.data(), 1, block.size(), stdout);
  return 0;
}

// Exit code 1: the handle whose number is the argument is open here.
ONBEHALF_CHILD_MAIN(HasHandle) {
  DWORD flags = 0;
  const auto handle = reinterpret_cast<HANDLE>(static_cast<std::uintptr_t>(std::stoull(arguments.at(0))));
  return ::GetHandleInformation(handle, &flags) ? 1 : 0;
}

std::string WithoutReturns(std::string text) {
  std::erase(text, '\r');
  return text;
}

TEST(ChildProcessTest, ArgumentsArriveUnchanged) {
  const std::vector<std::string> arguments{
      "plain",           "", "two words", "quote\"d", "back\\slash", "ends with\\", "\\\"both\\\\\"",
      "umlaut \xC3\xA4", "*"};
  const auto exit = RunChild(ChildProcess::Options::Self("TellArguments", arguments));
  std::string wanted;
  for (const auto& argument : arguments) wanted += '[' + argument + "]\n";
  EXPECT_EQ(WithoutReturns(exit.output), wanted);
  EXPECT_EQ(exit.code, arguments.size());
}

TEST(ChildProcessTest, TalksInLines) {
  auto child = ChildProcess::Start(ChildProcess::Options::Self("EchoLines"));
  child.WriteInput("one\n");
  EXPECT_EQ(child.ReadLine(), "echo one");
  child.WriteInput("two\n");
  EXPECT_EQ(child.ReadLine(), "echo two");
  EXPECT_EQ(::WaitForSingleObject(child.process(), 0), static_cast<DWORD>(WAIT_TIMEOUT));
  const auto exit = child.WaitForExit();
  EXPECT_EQ(exit.code, 0U);
  EXPECT_EQ(WithoutReturns(exit.output), "echo one\necho two\n");
  EXPECT_EQ(exit.errors, "end");
  EXPECT_EQ(child.ReadLine(), std::nullopt);
}

TEST(ChildProcessTest, SilentChildrenReachTheDeadline) {
  auto child = ChildProcess::Start(ChildProcess::Options::Self("EchoLines"));
  try {
    (void)child.ReadLine(30ms);
    FAIL();
  } catch (const win32::Win32Error& error) {
    EXPECT_EQ(error.win32_code(), static_cast<DWORD>(WAIT_TIMEOUT));
  }
}

TEST(ChildProcessTest, AFloodOfOutputDoesNotBlock) {
  const auto exit = RunChild(ChildProcess::Options::Self("Flood"));
  EXPECT_EQ(exit.output.size(), 1024U * 1024U);
}

TEST(ChildProcessTest, TheEnvironmentCanBeExtended) {
  auto options = ChildProcess::Options::Self("TellVariable", {"ONBEHALF_TEST_VALUE"});
  EXPECT_EQ(WithoutReturns(RunChild(options).output), "(none)\n");
  options.environment = {{"ONBEHALF_TEST_VALUE", "one=two three"}};
  EXPECT_EQ(WithoutReturns(RunChild(options).output), "one=two three\n");
  // Names are not case-sensitive.
  ASSERT_TRUE(::SetEnvironmentVariableW(L"ONBEHALF_TEST_VALUE", L"own"));
  options.environment.clear();
  EXPECT_EQ(WithoutReturns(RunChild(options).output), "own\n");
  options.environment = {{"OnBehalf_Test_Value", "changed"}};
  EXPECT_EQ(WithoutReturns(RunChild(options).output), "changed\n");
  ASSERT_TRUE(::SetEnvironmentVariableW(L"ONBEHALF_TEST_VALUE", nullptr));
}

TEST(ChildProcessTest, InheritsNothingButItsStreams) {
  SECURITY_ATTRIBUTES inheritable{sizeof(inheritable), nullptr, TRUE};
  // Many, because the child may have a handle of its own with a low number.
  std::vector<win32::UniqueObject> filler;
  for (int i = 0; i < 500; ++i) filler.emplace_back(::CreateEventW(&inheritable, TRUE, FALSE, nullptr));
  const auto last = std::to_string(reinterpret_cast<std::uintptr_t>(filler.back().get()));
  EXPECT_EQ(RunChild(ChildProcess::Options::Self("HasHandle", {last})).code, 0U);
}

TEST(ChildProcessTest, AnUnknownChildMainIsReported) {
  const auto exit = RunChild(ChildProcess::Options::Self("NoSuchPart"));
  EXPECT_EQ(exit.code, 125U);
  EXPECT_NE(exit.errors.find("NoSuchPart"), std::string::npos);
}

TEST(ChildProcessTest, AMissingProgramIsAnError) {
  ChildProcess::Options options;
  options.executable = "C:\\onbehalf-no-such-program.exe";
  try {
    (void)ChildProcess::Start(options);
    FAIL();
  } catch (const win32::Win32Error& error) {
    EXPECT_EQ(error.win32_code(), static_cast<DWORD>(ERROR_FILE_NOT_FOUND));
    EXPECT_EQ(error.operation(), "CreateProcessW");
  }
}

TEST(ChildProcessTest, TerminatedChildrenHaveTheCode) {
  auto child = ChildProcess::Start(ChildProcess::Options::Self("EchoLines"));
  child.Terminate(77);
  EXPECT_EQ(child.WaitForExit().code, 77U);
}

TEST(ChildProcessTest, ForgottenChildrenEnd) {
  win32::UniqueObject process;
  {
    auto child = ChildProcess::Start(ChildProcess::Options::Self("EchoLines"));
    ASSERT_TRUE(::DuplicateHandle(::GetCurrentProcess(), child.process(), ::GetCurrentProcess(),
                                  process.put(), 0, FALSE, DUPLICATE_SAME_ACCESS));
  }
  EXPECT_EQ(::WaitForSingleObject(process.get(), kPatienceMilliseconds), static_cast<DWORD>(WAIT_OBJECT_0));
}

}  // namespace
}  // namespace onbehalf::test
