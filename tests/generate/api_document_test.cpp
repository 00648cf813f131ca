#include "generate/api_document.h"

#include <gtest/gtest.h>

#include <string>

#include "golden.h"

namespace onbehalf::cli::generate {
namespace {

Api Read(const char* document) { return ReadApi(Json::parse(document)); }

TEST(ApiDocument, OfTheServiceHasEveryMethod) {
  const Json document = test::ReadDocument("discover.json");
  const Api api = ReadApi(document);
  EXPECT_EQ(api.title, "OnBehalf");
  ASSERT_EQ(api.methods.size(), document.at("methods").size());
  for (std::size_t i = 0; i < api.methods.size(); ++i) {
    EXPECT_EQ(Json(api.methods[i].name), document.at("methods").at(i).at("name"));
    EXPECT_EQ(api.methods[i].params.members.size(), document.at("methods").at(i).at("params").size());
    EXPECT_EQ(api.methods[i].result.remark, "") << api.methods[i].name;
  }
}

TEST(ApiDocument, AcceptsMissingMembers) {
  const Api api = Read(R"({"methods":[{"name":"a.b"}]})");
  EXPECT_EQ(api.title, "");
  ASSERT_EQ(api.methods.size(), 1u);
  EXPECT_EQ(api.methods[0].summary, "");
  EXPECT_TRUE(api.methods[0].params.members.empty());
  EXPECT_EQ(api.methods[0].result.kind, Type::Kind::kAny);
  EXPECT_FALSE(api.methods[0].progress);
  EXPECT_FALSE(api.methods[0].NeedsParams());
  EXPECT_TRUE(Read(R"({"methods":[]})").methods.empty());
}

TEST(ApiDocument, AParameterIsDescribedByItsSummaryOrItsSchema) {
  const Api api = Read(R"({"methods":[{"name":"a.b","params":[
      {"name":"p","required":true,"summary":"s","schema":{"type":"string","description":"d"}},
      {"name":"q","schema":{"type":"string","description":"d"}}, {"name":"r"}]}]})");
  const auto& members = api.methods.at(0).params.members;
  ASSERT_EQ(members.size(), 3u);
  EXPECT_EQ(members[0].summary, "s");
  EXPECT_TRUE(members[0].required);
  EXPECT_EQ(members[1].summary, "d");
  EXPECT_FALSE(members[1].required);
  EXPECT_EQ(members[2].type.kind, Type::Kind::kAny);
  EXPECT_TRUE(api.methods[0].NeedsParams());
}

TEST(ApiDocument, DescribesProgress) {
  const Api api = Read(R"({"methods":[{"name":"a.b","x-progress":{"stream":true,"schema":{"type":"integer"}}},
                                      {"name":"a.c","x-progress":{}},
                                      {"name":"a.d","x-progress":{"stream":false,"optional_stream":true}}]})");
  EXPECT_TRUE(api.methods.at(0).IsStream());
  EXPECT_EQ(api.methods[0].progress->value.kind, Type::Kind::kInteger);
  ASSERT_TRUE(api.methods.at(1).progress);
  EXPECT_FALSE(api.methods[1].IsStream());
  EXPECT_EQ(api.methods[1].progress->value.kind, Type::Kind::kAny);
  EXPECT_FALSE(api.methods[1].progress->is_optional_stream);
  EXPECT_FALSE(api.methods.at(2).IsStream());
  EXPECT_TRUE(api.methods[2].progress->is_optional_stream);
}

TEST(ApiDocument, NamesThePlaceOfInvalidOpenRpc) {
  struct Case {
    const char* document;
    const char* error;
  };
  for (const Case& one :
       {Case{"5", "not an OpenRPC document: it has no array \"methods\""},
        Case{"{}", "not an OpenRPC document: it has no array \"methods\""},
        Case{R"({"methods":{}})", "not an OpenRPC document: it has no array \"methods\""},
        Case{R"({"methods":[{"name":"a.b"},5]})", "method 2 has no \"name\""},
        Case{R"({"methods":[{"name":""}]})", "method 1 has no \"name\""},
        Case{R"({"methods":[{"name":"a.b"},{"name":"a.b"}]})", "two methods are named a.b"},
        Case{R"({"methods":[{"name":"a.b","summary":5}]})", "a.b: \"summary\" is not a string"},
        Case{R"({"methods":[{"name":"a.b","params":{}}]})", "a.b: \"params\" is not an array"},
        Case{R"({"methods":[{"name":"a.b","params":[{}]}]})", "a.b: a parameter has no \"name\""},
        Case{R"({"methods":[{"name":"a.b","params":[{"name":"p"},{"name":"p"}]}]})",
             "a.b: two parameters are named p"},
        Case{R"({"methods":[{"name":"a.b","params":[{"name":"p","schema":{"type":1}}]}]})",
             "a.b: parameter p: \"type\" is 1, which is not a JSON Schema type"},
        Case{R"({"methods":[{"name":"a.b","x-progress":true}]})", "a.b: \"x-progress\" is not an object"},
        Case{R"({"methods":[{"name":"a.b","x-progress":{"schema":5}}]})",
             "a.b: progress: the schema is not an object but 5"},
        Case{R"({"methods":[{"name":"a.b","result":[]}]})", "a.b: \"result\" is not an object"},
        Case{R"({"methods":[{"name":"a\u0000"}]})",
             "method 1: the name \"a\\u0000\" contains the character NUL"},
        Case{R"({"info":{"title":5},"methods":[]})", "info: \"title\" is not a string"}}) {
    try {
      Read(one.document);
      ADD_FAILURE() << one.document;
    } catch (const DocumentError& error) {
      EXPECT_STREQ(error.what(), one.error);
    }
  }
}

}  // namespace
}  // namespace onbehalf::cli::generate
