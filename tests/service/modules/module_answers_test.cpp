#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "messages.h"
#include "methods/method_caller.h"
#include "module_server.h"
#include "onbehalf/protocol/error_code.h"
#include "onbehalf/win32/token.h"
#include "raw_client.h"

namespace onbehalf::test {
namespace {

using protocol::ErrorCode;

// The response can only be InternalError: it contains nothing but the request's id.
void ExpectInternalError(const Json& answer) {
  ASSERT_TRUE(answer.contains("error")) << answer;
  const Json& error = answer.at("error");
  EXPECT_EQ(error.at("code"), static_cast<int>(ErrorCode::kInternalError)) << answer;
  EXPECT_EQ(error.at("message"), Json(protocol::InfoOf(ErrorCode::kInternalError).message));
  EXPECT_EQ(error.at("data").size(), 1U) << answer;
  EXPECT_TRUE(error.at("data").contains("requestId")) << answer;
}

class ModuleAnswersTest : public testing::Test {
 protected:
  ModuleServer server_{{{"raw", "{}"}, {"faulty", "{}"}}};
  Bystander bystander_{server_};
  RawClient client_{server_.pipe_path()};

  void TearDown() override { EXPECT_TRUE(bystander_.IsAnswered()) << bystander_.fault(); }

  // The messages of a stream up to its response.
  std::vector<Json> StreamOf(const std::string& method) {
    client_.Send(RequestMessage(1, method, {{"progressToken", "t"}}));
    return client_.ReadToAnswer();
  }
};

TEST_F(ModuleAnswersTest, EveryInvalidReturnIsAnInternalErrorAndIsLoggedWithTheModulesName) {
  const std::vector<std::pair<std::string, std::string>> bad = {
      {"raw.badJson", "module raw: its result is not valid JSON"},
      {"raw.badUtf8", "module raw: its result is not valid JSON"},
      {"raw.nullResult", "module raw: its result is not valid JSON"},
      {"raw.noAnswer", "module raw: it gave no answer"},
      {"raw.unknownCode", "module raw: its error has the unknown code -1"},
      {"raw.badData", "module raw: its error's data is not valid JSON"},
      {"raw.badMessage", "module raw: its error's message is not UTF-8"},
      {"raw.noCode", "module raw: it reports a Windows error with code 0"},
      {"raw.badJsonAsCaller", "module raw: its result is not valid JSON"},
      {"faulty.throwsRuntimeError", "module faulty: the module's secret"},
      {"faulty.throwsAsCaller", "module faulty: the module's secret"},
      {"faulty.throwsAnything", "module faulty: an exception of an unknown type"},
      {"faulty.throwsGenericError", "module faulty: a path"},
  };
  for (const auto& [method, logged] : bad) {
    SCOPED_TRACE(method);
    const Json answer = client_.Call(method);
    ExpectInternalError(answer);
    EXPECT_TRUE(bystander_.IsAnswered()) << bystander_.fault();
    const std::string request = answer.at("error").at("data").at("requestId").get<std::string>();
    const std::vector<std::string> lines = Lines(server_.server().LogText());
    ASSERT_FALSE(lines.empty());
    const std::string& line = lines.back();
    EXPECT_NE(line.find("method=" + method + " request=" + request), std::string::npos) << line;
    EXPECT_NE(line.find(logged), std::string::npos) << line;
  }
  // The same connection still works.
  EXPECT_EQ(client_.Call("raw.echo", {{"text", "x"}}).at("result"), (Json{{"text", "x"}}));
}

TEST_F(ModuleAnswersTest, AnErrorOfAModuleIsPassedOnUnchanged) {
  const auto error_of = [&](const char* method) { return client_.Call(method).at("error"); };
  EXPECT_EQ(error_of("faulty.throwsError"),
            (Json{{"code", -32012}, {"message", "Come back later."}, {"data", {{"seconds", 3}}}}));
  EXPECT_EQ(error_of("faulty.throwsInvalidParams"),
            (Json{{"code", -32602}, {"message", "one: expected another"}}));
  EXPECT_EQ(error_of("faulty.throwsInAsCaller"), (Json{{"code", -32012}, {"message", "as the caller"}}));
  const Json windows = error_of("faulty.throwsWindowsError");
  EXPECT_EQ(windows.at("code"), static_cast<int>(ErrorCode::kWindowsError));
  EXPECT_EQ(windows.at("data"),
            (Json{{"code", 2}, {"name", "ERROR_FILE_NOT_FOUND"}, {"operation", "CreateFileW"}}));
  const Json system = error_of("faulty.throwsSystemError");
  EXPECT_EQ(system.at("data"), (Json{{"code", 5}, {"name", "ERROR_ACCESS_DENIED"}, {"operation", ""}}));
  EXPECT_EQ(client_.Call("raw.lastCounts").at("result"), "last");
}

TEST_F(ModuleAnswersTest, FunctionsOfTheServiceReportInvalidArguments) {
  EXPECT_EQ(client_.Call("raw.statuses").at("result"),
            (Json{ONBEHALF_MODULE_INVALID, ONBEHALF_MODULE_INVALID, ONBEHALF_MODULE_INVALID,
                  ONBEHALF_MODULE_INVALID, ONBEHALF_MODULE_INVALID, ONBEHALF_MODULE_INVALID}));
  EXPECT_EQ(client_.Call("raw.asCallerStatuses").at("result"),
            (Json{ONBEHALF_MODULE_NOT_NOW, ONBEHALF_MODULE_NOT_NOW}));
  EXPECT_EQ(server_.ModuleLog().find("must not be written"), std::string::npos);
}

TEST_F(ModuleAnswersTest, AMethodKnowsItsCallerAndCanImpersonateIt) {
  const Json about = client_.Call("faulty.about").at("result");
  EXPECT_EQ(about.at("sid"), win32::Token::FromOwnProcess().User().ToString());
  EXPECT_EQ(about.at("has_token"), true);
  EXPECT_EQ(about.at("has_deadline"), true);
  EXPECT_FALSE(about.at("request").get<std::string>().empty());
  EXPECT_EQ(client_.Call("faulty.asCaller").at("result"), (Json{false, true, false}));
}

TEST_F(ModuleAnswersTest, ImpersonationNeedsATokenOfThatLevel) {
  const MethodCaller caller(win32::ImpersonationLevel::kIdentification);
  const auto result = caller.Call(server_.server().methods(), "faulty.asCaller");
  const auto* const error = result.error_if();
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(error->code, ErrorCode::kImpersonationLevel);
  EXPECT_EQ(error->data, (Json{{"required", "impersonation"}, {"actual", "identification"}}));
}

TEST_F(ModuleAnswersTest, ParametersAreCheckedBeforeTheModuleIsCalled) {
  const Json answer = client_.Call("raw.echo", {{"text", 1}});
  EXPECT_EQ(ErrorCodeOf(answer), static_cast<int>(ErrorCode::kInvalidParams)) << answer;
  EXPECT_EQ(client_.Call("raw.echo", Json::array({"by position"})).at("result"),
            (Json{{"text", "by position"}}));
}

TEST_F(ModuleAnswersTest, AModuleLogsWithItsName) {
  EXPECT_EQ(client_.Call("faulty.log").at("result"), 1);
  EXPECT_NE(server_.ModuleLog().find("WARNING a line\\nof the module module=faulty\n"), std::string::npos)
      << server_.ModuleLog();
}

TEST_F(ModuleAnswersTest, ACancelReachesAHandlerThroughItsStopEvent) {
  client_.Send(RequestMessage(1, "faulty.untilStopped"));
  client_.Send(CancelMessage(1));
  const auto answer = client_.Read();
  ASSERT_TRUE(answer.has_value());
  // Cancelled before it started, or while it ran.
  if (answer->contains("result")) {
    EXPECT_EQ(answer->at("result"), "stopped");
  } else {
    EXPECT_EQ(ErrorCodeOf(*answer), static_cast<int>(ErrorCode::kRequestCancelled)) << *answer;
  }
}

TEST_F(ModuleAnswersTest, ProgressGoesToTheRequestThatAskedForIt) {
  EXPECT_EQ(client_.Call("faulty.progress").at("result"), "done");
  const auto messages = StreamOf("faulty.progress");
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages.at(0), NotificationMessage("$/progress", {{"token", "t"}, {"value", {{"done", 1}}}}));
  EXPECT_EQ(messages.at(1), ResultMessage(1, "done"));
}

TEST_F(ModuleAnswersTest, AStreamSendsItsPiecesInOrderAndThenItsResult) {
  const auto messages = StreamOf("raw.count");
  ASSERT_EQ(messages.size(), 4U);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(messages.at(static_cast<std::size_t>(i)),
              NotificationMessage("$/progress", {{"token", "t"}, {"value", i}}));
  }
  EXPECT_EQ(messages.at(3), ResultMessage(1, "end"));
}

TEST_F(ModuleAnswersTest, AStreamThatBreaksARuleOrThrowsEndsWithInternalError) {
  for (const char* method : {"raw.badPiece", "raw.errorAsPiece", "raw.badStep", "faulty.throwingStream"}) {
    SCOPED_TRACE(method);
    const auto messages = StreamOf(method);
    ASSERT_EQ(messages.size(), 2U);
    EXPECT_TRUE(messages.at(0).contains("method")) << messages.at(0);
    ExpectInternalError(messages.at(1));
  }
  for (const char* method : {"raw.noStream", "faulty.noStream"}) {
    SCOPED_TRACE(method);
    const auto messages = StreamOf(method);
    ASSERT_EQ(messages.size(), 1U);
    ExpectInternalError(messages.at(0));
  }
  const auto refused = StreamOf("raw.refusedStream");
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused.at(0), ErrorMessageFor(1, ErrorCode::kInvalidParams, "text: not this one"));
}

}  // namespace
}  // namespace onbehalf::test
