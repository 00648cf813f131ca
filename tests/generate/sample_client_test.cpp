// A generated client (golden/sample.h) against a scripted service: what it sends, and how it reads responses.

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "client/fake_server.h"
#include "golden/sample.h"

namespace onbehalf::test {
namespace {

using client::Json;
using company::sample::SampleKindsParams;
using company::sample::SampleKindsParamsMaybeWord;
using company::sample::SampleKindsParamsWord;
using company::sample::SampleKindsResult;

Json Kinds() {
  return {{"text", "t"},
          {"whole", 1},
          {"real", 1.5},
          {"flag", true},
          {"word", "other"},
          {"nothing", nullptr},
          {"inner", nullptr},
          {"textOrNull", nullptr},
          {"list", {{{"name", "a"}}, {{"name", "b"}}}},
          {"matrix", {{1, 2.5}, Json::array()}},
          {"object", {{"k", 1}}},
          {"anything", {1, "2"}}};
}

SampleKindsParams Required() {
  return {.text = "t",
          .whole = -1,
          .real = 0.5,
          .flag = true,
          .word = SampleKindsParamsWord::kTwoWords,
          .text_or_null = std::nullopt,
          .list = {"a", "b"}};
}

// A client of a service that answers everything with `answer`.
class SampleClient : public testing::Test {
 protected:
  Json answer = Kinds();
  Json request;

 private:
  FakeServer server_{Answering([this](const Json& got) {
    request = got;
    return Json{{"result", answer}};
  })};
  client::Client client_ = client::Client::Connect(server_.ClientOptions());

