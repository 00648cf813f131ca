#include "onbehalf/client/any_json.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "onbehalf/client/client.h"

namespace onbehalf::client {
namespace {

// Another type with the same interface, as another version of the library would have.
using Other = nlohmann::ordered_json;

TEST(AnyJson, ConvertsEveryKindOfValueBetweenTypes) {
  const Json value = {{"null", nullptr},
                      {"true", true},
                      {"negative", std::numeric_limits<std::int64_t>::min()},
                      {"unsigned", std::numeric_limits<std::uint64_t>::max()},
                      {"number", 0.1},
                      {"whole", 1.0},
                      {"text", "a\"\\\n\x01\xC3\xA4"},
                      {"", Json::object()},
                      {"list", {1, Json::array(), Json::array({Json::object({{"x", {1, 2}}}), "end"})}}};
  const Other other = AnyJson::Of(value).To<Other>();
  EXPECT_EQ(other.dump(), value.dump());
  EXPECT_TRUE(other.at("negative").is_number_integer());
  EXPECT_TRUE(other.at("unsigned").is_number_unsigned());
  EXPECT_TRUE(other.at("whole").is_number_float());
  EXPECT_EQ(AnyJson::Of(other).To<Json>(), value);
  for (const Json& scalar : value) EXPECT_EQ(AnyJson::Of(AnyJson::Of(scalar).To<Other>()).To<Json>(), scalar);
}

TEST(AnyJson, IsNullWithoutAValue) { EXPECT_TRUE(AnyJson().To<Json>().is_null()); }

TEST(AnyJson, MovesTheStringsOfAValueThatItHolds) {
  Json value = {{"list", {std::string(1000, 'x')}}};
  const char* const text = value["list"][0].get_ref<const std::string&>().data();
  const Other other = AnyJson::Holding(std::move(value)).To<Other>();
  EXPECT_EQ(other["list"][0].get_ref<const std::string&>().data(), text);
}

TEST(AnyJson, DoesNotMoveAValueThatItOnlyRefersTo) {
  const Json value = {{"text", std::string(1000, 'x')}};
  const Json before = value;
  AnyJson any = AnyJson::Of(value);
  EXPECT_EQ(std::move(any).To<Other>().at("text").get<std::string>(), value.at("text").get<std::string>());
  EXPECT_EQ(value, before);
  const AnyJson held = AnyJson::Holding(value);
  EXPECT_EQ(held.To<Json>(), before);
  EXPECT_EQ(held.To<Json>(), before);
}

TEST(AnyJson, RefusesWhatJsonCannotRepresent) {
  const Json binary = {{"bytes", Json::binary({1, 2})}};
  EXPECT_THROW(AnyJson::Of(binary).To<Other>(), std::invalid_argument);
  const Json discarded(Json::value_t::discarded);
  EXPECT_THROW(AnyJson::Of(discarded).To<Other>(), std::invalid_argument);
}

TEST(AnyJson, TheDataOfAnErrorLivesAsLongAsACopyOfIt) {
  const std::string* why = nullptr;
  const RpcError copy = [&] {
    const RpcError error(7, "no", {{"why", std::string(100, 'x')}});
    why = &error.data().at("why").get_ref<const std::string&>();
    return RpcError(error);
  }();
  EXPECT_EQ(*why, std::string(100, 'x'));
  EXPECT_EQ(&copy.data().at("why").get_ref<const std::string&>(), why);
  EXPECT_TRUE(RpcError(7, "no", nullptr).data<Other>().is_null());
}

}  // namespace
}  // namespace onbehalf::client
