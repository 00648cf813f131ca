#include "onbehalf/service/typed_method.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "methods_model/parameters.h"

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

Method MethodOf() {
  Method method;
  method.name = "test.typed";
  Handle<Params>(method, [](const Params&, const Call&) -> MethodResult { return Json(nullptr); });
  return method;
}

TEST(TypedMethod, HasASchemaForEachMember) {
  const auto parameters = MethodOf().parameters;
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

TEST(TypedMethod, AcceptsNullForAnOptionalName) {
  Method method;
  Handle<Choice>(method, [](const Choice&, const Call&) -> MethodResult { return Json(nullptr); });
  EXPECT_EQ(method.parameters[0].schema,
            (Json{{"type", {"string", "null"}}, {"enum", {"red", "green", nullptr}}}));
  const auto bound = BindParameters(method, Json{{"colour", nullptr}});
  ASSERT_TRUE(bound.ok()) << bound.error().message;
  EXPECT_EQ(FromJson<Choice>(*bound).colour, std::nullopt);
  EXPECT_FALSE(BindParameters(method, Json{{"flag", nullptr}}).ok());
  EXPECT_EQ(FromJson<Choice>({{"flag", true}}).flag, true);
}

TEST(TypedMethod, IsAcceptedByTheRegistry) {
  MethodRegistry registry;
  registry.Add(MethodOf());
  ASSERT_NE(registry.Find("test.typed"), nullptr);
}

TEST(TypedMethod, ReadsBothFormsOfParameters) {
  const Method method = MethodOf();
  for (
      const char* text :
      {R"({"name":"x","count":3.0,"colour":"red","note":"n","points":[{"x":-1,"weight":2}],"any":[1],"data":"d"})",
       R"(["x",3,null,"red","n",[{"x":-1,"weight":2}],[1],"d"])"}) {
    const auto bound = BindParameters(method, Json::parse(text));
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

TEST(TypedMethod, KeepsTheStructsDefaultsForOmittedMembers) {
  const auto bound = BindParameters(MethodOf(), Json{{"name", "x"}, {"note", nullptr}});
  ASSERT_TRUE(bound.ok());
  const auto params = FromJson<Params>(*bound);
  EXPECT_EQ(params.count, 7U);
  EXPECT_EQ(params.colour, Colour::kGreen);
  EXPECT_EQ(params.note, std::nullopt);
}

TEST(TypedMethod, RefusesValuesThatDoNotFitAMember) {
  const Method method = MethodOf();
  for (const char* text :
       {R"({"count":1})", R"({"name":"123456789"})", R"({"name":"x","count":10})",
        R"({"name":"x","count":-1})", R"({"name":"x","colour":"blue"})", R"({"name":"x","points":[{}]})",
        R"({"name":"x","points":[{"x":2147483648}]})", R"({"name":"x","points":[{"x":1,"y":1}]})",
        R"({"name":"x","flag":null})", R"({"name":"x","other":1})"}) {
    EXPECT_FALSE(BindParameters(method, Json::parse(text)).ok()) << text;
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

TEST(TypedMethod, DescribesAndWritesItsResult) {
  Method method;
  Handle<Params>(method, [](const Params&, const Call&) -> Result<Answer> { return Answer{}; });
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
  EXPECT_EQ(method.result_schema, expected);
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

TEST(TypedMethod, DoesNotTruncateAnIntegerThatOnlyItsSchemaAllows) {
  EXPECT_EQ(FromJson<Narrow>({{"byte", 255}}).byte, 255);
  EXPECT_THROW(static_cast<void>(FromJson<Narrow>({{"byte", 256}})), std::out_of_range);
  EXPECT_THROW(static_cast<void>(FromJson<Narrow>({{"byte", -1}})), std::out_of_range);
}

struct Label {
  std::string label = "none";
};

struct Place {
  std::int32_t x = 0;
  std::optional<std::int32_t> y;

  template <typename Object>
  static constexpr auto FieldsIn() {
    return std::array{Required<&Place::x, Object>("x", "across"), Optional<&Place::y, Object>("y", "")};
  }
};

// Its second base begins behind the first.
struct NamedPlace : Label, Place {
  std::string name;

  static constexpr auto Describe() {
    return Join(std::array{Optional<&NamedPlace::label, NamedPlace>("label", "")}, FieldsIn<NamedPlace>(),
                std::array{Required<&NamedPlace::name>("name", "")});
  }
};

TEST(TypedMethod, HasTheFieldsOfItsStructsBasesInTheOrderOfTheDescription) {
  Method method;
  Handle<NamedPlace>(method,
                     [](const NamedPlace& place, const Call&) -> Result<NamedPlace> { return place; });
  std::vector<std::string> names;
  for (const Parameter& parameter : method.parameters) names.push_back(parameter.name);
  EXPECT_EQ(names, (std::vector<std::string>{"label", "x", "y", "name"}));
  EXPECT_EQ(method.result_schema.at("required"), (Json{"x", "name"}));
  const auto place = FromJson<NamedPlace>({{"x", 3}, {"name", "here"}});
  EXPECT_EQ(place.x, 3);
  EXPECT_EQ(place.y, std::nullopt);
  EXPECT_EQ(place.name, "here");
  EXPECT_EQ(place.label, "none");
  EXPECT_EQ(onbehalf::ToJson(place), (Json{{"label", "none"}, {"x", 3}, {"name", "here"}}));
}

TEST(TypedMethod, MayAnswerWithAListOfStructs) {
  using Places = std::vector<Narrow>;
  Method method;
  Handle<Nothing>(method, [](const Nothing&, const Call&) -> Result<Places> { return Places{{1}, {2}}; });
  EXPECT_EQ(method.result_schema, (Json{{"type", "array"}, {"items", SchemaOf<Narrow>(Direction::kGiven)}}));
  EXPECT_EQ(onbehalf::ToJson(Places{{1}, {2}}), (Json{{{"byte", 1}}, {{"byte", 2}}}));
  EXPECT_EQ(onbehalf::ToJson(Places{}), Json::array());
}

struct Made {
  std::int32_t number;
  explicit Made(std::int32_t of) : number(of) {}
  static constexpr auto Describe() { return std::array{Required<&Made::number>("number", "")}; }
};

struct OnlyWritten {
  std::vector<Made> all;
  std::optional<Made> one;
  static constexpr auto Describe() {
    return std::array{Required<&OnlyWritten::all>("all", ""), Required<&OnlyWritten::one>("one", "")};
  }
};

TEST(TypedMethod, WritesWhatHasNoDefaultConstructorAndDoesNotReadIt) {
  const OnlyWritten written{{Made(1), Made(2)}, Made(3)};
  const Json json = onbehalf::ToJson(written);
  EXPECT_EQ(json, (Json{{"all", {{{"number", 1}}, {{"number", 2}}}}, {"one", {{"number", 3}}}}));
  EXPECT_THROW(static_cast<void>(FromJson<OnlyWritten>(json)), std::logic_error);
}

}  // namespace
}  // namespace onbehalf::service
