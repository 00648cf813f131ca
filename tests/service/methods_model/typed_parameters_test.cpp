#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "methods_model/parameters.h"
#include "methods_model/schema_check.h"
#include "onbehalf/fields.h"
#include "onbehalf/service/parameter.h"

namespace onbehalf::service {
namespace {

enum class Colour { kRed, kGreen };
constexpr std::array<std::string_view, 2> NamesOf(Colour) { return {"red", "green"}; }

struct Point {
  std::int32_t x = 0;
  std::optional<double> weight;

  static constexpr auto Describe() {
    return std::array{Required<&Point::x>("x", "across"), Optional<&Point::weight>("weight", "")};
  }
};

struct Params {
  std::string name;
  std::uint64_t count = 7;
  bool flag = true;
  Colour colour = Colour::kGreen;
  std::optional<std::string> note;
  std::vector<Point> points;
  Json any;
  std::string_view data;
  const Json* borrowed = nullptr;

  static constexpr auto Describe() {
    return std::array{Required<&Params::name>("name", "Whom.", {.max_length = 8}).Audited(),
                      Optional<&Params::count>("count", "How many (7).", {.minimum = 1, .maximum = 9}),
                      Optional<&Params::flag>("flag", "Whether."),
                      Optional<&Params::colour>("colour", "Which.").Audited(),
                      Optional<&Params::note>("note", "What.", {.min_length = 1}),
                      Optional<&Params::points>("points", "Where.", {.max_items = 2}),
                      Optional<&Params::any>("any", "Anything."),
                      Optional<&Params::data>("data", "Bytes."),
                      Optional<&Params::borrowed>("borrowed", "Anything.")};
  }
};

// As of a method that takes no progress token.
protocol::Result<Json> Bind(const std::vector<Parameter>& declared, const Json& params) {
  return BindParameters(declared, false, params);
}

TEST(TypedParameters, HasASchemaForEachMember) {
  const auto parameters = ParametersOf(FieldsOf<Params>());
  for (const Parameter& each : parameters) {
    const bool takes_anything = each.schema.is_null();
    EXPECT_TRUE(takes_anything || SchemaFault(each.schema) == std::nullopt) << each.name;
  }
  const auto schema = [&](std::string_view name) {
    for (const Parameter& each : parameters) {
      if (each.name == name) return each.schema;
    }
    return Json("none");
  };
  EXPECT_EQ(schema("name"), (Json{{"type", "string"}, {"maxLength", 8}}));
  EXPECT_EQ(schema("count"), (Json{{"type", "integer"}, {"minimum", 1}, {"maximum", 9}}));
  EXPECT_EQ(schema("flag"), (Json{{"type", "boolean"}}));
  EXPECT_EQ(schema("colour"), (Json{{"type", "string"}, {"enum", {"red", "green"}}}));
  EXPECT_EQ(schema("note"), (Json{{"type", {"string", "null"}}, {"minLength", 1}}));
  const Json point = {{"type", "object"},
                      {"properties",
                       {{"x",
                         {{"type", "integer"},
                          {"minimum", -2147483648LL},
                          {"maximum", 2147483647},
                          {"description", "across"}}},
                        {"weight", {{"type", {"number", "null"}}}}}},
                      {"required", {"x"}},
                      {"additionalProperties", false}};
  EXPECT_EQ(schema("points"), (Json{{"type", "array"}, {"items", point}, {"maxItems", 2}}));
  EXPECT_EQ(schema("any"), nullptr);
  EXPECT_TRUE(parameters[0].required);
  EXPECT_TRUE(parameters[0].audited);
  EXPECT_FALSE(parameters[1].required);
  EXPECT_FALSE(parameters[1].audited) << "parameters are not audited by default";
  EXPECT_EQ(parameters[0].summary, "Whom.");
}

struct Choice {
  std::optional<Colour> colour;
  std::optional<bool> flag;
  static constexpr auto Describe() {
    return std::array{Optional<&Choice::colour>("colour", "Which."),
                      Optional<&Choice::flag>("flag", "Whether.").NotNull()};
  }
};

TEST(TypedParameters, AcceptsNullForAnOptionalName) {
  const auto parameters = ParametersOf(FieldsOf<Choice>());
  EXPECT_EQ(parameters[0].schema, (Json{{"type", {"string", "null"}}, {"enum", {"red", "green", nullptr}}}));
  EXPECT_EQ(SchemaFault(parameters[0].schema), std::nullopt);
  const auto bound = Bind(parameters, Json{{"colour", nullptr}});
  ASSERT_TRUE(bound.ok()) << bound.error().message;
  EXPECT_EQ(FromJson<Choice>(*bound).colour, std::nullopt);
  EXPECT_FALSE(Bind(parameters, Json{{"flag", nullptr}}).ok());
  EXPECT_EQ(FromJson<Choice>({{"flag", true}}).flag, true);
}

TEST(TypedParameters, ReadsBothFormsOfParameters) {
  const auto parameters = ParametersOf(FieldsOf<Params>());
  for (
      const char* text :
      {R"({"name":"x","count":3.0,"colour":"red","note":"n","points":[{"x":-1,"weight":2}],"any":[1],"data":"d"})",
       R"(["x",3,null,"red","n",[{"x":-1,"weight":2}],[1],"d"])"}) {
    const auto bound = Bind(parameters, Json::parse(text));
    ASSERT_TRUE(bound.ok()) << bound.error().message;
    const auto params = FromJson<Params>(*bound);
    EXPECT_EQ(params.name, "x");
    EXPECT_EQ(params.count, 3U);
    EXPECT_TRUE(params.flag);
    EXPECT_EQ(params.colour, Colour::kRed);
    EXPECT_EQ(params.note, "n");
    ASSERT_EQ(params.points.size(), 1U);
    EXPECT_EQ(params.points[0].x, -1);
    EXPECT_EQ(params.points[0].weight, 2.0);
    EXPECT_EQ(params.any, Json::array({1}));
    EXPECT_EQ(params.data, "d");
    EXPECT_EQ(params.borrowed, nullptr);
  }
}

TEST(TypedParameters, KeepsTheStructsDefaultsForOmittedMembers) {
  const auto bound = Bind(ParametersOf(FieldsOf<Params>()), Json{{"name", "x"}, {"note", nullptr}});
  ASSERT_TRUE(bound.ok());
  const auto params = FromJson<Params>(*bound);
  EXPECT_EQ(params.count, 7U);
  EXPECT_EQ(params.colour, Colour::kGreen);
  EXPECT_EQ(params.note, std::nullopt);
}

TEST(TypedParameters, RefusesValuesThatDoNotFitAMember) {
  const auto parameters = ParametersOf(FieldsOf<Params>());
  for (const char* text :
       {R"({"count":1})", R"({"name":"123456789"})", R"({"name":"x","count":10})",
        R"({"name":"x","count":-1})", R"({"name":"x","colour":"blue"})", R"({"name":"x","points":[{}]})",
        R"({"name":"x","points":[{"x":2147483648}]})", R"({"name":"x","points":[{"x":1,"y":1}]})",
        R"({"name":"x","flag":null})", R"({"name":"x","other":1})"}) {
    EXPECT_FALSE(Bind(parameters, Json::parse(text)).ok()) << text;
  }
}

struct Answer {
  std::uint64_t count = 0;
  std::optional<std::string> note;
  std::optional<std::string> only_sometimes;
  Point point;

