#include "audit/line_reader.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "memory_bytes.h"

namespace onbehalf::service {
namespace {

using Texts = std::vector<std::string>;

std::unique_ptr<ByteSource> Bytes(std::string_view text) {
  return std::make_unique<test::MemoryBytes>(std::string(text));
}

TEST(LineReader, ReturnsEachLineAndTheOffsetOfTheNext) {
  LineReader reader(Bytes("a\n\nbc\nd"));
  Texts lines;
  std::vector<std::uint64_t> offsets;
  while (const auto line = reader.Next()) {
    lines.emplace_back(*line);
    offsets.push_back(reader.offset());
    EXPECT_EQ(reader.ended_in_newline(), *line != "d");
  }
  EXPECT_EQ(lines, (Texts{"a", "", "bc", "d"}));
  EXPECT_EQ(offsets, (std::vector<std::uint64_t>{2, 3, 6, 7}));
}

TEST(LineReader, StartsAtTheGivenOffset) {
  LineReader reader(Bytes("a\nbc\n"), 2);
  EXPECT_EQ(reader.Next(), "bc");
  EXPECT_FALSE(reader.Next());
  LineReader beyond(Bytes("a\n"), 9);
  EXPECT_FALSE(beyond.Next());
}

TEST(ReverseLineReader, ReturnsTheCompleteLinesLastFirst) {
  ReverseLineReader reader(Bytes("a\n\nbc\nd"));
  EXPECT_EQ(reader.end(), 6u);
  EXPECT_EQ(reader.Previous(), "bc");
  EXPECT_EQ(reader.offset(), 3u);
  EXPECT_EQ(reader.Previous(), "");
  EXPECT_EQ(reader.Previous(), "a");
  EXPECT_EQ(reader.offset(), 0u);
  EXPECT_FALSE(reader.Previous());
  EXPECT_FALSE(ReverseLineReader(Bytes("half")).Previous());
  EXPECT_FALSE(ReverseLineReader(Bytes("")).Previous());
}

TEST(ReverseLineReader, ReadsNothingAfterTheGivenEnd) {
  ReverseLineReader reader(Bytes("a\nbc\nd\n"), 5);
  EXPECT_EQ(reader.Previous(), "bc");
  EXPECT_EQ(reader.Previous(), "a");
}

}  // namespace
}  // namespace onbehalf::service
