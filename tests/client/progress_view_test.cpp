#include "progress_view.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace onbehalf::cli {
namespace {

using client::Json;

// What a terminal would finally show on the line.
std::string Line(const std::string& written) {
  std::string line;
  std::size_t at = 0;
  for (const char c : written) {
    if (c == '\r') {
      at = 0;
    } else {
      if (at == line.size()) line += ' ';
      line[at++] = c;
    }
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

TEST(ProgressView, IsABarOnATerminal) {
  ProgressView view(80, false);
  std::string written = view.Show({{"done", 12}, {"total", 24}});
  EXPECT_EQ(Line(written), "[###############...............]  50%  12/24");
  // The same value is not drawn again.
  EXPECT_EQ(view.Show({{"done", 12}, {"total", 24}}), "");
  written += view.Show({{"percent", 100}});
  EXPECT_EQ(Line(written), "[##############################] 100%");
  written += view.Clear();
  EXPECT_EQ(Line(written), "");
  EXPECT_EQ(view.Clear(), "");
}

TEST(ProgressView, UnderstandsEveryFigure) {
  struct Row {
    const char* value;
    const char* shows;
  };
  const Row rows[] = {
      {R"({"done": 1, "total": 3})", " 33%  1/3"},
      {R"({"done": 0, "total": 1.5, "message": "copying"})", "  0%  0/1.5  copying"},
      {R"({"done": 9, "total": 8})", "100%  9/8"},
      {R"({"percent": 7.9})", "  7%"},
      {R"({"kind": "report", "percentage": 40, "message": "a\u001b[2J"})", " 40%  a\\x1b[2J"},
      {"0", "  0%"},
      {"0.25", " 25%"},
      {"1.0", "100%"},
      {"1", "  1%"},
      {"50", " 50%"},
      {"99.5", " 99%"},
      {"100", "100%"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(ProgressView(std::nullopt, false).Show(Json::parse(row.value)), std::string(row.shows) + "\n")
        << row.value;
  }
}

TEST(ProgressView, ShowsAnyOtherValueAsALineOfJson) {
  for (const char* value : {"-1", "101", "null", "\"text\"", "[1]", R"({"done":1})",
                            R"({"done":1,"total":0})", R"({"done":-1,"total":5})", R"({"percent":"7"})",
                            R"({"percent":200})", R"({"cursor":"1","lines":[]})"}) {
    EXPECT_EQ(ProgressView(std::nullopt, false).Show(Json::parse(value)), std::string(value) + "\n") << value;
  }
  ProgressView view(80, false);
  const std::string bar = view.Show(50);
  const std::string line = view.Show({{"file", "a"}});
  // The bar is erased before the line is written.
  EXPECT_EQ(Line(bar + line.substr(0, line.find('{'))), "");
  EXPECT_EQ(line.substr(line.find('{')), "{\"file\":\"a\"}\n");
  EXPECT_NE(view.Show(50), "");
}

TEST(ProgressView, ReadsOneAsCompleteAfterAFraction) {
  ProgressView view(std::nullopt, false);
  EXPECT_EQ(view.Show(0.5), " 50%\n");
  EXPECT_EQ(view.Show(1), "100%\n");
}

TEST(ProgressView, HasALineForEachPercentWithoutATerminal) {
  ProgressView view(std::nullopt, false);
  std::string written;
  for (int i = 0; i <= 1000; ++i) written += view.Show({{"done", i}, {"total", 1000}});
  EXPECT_EQ(std::count(written.begin(), written.end(), '\n'), 101);
  EXPECT_EQ(view.Clear(), "");
  EXPECT_EQ(view.Show({{"percent", 100}, {"message", "a"}}), "100%  a\n");
  EXPECT_EQ(view.Show({{"percent", 100}, {"message", "a"}}), "");
}

TEST(ProgressView, FitsTheTerminal) {
  ProgressView view(20, false);
  const std::string written = view.Show({{"percent", 1}, {"message", "long"}});
  EXPECT_EQ(written, "\r[..................");
  EXPECT_EQ(Line(written + view.Clear()), "");
}

TEST(ProgressView, IsALineOfJsonWithJson) {
  ProgressView view(80, true);
  EXPECT_EQ(view.Show(50), "{\"progress\":50}\n");
  EXPECT_EQ(view.Show(50), "{\"progress\":50}\n");
  EXPECT_EQ(view.Clear(), "");
}

}  // namespace
}  // namespace onbehalf::cli
