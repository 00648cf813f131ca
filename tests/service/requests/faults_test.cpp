#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "fault_test.h"
#include "onbehalf/service/as_caller.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "support/child_main.h"
#include "support/child_process.h"

namespace onbehalf::test {
namespace {

using protocol::ErrorCode;
using service::Acts;
using service::Call;
using service::MethodResult;
using service::Pace;

// The error response for every fault: InternalError, which gives the request's id and nothing about
// the service.
testing::AssertionResult IsInternalError(const Json& answer) {
  if (!answer.contains("error") || answer["error"]["code"] != -32603) {
    return testing::AssertionFailure() << answer << " instead of -32603";
  }
  const Json& data = answer["error"].value("data", Json());
  if (!data.is_object() || data.size() != 1 || data.value("requestId", "").empty()) {
    return testing::AssertionFailure() << answer << " has no request id";
  }
  return testing::AssertionSuccess();
}

std::string RequestIdOf(const Json& answer) { return answer["error"]["data"].value("requestId", ""); }

class Faults : public FaultTest {};

TEST_F(Faults, AFailedCaptureRunsNoHandlerAndEndsNothing) {
  Start();
  RawClient client = Connect();
  // Not read yet, no privilege, no memory; any other code.
  constexpr DWORD kCodes[] = {ERROR_CANNOT_IMPERSONATE, ERROR_ACCESS_DENIED, ERROR_NO_SYSTEM_RESOURCES,
                              ERROR_INVALID_HANDLE};
  for (const DWORD code : kCodes) {
    for (const char* method : {"test.asService", "test.asCaller", "no.such"}) {
      writers().Add([code](HANDLE) { return FailWith(code); });
      const Json answer = client.Call(method);
      EXPECT_TRUE(IsInternalError(answer));
      // The log has what an administrator needs.
      const std::string log = server().LogText();
      EXPECT_NE(log.find("request=" + RequestIdOf(answer)), std::string::npos) << log;
      EXPECT_NE(log.find("operation=ImpersonateNamedPipeClient code=" + std::to_string(code)),
                std::string::npos)
          << log;
    }
  }
  EXPECT_EQ(runs(), 0);
  ExpectServed(client);
  ExpectServesOthers();
}

TEST_F(Faults, AFailedCaptureIsAuditedWithoutAnAccount) {
  Start();
  RawClient client = Connect();
  writers().Add([](HANDLE) { return FailWith(ERROR_CANNOT_IMPERSONATE); });
  const Json answer = client.Call("test.asService");
  const auto lines = server().AuditLines();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].value("request", ""), RequestIdOf(answer));
  EXPECT_EQ(lines[0].value("verdict", ""), "refused");
  EXPECT_EQ(lines[0].value("reason", ""), "InternalError");
  EXPECT_FALSE(lines[0].contains("account")) << lines[0];
}

TEST_F(Faults, ACapturedTokenThatCannotBeOpenedRunsNoHandler) {
  Start();
  RawClient client = Connect();
  TokenHooks hooks;
  hooks.open_thread_token = [](HANDLE thread, DWORD access, BOOL as_self, HANDLE* token) {
    if (WhatThreadCarries() == ThreadCarries::kCaptured) return FailWith(ERROR_NO_SYSTEM_RESOURCES);
    return WindowsOpenThreadToken(thread, access, as_self, token);
  };
  Use(hooks);
  EXPECT_TRUE(IsInternalError(client.Call("test.asCaller")));
  EXPECT_TRUE(IsInternalError(client.Call("test.quickAsService")));
  EXPECT_EQ(runs(), 0);
  EXPECT_NE(server().LogText().find("operation=OpenThreadToken code=1450"), std::string::npos)
      << server().LogText();
  UseWindows();
  ExpectServed(client);
  ExpectServesOthers();
}

TEST_F(Faults, ACapturedTokenThatCannotBeQueriedRunsNoHandler) {
  Start();
  for (const TOKEN_INFORMATION_CLASS kind : {TokenStatistics, TokenUser}) {
    RawClient client = Connect();
    TokenHooks hooks;
    hooks.get_token_information = [kind](HANDLE token, TOKEN_INFORMATION_CLASS asked, void* answer,
                                         DWORD size, DWORD* needed) {
      if (asked == kind) return FailWith(ERROR_NO_SYSTEM_RESOURCES);
      return WindowsGetTokenInformation(token, asked, answer, size, needed);
    };
    Use(hooks);
    EXPECT_TRUE(IsInternalError(client.Call("test.asCaller")));
    EXPECT_TRUE(IsInternalError(client.Call("test.quickAsService")));
    EXPECT_EQ(runs(), 0);
    UseWindows();
    ExpectServed(client);
    ExpectServesOthers();
    EXPECT_EQ(runs(), 8);
    ResetRuns();
  }
}

