#include "onbehalf/protocol/json_object.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace onbehalf::protocol {
namespace {

TEST(MakeObject, EqualsAnInitializerListOfJson) {
  const std::string text = "text";
  const std::vector<std::string> list = {"a", "b"};
  const Json object = {{"x", 1}};
  const Json made = MakeObject({{"null", nullptr},
                                {"true", true},
                                {"int", -1},
                                {"least", std::numeric_limits<std::int64_t>::min()},
                                {"most", std::numeric_limits<std::uint64_t>::max()},
                                {"size", std::size_t{3}},
                                {"double", 0.5},
                                {"literal", "l"},
                                {"view", std::string_view("viewed", 4)},
                                {"string", text},
                                {"temporary", text + "!"},
                                {"list", list},
                                {"object", object},
                                {"nested", MakeObject({{"list", Json::array()}, {"empty", ""}})}});
  const Json expected{{"null", nullptr},
                      {"true", true},
                      {"int", -1},
                      {"least", std::numeric_limits<std::int64_t>::min()},
                      {"most", std::numeric_limits<std::uint64_t>::max()},
                      {"size", std::size_t{3}},
                      {"double", 0.5},
                      {"literal", "l"},
                      {"view", std::string_view("viewed", 4)},
                      {"string", text},
                      {"temporary", text + "!"},
                      {"list", list},
                      {"object", object},
                      {"nested", {{"list", Json::array()}, {"empty", ""}}}};
  EXPECT_EQ(made, expected);
  for (const auto& [name, value] : expected.items()) EXPECT_EQ(made.at(name).type(), value.type()) << name;
  EXPECT_EQ(ToText(made), ToText(expected));
}

TEST(MakeObject, IsAnObjectEvenWithoutMembers) { EXPECT_EQ(ToText(MakeObject({})), "{}"); }

TEST(MakeObject, CopiesLvaluesAndMovesRvalues) {
  const Json kept = {"a"};
  Json given = {"b"};
  EXPECT_EQ(ToText(MakeObject({{"kept", kept}, {"given", std::move(given)}})),
            R"({"given":["b"],"kept":["a"]})");
  EXPECT_EQ(kept, Json({"a"}));
  EXPECT_TRUE(given.is_null());
}

}  // namespace
}  // namespace onbehalf::protocol
