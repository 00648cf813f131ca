#include "onbehalf/service/typed_method.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace onbehalf::service {
namespace {

struct Params {
  std::uint64_t count = 7;
  static constexpr auto Describe() {
    return std::array{Optional<&Params::count>("count", "How many (7).", {.minimum = 1, .maximum = 9})};
  }
};

struct Answer {
  std::uint64_t count = 0;
  static constexpr auto Describe() { return std::array{Required<&Answer::count>("count", "how many")}; }
};

TEST(TypedMethod, IsAcceptedByTheRegistry) {
  Method method;
  method.name = "test.typed";
  Handle<Params>(method, [](const Params&, const Call&) -> MethodResult { return Json(nullptr); });
  ASSERT_EQ(method.parameters.size(), 1U);
  EXPECT_EQ(method.parameters[0].schema, (Json{{"type", "integer"}, {"minimum", 1}, {"maximum", 9}}));
  MethodRegistry registry;
  registry.Add(std::move(method));
  ASSERT_NE(registry.Find("test.typed"), nullptr);
}

TEST(TypedMethod, DescribesItsResult) {
  Method method;
  Handle<Params>(method, [](const Params&, const Call&) -> Result<Answer> { return Answer{}; });
  EXPECT_EQ(method.result_schema, SchemaOf<Answer>(Direction::kGiven));
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
  using Places = std::vector<Answer>;
  Method method;
  Handle<Nothing>(method, [](const Nothing&, const Call&) -> Result<Places> { return Places{{1}, {2}}; });
  EXPECT_EQ(method.result_schema, (Json{{"type", "array"}, {"items", SchemaOf<Answer>(Direction::kGiven)}}));
  EXPECT_EQ(onbehalf::ToJson(Places{{1}, {2}}), (Json{{{"count", 1}}, {{"count", 2}}}));
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

struct OnlyWrittenToo {
  std::optional<std::vector<Made>> all;
  static constexpr auto Describe() { return std::array{Optional<&OnlyWrittenToo::all>("all", "")}; }
};

static_assert(fields::IsReadable<Params>() && fields::IsReadable<Made>());
static_assert(!fields::IsReadable<OnlyWritten>() && !fields::IsReadable<OnlyWrittenToo>());

TEST(TypedMethod, WritesWhatHasNoDefaultConstructorAndDoesNotReadIt) {
  const OnlyWritten written{{Made(1), Made(2)}, Made(3)};
  const Json json = onbehalf::ToJson(written);
  EXPECT_EQ(json, (Json{{"all", {{{"number", 1}}, {{"number", 2}}}}, {"one", {{"number", 3}}}}));
}

}  // namespace
}  // namespace onbehalf::service
