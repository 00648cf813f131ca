#include "onbehalf/pipe/pipe_path.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace onbehalf::pipe {
namespace {

using namespace std::string_view_literals;

TEST(PathTest, OfALocalNameAndOfAPath) {
  EXPECT_EQ(LocalPath("onbehalf"), "\\\\.\\pipe\\onbehalf");
  EXPECT_EQ(LocalPath("\\\\.\\pipe\\onbehalf"), "\\\\.\\pipe\\onbehalf");
  EXPECT_EQ(LocalPath("\\\\host\\pipe\\onbehalf"), "\\\\host\\pipe\\onbehalf");
  // The pipes of an app container.
  EXPECT_EQ(LocalPath("LOCAL\\x"), "\\\\.\\pipe\\LOCAL\\x");
}

TEST(PathTest, OfAComputer) {
  EXPECT_EQ(RemotePath("host", "x"), "\\\\host\\pipe\\x");
  EXPECT_EQ(RemotePath("", "x"), "\\\\.\\pipe\\x");
  EXPECT_EQ(RemotePath(".", "x"), "\\\\.\\pipe\\x");
  EXPECT_EQ(RemotePath("fe80--1.ipv6-literal.net", "x"), "\\\\fe80--1.ipv6-literal.net\\pipe\\x");
  for (const auto host : {"?"sv, "a\\b"sv, "a/b"sv, "\\\\host"sv}) {
    EXPECT_THROW(RemotePath(host, "x"), std::invalid_argument) << host;
  }
}

TEST(PathTest, NamesThatAreNoneAreRefused) {
  for (const auto name : {""sv, "a\\b"sv, "a/b"sv, ".."sv, "a..b"sv, "LOCAL\\"sv, "LOCAL\\a\\b"sv, "a\0b"sv,
                          "\\\\.\\pipe"sv, "\\\\.\\pipe\\"sv, "\\\\?\\pipe\\x"sv}) {
    EXPECT_THROW(LocalPath(name), std::invalid_argument) << testing::PrintToString(name);
  }
}

TEST(PathTest, HasAtMost256Characters) {
  const std::string longest(256 - std::string_view("\\\\.\\pipe\\").size(), 'n');
  EXPECT_EQ(LocalPath(longest).size(), 256U);
  EXPECT_THROW(LocalPath(longest + 'n'), std::invalid_argument);
}

TEST(PathTest, OnlyPipePathsAreSome) {
  EXPECT_TRUE(IsPipePath("\\\\.\\pipe\\x"));
  EXPECT_TRUE(IsPipePath("\\\\.\\PIPE\\x"));
  EXPECT_TRUE(IsPipePath("\\\\host\\pipe\\x"));
  for (const auto path : {""sv, "x"sv, "C:\\x"sv, "\\\\.\\C:\\x"sv, "\\\\.\\pipe\\"sv,
                          "\\\\.\\pipe\\..\\C:\\x"sv, "\\\\?\\pipe\\x"sv, "\\\\host\\share\\x"sv,
                          "\\\\\\pipe\\x"sv, "\\\\.\\pipe\\a/b"sv, "\\\\.\\pipe\\a\0"sv}) {
    EXPECT_FALSE(IsPipePath(path)) << testing::PrintToString(path);
  }
  EXPECT_TRUE(IsLocalPath("\\\\.\\Pipe\\x"));
  EXPECT_FALSE(IsLocalPath("\\\\host\\pipe\\x"));
}

}  // namespace
}  // namespace onbehalf::pipe