  static constexpr auto Describe() {
    return std::array{Required<&Answer::count>("count", "how many"), Required<&Answer::note>("note", ""),
                      Optional<&Answer::only_sometimes>("onlySometimes", ""),
                      Required<&Answer::point>("point", "")};
  }
};

TEST(TypedParameters, DescribesAndWritesItsResult) {
  const Json expected = {
      {"type", "object"},
      {"properties",
       {{"count", {{"type", "integer"}, {"description", "how many"}}},
        {"note", {{"type", {"string", "null"}}}},
        {"onlySometimes", {{"type", "string"}}},
        {"point",
         {{"type", "object"},
          {"properties",
           {{"x", {{"type", "integer"}, {"description", "across"}}}, {"weight", {{"type", "number"}}}}},
          {"required", {"x"}}}}}},
      {"required", {"count", "note", "point"}}};
  EXPECT_EQ(SchemaOf<Answer>(Direction::kGiven), expected);
  Answer answer;
  EXPECT_EQ(onbehalf::ToJson(answer), (Json{{"count", 0}, {"note", nullptr}, {"point", {{"x", 0}}}}));
  answer.only_sometimes = "now";
  answer.point.weight = 0.5;
  EXPECT_EQ(onbehalf::ToJson(answer), (Json{{"count", 0},
                                            {"note", nullptr},
                                            {"onlySometimes", "now"},
                                            {"point", {{"x", 0}, {"weight", 0.5}}}}));
}

struct Narrow {
  std::uint8_t byte = 0;
  static constexpr auto Describe() {
    return std::array{Required<&Narrow::byte>("byte", "", {.maximum = 1000})};
  }
};

TEST(TypedParameters, DoesNotTruncateAnIntegerThatOnlyItsSchemaAllows) {
  EXPECT_EQ(FromJson<Narrow>({{"byte", 255}}).byte, 255);
  EXPECT_THROW(static_cast<void>(FromJson<Narrow>({{"byte", 256}})), std::out_of_range);
  EXPECT_THROW(static_cast<void>(FromJson<Narrow>({{"byte", -1}})), std::out_of_range);
}

}  // namespace
}  // namespace onbehalf::service
