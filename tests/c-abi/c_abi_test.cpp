#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/fake_server.h"
#include "integration/service_process.h"
#include "onbehalf/onbehalf.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/utf.h"
#include "support/child_process.h"
#include "support/handle_count.h"
#include "support/platform_probe.h"
#include "support/unique_pipe_name.h"

// onbehalf.dll as loaded by a C program at run time: each test runs a check of c_program.c against a server
// that does what the check needs.
namespace onbehalf::test {
namespace {

using client::Json;
using Session = FakeServer::Session;

ChildProcess::Options CProgram(const std::string& check, const std::string& pipe,
                               const std::string& argument = {}) {
  ChildProcess::Options options;
  options.executable = PathBeside("onbehalf-c-program.exe");
  options.arguments = {check, pipe, argument};
  return options;
}

void ExpectToPass(const std::string& check, const std::string& pipe, const std::string& argument = {}) {
  const ChildProcess::Exit exit = RunChild(CProgram(check, pipe, argument));
  EXPECT_EQ(exit.code, 0u) << exit.errors;
  EXPECT_EQ(exit.errors, "");
}

void ExpectToPass(const std::string& check, FakeServer::Script script, const std::string& argument = {}) {
  const FakeServer server(std::move(script));
  ExpectToPass(check, server.name(), argument);
}

Json Notification(const std::string& method, const Json& params) {
  Json message = {{"jsonrpc", "2.0"}, {"method", method}};
  if (!params.is_null()) message["params"] = params;
  return message;
}

// Does what each request's method asks, one message after the other, until the client disconnects. Counts the
// cancellations.
class Service {
 public:
  FakeServer::Script script() {
    return [this](Session& session) {
      for (Json message = session.ReadRequest(); !message.is_null(); message = session.ReadRequest()) {
        Do(session, message);
      }
    };
  }
  int cancellations() const { return cancellations_; }

 private:
  void Do(Session& session, const Json& message) {
    const std::string method = message.at("method");
    const Json params = message.value("params", Json());
    if (method == "$/cancelRequest") {
      ++cancellations_;
      session.Refuse({{"id", params.at("id")}}, client::kRequestCancelled, "cancelled");
    } else if (method == "echo") {
      session.Answer(message, params.is_null() ? Json("none") : params);
    } else if (method == "denied") {
      session.Refuse(message, -32010, "no", {{"requestId", "r-7"}});
    } else if (method == "own") {
      session.Refuse(message, -1, "own");
    } else if (method == "cancelled") {
      session.Refuse(message, client::kRequestCancelled, "by the service");
    } else if (method == "count" || method == "progress-only") {
      for (int n = 1; n <= 3; ++n) {
        session.Send(
            Notification("$/progress", {{"token", params.at("progressToken")}, {"value", {{"n", n}}}}));
      }
      if (method == "count") session.Answer(message, "counted");
    } else if (method == "poke") {
      session.Send(Notification("poked", params));
    } else if (method == "never") {
      session.Send(Notification("received", nullptr));
    } else if (method != "slow") {
      ADD_FAILURE() << "unexpected request " << method;
    }
  }

