#include "onbehalf/win32/fail_fast.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "support/child_main.h"
#include "support/child_process.h"

namespace onbehalf::win32 {
namespace {

struct TellsItsEnd {
  ~TellsItsEnd() {
    std::puts("destroyed");
    std::fflush(stdout);
  }
};

ONBEHALF_CHILD_MAIN(FailFast) {
  std::atexit([] { std::puts("exited"); });
  const TellsItsEnd end;
  std::puts("before");
  std::fflush(stdout);
  FailFast();
}

TEST(FailFastTest, EndsTheProcessWithWindowsCodeForIt) {
  const auto exit = test::RunChild(test::ChildProcess::Options::Self("FailFast"));
  EXPECT_EQ(exit.code, 0xC0000409U);
}

TEST(FailFastTest, RunsNoDestructorAndNoExitHandler) {
  const auto exit = test::RunChild(test::ChildProcess::Options::Self("FailFast"));
  EXPECT_NE(exit.output.find("before"), std::string::npos);
  EXPECT_EQ(exit.output.find("destroyed"), std::string::npos);
  EXPECT_EQ(exit.output.find("exited"), std::string::npos);
}

}  // namespace
}  // namespace onbehalf::win32
