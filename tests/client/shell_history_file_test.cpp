#include "shell/history_file.h"

#include <gtest/gtest.h>

#include <deque>
#include <fstream>
#include <iterator>
#include <string>

#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "shell/history.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::cli::shell {
namespace {

using Lines = std::deque<std::string>;

class ShellHistoryFileTest : public testing::Test {
 protected:
  ShellHistoryFileTest() : folder_(test::UniquePipeName()), path_(folder_ + "\\shell-history.txt") {}
  ~ShellHistoryFileTest() override {
    ::DeleteFileW(win32::ToWide(path_).c_str());
    ::RemoveDirectoryW(win32::ToWide(folder_).c_str());
  }
  std::string Text() {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  std::string folder_;
  std::string path_;
};

TEST_F(ShellHistoryFileTest, IsCreatedWithTheFirstLine) {
  const HistoryFile file(path_);
  EXPECT_EQ(file.Load().lines(), Lines{});
  file.Append("rpc.ping");
  HistoryFile(path_).Append("echo a=\xC3\xA4");
  EXPECT_EQ(Text(), "rpc.ping\necho a=\xC3\xA4\n");
  EXPECT_EQ(file.Load().lines(), (Lines{"rpc.ping", "echo a=\xC3\xA4"}));
}

TEST_F(ShellHistoryFileTest, IsTruncatedWhenItHasGrown) {
  const HistoryFile file(path_);
  file.Append("first");
  std::string text;
  for (std::size_t i = 0; i < 2 * History::kMaxLines; ++i) text += "m a=" + std::to_string(i) + "\n";
  std::ofstream(path_, std::ios::binary | std::ios::app) << text;
  const History history = file.Load();
  EXPECT_EQ(history.lines().size(), History::kMaxLines);
  EXPECT_EQ(Text(), history.ToText());
  EXPECT_EQ(history.lines().back(), "m a=" + std::to_string(2 * History::kMaxLines - 1));
}

TEST_F(ShellHistoryFileTest, OfAnySizeIsReadFromItsEnd) {
  const HistoryFile file(path_);
  file.Append("first");
  std::ofstream(path_, std::ios::binary | std::ios::app) << std::string(3 * 1024 * 1024, 'x') << "\nlast\n";
  EXPECT_EQ(file.Load().lines(), Lines{"last"});
  EXPECT_EQ(Text(), "last\n");
}

TEST_F(ShellHistoryFileTest, ReportsWhyItCannotBeWritten) {
  const HistoryFile file(folder_ + "\\none\\shell-history.txt");
  EXPECT_THROW(file.Append("x"), win32::Win32Error);
}

}  // namespace
}  // namespace onbehalf::cli::shell
