#include "method_catalogue.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace onbehalf::cli {
namespace {

using client::Json;
using Names = std::vector<std::string>;

MethodCatalogue Catalogue() {
  return MethodCatalogue(Json::parse(R"({"methods": [
    {"name": "rpc.ping", "params": [{"name": "echo"}]},
    {"name": "rpc.discover", "params": []},
    {"name": "file.write", "params": [{"name": "path"}, {"name": "text"}, {"name": "path_mode"}]},
    {"name": "a.b.c"},
    {"name": "rpc.ping"},
    {"name": "evil\u001b[2J"}, {"name": "\u00e4"}, {"name": ""}, {"name": 5}, 7
  ]})"));
}

TEST(MethodCatalogue, HoldsNamesAndNamespacesOnce) {
  EXPECT_EQ(Catalogue().methods(), (Names{"a.b.c", "file.write", "rpc.discover", "rpc.ping"}));
  EXPECT_EQ(Catalogue().namespaces(), (Names{"a", "a.b", "file", "rpc"}));
  EXPECT_EQ(MethodCatalogue(Json(5)).methods(), Names{});
}

TEST(MethodCatalogue, CompletesWhatComesNext) {
  struct Row {
    const char* before;
    std::size_t begin;
    Names candidates;
  };
  const Row rows[] = {
      {"rpc.", 0, {"rpc.discover", "rpc.ping"}},
      {"  rpc.p", 2, {"rpc.ping"}},
      {"me", 0, {"methods"}},
      {"x", 0, {}},
      {"methods r", 8, {"rpc", "rpc.discover", "rpc.ping"}},
      {"methods rpc.ping ", 17, {}},
      {"file.write ", 11, {"path=", "path_mode=", "text="}},
      {"file.write pa", 11, {"path=", "path_mode="}},
      {"file.write path=1 ", 18, {"path_mode=", "text="}},
      {"file.write path={\"a\": 1} te", 25, {"text="}},
      {"file.write path=\"a te", 11, {}},
      {"file.write path=te", 11, {}},
      {"file.write {\"te", 11, {}},
      {"file.write {} te", 14, {}},
      {"unknown te", 8, {}},
      {"rpc.discover ", 13, {}},
  };
  for (const Row& row : rows) {
    const Completions found = Catalogue().Complete(row.before);
    EXPECT_EQ(found.begin, row.begin) << row.before;
    EXPECT_EQ(found.candidates, row.candidates) << row.before;
  }
  EXPECT_EQ(MethodCatalogue().Complete("").candidates, (Names{"exit", "help", "methods", "quit"}));
}

TEST(MethodCatalogue, KnowsWhichMethodsReportProgress) {
  const MethodCatalogue catalogue(Json::parse(R"({"methods": [
    {"name": "a"}, {"name": "b", "x-progress": {"stream": false, "schema": {}}},
    {"name": "c", "x-progress": {"stream": true}}, {"name": "d", "x-progress": null},
    {"name": "f", "x-progress": {"stream": false, "optional_stream": true}},
    {"name": "g", "x-progress": {"stream": false, "optional_stream": false}}
  ]})"));
  EXPECT_EQ(catalogue.ProgressOf("a"), Progress::kNone);
  EXPECT_EQ(catalogue.ProgressOf("b"), Progress::kReported);
  EXPECT_EQ(catalogue.ProgressOf("c"), Progress::kStream);
  EXPECT_EQ(catalogue.ProgressOf("d"), Progress::kNone);
  EXPECT_EQ(catalogue.ProgressOf("e"), Progress::kNone);
  EXPECT_EQ(catalogue.ProgressOf("f"), Progress::kOptionalStream);
  EXPECT_EQ(catalogue.ProgressOf("g"), Progress::kReported);
}

TEST(MethodCatalogue, FindsTheCommonPrefixOfCandidates) {
  EXPECT_EQ(CommonPrefix({}), "");
  EXPECT_EQ(CommonPrefix({"rpc.ping"}), "rpc.ping");
  EXPECT_EQ(CommonPrefix({"rpc.discover", "rpc.ping"}), "rpc.");
  EXPECT_EQ(CommonPrefix({"path=", "path_mode="}), "path");
  EXPECT_EQ(CommonPrefix({"a", "b"}), "");
}

}  // namespace
}  // namespace onbehalf::cli