TEST_F(Faults, ARefusedImpersonationInAHandlerIsLogged) {
  server().methods().Add(
      PublicMethod("test.partly", Acts::kAsService, Pace::kMayBlock, [](const Call& call) -> MethodResult {
        bool ran = false;
        auto refusal =
            service::AsCaller(call.caller, win32::ImpersonationLevel::kImpersonation, [&ran] { ran = true; });
        if (refusal) return *std::move(refusal);
        return Json{{"ran", ran}};
      }));
  Start();
  RawClient client = Connect();
  EXPECT_EQ(client.Call("test.partly").value("result", Json()), (Json{{"ran", true}}));
  TokenHooks hooks;
  hooks.set_thread_token = [](HANDLE* thread, HANDLE token) {
    return token != nullptr ? FailWith(ERROR_NO_SYSTEM_RESOURCES) : WindowsSetThreadToken(thread, token);
  };
  Use(hooks);
  const Json answer = client.Call("test.partly");
  EXPECT_TRUE(IsInternalError(answer));
  const std::string log = server().LogText();
  const std::size_t line = log.find("a caller could not be impersonated");
  ASSERT_NE(line, std::string::npos) << log;
  const std::vector<std::string> parts{"method=test.partly", "request=" + RequestIdOf(answer),
                                       "operation=SetThreadToken code=1450"};
  for (const std::string& part : parts) {
    EXPECT_NE(log.find(part, line), std::string::npos) << log;
  }
  UseWindows();
  EXPECT_EQ(client.Call("test.partly").value("result", Json()), (Json{{"ran", true}}));
  ExpectServesOthers();
}

TEST_F(Faults, AFailedAccessCheckIsAnInternalError) {
  Start();
  RawClient known = Connect();
  ExpectServed(known);
  ResetRuns();
  TokenHooks hooks;
  hooks.access_check = [](auto&&...) { return FailWith(ERROR_NO_SYSTEM_RESOURCES); };
  Use(hooks);
  // The first request of a connection, which reads the account for the quotas, and a later one.
  RawClient fresh = Connect();
  for (RawClient* client : {&known, &fresh}) {
    for (const char* method : {"test.asCaller", "test.quickAsService", "rpc.ping"}) {
      const Json answer = client->Call(method);
      EXPECT_TRUE(IsInternalError(answer));
      EXPECT_NE(server().LogText().find("request=" + RequestIdOf(answer)), std::string::npos);
    }
  }
  EXPECT_EQ(runs(), 0);
  UseWindows();
  ExpectServed(known);
  ExpectServed(fresh);
  ExpectServesOthers();
}

TEST_F(Faults, AnAccessCheckWithoutAVerdictIsARefusal) {
  Start();
  RawClient client = Connect();
  TokenHooks hooks;
  // The call returns TRUE, but grants no rights and does not allow.
  hooks.access_check = [](auto&&, auto&&, auto&&, auto&&, auto&&, auto&&, DWORD* granted, BOOL* allowed) {
    *granted = 0;
    *allowed = FALSE;
    return TRUE;
  };
  Use(hooks);
  EXPECT_EQ(CodeOf(client.Call("test.asCaller")), -32601);
  EXPECT_EQ(runs(), 0);
  UseWindows();
  ExpectServed(client);
}

