#include "generate/schema_types.h"

#include <gtest/gtest.h>

#include <string>

namespace onbehalf::cli::generate {
namespace {

using Kind = Type::Kind;

Type Read(const char* schema) { return ReadSchema(Json::parse(schema), "a.b: result"); }

TEST(SchemaTypes, NameTheirKind) {
  EXPECT_EQ(Read(R"({"type":"null"})").kind, Kind::kNull);
  EXPECT_EQ(Read(R"({"type":"boolean"})").kind, Kind::kBoolean);
  EXPECT_EQ(Read(R"({"type":"integer","minimum":1})").kind, Kind::kInteger);
  EXPECT_EQ(Read(R"({"type":"number"})").kind, Kind::kNumber);
  EXPECT_EQ(Read(R"({"type":"string","maxLength":5})").kind, Kind::kString);
  EXPECT_EQ(Read(R"({"type":"array"})").element.at(0).kind, Kind::kAny);
  EXPECT_EQ(Read(R"({"type":"array","items":{"type":"string"}})").element.at(0).kind, Kind::kString);
  EXPECT_EQ(Read(R"({"items":{"type":"string"}})").kind, Kind::kArray);
  EXPECT_EQ(Read(R"({"properties":{"a":{}}})").kind, Kind::kObject);
  for (const char* any : {"{}", "true", R"({"description":"x"})"}) {
    EXPECT_EQ(Read(any).kind, Kind::kAny) << any;
    EXPECT_EQ(Read(any).remark, "") << any;
  }
  EXPECT_EQ(Read(R"({"type":"string","description":"what it is"})").summary, "what it is");
}

TEST(SchemaTypes, MayBeNull) {
  for (const char* schema : {R"({"type":["string","null"]})", R"({"type":["null","string"]})",
                             R"({"anyOf":[{"type":"string"},{"type":"null"}]})",
                             R"({"oneOf":[{"type":"null"},{"type":"string"}]})"}) {
    const Type type = Read(schema);
    EXPECT_EQ(type.kind, Kind::kString) << schema;
    EXPECT_TRUE(type.nullable) << schema;
    EXPECT_EQ(type.remark, "") << schema;
  }
  EXPECT_FALSE(Read(R"({"anyOf":[{},{"type":"null"}]})").nullable);
  EXPECT_FALSE(Read(R"({"type":["null"]})").nullable);
}

TEST(SchemaTypes, OfStringsMayBeEnumerations) {
  const Type type = Read(R"({"type":"string","enum":["a","b","a"]})");
  EXPECT_EQ(type.kind, Kind::kEnum);
  EXPECT_EQ(type.words, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(Read(R"({"enum":["a",null]})").nullable);
  EXPECT_EQ(Read(R"({"enum":[null]})").kind, Kind::kNull);
  EXPECT_EQ(Read(R"({"const":"a"})").words, std::vector<std::string>{"a"});
}

TEST(SchemaTypes, KeepTheOrderOfRequiredMembers) {
  const Type type = Read(R"({"type":"object","required":["z","gone","a","z"],"properties":{
      "a":{"type":"integer","description":"an a"},"m":{"type":"string"},"z":{"type":"boolean"}}})");
  ASSERT_EQ(type.members.size(), 4u);
  EXPECT_EQ(type.members[0].name, "z");
  EXPECT_EQ(type.members[1].name, "gone");
  EXPECT_EQ(type.members[1].type.kind, Kind::kAny);
  EXPECT_EQ(type.members[2].name, "a");
  EXPECT_EQ(type.members[2].summary, "an a");
  EXPECT_TRUE(type.members[2].required);
  EXPECT_EQ(type.members[3].name, "m");
  EXPECT_FALSE(type.members[3].required);
}

TEST(SchemaTypes, ReportWhatTheyDoNotExpress) {
  struct Case {
    const char* schema;
    Kind kind;
    const char* remark;
  };
  for (const Case& one :
       {Case{R"({"$ref":"#/x"})", Kind::kAny, "$ref"},
        Case{R"({"allOf":[{"type":"string"}]})", Kind::kAny, "allOf"},
        Case{R"({"oneOf":[{"type":"string"},{"type":"integer"}]})", Kind::kAny, "oneOf"},
        Case{R"({"not":{}})", Kind::kAny, "not"}, Case{R"({"if":{}})", Kind::kAny, "if"},
        Case{R"({"type":["string","integer"]})", Kind::kAny, "string"}, Case{"false", Kind::kAny, "no value"},
        Case{R"({"type":"integer","enum":[1,2]})", Kind::kInteger, "[1,2]"},
        Case{R"({"type":"integer","const":7})", Kind::kInteger, "7"},
        Case{R"({"type":"object","additionalProperties":{"type":"string"}})", Kind::kObject, "further"},
        Case{R"({"type":"object","patternProperties":{}})", Kind::kObject, "further"}}) {
    const Type type = Read(one.schema);
    EXPECT_EQ(type.kind, one.kind) << one.schema;
    EXPECT_NE(type.remark.find(one.remark), std::string::npos) << one.schema << ": " << type.remark;
  }
  EXPECT_EQ(Read(R"({"type":["integer","number"]})").kind, Kind::kNumber);
  for (const char* pair : {R"({"type":"array","items":[{},{}]})", R"({"type":"array","prefixItems":[{}]})"}) {
    EXPECT_NE(Read(pair).element.at(0).remark, "") << pair;
  }
}

TEST(SchemaTypes, NameThePlaceOfAnInvalidSchema) {
  struct Case {
    const char* schema;
    const char* error;
  };
  for (const Case& one :
       {Case{"5", "a.b: result: the schema is not an object but 5"},
        Case{R"({"type":"strnig"})", "a.b: result: \"type\" is \"strnig\", which is not a JSON Schema type"},
        Case{R"({"type":5})", "a.b: result: \"type\" is 5, which is not a JSON Schema type"},
        Case{R"({"type":[]})", "a.b: result: \"type\" is an empty array"},
        Case{R"({"enum":[]})", "a.b: result: \"enum\" is not an array of values"},
        Case{R"({"enum":"a"})", "a.b: result: \"enum\" is not an array of values"},
        Case{R"({"type":"object","properties":[]})", "a.b: result: \"properties\" is not an object"},
        Case{R"({"type":"object","required":"a"})", "a.b: result: \"required\" is not an array of names"},
        Case{R"({"type":"object","required":[1]})",
             "a.b: result: \"required\" contains 1, which is not a name"},
        Case{R"({"type":"string","description":1})", "a.b: result: \"description\" is not a string"},
        Case{R"({"type":"object","properties":{"c":{"type":"array","items":{"type":"x"}}}})",
             "a.b: result.c[]: \"type\" is \"x\", which is not a JSON Schema type"},
        Case{R"({"type":"object","properties":{"a\u0000":{}}})",
             "a.b: result: the name \"a\\u0000\" contains the character NUL"},
        Case{R"({"enum":["\u0000"]})", "a.b: result: the name \"\\u0000\" contains the character NUL"}}) {
    try {
      Read(one.schema);
      ADD_FAILURE() << one.schema;
    } catch (const DocumentError& error) {
      EXPECT_STREQ(error.what(), one.error);
    }
  }
}

}  // namespace
}  // namespace onbehalf::cli::generate
