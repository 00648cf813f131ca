#include "onbehalf/protocol/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

namespace onbehalf::protocol {
namespace {

Error No(std::string message) { return InvalidParams(std::move(message)); }

Result<int> Half(int number) {
  if (number % 2 != 0) return No("odd");
  return number / 2;
}

Result<std::string> Quarter(int number) {
  ONBEHALF_TRY(const int half, Half(number));
  ONBEHALF_TRY(const int quarter, Half(half));
  return std::to_string(quarter);
}

TEST(ResultTest, IsItsValueOrItsError) {
  const Result<int> four = Half(8);
  ASSERT_TRUE(four.ok());
  EXPECT_EQ(*four, 4);
  EXPECT_EQ(four.error_if(), nullptr);
  const Result<int> none = Half(3);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().message, "odd");
  EXPECT_EQ(none.error_if(), &none.error());
  EXPECT_THROW(static_cast<void>(none.value()), std::bad_variant_access);
  EXPECT_THROW(static_cast<void>(four.error()), std::bad_variant_access);
}

TEST(ResultTest, PassesAnErrorOnInOneLine) {
  EXPECT_EQ(*Quarter(12), "3");
  EXPECT_EQ(Quarter(7).error().message, "odd");
  EXPECT_EQ(Quarter(6).error().message, "odd");
}

TEST(ResultTest, PassesAnErrorOnToOtherTypes) {
  const auto refusal = [](int number) -> std::optional<Error> {
    ONBEHALF_TRY(const int half, Half(number));
    return half == 0 ? std::optional<Error>(No("nothing")) : std::nullopt;
  };
  EXPECT_EQ(refusal(1)->message, "odd");
  EXPECT_EQ(refusal(0)->message, "nothing");
  EXPECT_EQ(refusal(2), std::nullopt);
}

TEST(ResultTest, AssignsToAnExistingValue) {
  int half = 0;
  const auto assign = [&half](int number) -> Result<int> {
    ONBEHALF_TRY(half, Half(number));
    return half;
  };
  EXPECT_TRUE(assign(6).ok());
  EXPECT_EQ(half, 3);
  EXPECT_FALSE(assign(7).ok());
  EXPECT_EQ(half, 3);
}

struct Base {
  virtual ~Base() = default;
};
struct Derived : Base {};

TEST(ResultTest, AcceptsConvertibleValuesAndMovesThemOut) {
  Result<std::unique_ptr<Base>> made = std::make_unique<Derived>();
  ASSERT_TRUE(made.ok());
  const std::unique_ptr<Base> taken = *std::move(made);
  EXPECT_NE(taken, nullptr);
  // A false value is a value.
  EXPECT_TRUE(Result<bool>(false).ok());
  EXPECT_TRUE(Result<std::optional<int>>(std::nullopt).ok());
  const Result<Json> json = "text";
  EXPECT_EQ(*json, Json("text"));
}

}  // namespace
}  // namespace onbehalf::protocol