 protected:
  company::sample::Service service{client_};
};

TEST_F(SampleClient, OmitsOptionalMembersAndSendsNullWhereThatIsAValue) {
  service.sample.Kinds(Required());
  EXPECT_EQ(request.at("method"), "sample.kinds");
  EXPECT_EQ(request.at("params"), (Json{{"text", "t"},
                                        {"whole", -1},
                                        {"real", 0.5},
                                        {"flag", true},
                                        {"word", "two words"},
                                        {"textOrNull", nullptr},
                                        {"list", {"a", "b"}}}));
}

TEST_F(SampleClient, SendsTheGivenValues) {
  SampleKindsParams params = Required();
  params.text_or_null = "x";
  params.maybe_text = "";
  params.maybe_word = SampleKindsParamsMaybeWord::kDown;
  params.maybe_list = {{1, std::nullopt, 3}};
  params.inner = {.y = 2, .x = 1};
  params.anything = Json{1, 2};
  params.object = Json{{"k", "v"}};
  service.sample.Kinds(params);
  EXPECT_EQ(request.at("params"), (Json{{"text", "t"},
                                        {"whole", -1},
                                        {"real", 0.5},
                                        {"flag", true},
                                        {"word", "two words"},
                                        {"textOrNull", "x"},
                                        {"list", {"a", "b"}},
                                        {"maybeText", ""},
                                        {"maybeWord", "down"},
                                        {"maybeList", {1, nullptr, 3}},
                                        {"inner", {{"x", 1}, {"y", 2}}},
                                        {"anything", {1, 2}},
                                        {"object", {{"k", "v"}}}}));
  EXPECT_EQ(Json(request.at("params").get<SampleKindsParams>()), request.at("params"));
}

TEST_F(SampleClient, ReadsResponses) {
  const SampleKindsResult kinds = service.sample.Kinds(Required());
  EXPECT_EQ(kinds.text, "t");
  EXPECT_EQ(kinds.whole, 1);
  EXPECT_EQ(kinds.real, 1.5);
  EXPECT_TRUE(kinds.flag);
  EXPECT_EQ(kinds.word, "other");  // a word of a newer service
  EXPECT_FALSE(kinds.inner);
  EXPECT_FALSE(kinds.text_or_null);
  EXPECT_EQ(kinds.list.at(1).name, "b");
  EXPECT_EQ(kinds.matrix, (std::vector<std::vector<double>>{{1, 2.5}, {}}));
  EXPECT_EQ(kinds.object, (Json{{"k", 1}}));
  EXPECT_EQ(kinds.anything, (Json{1, "2"}));
  EXPECT_FALSE(kinds.maybe);
  EXPECT_EQ(Json(kinds), Kinds());

  answer["inner"] = {{"y", 2}};
  answer["textOrNull"] = "x";
  answer["maybe"] = "m";
  answer["of a newer service"] = 1;
  const SampleKindsResult more = service.sample.Kinds(Required());
  ASSERT_TRUE(more.inner);
  EXPECT_EQ(more.inner->y, 2);
  EXPECT_FALSE(more.inner->x);
  EXPECT_EQ(more.text_or_null, "x");
  EXPECT_EQ(more.maybe, "m");
}

TEST_F(SampleClient, RefusesOtherTypes) {
  const std::vector<std::pair<const char*, Json>> wrong = {
      {"text", 1},       {"text", nullptr},        {"whole", 1.5},
      {"whole", "1"},    {"whole", true},          {"real", "1"},
      {"flag", 1},       {"flag", nullptr},        {"word", 1},
      {"textOrNull", 1}, {"inner", "x"},           {"inner", Json::object()},
      {"list", "x"},     {"list", Json::object()}, {"list", {1}},
      {"list", nullptr}, {"matrix", {1}},          {"maybe", 1}};
  for (const auto& [name, value] : wrong) {
    answer = Kinds();
    answer[name] = value;
    EXPECT_THROW(service.sample.Kinds(Required()), Json::exception) << name << " " << value;
  }
  for (const char* name : {"text", "whole", "inner", "anything", "nothing"}) {
    answer = Kinds();
    answer.erase(name);
    EXPECT_THROW(service.sample.Kinds(Required()), Json::exception) << name;
  }
  answer = Kinds();
  answer["whole"] = std::uint64_t{1} << 63;
  EXPECT_THROW(service.sample.Kinds(Required()), std::out_of_range);
  answer["whole"] = (std::uint64_t{1} << 63) - 1;
  EXPECT_EQ(service.sample.Kinds(Required()).whole, INT64_MAX);
  for (const Json& none : {Json(1), Json("x"), Json(nullptr), Json::array()}) {
    answer = none;
    EXPECT_THROW(service.sample.Kinds(Required()), Json::exception) << none;
  }
}

TEST_F(SampleClient, CallsWithoutParametersAndWithoutResults) {
  answer = nullptr;
  service.sample.None();
  EXPECT_EQ(request.at("method"), "sample.none");
  EXPECT_FALSE(request.contains("params"));
  EXPECT_EQ(service.sample.Maybe(), std::nullopt);
  answer = 5;
  EXPECT_EQ(service.sample.Maybe(), 5);
  answer = true;
  EXPECT_TRUE(service.other.Alone());
  EXPECT_EQ(request.at("method"), "alone");
  answer = {{{"id", 1}}, {{"id", 2}}};
  EXPECT_EQ(service.sample.List().at(1).id, 2);
  EXPECT_EQ(request.at("params"), Json::object());
  EXPECT_EQ(service.sample.List({.limit = 2}).size(), 2u);
  EXPECT_EQ(request.at("params"), (Json{{"limit", 2}}));
}

TEST(SampleWords, AreThoseOfTheSchema) {
  EXPECT_EQ(Json(SampleKindsParamsWord::kOne), "one");
  EXPECT_EQ(Json("two words").get<SampleKindsParamsWord>(), SampleKindsParamsWord::kTwoWords);
  EXPECT_THROW(Json("three").get<SampleKindsParamsWord>(), std::out_of_range);
  EXPECT_THROW(Json(1).get<SampleKindsParamsWord>(), Json::exception);
  EXPECT_THROW(Json(static_cast<SampleKindsParamsWord>(7)), std::invalid_argument);
}

// A service that sends `values` as the progress of each call before it answers with `result`. A call without
// a token gets null.
FakeServer::Script Reporting(std::vector<Json> values, Json result) {
  return [values = std::move(values), result = std::move(result)](FakeServer::Session& session) {
    for (Json request = session.ReadRequest(); !request.is_null(); request = session.ReadRequest()) {
      if (!request.contains("id")) continue;  // the cancel of a call that has ended
      const Json params = request.value("params", Json::object());
      if (!params.contains("progressToken")) {
        session.Answer(request, nullptr);
        continue;
      }
      for (const Json& value : values) {
        session.Send({{"jsonrpc", "2.0"},
                      {"method", "$/progress"},
                      {"params", {{"token", params.at("progressToken")}, {"value", value}}}});
      }
      session.Answer(request, result);
    }
  };
}

TEST(SampleProgress, InAStreamHasItsType) {
  FakeServer server(
      Reporting({{{"lines", {"a", "b"}}}, {{"lines", Json::array()}, {"at", 7}}}, {{"last", 3}}));
  auto client = client::Client::Connect(server.ClientOptions());
  company::sample::Service service(client);
  std::vector<company::sample::SampleFollowProgress> seen;
  const auto result =
      service.sample.Follow({.from = 1}, [&seen](const auto& piece) { seen.push_back(piece); });
  EXPECT_EQ(result.last, 3);
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].lines, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(seen[0].at, std::nullopt);
  EXPECT_EQ(seen[1].at, 7);
}

TEST(SampleProgress, IsRequestedOnlyWithACallback) {
  FakeServer server(Reporting({10, 100}, "done"));
  auto client = client::Client::Connect(server.ClientOptions());
  company::sample::Service service(client);
  std::vector<std::int64_t> seen;
  EXPECT_EQ(service.other.Progress(), nullptr);
  EXPECT_EQ(service.other.Progress([&seen](std::int64_t value) { seen.push_back(value); }), "done");
  EXPECT_EQ(seen, (std::vector<std::int64_t>{10, 100}));
  // Any JSON is passed on unchanged, also through the options.
  std::vector<Json> any;
  client::CallOptions options;
  options.progress = [&any](const Json& value) { any.push_back(value); };
  EXPECT_EQ(service.other.Steps({.count = 1}, {}, options), "done");
  EXPECT_EQ(service.other.Steps({}, [&any](const Json& value) { any.push_back(value); }), "done");
  EXPECT_EQ(any, (std::vector<Json>{10, 100, 10, 100}));
}

TEST(SampleProgress, OfAnotherTypeEndsTheCall) {
  FakeServer server(Reporting({{{"lines", 5}}}, {{"last", 3}}));
  auto client = client::Client::Connect(server.ClientOptions());
  company::sample::Service service(client);
  EXPECT_THROW(service.sample.Follow({}, [](const auto&) { ADD_FAILURE() << "was accepted"; }),
               Json::exception);
}

}  // namespace
}  // namespace onbehalf::test
