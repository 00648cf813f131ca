#include "fault_test.h"

namespace onbehalf::test {
namespace {

using service::Acts;
using service::Pace;
using win32::ImpersonationLevel;

Json ThreadToken() {
  const auto token = win32::Token::FromThread(TOKEN_QUERY);
  if (!token) return {{"level", nullptr}};
  Json groups = Json::array();
  for (const auto& group : token->Groups()) groups.push_back({group.sid.ToString(), group.attributes});
  return {{"level", ToString(token->Facts().level)}, {"groups", std::move(groups)}};
}

}  // namespace

FaultTest::FaultTest() {
  server_.settings().threads.io = 1;
  server_.settings().threads.handlers = 1;
  const auto handler = [this](const service::Call&) -> service::MethodResult {
    ++runs_;
    return ThreadToken();
  };
  auto& methods = server_.methods();
  methods.Add(PublicMethod("test.asCaller", Acts::kAsCaller, Pace::kMayBlock, handler));
  methods.Add(PublicMethod("test.asService", Acts::kAsService, Pace::kMayBlock, handler));
  methods.Add(PublicMethod("test.quickAsCaller", Acts::kAsCaller, Pace::kQuick, handler));
  methods.Add(PublicMethod("test.quickAsService", Acts::kAsService, Pace::kQuick, handler));
  UseWindows();
}

void FaultTest::Use(TokenHooks hooks) {
  if (!hooks.impersonate_named_pipe_client) {
    hooks.impersonate_named_pipe_client = [this](HANDLE pipe) { return writers_.Capture(pipe); };
  }
  seam_.reset();
  seam_.emplace(std::move(hooks));
}

void FaultTest::ExpectServed(RawClient& client) {
  for (const char* method : {"test.quickAsService", "test.asService"}) {
    const Json answer = client.Call(method);
    ASSERT_TRUE(answer.contains("result")) << method << ": " << answer;
    EXPECT_EQ(answer["result"]["level"], nullptr) << method << ": " << answer;
  }
  for (const char* method : {"test.quickAsCaller", "test.asCaller"}) {
    const Json answer = client.Call(method);
    ASSERT_TRUE(answer.contains("result")) << method << ": " << answer;
    EXPECT_EQ(answer["result"]["level"], "impersonation") << method << ": " << answer;
  }
}

void FaultTest::ExpectServesOthers() {
  RawClient other = Connect();
  ExpectServed(other);
}

win32::Token OwnToken(ImpersonationLevel level) {
  return ImpersonationTokenOf(win32::Token::FromOwnProcess(TOKEN_ALL_ACCESS), level);
}

win32::Token DenyOnlyToken(ImpersonationLevel level) {
  return ImpersonationTokenOf(AdministratorsDenyOnlyToken(), level);
}

testing::AssertionResult IsLevelError(const Json& answer, ImpersonationLevel required,
                                      ImpersonationLevel actual) {
  const Json wanted{{"required", ToString(required)}, {"actual", ToString(actual)}};
  if (!answer.contains("error")) return testing::AssertionFailure() << "no error: " << answer;
  const Json& error = answer["error"];
  if (error["code"] != -32011 || error.value("data", Json()) != wanted) {
    return testing::AssertionFailure() << answer << " instead of -32011 with " << wanted;
  }
  return testing::AssertionSuccess();
}

}  // namespace onbehalf::test
