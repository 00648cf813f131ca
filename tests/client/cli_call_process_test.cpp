#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>

#include "fake_server.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf_program.h"
#include "support/child_process.h"
#include "support/patience.h"

namespace onbehalf::cli {
namespace {

using client::Json;
using test::ChildProcess;
using test::Code;
using test::FakeServer;
using test::RunAgainst;

// The next request, after answering rpc.discover with this method.
Json ReadAfterDiscover(FakeServer::Session& session, const Json& method) {
  const Json discover = session.ReadRequest();
  EXPECT_EQ(discover.at("method"), "rpc.discover");
  session.Answer(discover, {{"methods", Json::array({method})}});
  return session.ReadRequest();
}

void SendProgress(FakeServer::Session& session, const Json& request, const Json& value) {
  session.Send({{"jsonrpc", "2.0"},
                {"method", "$/progress"},
                {"params", {{"token", request.at("params").at("progressToken")}, {"value", value}}}});
}

TEST(CallProcess, RepeatsOnOneConnection) {
  std::atomic<int> connections = 0;
  std::atomic<int> calls = 0;
  FakeServer server([&](FakeServer::Session& session) {
    ++connections;
    for (Json request = session.ReadRequest(); !request.is_null(); request = session.ReadRequest()) {
      session.Answer(request, {{"n", ++calls}, {"echo", request.at("params")}});
    }
  });
  const auto exit = RunAgainst(server, {"call", "echo", "{\"a\": 1}", "--repeat", "3"});
  EXPECT_EQ(exit.code, Code(ExitCode::kDone));
  EXPECT_EQ(exit.output,
            "{\"echo\":{\"a\":1},\"n\":1}\n{\"echo\":{\"a\":1},\"n\":2}\n{\"echo\":{\"a\":1},\"n\":3}\n");
  EXPECT_EQ(exit.errors.find("3 calls in "), 0u) << exit.errors;
  EXPECT_NE(exit.errors.find("median"), std::string::npos) << exit.errors;
  EXPECT_EQ(connections, 1);

  const auto json = RunAgainst(server, {"--json", "call", "echo", "{}", "--repeat", "2"});
  EXPECT_EQ(Json::parse(json.errors).at("calls"), 2) << json.errors;
}

TEST(CallProcess, RepeatsUntilTheFirstError) {
  int calls = 0;
  FakeServer server(test::Answering([&](const Json&) -> Json {
    if (++calls == 3) return {{"error", {{"code", -32012}, {"message", "busy"}}}};
    return {{"result", calls}};
  }));
  const auto exit = RunAgainst(server, {"call", "m", "--repeat", "1000"});
  EXPECT_EQ(exit.code, Code(ExitCode::kServiceError));
  EXPECT_EQ(exit.output, "1\n2\n");
  EXPECT_EQ(exit.errors.find("2 calls in "), 0u) << exit.errors;
  EXPECT_NE(exit.errors.find("error: Busy (-32012)"), std::string::npos) << exit.errors;
}

TEST(CallProcess, NotifiesAndWaitsUntilTheServiceReadsIt) {
  Json first;
  Json second;
  FakeServer server([&](FakeServer::Session& session) {
    first = session.ReadRequest();
    second = session.ReadRequest();
    // Any answer will do.
    session.Refuse(second, -32010, "refused");
  });
  const auto exit = RunAgainst(server, {"call", "note", "[1]", "--notify"});
  EXPECT_EQ(exit.code, Code(ExitCode::kDone)) << exit.errors;
  EXPECT_EQ(exit.output, "");
  EXPECT_EQ(exit.errors, "");
  EXPECT_EQ(first, Json({{"jsonrpc", "2.0"}, {"method", "note"}, {"params", {1}}}));
  EXPECT_EQ(second.at("method"), "rpc.ping");
}

TEST(CallProcess, CancelsAfterAWhile) {
  Json request;
  Json cancel;
  std::atomic<bool> has_begun = false;
  FakeServer server([&](FakeServer::Session& session) {
    request = session.ReadRequest();
    if (request.is_null()) return;
    has_begun = true;
    cancel = session.ReadRequest();
    session.Refuse(request, -32800, "The request was cancelled.");
  });
  ChildProcess::Exit exit;
  ASSERT_TRUE(test::WithGrowingTime([&](std::chrono::milliseconds time) {
    exit = RunAgainst(server, {"call", "slow", "--cancel-after", std::to_string(time.count())});
    return has_begun.load();
  }));
  EXPECT_EQ(exit.code, Code(ExitCode::kServiceError));
  EXPECT_EQ(exit.output, "");
  EXPECT_NE(exit.errors.find("RequestCancelled (-32800)"), std::string::npos) << exit.errors;
  EXPECT_EQ(cancel.at("method"), "$/cancelRequest");
  EXPECT_EQ(cancel.at("params").at("id"), request.at("id"));
}

TEST(CallProcess, PrintsTheResultThatCameBeforeTheCancel) {
  FakeServer server(test::Answering([](const Json&) -> Json { return {{"result", 5}}; }));
  const auto exit = RunAgainst(server, {"call", "quick", "--cancel-after", "60000"});
  EXPECT_EQ(exit.code, Code(ExitCode::kDone)) << exit.errors;
  EXPECT_EQ(exit.output, "5\n");
}

class CallProcessStopTest : public testing::Test {
 protected:
  CallProcessStopTest()
      : read_(::CreateEventW(nullptr, FALSE, FALSE, nullptr)), server_([this](FakeServer::Session& session) {
          const Json request = session.ReadRequest();
          ::SetEvent(read_.get());
          const Json cancel = session.ReadRequest();
          if (cancel.is_null()) return;
          EXPECT_EQ(cancel.at("method"), "$/cancelRequest");
          ::SetEvent(read_.get());
          if (answers_) session.Refuse(request, -32800, "cancelled");
          session.ReadRequest();
        }) {}