// SetThreadToken fails, or something fails while its effect is read back.
TEST_F(Faults, AThreadThatDoesNotBecomeTheCallerRunsNoHandler) {
  struct Case {
    const char* logged;
    TokenHooks hooks;
  };
  std::vector<Case> cases(4);
  cases[0].logged = "operation=SetThreadToken code=1346";
  cases[0].hooks.set_thread_token = [](HANDLE*, HANDLE) { return FailWith(ERROR_BAD_IMPERSONATION_LEVEL); };
  cases[1].logged = "operation=OpenThreadToken code=5";
  cases[1].hooks.open_thread_token = [](HANDLE thread, DWORD access, BOOL as_self, HANDLE* token) {
    if (WhatThreadCarries() == ThreadCarries::kSet) return FailWith(ERROR_ACCESS_DENIED);
    return WindowsOpenThreadToken(thread, access, as_self, token);
  };
  // TRUE, but the thread has no token.
  cases[2].logged = "operation=OpenThreadToken code=1008";
  cases[2].hooks.set_thread_token = [](HANDLE*, HANDLE) { return TRUE; };
  cases[3].logged = "operation=GetTokenInformation code=1450";
  cases[3].hooks.get_token_information = [](HANDLE token, TOKEN_INFORMATION_CLASS kind, void* answer,
                                            DWORD size, DWORD* needed) {
    if (WhatThreadCarries() == ThreadCarries::kSet) return FailWith(ERROR_NO_SYSTEM_RESOURCES);
    return WindowsGetTokenInformation(token, kind, answer, size, needed);
  };

  Start();
  RawClient client = Connect();
  for (const Case& each : cases) {
    SCOPED_TRACE(each.logged);
    Use(each.hooks);
    for (const char* method : {"test.asCaller", "test.quickAsCaller"}) {
      const Json answer = client.Call(method);
      EXPECT_TRUE(IsInternalError(answer));
      const std::string log = server().LogText();
      EXPECT_NE(log.find("request=" + RequestIdOf(answer) + " " + each.logged), std::string::npos) << log;
    }
    EXPECT_EQ(runs(), 0);
    UseWindows();
    ExpectServed(client);
    ExpectServesOthers();
    ResetRuns();
  }
}

TEST_F(Faults, AThreadThatDoesNotBecomeTheCallerIsAuditedAsTheOutcome) {
  Start();
  RawClient client = Connect();
  TokenHooks hooks;
  hooks.set_thread_token = [](HANDLE*, HANDLE) { return FailWith(ERROR_BAD_IMPERSONATION_LEVEL); };
  Use(hooks);
  const Json answer = client.Call("test.asCaller");
  const auto lines = server().AuditLines();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].value("verdict", ""), "allowed");
  EXPECT_EQ(lines[1].value("event", ""), "outcome");
  EXPECT_EQ(lines[1].value("outcome", ""), "InternalError");
  EXPECT_EQ(lines[1].value("request", ""), RequestIdOf(answer));
}

// ---- What handlers throw ----

class HandlerFailures : public FaultTest {
 protected:
  // Adds a method of each kind that ends like this.
  void Add(std::function<MethodResult(const Call&)> handler) {
    methods_ = {"fails.asCaller", "fails.asService", "fails.quickAsCaller", "fails.quickAsService"};
    auto& methods = server().methods();
    methods.Add(PublicMethod(methods_[0], Acts::kAsCaller, Pace::kMayBlock, handler));
    methods.Add(PublicMethod(methods_[1], Acts::kAsService, Pace::kMayBlock, handler));
    methods.Add(PublicMethod(methods_[2], Acts::kAsCaller, Pace::kQuick, handler));
    methods.Add(PublicMethod(methods_[3], Acts::kAsService, Pace::kQuick, handler));
    Start();
  }
  const std::vector<std::string>& methods() const { return methods_; }

 private:
  std::vector<std::string> methods_;
};

constexpr const char* kSecret = "C:\\service\\secret.txt";

TEST_F(HandlerFailures, AWindowsErrorIsReportedWithoutItsSubject) {
  Add([](const Call&) -> MethodResult {
    throw win32::Win32Error(ERROR_SHARING_VIOLATION, "CreateFileW", kSecret);
  });
  RawClient client = Connect();
  for (const std::string& method : methods()) {
    const Json answer = client.Call(method);
    EXPECT_EQ(CodeOf(answer), -32015) << answer;
    const Json wanted{{"code", 32}, {"name", "ERROR_SHARING_VIOLATION"}, {"operation", "CreateFileW"}};
    EXPECT_EQ(answer["error"]["data"], wanted);
    EXPECT_EQ(answer.dump().find("secret"), std::string::npos) << answer;
  }
  const auto lines = server().AuditLines();
  EXPECT_EQ(lines.back().value("outcome", ""), "WindowsError");
  EXPECT_EQ(lines.back().value("win32", 0), 32);
  ExpectServed(client);
}

TEST_F(HandlerFailures, AnyOtherExceptionIsAnInternalErrorThatTheLogExplains) {
  Add([](const Call&) -> MethodResult { throw std::runtime_error(std::string("no luck with ") + kSecret); });
  RawClient client = Connect();
  for (const std::string& method : methods()) {
    const Json answer = client.Call(method);
    EXPECT_TRUE(IsInternalError(answer));
    EXPECT_EQ(answer.dump().find("secret"), std::string::npos) << answer;
    const std::string log = server().LogText();
    EXPECT_NE(log.find("method=" + method + " request=" + RequestIdOf(answer)), std::string::npos) << log;
    EXPECT_NE(log.find("no luck with"), std::string::npos);
  }
  EXPECT_EQ(server().AuditLines().back().value("outcome", ""), "InternalError");
  ExpectServed(client);
}

