#include <gtest/gtest.h>

#include "console_seam.h"
#include "console_stop.h"
#include "output.h"
#include "support/child_main.h"
#include "support/child_process.h"

namespace onbehalf::cli {
namespace {

TEST(OutputConsole, SetsUtf8WhileItExists) {
  const test::ConsoleSeam console(437);
  {
    const Output output(false);
    EXPECT_EQ(console.code_page(), UINT{CP_UTF8});
  }
  EXPECT_EQ(console.code_page(), 437u);
}

TEST(OutputConsole, RestoresTheCodePageWhenCtrlCEndsTheProgram) {
  test::ConsoleSeam console(437);
  const Output output(false);
  EXPECT_FALSE(console.Press());
  EXPECT_EQ(console.code_page(), 437u);
}

TEST(OutputConsole, KeepsUtf8IfTheProgramContinues) {
  test::ConsoleSeam console(437);
  const Output output(false);
  const ConsoleStop stop;
  EXPECT_TRUE(console.Press());
  EXPECT_EQ(console.code_page(), UINT{CP_UTF8});
}

ONBEHALF_CHILD_MAIN(PressTwice) {
  test::ConsoleSeam console(437, test::ConsoleSeam::Says::kEachCodePage);
  const Output output(false);
  const ConsoleStop stop;
  console.Press();
  console.Press();
  return 0;
}

TEST(OutputConsole, RestoresTheCodePageWhenASecondCtrlCEndsTheProgram) {
  const auto exit = test::RunChild(test::ChildProcess::Options::Self("PressTwice"));
  EXPECT_EQ(exit.code, static_cast<DWORD>(STATUS_CONTROL_C_EXIT));
  EXPECT_EQ(exit.output, "65001\n437\n");
}

}  // namespace
}  // namespace onbehalf::cli
