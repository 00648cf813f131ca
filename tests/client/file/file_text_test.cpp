#include "file/file_text.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "aligned_table.h"
#include "byte_text.h"
#include "file/path_text.h"
#include "progress_view.h"

namespace onbehalf::cli {
namespace {

using client::Json;

TEST(ByteText, HasOneDecimalRoundedDown) {
  EXPECT_EQ(ByteText(0), "0 bytes");
  EXPECT_EQ(ByteText(1), "1 byte");
  EXPECT_EQ(ByteText(1023), "1023 bytes");
  EXPECT_EQ(ByteText(1024), "1.0 KiB");
  EXPECT_EQ(ByteText(1024 * 1024 - 1), "1023.9 KiB");
  EXPECT_EQ(ByteText(1024 * 1024), "1.0 MiB");
  EXPECT_EQ(ByteText(1536ull * 1024 * 1024), "1.5 GiB");
  EXPECT_EQ(ByteText(std::numeric_limits<std::uint64_t>::max()), "15.9 EiB");
}

TEST(FileText, ShowsOnlyThePresentFields) {
  EXPECT_EQ(EntryCells(Json::object()), (Rows::value_type{"", "         -", "", ""}));
  EXPECT_EQ(EntryCells({{"name", 5}, {"size", "big"}}), (Rows::value_type{"", "         -", "", "5"}));
  EXPECT_FALSE(IsHidden(Json::object()));
  EXPECT_FALSE(IsHidden({{"attributes", {"system"}}}));
  EXPECT_TRUE(IsHidden({{"attributes", {"system", "hidden"}}}));
  EXPECT_EQ(RenderStat({{"type", "directory"}, {"size", 0}}), "type  directory\n");
  EXPECT_EQ(RenderStat({{"type", "file"}, {"size", 12u}}), "type  file\nsize  12 bytes\n");
  EXPECT_EQ(ChangeLine({{"action", "something else"}, {"name", "x"}}), "something else  x\n");
}

TEST(FileText, TheNameInAPathFollowsItsLastSeparator) {
  EXPECT_EQ(NameIn("C:\\a\\b.txt"), "b.txt");
  EXPECT_EQ(NameIn("C:/a/b.txt"), "b.txt");
  EXPECT_EQ(NameIn("b.txt"), "b.txt");
  EXPECT_EQ(NameIn("C:b.txt"), "b.txt");
}

TEST(FileText, APathInAFolderHasOneSeparator) {
  EXPECT_EQ(PathIn("C:\\a", "b.txt"), "C:\\a\\b.txt");
  EXPECT_EQ(PathIn("C:\\a\\", "b.txt"), "C:\\a\\b.txt");
  EXPECT_EQ(PathIn("C:/a/", "b.txt"), "C:/a/b.txt");
  EXPECT_EQ(PathIn("C:\\", "b.txt"), "C:\\b.txt");
  EXPECT_EQ(PathIn("C:", "b.txt"), "C:b.txt");
}

TEST(ProgressView, CountsBytesIfAsked) {
  ProgressView view(std::nullopt, false, ProgressView::Figures::kBytes);
  EXPECT_EQ(view.Show({{"done", 1536}, {"total", 3072}, {"message", "sending"}}),
            " 50%  1.5 KiB/3.0 KiB  sending\n");
  // The next operation starts again from the beginning.
  EXPECT_EQ(view.Show({{"done", 1536}, {"total", 3072}, {"message", "comparing"}}),
            " 50%  1.5 KiB/3.0 KiB  comparing\n");
}

}  // namespace
}  // namespace onbehalf::cli