TEST_F(HandlerFailures, AThrownValueOfAnotherTypeIsAnInternalError) {
  Add([](const Call&) -> MethodResult { throw 42; });
  RawClient client = Connect();
  for (const std::string& method : methods()) {
    const Json answer = client.Call(method);
    EXPECT_TRUE(IsInternalError(answer));
    EXPECT_NE(server().LogText().find("method=" + method + " request=" + RequestIdOf(answer)),
              std::string::npos);
  }
  ExpectServed(client);
}

TEST_F(HandlerFailures, AResultWithInvalidUtf8IsAnInternalError) {
  Add([](const Call&) -> MethodResult { return Json{{"text", "\xFF\xFE"}}; });
  RawClient client = Connect();
  for (const std::string& method : methods()) {
    const Json answer = client.Call(method);
    EXPECT_TRUE(IsInternalError(answer));
    EXPECT_NE(server().LogText().find("request=" + RequestIdOf(answer)), std::string::npos);
  }
  ExpectServed(client);
}

TEST_F(HandlerFailures, AnErrorWithInvalidUtf8IsAnInternalError) {
  Add([](const Call&) -> MethodResult {
    return protocol::Error{ErrorCode::kInvalidParams, "bad \xFF", nullptr};
  });
  RawClient client = Connect();
  for (const std::string& method : methods()) EXPECT_TRUE(IsInternalError(client.Call(method)));
  ExpectServed(client);
}

// ---- What ends the process ----

// STATUS_STACK_BUFFER_OVERRUN, the exit code of a process that __fastfail ends.
constexpr DWORD kFailFast = 0xC0000409;

// Leaves a token on the calling thread, bypassing any seam.
void LeaveTokenOnThread() {
  const win32::Token token = OwnToken();
  if (!WindowsSetThreadToken(nullptr, token.get())) std::printf("SetThreadToken failed\n");
}

// Prints the folder where its server keeps its log and its audit, then serves one request of its own in a way
// that breaks an invariant. Never returns if the invariant is guarded.
ONBEHALF_CHILD_MAIN(BreakInvariant) {
  ::SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
  const std::string& how = arguments.at(0);
  TokenHooks hooks;
  const auto refuse_to_revert_what_was = [&hooks](ThreadCarries kind) {
    hooks.revert_to_self = [kind] {
      return WhatThreadCarries() == kind ? FailWith(ERROR_NO_SYSTEM_RESOURCES) : WindowsRevertToSelf();
    };
  };
  Acts acts = Acts::kAsCaller;
  Pace pace = Pace::kMayBlock;
  std::function<void()> handle = [] {};

  // Opened before anything impersonates; no seam is needed to misuse them.
  TestServer server;
  service::Log log(server.folder(), server.settings().log, service::Log::Console::kNo);
  service::Audit audit(server.folder());
  if (how == "revert fails after the capture") {
    refuse_to_revert_what_was(ThreadCarries::kCaptured);
  } else if (how == "revert fails after the handler") {
    refuse_to_revert_what_was(ThreadCarries::kSet);
  } else if (how == "revert fails after a quick handler") {
    refuse_to_revert_what_was(ThreadCarries::kSet);
    pace = Pace::kQuick;
  } else if (how == "revert fails after a handler that throws") {
    refuse_to_revert_what_was(ThreadCarries::kSet);
    handle = [] { throw std::runtime_error("after this the thread cannot revert"); };
  } else if (how == "revert fails after a level that is too low") {
    refuse_to_revert_what_was(ThreadCarries::kSet);
    hooks.open_thread_token = [](HANDLE thread, DWORD access, BOOL as_self, HANDLE* token) {
      if (WhatThreadCarries() == ThreadCarries::kSet) return FailWith(ERROR_CANT_OPEN_ANONYMOUS);
      return WindowsOpenThreadToken(thread, access, as_self, token);
    };
  } else if (how == "a handler leaves a token") {
    acts = Acts::kAsService;
    handle = LeaveTokenOnThread;
  } else if (how == "a quick handler leaves a token") {
    acts = Acts::kAsService;
    pace = Pace::kQuick;
    handle = LeaveTokenOnThread;
  } else if (how == "a handler that throws leaves a token") {
    acts = Acts::kAsService;
    handle = [] {
      LeaveTokenOnThread();
      throw std::runtime_error("with a token on the thread");
    };
  } else if (how == "nobody can tell what the thread carries") {
    acts = Acts::kAsService;
    const auto asked = std::make_shared<std::atomic<bool>>(false);
    handle = [asked] { *asked = true; };
    hooks.open_thread_token = [asked](HANDLE thread, DWORD access, BOOL as_self, HANDLE* token) {
      return *asked ? FailWith(ERROR_NO_SYSTEM_RESOURCES)
                    : WindowsOpenThreadToken(thread, access, as_self, token);
    };
  } else if (how == "the log is written as the caller") {
    handle = [&log] { log.Write(service::LogLevel::kError, "written as the caller"); };
  } else if (how == "the audit is written as the caller") {
    handle = [&audit] {
      service::AuditOutcome outcome;
      outcome.request_id = "written as the caller";
      std::printf("%d\n", audit.Record(outcome) ? 1 : 0);
    };
  } else {
    return 1;
  }
  server.methods().Add(PublicMethod("test.break", acts, pace, [&handle](const Call&) -> MethodResult {
    std::printf("the handler runs\n");
    std::fflush(stdout);
    handle();
    return Json("done");
  }));
  server.Start();
  std::printf("%s\n", win32::ToUtf8(server.folder().native()).c_str());
  std::fflush(stdout);
  const TokenSeam seam(hooks);
  RawClient client(server.pipe_path());
  client.Call("test.break");
  // A response may overtake the end of the callback; the process does not survive that.
  client.IsClosedByServer();
  return 0;
}

