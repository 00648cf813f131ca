#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "fake_server.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf_program.h"
#include "support/child_process.h"
#include "support/patience.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::cli {
namespace {

using client::Json;
using test::ChildProcess;
using test::Code;
using test::FakeServer;

Json Service(const Json& request) {
  const std::string method = request.at("method");
  if (method == "echo") return {{"result", request.value("params", Json())}};
  if (method == "rpc.discover") {
    return {{"result", {{"methods", Json::array({{{"name", "echo"}, {"summary", "Gives it back."}}})}}}};
  }
  return {{"error", {{"code", -32601}, {"message", "no such method"}}}};
}

// Runs the shell with these lines as its standard input.
ChildProcess::Exit Shell(const FakeServer& server, const std::string& lines, bool json = false) {
  ChildProcess child = test::StartAgainst(
      server, json ? std::vector<std::string>{"--json", "shell"} : std::vector<std::string>{"shell"});
  child.WriteInput(lines);
  return child.WaitForExit();
}

TEST(ShellProcess, CallsEachLineOfAPipe) {
  std::atomic<int> connections = 0;
  const FakeServer::Script answering = test::Answering(Service);
  FakeServer server([&](FakeServer::Session& session) {
    ++connections;
    answering(session);
  });
  const auto exit = Shell(server,
                          "\xEF\xBB\xBF"
                          "echo a=1 b=x\r\n\n  echo [1]\nmethods\necho\nmethods echo");
  EXPECT_EQ(exit.code, Code(ExitCode::kDone)) << exit.errors;
  EXPECT_EQ(exit.output,
            "{\n  \"a\": 1,\n  \"b\": \"x\"\n}\n"
            "[\n  1\n]\n"
            "METHOD  ACTS  SUMMARY\necho          Gives it back.\n"
            "null\n"
            "echo\n  summary  Gives it back.\n  parameters  none\n");
  EXPECT_EQ(exit.errors, "");
  EXPECT_EQ(connections, 1);
}

TEST(ShellProcess, ContinuesAfterAnErrorAndEndsWithOne) {
  FakeServer server(test::Answering(Service));
  const auto exit = Shell(server, "none\necho x\necho {\necho \xFF\necho n=1\n");
  EXPECT_EQ(exit.code, Code(ExitCode::kServiceError));
  EXPECT_EQ(exit.output, "{\n  \"n\": 1\n}\n");
  EXPECT_NE(exit.errors.find("MethodNotFound (-32601)"), std::string::npos) << exit.errors;
  EXPECT_NE(exit.errors.find("error: 'x' is not a parameter: write NAME=VALUE"), std::string::npos)
      << exit.errors;
  EXPECT_NE(exit.errors.find("error: the parameters are not valid JSON"), std::string::npos) << exit.errors;
  EXPECT_NE(exit.errors.find("error: the line is not UTF-8"), std::string::npos) << exit.errors;
}

TEST(ShellProcess, PrintsALineForEachResultWithJson) {
  FakeServer server(test::Answering(Service));
  const auto exit = Shell(server, "echo a=1\nnone\necho x\n", true);
  EXPECT_EQ(exit.code, Code(ExitCode::kServiceError));
  EXPECT_EQ(exit.output, "{\"a\":1}\n");
  const std::size_t end = exit.errors.find('\n');
  EXPECT_EQ(Json::parse(exit.errors.substr(0, end)).at("error").at("code"), -32601);
  EXPECT_EQ(Json::parse(exit.errors.substr(end + 1)).at("error").at("kind"), "usage");
}

TEST(ShellProcess, EndsAtQuit) {
  FakeServer server(test::Answering(Service));
  for (const char* word : {"quit", "exit"}) {
    const auto exit = Shell(server, std::string("echo a=1\n") + word + "\nnone\n", true);
    EXPECT_EQ(exit.code, Code(ExitCode::kDone)) << exit.errors;
    EXPECT_EQ(exit.output, "{\"a\":1}\n");
  }
  EXPECT_NE(Shell(server, "help\n").output.find("METHOD [PARAMS]"), std::string::npos);
}

TEST(ShellProcess, ReconnectsAfterALostConnection) {
  std::atomic<int> connections = 0;
  FakeServer server([&](FakeServer::Session& session) {
    ++connections;
    for (Json request = session.ReadRequest(); !request.is_null(); request = session.ReadRequest()) {
      if (request.at("method") == "die") return;
      session.Answer(request, connections.load());
    }
  });
  const auto exit = Shell(server, "live\ndie\nlive\nlive\n");
  EXPECT_EQ(exit.code, Code(ExitCode::kServiceError));
  EXPECT_EQ(exit.output, "1\n2\n2\n");
  const std::string again = "The connection was lost and has been re-established.\n";
  EXPECT_NE(exit.errors.find("error: "), std::string::npos) << exit.errors;
  EXPECT_EQ(exit.errors.find(again), exit.errors.size() - again.size()) << exit.errors;
}

TEST(ShellProcess, ShowsProgressAndStreamsOfMethodsThatHaveThem) {
  std::vector<Json> requests;
  FakeServer server([&](FakeServer::Session& session) {
    for (Json request = session.ReadRequest(); !request.is_null(); request = session.ReadRequest()) {
      requests.push_back(request);
      if (request.at("method") == "rpc.discover") {
        session.Answer(request, {{"methods",
                                  {{{"name", "long"}, {"x-progress", {{"stream", false}}}},
                                   {{"name", "watch"}, {"x-progress", {{"stream", true}}}},
                                   {{"name", "rows"}, {"x-progress", {{"optional_stream", true}}}},
                                   {{"name", "plain"}}}}});
        continue;
      }
      if (request.contains("params") && request.at("params").contains("progressToken")) {
        session.Send({{"jsonrpc", "2.0"},
                      {"method", "$/progress"},
                      {"params", {{"token", request.at("params").at("progressToken")}, {"value", 50}}}});
      }
      session.Answer(request, request.at("method"));
    }
  });
  const auto exit = Shell(server, "long a=1\nwatch\nplain\nrows\n");
  EXPECT_EQ(exit.code, Code(ExitCode::kDone));
  EXPECT_EQ(exit.output, "\"long\"\n50\n\"watch\"\n\"plain\"\n\"rows\"\n");
  EXPECT_EQ(exit.errors, " 50%\n");
  // Requested once.
  ASSERT_EQ(requests.size(), 5u);
  EXPECT_FALSE(requests[3].contains("params"));
  EXPECT_FALSE(requests[4].contains("params"));
}

TEST(ShellProcess, EndsWithThreeWithoutAConnection) {
  const auto exit = test::RunProgram({"--pipe", test::UniquePipeName(), "shell"});
  EXPECT_EQ(exit.code, Code(ExitCode::kNoConnection));
  EXPECT_EQ(exit.output, "");
}

TEST(ShellProcess, CtrlBreakCancelsTheCallAndNotTheShell) {
  const win32::UniqueObject read(::CreateEventW(nullptr, FALSE, FALSE, nullptr));
  FakeServer server([&](FakeServer::Session& session) {
    session.Answer(session.ReadRequest(), Json::object());  // rpc.discover
    const Json request = session.ReadRequest();
    ::SetEvent(read.get());
    const Json cancel = session.ReadRequest();
    if (cancel.is_null()) return;
    EXPECT_EQ(cancel.at("method"), "$/cancelRequest");
    session.Refuse(request, -32800, "cancelled");
    session.Answer(session.ReadRequest(), "still there");
  });
  ChildProcess child = test::StartAgainst(server, {"shell"});
  child.WriteInput("slow\nnext\n");
  ASSERT_EQ(::WaitForSingleObject(read.get(), test::kPatienceMilliseconds), WAIT_OBJECT_0);
  if (!::GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, child.id())) {
    GTEST_SKIP() << "no console here to send Ctrl+Break from: " << ::GetLastError();
  }
  const auto exit = child.WaitForExit();
  EXPECT_EQ(exit.code, Code(ExitCode::kServiceError));
  EXPECT_EQ(exit.output, "\"still there\"\n");
  EXPECT_NE(exit.errors.find("RequestCancelled (-32800)"), std::string::npos) << exit.errors;
}

}  // namespace
}  // namespace onbehalf::cli
