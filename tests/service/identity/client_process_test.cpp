#include "onbehalf/pipe/client_process.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

#include "onbehalf/win32/process.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "support/child_main.h"
#include "support/child_process.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::service {
namespace {

// Opens the pipe, closes it at the first line of its input, and runs until its input ends.
ONBEHALF_CHILD_MAIN(OpenAndClose) {
  win32::UniqueFile pipe(::CreateFileW(win32::ToWide(arguments.at(0)).c_str(), GENERIC_READ | FILE_WRITE_DATA,
                                       0, nullptr, OPEN_EXISTING, 0, nullptr));
  if (!pipe) return 1;
  std::puts("open");
  std::fflush(stdout);
  if (std::getchar() == EOF) return 2;
  pipe.reset();
  std::puts("closed");
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  return 0;
}

TEST(ClientProcessTest, TheImageIsKnownOnlyWhileTheProcessHoldsThePipe) {
  const std::string path = test::LocalPipePath(test::UniquePipeName());
  const win32::UniqueFile pipe(::CreateNamedPipeW(
      win32::ToWide(path).c_str(), PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE,
      PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_REJECT_REMOTE_CLIENTS, 1, 512, 512, 0, nullptr));
  ASSERT_TRUE(pipe);
  auto child = test::ChildProcess::Start(test::ChildProcess::Options::Self("OpenAndClose", {path}));
  ASSERT_EQ(child.ReadLine(), "open");

  const pipe::ClientProcess open = pipe::ClientProcessOf(pipe.get());
  EXPECT_EQ(open.process_id, child.id());
  EXPECT_EQ(open.image_path, win32::OwnImagePath());

  // From here on another process may get the id at any time; this one keeps running only so that there is a
  // name to find.
  child.WriteInput("\n");
  ASSERT_EQ(child.ReadLine(), "closed");
  EXPECT_EQ(pipe::ClientProcessOf(pipe.get()).image_path, "");
  EXPECT_EQ(child.WaitForExit().code, 0u);
}

}  // namespace
}  // namespace onbehalf::service