std::string TextOf(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::size_t Count(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

struct BrokenCase {
  const char* how;
  bool runs;            // the handler started
  std::size_t decided;  // audit records: decisions and outcomes
  std::size_t finished;
};

class BrokenInvariant : public testing::TestWithParam<BrokenCase> {};

TEST_P(BrokenInvariant, EndsTheProcessAtOnceAndIsNotLogged) {
  const BrokenCase& expected = GetParam();
  const auto exit = RunChild(ChildProcess::Options::Self("BreakInvariant", {expected.how}));
  EXPECT_EQ(exit.code, kFailFast) << exit.output << exit.errors;
  const std::size_t end = exit.output.find_first_of("\r\n");
  ASSERT_NE(end, std::string::npos) << exit.output << exit.errors;
  EXPECT_EQ(exit.output.find("the handler runs") != std::string::npos, expected.runs) << exit.output;

  const std::filesystem::path folder = win32::ToWide(exit.output.substr(0, end));
  EXPECT_EQ(TextOf(folder / "service.log"), "");
  std::string audit;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".jsonl") audit += TextOf(entry.path());
  }
  EXPECT_EQ(Count(audit, "\"event\":\"decision\""), expected.decided) << audit;
  EXPECT_EQ(Count(audit, "\"event\":\"outcome\""), expected.finished) << audit;
  std::filesystem::remove_all(folder);
}

INSTANTIATE_TEST_SUITE_P(All, BrokenInvariant,
                         testing::Values(BrokenCase{"revert fails after the capture", false, 0, 0},
                                         BrokenCase{"revert fails after the handler", true, 1, 0},
                                         BrokenCase{"revert fails after a quick handler", true, 1, 0},
                                         BrokenCase{"revert fails after a handler that throws", true, 1, 0},
                                         BrokenCase{"revert fails after a level that is too low", false, 1,
                                                    0},
                                         BrokenCase{"a handler leaves a token", true, 1, 0},
                                         BrokenCase{"a quick handler leaves a token", true, 1, 0},
                                         BrokenCase{"a handler that throws leaves a token", true, 1, 0},
                                         BrokenCase{"nobody can tell what the thread carries", true, 1, 0},
                                         BrokenCase{"the log is written as the caller", true, 1, 0},
                                         BrokenCase{"the audit is written as the caller", true, 1, 0}),
                         [](const testing::TestParamInfo<BrokenCase>& test) {
                           std::string name;
                           bool start = true;
                           for (const char* c = test.param.how; *c != 0; ++c) {
                             if (*c == ' ') {
                               start = true;
                               continue;
                             }
                             name += start ? static_cast<char>(*c - 'a' + 'A') : *c;
                             start = false;
                           }
                           return name;
                         });

}  // namespace
}  // namespace onbehalf::test