  void WaitUntilRead() {
    ASSERT_EQ(::WaitForSingleObject(read_.get(), test::kPatienceMilliseconds), WAIT_OBJECT_0);
  }

  win32::UniqueObject read_;
  std::atomic<bool> answers_ = true;
  FakeServer server_;
};

TEST_F(CallProcessStopTest, CtrlBreakCancelsTheCall) {
  ChildProcess child = test::StartAgainst(server_, {"call", "slow"});
  WaitUntilRead();
  if (!::GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, child.id())) {
    GTEST_SKIP() << "no console here to send Ctrl+Break from: " << ::GetLastError();
  }
  WaitUntilRead();
  const auto exit = child.WaitForExit();
  EXPECT_EQ(exit.code, Code(ExitCode::kServiceError));
  EXPECT_NE(exit.errors.find("RequestCancelled (-32800)"), std::string::npos) << exit.errors;
}

TEST_F(CallProcessStopTest, ASecondCtrlBreakEndsTheProgram) {
  answers_ = false;
  ChildProcess child = test::StartAgainst(server_, {"call", "slow"});
  WaitUntilRead();
  if (!::GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, child.id())) {
    GTEST_SKIP() << "no console here to send Ctrl+Break from: " << ::GetLastError();
  }
  WaitUntilRead();
  ASSERT_TRUE(::GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, child.id()));
  const auto exit = child.WaitForExit();
  EXPECT_EQ(exit.code, static_cast<DWORD>(STATUS_CONTROL_C_EXIT));
}

// This process shares the console.
class ConsoleCodePage {
 public:
  ConsoleCodePage() : before_(::GetConsoleOutputCP()) { is_set_ = ::SetConsoleOutputCP(437) != FALSE; }
  ~ConsoleCodePage() { ::SetConsoleOutputCP(before_); }
  ConsoleCodePage(const ConsoleCodePage&) = delete;
  ConsoleCodePage& operator=(const ConsoleCodePage&) = delete;

  bool is_set() const { return is_set_ && ::GetConsoleOutputCP() == 437; }

 private:
  UINT before_;
  bool is_set_ = false;
};

TEST_F(CallProcessStopTest, TheConsolesCodePageIsRestoredWhenTheProgramIsEnded) {
  const ConsoleCodePage console;
  if (!console.is_set()) GTEST_SKIP() << "no console here that has a code page";
  answers_ = false;
  // Ctrl+Break ends a ping at once; a call is ended by the second.
  for (const bool is_call : {false, true}) {
    ChildProcess child =
        is_call ? test::StartAgainst(server_, {"call", "slow"}) : test::StartAgainst(server_, {"ping"});
    WaitUntilRead();
    EXPECT_EQ(::GetConsoleOutputCP(), UINT{CP_UTF8});
    if (!::GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, child.id())) {
      GTEST_SKIP() << "no console here to send Ctrl+Break from: " << ::GetLastError();
    }
    if (is_call) {
      WaitUntilRead();
      ASSERT_TRUE(::GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, child.id()));
    }
    child.WaitForExit();
    EXPECT_EQ(::GetConsoleOutputCP(), 437u) << (is_call ? "call" : "ping");
  }
}

