#include "shell/history.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <deque>
#include <string>

namespace onbehalf::cli::shell {
namespace {

using Lines = std::deque<std::string>;

TEST(ShellHistory, KeepsLinesWithoutConsecutiveDuplicates) {
  History history;
  EXPECT_TRUE(history.Add("rpc.ping"));
  EXPECT_FALSE(history.Add("rpc.ping"));
  EXPECT_TRUE(history.Add("help"));
  EXPECT_TRUE(history.Add("rpc.ping"));
  EXPECT_FALSE(history.Add(""));
  EXPECT_FALSE(history.Add("  "));
  EXPECT_EQ(history.lines(), (Lines{"rpc.ping", "help", "rpc.ping"}));
}

TEST(ShellHistory, KeepsNoSecret) {
  History history;
  EXPECT_FALSE(history.Add("db.connect password=x"));
  EXPECT_FALSE(history.Add("db.connect {\"Pwd\": \"x\""));
  EXPECT_EQ(history.ToText(), "");
  EXPECT_EQ(History::FromText("a secret=1\nb\n").lines(), Lines{"b"});
}

TEST(ShellHistory, IsBounded) {
  History history;
  for (std::size_t i = 0; i < History::kMaxLines + 10; ++i) history.Add("m a=" + std::to_string(i));
  EXPECT_EQ(history.lines().size(), History::kMaxLines);
  EXPECT_EQ(history.lines().front(), "m a=10");
  EXPECT_EQ(History::FromText(history.ToText() + "last\n").lines().front(), "m a=11");
}

TEST(ShellHistory, ReadsAnyTextWithoutControlCharacters) {
  EXPECT_EQ(History::FromText("a\r\nb\n\n\x1b[2J\nc\x7f\n\xC3\xA4").lines(), (Lines{"a", "b", "\xC3\xA4"}));
  EXPECT_EQ(History::FromText("a\nb").ToText(), "a\nb\n");
}

}  // namespace
}  // namespace onbehalf::cli::shell
