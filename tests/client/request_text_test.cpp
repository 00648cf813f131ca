#include "request_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "pipe_path.h"

namespace onbehalf::client {
namespace {

TEST(RequestText, AsksForProgressUnderItsOwnId) {
  EXPECT_EQ(Json::parse(RequestText(7, "a.b", {{"x", 1}}, false)),
            Json({{"jsonrpc", "2.0"}, {"id", 7}, {"method", "a.b"}, {"params", {{"x", 1}}}}));
  EXPECT_EQ(Json::parse(RequestText(7, "a.b", nullptr, true)).at("params"), Json({{"progressToken", 7}}));
  EXPECT_FALSE(Json::parse(RequestText(7, "a.b", nullptr, false)).contains("params"));
}

TEST(RequestText, TakesOnlyParametersOfARequest) {
  for (const Json& params : {Json(), Json::object(), Json::array()})
    EXPECT_NO_THROW(CheckParams(params, false));
  for (const Json& params : {Json(5), Json("x"), Json(true)}) {
    EXPECT_THROW(CheckParams(params, false), std::invalid_argument);
  }
  EXPECT_NO_THROW(CheckParams(nullptr, true));
  EXPECT_THROW(CheckParams(Json::array(), true), std::invalid_argument);
}

TEST(PipePath, IsOfThisComputerUnlessAnotherIsNamed) {
  Options options;
  EXPECT_EQ(PipePath(options), "\\\\.\\pipe\\onbehalf");
  options.server.clear();
  EXPECT_EQ(PipePath(options), "\\\\.\\pipe\\onbehalf");
  options.server = "files";
  options.pipe = "other";
  EXPECT_EQ(PipePath(options), "\\\\files\\pipe\\other");
  EXPECT_TRUE(IsLocal(".") && IsLocal("") && !IsLocal("files"));
}

}  // namespace
}  // namespace onbehalf::client