  std::atomic<int> cancellations_ = 0;
};

void ExpectToPass(const std::string& check) {
  Service service;
  ExpectToPass(check, service.script());
}

TEST(CAbi, ReportsItsVersions) { ExpectToPass("versions", "no-pipe", ONBEHALF_VERSION); }

TEST(CAbi, CallsWithParametersOfEveryKindUntilItIsClosed) { ExpectToPass("call"); }

TEST(CAbi, ReturnsTheServicesErrorWithNameAndData) { ExpectToPass("rpc-errors"); }

TEST(CAbi, HasALastErrorForEachThread) { ExpectToPass("last-error", "no-pipe"); }

TEST(CAbi, NamesTheInvalidArgumentOfConnect) { ExpectToPass("connect-arguments"); }

TEST(CAbi, NamesAMissingOrInvalidArgumentAndContinues) { ExpectToPass("call-arguments"); }

TEST(CAbi, ReportsAMissingPipe) { ExpectToPass("no-pipe", UniquePipeName()); }

TEST(CAbi, ReportsThatTheServerIsNotTrusted) {
  bool has_come = false;
  ExpectToPass("not-trusted", [&](Session& session) { has_come = !session.ReadSome().empty(); });
  EXPECT_FALSE(has_come) << "the server received something";
}

TEST(CAbi, EndsACallAtItsTimeoutAndContinues) {
  ExpectToPass("timeout", [](Session& session) {
    for (Json message = session.ReadRequest(); !message.is_null(); message = session.ReadRequest()) {
      if (message.at("method") == "echo") session.Answer(message, "none");
    }
  });
}

TEST(CAbi, ReportsTheStateOfTheConnection) {
  const auto expect = [](int code, FakeServer::Script script) {
    ExpectToPass("connection-error", std::move(script), std::to_string(code));
  };
  expect(ONBEHALF_CONNECTION_RESET, [](Session& session) { session.ReadRequest(); });
  expect(ONBEHALF_CONNECTION_BAD_MESSAGE, [](Session& session) {
    session.ReadRequest();
    session.Write("no frame\r\n\r\n");
    session.ReadRequest();
  });
  expect(ONBEHALF_CONNECTION_PROTOCOL, [](Session& session) {
    session.ReadRequest();
    session.Answer({{"id", 4711}}, nullptr);
    session.ReadRequest();
  });
  expect(ONBEHALF_CONNECTION_ANSWER_TOO_LARGE, [](Session& session) {
    session.Answer(session.ReadRequest(), std::string(2000, 'x'));
    session.ReadRequest();
  });
}

TEST(CAbi, RepeatsAnIdempotentCallOnANewConnection) {
  std::atomic<int> connections = 0;
  ExpectToPass("idempotent", [&](Session& session) {
    const Json request = session.ReadRequest();
    if (++connections == 1) return;
    session.Answer(request, "again");
    session.ReadRequest();
  });
  EXPECT_EQ(connections, 2);
}

TEST(CAbi, AnswersEachAsynchronousCallOnceOnOneThread) { ExpectToPass("async"); }

TEST(CAbi, LetsCallbacksCallIt) { ExpectToPass("callbacks"); }

TEST(CAbi, CancelsBeforeAndAfterTheAnswerAndInCallbacks) {
  Service service;
  ExpectToPass("cancel", service.script());
  EXPECT_EQ(service.cancellations(), 4);
}

TEST(CAbi, ReportsProgressInOrderBeforeTheCallEnds) { ExpectToPass("progress"); }

TEST(CAbi, SendsAndReceivesNotifications) { ExpectToPass("notifications"); }

TEST(CAbi, EndsEveryCallBeforeAClientIsFreed) { ExpectToPass("free-with-pending-calls"); }

TEST(CAbi, LetsACallbackFreeItsClient) { ExpectToPass("free-in-callback"); }

TEST(CAbi, LetsProgressFreeItsClient) { ExpectToPass("free-in-progress"); }

TEST(CAbi, LetsANotificationHandlerFreeItsClient) { ExpectToPass("free-in-handler"); }

TEST(CAbi, CanBeUnloadedAndLoadedAgain) { ExpectToPass("unloading"); }

TEST(CAbi, CallsTheRealService) {
  const ServiceProcess service("onbehalf-service.exe", "{}");
  ExpectToPass("real-service", service.pipe_path().substr(std::string_view(R"(\\.\pipe\)").size()));
}

struct Footprint {
  std::size_t handles;
  int blocks;  // memory blocks
};

// The program has reported how much it has allocated, and waits.
Footprint ReadFootprint(ChildProcess& program) {
  const auto line = program.ReadLine();
  return {OpenHandleCountOf(program.id()), line ? std::stoi(*line) : 0};
}

TEST(CAbi, LeaksNothingInAThousandConnections) {
  Service service;
  const FakeServer server(service.script());
  ChildProcess program = ChildProcess::Start(CProgram("leaks", server.name(), "1000"));
  const Footprint before = ReadFootprint(program);
  program.WriteInput("\n");
  const Footprint after = ReadFootprint(program);
  program.WriteInput("\n");
  const ChildProcess::Exit exit = program.WaitForExit();
  EXPECT_EQ(exit.code, 0u) << exit.errors;
  RecordProperty("handles", std::to_string(before.handles) + " -> " + std::to_string(after.handles));
  RecordProperty("blocks", std::to_string(before.blocks) + " -> " + std::to_string(after.blocks));
  // Tolerance for what Windows keeps, but not for one per connection.
  EXPECT_LE(after.handles, before.handles + 5);
  EXPECT_LE(after.blocks, before.blocks + 100);
  EXPECT_GT(before.blocks, 0);
}

// The samples. The tests of the installed service cover their output there.

TEST(CSample, PrintsTheAccountOrTheError) {
  ChildProcess::Options options;
  options.executable = PathBeside("onbehalf_whoami_c.exe");
  const ChildProcess::Exit exit = RunChild(options);
  if (exit.code == 0) {
    EXPECT_NE(exit.output.find("\"account\""), std::string::npos) << exit.output;
  } else {
    EXPECT_EQ(exit.code, 1u);
    EXPECT_NE(exit.errors.find(R"(\\.\pipe\onbehalf)"), std::string::npos) << exit.errors;
  }
}

// Python for Windows, if it is in PATH and not a stub that only offers to install it.
std::optional<std::string> FindPython() {
  std::wstring path(32 * 1024, L'\0');
  const DWORD length =
      ::SearchPathW(nullptr, L"python.exe", nullptr, static_cast<DWORD>(path.size()), path.data(), nullptr);
  if (length == 0 || length >= path.size()) return std::nullopt;
  ChildProcess::Options options;
  options.executable = win32::ToUtf8(path.substr(0, length));
  options.arguments = {"-c", "import ctypes"};
  return RunChild(options).code == 0 ? std::optional(options.executable) : std::nullopt;
}

TEST(PythonSample, Calls) {
  const auto python = FindPython();
  ONBEHALF_SKIP_WITHOUT("Python for Windows on the path", python.has_value());
  Service service;
  const FakeServer server(service.script());
  ChildProcess::Options options;
  options.executable = *python;
  options.environment = {{"ONBEHALF_DLL", PathBeside("onbehalf.dll")},
                         {"ONBEHALF_PIPE", server.name()},
                         {"ONBEHALF_TRUST", "same-user"}};
  const std::string sample = ONBEHALF_SOURCE_FOLDER "/client-lib/samples/python/onbehalf_ctypes.py";

  options.arguments = {sample, "echo", R"({"a":1})"};
  ChildProcess::Exit exit = RunChild(options);
  EXPECT_EQ(exit.code, 0u) << exit.errors;
  EXPECT_EQ(Json::parse(exit.output), Json({{"a", 1}}));

  options.arguments = {sample, "--async", "count"};
  exit = RunChild(options);
  EXPECT_EQ(exit.code, 0u) << exit.errors;
  EXPECT_NE(exit.errors.find("progress: {\"n\": 3}"), std::string::npos) << exit.errors;
  EXPECT_EQ(Json::parse(exit.output), "counted");

  options.arguments = {sample, "denied"};
  exit = RunChild(options);
  EXPECT_EQ(exit.code, 1u);
  EXPECT_NE(exit.errors.find("AccessDenied (-32010): no"), std::string::npos) << exit.errors;
}

}  // namespace
}  // namespace onbehalf::test
