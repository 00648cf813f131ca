#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>

#include "onbehalf/fields.h"

namespace onbehalf::service {
namespace {

// typed_parameters_test.cpp has another struct of this name in its unnamed namespace, with other members.
struct Point {
  std::string before = "before";
  std::int32_t x = 0;

  static constexpr auto Describe() { return std::array{Required<&Point::x>("x", "across")}; }
};

TEST(TypedParameters, MayUseAStructWhoseNameAnotherFileUsesToo) {
  const auto point = FromJson<Point>({{"x", 7}});
  EXPECT_EQ(point.before, "before");
  EXPECT_EQ(point.x, 7);
  EXPECT_EQ(onbehalf::ToJson(point), nlohmann::json({{"x", 7}}));
}

}  // namespace
}  // namespace onbehalf::service