TEST(CallProcess, ShowsProgressInLines) {
  Json params;
  FakeServer server([&](FakeServer::Session& session) {
    const Json request = ReadAfterDiscover(session, {{"name", "another"}});
    params = request.at("params");
    SendProgress(session, request, {{"done", 1}, {"total", 2}});
    SendProgress(session, request, {{"step", "copying"}});
    SendProgress(session, request, {{"done", 2}, {"total", 2}});
    session.Answer(request, "done");
  });
  const auto exit = RunAgainst(server, {"call", "long", "{\"a\": 1}", "--progress"});
  EXPECT_EQ(exit.code, Code(ExitCode::kDone));
  EXPECT_EQ(exit.output, "\"done\"\n");
  EXPECT_EQ(exit.errors, " 50%  1/2\n{\"step\":\"copying\"}\n100%  2/2\n");
  EXPECT_EQ(params.at("a"), 1);

  const auto json = RunAgainst(server, {"--json", "call", "long", "--progress"});
  EXPECT_EQ(json.output, "\"done\"\n");
  EXPECT_EQ(json.errors.find("{\"progress\":{\"done\":1,\"total\":2}}\n"), 0u) << json.errors;
}

TEST(CallProcess, WritesThePiecesOfAStreamToStandardOutput) {
  std::atomic<bool> has_begun = false;
  FakeServer server([&](FakeServer::Session& session) {
    const Json request = ReadAfterDiscover(session, {{"name", "watch"}, {"x-progress", {{"stream", true}}}});
    if (request.is_null()) return;
    has_begun = true;
    SendProgress(session, request, {{"done", 1}, {"total", 2}});
    SendProgress(session, request, 50);
    const Json cancel = session.ReadRequest();
    EXPECT_EQ(cancel.at("method"), "$/cancelRequest");
    session.Refuse(request, -32800, "cancelled");
  });
  ChildProcess::Exit exit;
  ASSERT_TRUE(test::WithGrowingTime([&](std::chrono::milliseconds time) {
    exit =
        RunAgainst(server, {"call", "watch", "--progress", "--cancel-after", std::to_string(time.count())});
    return has_begun.load();
  }));
  EXPECT_EQ(exit.code, Code(ExitCode::kServiceError));
  EXPECT_EQ(exit.output, "{\"done\":1,\"total\":2}\n50\n");
  EXPECT_EQ(exit.errors.find("error: RequestCancelled"), 0u) << exit.errors;
}

TEST(CallProcess, OpensAnOptionalStreamOnlyForProgress) {
  Json request;
  FakeServer streaming([&](FakeServer::Session& session) {
    request = ReadAfterDiscover(session, {{"name", "rows"}, {"x-progress", {{"optional_stream", true}}}});
    SendProgress(session, request, {{"rows", {1, 2}}});
    SendProgress(session, request, {{"rows", {3}}});
    session.Answer(request, {{"count", 3}});
  });
  const auto pieces = RunAgainst(streaming, {"--json", "call", "rows", "--progress"});
  EXPECT_EQ(pieces.code, Code(ExitCode::kDone));
  EXPECT_EQ(pieces.output, "{\"rows\":[1,2]}\n{\"rows\":[3]}\n{\"count\":3}\n");
  EXPECT_EQ(pieces.errors, "");
  EXPECT_TRUE(request.at("params").contains("progressToken"));

  FakeServer answering([&](FakeServer::Session& session) {
    request = session.ReadRequest();
    session.Answer(request, {{"rows", {1, 2, 3}}});
  });
  const auto whole = RunAgainst(answering, {"--json", "call", "rows"});
  EXPECT_EQ(whole.output, "{\"rows\":[1,2,3]}\n");
  EXPECT_FALSE(request.value("params", Json::object()).contains("progressToken"));
}

TEST(CallProcess, RequestsProgressOnlyWhenItIsShown) {
  Json request;
  FakeServer server([&](FakeServer::Session& session) {
    request = session.ReadRequest();
    session.Answer(request, 1);
  });
  EXPECT_EQ(RunAgainst(server, {"call", "m", "{}"}).output, "1\n");
  EXPECT_EQ(request.at("params"), Json::object());

  const auto positional = RunAgainst(server, {"call", "m", "[1]", "--progress"});
  EXPECT_EQ(positional.code, Code(ExitCode::kUsage));
  EXPECT_NE(positional.errors.find("--progress needs the parameters by name"), std::string::npos)
      << positional.errors;
}

}  // namespace
}  // namespace onbehalf::cli
