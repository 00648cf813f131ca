#include "onbehalf/win32/process.h"

#include <gtest/gtest.h>

#include <string>

#include "process_access_seam.h"
#include "support/child_main.h"
#include "support/child_process.h"

namespace onbehalf::win32 {
namespace {

ONBEHALF_CHILD_MAIN(WaitForInput) {
  char byte = 0;
  DWORD bytes = 0;
  while (::ReadFile(::GetStdHandle(STD_INPUT_HANDLE), &byte, 1, &bytes, nullptr) && bytes != 0) {
  }
  return 0;
}

TEST(ProcessTest, OwnImageIsThisExecutable) {
  const std::string path = OwnImagePath();
  EXPECT_NE(path.find("onbehalf_win32_tests"), std::string::npos) << path;
  EXPECT_EQ(ImagePath(::GetCurrentProcessId()), path);
}

TEST(ProcessTest, AChildsImageIsFoundByItsId) {
  auto child = test::ChildProcess::Start(test::ChildProcess::Options::Self("WaitForInput"));
  EXPECT_EQ(ImagePath(child.id()), OwnImagePath());
  EXPECT_EQ(child.WaitForExit().code, 0U);
}

TEST(ProcessTest, AMissingProcessHasNoImage) {
  // Ids are multiples of four.
  EXPECT_FALSE(ImagePath(0xFFFFFFFD));
  EXPECT_FALSE(ImagePath(0));
}

// A service's virtual account may not open the processes of its callers.
TEST(ProcessTest, TheImageOfAProcessThatMayNotBeOpenedIsFound) {
  auto child = test::ChildProcess::Start(test::ChildProcess::Options::Self("WaitForInput"));
  {
    const test::ProcessAccessSeam seam;
    EXPECT_EQ(ImagePath(child.id()), OwnImagePath());
    EXPECT_FALSE(ImagePath(0xFFFFFFFD));
  }
  EXPECT_EQ(child.WaitForExit().code, 0U);
}

}  // namespace
}  // namespace onbehalf::win32
