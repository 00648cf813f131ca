#include "methods_model/schema_check.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "onbehalf/service/schema.h"
#include "support/hostile_texts.h"
#include "support/patience.h"

namespace onbehalf::service {
namespace {

Json Parse(const std::string& text) { return Json::parse(text); }

std::string Fault(const std::string& schema) { return SchemaFault(Parse(schema)).value_or(""); }

// Nested object schemas, each the only property of the next.
Json Nested(std::size_t depth) {
  Json schema{{"type", "integer"}};
  for (std::size_t i = 1; i < depth; ++i)
    schema = Json{{"type", "object"}, {"properties", {{"a", std::move(schema)}}}};
  return schema;
}

TEST(SchemaFault, AcceptsEverySupportedSchema) {
  for (
      const char* schema : {
          "null",
          "{}",
          R"({"type":"object"})",
          R"({"type":["string","null"],"maxLength":5,"description":"d","title":"t","format":"uri"})",
          R"({"type":"integer","minimum":-5,"maximum":18446744073709551615})",
          R"({"type":"number","minimum":0.5,"maximum":0.5,"default":0.5})",
          R"({"type":"array","items":{"type":"array","items":{"enum":[1,"1",null]}},"minItems":1,"maxItems":1})",
          R"({"type":"object","properties":{"type":{"const":"properties"},"required":{}},"required":["type"]})",
          R"({"type":"object","additionalProperties":{"type":"string"}})",
          R"({"type":"object","additionalProperties":true})",
          R"({"oneOf":[{"type":"string"},{"type":"object","properties":{},"additionalProperties":false}]})",
          R"({"anyOf":[{}],"default":[]})",
      }) {
    EXPECT_EQ(Fault(schema), "") << schema;
  }
  EXPECT_EQ(SchemaFault(Closed(Object({{"a", OrNull(Text("b"))}, {"c", ListOf(Integer(""))}}, "d"))),
            std::nullopt);
}

TEST(Schema, HasTheRequestedBoundsAndDefaults) {
  EXPECT_EQ(TextOfLength(1, 64), Parse(R"({"type":"string","minLength":1,"maxLength":64})"));
  EXPECT_EQ(TextOfLength(0, 64), Parse(R"({"type":"string","maxLength":64})"));
  EXPECT_EQ(TextOfLength(1), Parse(R"({"type":"string","minLength":1})"));
  EXPECT_EQ(IntegerFrom(-1), Parse(R"({"type":"integer","minimum":-1})"));
  EXPECT_EQ(WithDefault(IntegerFrom(0, 18446744073709551615u), 5),
            Parse(R"({"type":"integer","minimum":0,"maximum":18446744073709551615,"default":5})"));
  EXPECT_EQ(OneOf({"a", "b"}), Parse(R"({"type":"string","enum":["a","b"]})"));
  EXPECT_EQ(OrNull(TextOfLength(0, 5)), Parse(R"({"type":["string","null"],"maxLength":5})"));
}

TEST(SchemaFault, ReportsWhatIsWrongAndWhere) {
  struct Row {
    const char* schema;
    const char* fault;
  };
  const std::vector<Row> rows = {
      {R"({"type":"string","maxLenght":5})", R"("maxLenght" is not a supported schema keyword)"},
      {R"({"type":"string","pattern":"a*"})", R"("pattern" is not a supported schema keyword)"},
      {R"({"$ref":"#"})", R"("$ref" is not a supported schema keyword)"},
      {R"({"type":"array","items":{"type":"object","properties":{"sql":{"Type":"string"}}}})",
       R"(items.properties.sql: "Type" is not a supported schema keyword)"},
      {R"({"oneOf":[{},{"enum":[1],"minimum":1}]})",
       R"(oneOf[1]: "minimum" requires the "type" number or integer)"},
      {R"({"type":"object","additionalProperties":{"anyOf":[{"max":1}]}})",
       R"(additionalProperties.anyOf[0]: "max" is not a supported schema keyword)"},
      {"[]", "a schema must be an object"},
      {"true", "a schema must be an object"},
      {R"({"type":"array","items":null})", "items: a schema must be an object"},
      {R"({"type":"array","items":[{}]})", "items: a schema must be an object"},
      {R"({"type":"object","properties":[]})", R"("properties" must be an object of schemas)"},
      {R"({"type":"object","additionalProperties":1})", "additionalProperties: a schema must be an object"},
      {R"({"type":"text"})",
       R"("type" must be null, boolean, integer, number, string, array or object, or a list of distinct ones)"},
      {R"({"type":[]})",
       R"("type" must be null, boolean, integer, number, string, array or object, or a list of distinct ones)"},
      {R"({"type":["null","null"]})",
       R"("type" must be null, boolean, integer, number, string, array or object, or a list of distinct ones)"},
      {R"({"type":5,"minimum":1})",
       R"("type" must be null, boolean, integer, number, string, array or object, or a list of distinct ones)"},
      {R"({"enum":[]})", R"("enum" must be a list of distinct values)"},
      {R"({"enum":"a"})", R"("enum" must be a list of distinct values)"},
      {R"({"enum":[1,2,1.0]})", R"("enum" must be a list of distinct values)"},
      {R"({"type":"string","maxLength":-1})", R"("maxLength" must be an integer of at least 0)"},
      {R"({"type":"string","maxLength":"5"})", R"("maxLength" must be an integer of at least 0)"},
      {R"({"type":"string","minLength":1.5})", R"("minLength" must be an integer of at least 0)"},
      {R"({"type":"integer","maxLength":5})", R"("maxLength" requires the "type" string)"},
      {R"({"maxLength":5})", R"("maxLength" requires the "type" string)"},
      {R"({"type":"integer","minimum":"1"})", R"("minimum" must be a number)"},
      {R"({"type":"integer","minimum":2,"maximum":1})", R"("minimum" is greater than "maximum")"},
      {R"({"type":"array","minItems":2,"maxItems":1})", R"("minItems" is greater than "maxItems")"},
      {R"({"properties":{}})", R"("properties" requires the "type" object)"},
      {R"({"type":"object","required":["a"]})",
       R"("required" names "a", which "properties" does not describe)"},
      {R"({"type":"object","properties":{"a":{}},"required":["b"]})",
       R"("required" names "b", which "properties" does not describe)"},
      {R"({"type":"object","properties":{"a":{}},"required":["a","a"]})",
       R"("required" must be a list of distinct names)"},
      {R"({"type":"object","properties":{"a":{}},"required":[1]})",
       R"("required" must be a list of distinct names)"},
      {R"({"type":"object","properties":{"a":{"required":true}}})",
       R"(properties.a: "required" requires the "type" object)"},
      {R"({"oneOf":[]})", R"("oneOf" must be a list of 1 to 16 schemas)"},
      {R"({"anyOf":{}})", R"("anyOf" must be a list of 1 to 16 schemas)"},
      {R"({"description":["d"]})", R"("description" must be a string)"},
      {R"({"type":"integer","default":"5"})", R"("default": expected an integer, got a string)"},
      {R"({"type":"object","properties":{"a":{"enum":["b"],"default":"c"}}})",
       R"(properties.a: "default": expected one of "b", got another value)"},
  };
  for (const Row& row : rows) EXPECT_EQ(Fault(row.schema), row.fault) << row.schema;
  const Json many{{"anyOf", std::vector<Json>(17, Json::object())}};
  EXPECT_EQ(SchemaFault(many), R"("anyOf" must be a list of 1 to 16 schemas)");
}

TEST(SchemaFault, LimitsTheDepthOfASchema) {
  EXPECT_EQ(SchemaFault(Nested(16)), std::nullopt);
  EXPECT_TRUE(SchemaFault(Nested(17)).value_or("").ends_with(": schemas may nest at most 16 deep"));
  // It must not recurse to the end: that would overflow the stack.
  EXPECT_TRUE(SchemaFault(Nested(5'000)).value_or("").ends_with(": schemas may nest at most 16 deep"));
}

// A value deeper than its schema is checked only as deep as the schema.
TEST(Misfit, IsCheckedOnlyAsDeepAsTheSchema) {
  Json deep = 1;
  for (int i = 0; i < 2'000; ++i) deep = Json{{"a", std::move(deep)}};
  EXPECT_EQ(Misfit("p", deep, Parse(R"({"type":"object"})")), std::nullopt);
  std::string place = "p";
  for (int i = 0; i < 15; ++i) place += ".a";
  EXPECT_EQ(Misfit("p", deep, Nested(16)), place + ": expected an integer, got an object");
}

TEST(Misfit, NamesTheMemberAtAnyDepth) {
  const Json statements =
      Parse(R"({"type":"array","items":{"type":"object","additionalProperties":false,"required":["sql"],
    "properties":{"sql":{"type":"string","maxLength":9},"bind":{"type":"array","items":{"type":["integer","null"]}},
                  "options":{"type":"object","additionalProperties":{"type":"boolean"}}}}})");
  ASSERT_EQ(SchemaFault(statements), std::nullopt);
  struct Row {
    const char* value;
    const char* misfit;  // "" if there is none
  };
  for (const Row& row : std::vector<Row>{
           {R"([])", ""},
           {R"([{"sql":"a"},{"sql":"b","bind":[1,null],"options":{"c":true}}])", ""},
           {R"([{"sql":"a"},{"sql":5}])",
            "s[1].sql: expected a string of at most 9 characters, got an integer"},
           {R"([{"sql":"a"},{}])", "s[1].sql: required, expected a string of at most 9 characters"},
           {R"([{"sql":"a"},"b"])", "s[1]: expected an object with sql, got a string"},
           {R"([{"sql":"a","bind":[1,2,"secret"]}])",
            "s[0].bind[2]: expected an integer or null, got a string"},
           {R"([{"sql":"a","binds":[]}])", R"(s[0]: unknown member "binds")"},
           {R"([{"sql":"a","options":{"x":true,"y":1}}])",
            R"(s[0].options["y"]: expected a boolean, got an integer)"},
           {R"([{"sql":"secret secret"}])",
            "s[0].sql: expected a string of at most 9 characters, got a string of 13 characters"},
       }) {
    EXPECT_EQ(Misfit("s", Parse(row.value), statements).value_or(""), row.misfit) << row.value;
    EXPECT_EQ(Fits(Parse(row.value), statements), *row.misfit == '\0') << row.value;
  }
  for (const std::string& name : test::HostileTexts()) {
    for (const Json& value :
         {Json::array({{{"sql", ""}, {name, 1}}}), Json::array({{{"sql", ""}, {"options", {{name, 1}}}}})}) {
      const std::string misfit = Misfit("s", value, statements).value_or("");
      EXPECT_FALSE(misfit.empty());
      EXPECT_LE(misfit.size(), 500u);
      EXPECT_EQ(misfit.find('\n'), std::string::npos);
      EXPECT_NO_THROW(Json(misfit).dump()) << "must be valid UTF-8";
    }
  }
}

TEST(Misfit, OfAlternativesDescribesTheIntendedOne) {
  const Json shapes = Parse(R"({"oneOf":[
    {"type":"object","properties":{"kind":{"const":"circle"},"radius":{"type":"number"}},"required":["kind","radius"]},
    {"type":"object","properties":{"kind":{"const":"box"},"width":{"type":"integer"}},"required":["kind","width"]},
    {"type":"null"}]})");
  ASSERT_EQ(SchemaFault(shapes), std::nullopt);
  const auto misfit = [&](const char* value) { return Misfit("p", Parse(value), shapes).value_or(""); };
  const std::string any =
      "p: expected an object with kind and radius or an object with kind and width or null, got ";
  EXPECT_EQ(misfit("null"), "");
  EXPECT_EQ(misfit(R"({"kind":"circle","radius":1.5})"), "");
  EXPECT_EQ(misfit(R"({"kind":"circle","radius":"1"})"), "p.radius: expected a number, got a string");
  EXPECT_EQ(misfit(R"({"kind":"box"})"), "p.width: required, expected an integer");
  EXPECT_EQ(misfit(R"({"kind":"ball","radius":1})"), any + "an object");
  EXPECT_EQ(misfit("[]"), any + "an array");
}

TEST(Misfit, OneOfTakesExactlyOneAndAnyOfAtLeastOne) {
  const char* const alternatives = R"([{"type":"integer","minimum":3},{"type":"number"}])";
  const Json any = Json{{"anyOf", Parse(alternatives)}};
  const Json one = Json{{"oneOf", Parse(alternatives)}};
  EXPECT_TRUE(Fits(5, any));
  EXPECT_TRUE(Fits(1, any));
  EXPECT_TRUE(Fits(1, one));
  EXPECT_FALSE(Fits("x", any));
  EXPECT_EQ(Misfit("p", "x", any), "p: expected an integer of at least 3 or a number, got a string");
  EXPECT_EQ(
      Misfit("p", 5, one),
      "p: expected exactly one of an integer of at least 3 or a number, got a value that matches more than one of them");
  // Together with other keywords, both apply.
  const Json both = Parse(R"({"type":"string","maxLength":1,"anyOf":[{"const":"a"},{"const":"bb"}]})");
  EXPECT_TRUE(Fits("a", both));
  EXPECT_EQ(Misfit("p", "bb", both),
            "p: expected a string of at most 1 characters, got a string of 2 characters");
  EXPECT_EQ(Misfit("p", "c", both), R"(p: expected "a" or "bb", got a string)");
}

TEST(Misfit, NumbersAreEqualHoweverWritten) {
  EXPECT_TRUE(Fits(1.0, Parse(R"({"const":1})")));
  EXPECT_TRUE(Fits(1, Parse(R"({"enum":[1.0]})")));
  EXPECT_FALSE(Fits(Parse("18446744073709551615"), Parse(R"({"const":-1})")));
  EXPECT_EQ(Misfit("p", 2, Parse(R"({"const":1})")), "p: expected 1, got another value");
}

TEST(WithIntegers, ReachesNestedValues) {
  const Json schema = Parse(R"({"type":"object","properties":{"n":{"type":"integer"},"x":{"type":"number"},
    "both":{"type":["integer","number"]},"list":{"type":"array","items":{"type":["integer","null"]}},
    "either":{"oneOf":[{"type":"string"},{"type":"object","properties":{"n":{"type":"integer"}}}]}},
    "additionalProperties":{"type":"integer"}})");
  ASSERT_EQ(SchemaFault(schema), std::nullopt);
  const Json value =
      Parse(R"({"n":1.0,"x":2.0,"both":3.0,"list":[4.0,null,5],"either":{"n":6.0},"other":7.0})");
  ASSERT_TRUE(Fits(value, schema));
  EXPECT_EQ(WithIntegers(value, schema).dump(),
            R"({"both":3.0,"either":{"n":6},"list":[4,null,5],"n":1,"other":7,"x":2.0})");
}

// Each part of a value is compared with each part of a schema at most once, so that the work is bounded by
// the size of both.
TEST(Misfit, IsFoundInTimeForTheLargestFrame) {
  const Json schema =
      Parse(R"({"type":"array","items":{"anyOf":[{"type":"string","maxLength":2},{"type":"null"},
    {"type":"array","items":{"oneOf":[{"type":"string"},{"type":"integer"}]}}]}})");
  Json rows = Json::array();
  for (int i = 0; i < 20'000; ++i) rows.push_back(Json::array({1, "x", 2, "y", 3}));
  rows.push_back(Json::array({1, "x", 2, "y", 3.5}));
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(Misfit("p", rows, schema), "p[20000][4]: expected a string or an integer, got another number");
  EXPECT_LT(std::chrono::steady_clock::now() - begun, test::kPatience);
}

}  // namespace
}  // namespace onbehalf::service
