#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "exit_code.h"
#include "fake_server.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "onbehalf_program.h"
#include "support/child_process.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::cli {
namespace {

using client::Json;
using test::BesideThisTest;
using test::ChildProcess;
using test::Code;
using test::FakeServer;
using test::RunAgainst;
using test::RunProgram;

Json Service(const Json& request) {
  const std::string method = request.at("method");
  if (method == "rpc.ping") return {{"result", {{"pong", true}}}};
  if (method == "identity.whoami")
    return {{"result", {{"account", {{"name", "PC\\\xC3\xA4nne"}, {"sid", "S-1-1-0"}}}}}};
  if (method == "rpc.discover") {
    return {{"result", {{"methods", Json::array({{{"name", "rpc.ping"}, {"summary", "Answers."}}})}}}};
  }
  if (method == "echo") return {{"result", request.value("params", Json())}};
  if (method == "denied") {
    return {{"error", {{"code", -32010}, {"message", "refused"}, {"data", {{"requestId", "r-9"}}}}}};
  }
  return {{"error", {{"code", -32601}, {"message", "no such method"}}}};
}

TEST(Program, PingsAndReportsIt) {
  FakeServer server(test::Answering(Service));
  const auto exit = RunAgainst(server, {"ping"});
  EXPECT_EQ(exit.code, Code(ExitCode::kDone));
  EXPECT_EQ(exit.output.find("pong from \\\\.\\pipe\\" + server.name()), 0u) << exit.output;
  EXPECT_EQ(exit.errors, "");
}

TEST(Program, PingsOverSeveralConnections) {
  std::atomic<int> connections = 0;
  FakeServer server([&](FakeServer::Session& session) {
    ++connections;
    session.Answer(session.ReadRequest(), {{"pong", true}});
  });
  const auto exit = RunAgainst(server, {"ping", "--connections", "2"});
  EXPECT_EQ(exit.code, Code(ExitCode::kDone)) << exit.errors;
  EXPECT_NE(exit.output.find(" over each of 2 connections"), std::string::npos) << exit.output;
  EXPECT_EQ(connections, 2);
}

TEST(Program, PingsFailWhereOneClientIsServedAtATime) {
  // The next client is served only when this one is gone.
  FakeServer server([](FakeServer::Session& session) {
    session.Answer(session.ReadRequest(), {{"pong", true}});
    while (!session.ReadRequest().is_null()) {
    }
  });
  const auto exit = RunAgainst(server, {"--timeout", "1000", "ping", "--connections", "2"});
  EXPECT_EQ(exit.code, Code(ExitCode::kNoConnection)) << exit.output;
}

TEST(Program, WritesUtf8AndJson) {
  FakeServer server(test::Answering(Service));
  EXPECT_EQ(RunAgainst(server, {"whoami"}).output, "account  PC\\\xC3\xA4nne\nsid      S-1-1-0\n");
  const auto json = RunAgainst(server, {"--json", "whoami"});
  EXPECT_EQ(json.output, "{\"account\":{\"name\":\"PC\\\\\xC3\xA4nne\",\"sid\":\"S-1-1-0\"}}\n");
}

TEST(Program, ListsAndDescribesMethods) {
  FakeServer server(test::Answering(Service));
  EXPECT_NE(RunAgainst(server, {"methods"}).output.find("rpc.ping"), std::string::npos);
  EXPECT_NE(RunAgainst(server, {"methods", "rpc"}).output.find("rpc.ping"), std::string::npos);
  EXPECT_EQ(RunAgainst(server, {"methods", "rpc.ping"}).output.find("rpc.ping\n"), 0u);
  const auto unknown = RunAgainst(server, {"methods", "rpc.pong"});
  EXPECT_EQ(unknown.code, Code(ExitCode::kServiceError));
  EXPECT_EQ(unknown.output, "");
  EXPECT_NE(unknown.errors.find("MethodNotFound"), std::string::npos);
}

TEST(Program, CallsWithParametersFromArgumentsAFileAndStandardInput) {
  FakeServer server(test::Answering(Service));
  EXPECT_EQ(RunAgainst(server, {"--json", "call", "echo", "{\"a\":\"b c\"}"}).output, "{\"a\":\"b c\"}\n");
  EXPECT_EQ(RunAgainst(server, {"--json", "call", "echo"}).output, "null\n");

  const std::string file = test::UniquePipeName() + ".json";
  std::ofstream(file, std::ios::binary) << "\xEF\xBB\xBF[1,2]";
  EXPECT_EQ(RunAgainst(server, {"--json", "call", "echo", "@" + file}).output, "[1,2]\n");
  ::DeleteFileW(win32::ToWide(file).c_str());

  ChildProcess child = test::StartAgainst(server, {"--json", "call", "echo", "-"});
  child.WriteInput("{\"from\":");
  child.WriteInput("\"input\"}");
  const auto exit = child.WaitForExit();
  EXPECT_EQ(exit.output, "{\"from\":\"input\"}\n") << exit.errors;
}

TEST(Program, EndsWithOneWhenTheServiceAnswersWithAnError) {
  FakeServer server(test::Answering(Service));
  const auto exit = RunAgainst(server, {"call", "unknown"});
  EXPECT_EQ(exit.code, Code(ExitCode::kServiceError));
  EXPECT_EQ(exit.output, "");
  EXPECT_NE(exit.errors.find("MethodNotFound (-32601)"), std::string::npos) << exit.errors;
}

TEST(Program, EndsWithTwoForAnInvalidCommandLineWithoutConnecting) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{},
                                                    {"pong"},
                                                    {"ping", "--json"},
                                                    {"call", "x", "5"},
                                                    {"call", "x", "@none.json"}}) {
    const auto exit = RunProgram(arguments);
    EXPECT_EQ(exit.code, Code(ExitCode::kUsage)) << exit.errors;
    EXPECT_EQ(exit.output, "");
    EXPECT_NE(exit.errors.find("error: "), std::string::npos);
  }
}

TEST(Program, EndsWithThreeWithoutAConnection) {
  const std::string name = test::UniquePipeName();
  const auto absent = RunProgram({"--pipe", name, "ping"});
  EXPECT_EQ(absent.code, Code(ExitCode::kNoConnection));
  EXPECT_NE(absent.errors.find(name), std::string::npos);

  FakeServer server([](FakeServer::Session& session) { session.ReadRequest(); });
  EXPECT_EQ(RunAgainst(server, {"ping"}).code, Code(ExitCode::kNoConnection));

  FakeServer mute([](FakeServer::Session& session) {
    while (!session.ReadSome().empty()) {
    }
  });
  const auto late = RunAgainst(mute, {"--timeout", "1000", "ping"});
  EXPECT_EQ(late.code, Code(ExitCode::kNoConnection));
  EXPECT_NE(late.errors.find("--timeout"), std::string::npos) << late.errors;
}

TEST(Program, EndsWithFourForAnUntrustedServer) {
  // Owned by Guests, or by this user where an owner may not be chosen.
  std::unique_ptr<FakeServer> server;
  try {
    server = std::make_unique<FakeServer>(test::Answering(Service), "O:BGG:BGD:P(A;;FA;;;WD)");
  } catch (const win32::Win32Error&) {
    server = std::make_unique<FakeServer>(test::Answering(Service));
  }
  const auto exit = RunProgram({"--pipe", server->name(), "--json", "ping"});
  EXPECT_EQ(exit.code, Code(ExitCode::kNotTrusted)) << exit.errors;
  EXPECT_EQ(exit.output, "");
  EXPECT_EQ(Json::parse(exit.errors).at("error").at("kind"), "trust");
}

TEST(Program, EndsWithFiveWhenAccessIsDenied) {
  FakeServer server(test::Answering(Service));
  const auto exit = RunAgainst(server, {"call", "denied"});
  EXPECT_EQ(exit.code, Code(ExitCode::kAccessDenied));
  EXPECT_NE(exit.errors.find("r-9"), std::string::npos);
  const auto json = RunAgainst(server, {"--json", "call", "denied"});
  EXPECT_EQ(json.code, Code(ExitCode::kAccessDenied));
  EXPECT_EQ(json.output, "");
  EXPECT_EQ(Json::parse(json.errors).at("error").at("code"), -32010);
}

// A service whose policy is version 7 and whose audit has one record.
Json PolicyService(const Json& request) {
  const std::string method = request.at("method");
  const Json params = request.value("params", Json());
  if (method == "access.check") {
    return {{"result",
             {{"node", params.at("node")},
              {"right", "call"},
              {"allowed", params.at("node") == "rpc.ping"},
              {"account", {{"sid", "S-1-1-0"}, {"name", "Everyone"}}},
              {"approximate", false},
              {"note", ""}}}};
  }
  if (method == "access.history") {
    return {
        {"result",
         {{"version", 7},
          {"versions",
           Json::array({{{"version", 7}, {"changed", "now"}, {"changedBy", "me"}, {"current", true}}})}}}};
  }
  if (method == "access.grant") {
    if (params.value("version", 7) != 7) {
      return {{"error",
               {{"code", -32018},
                {"message", "The policy has changed since it was read."},
                {"data", {{"version", 7}}}}}};
    }
    const bool dry = params.value("dryRun", false);
    return {{"result",
             {{"version", dry ? 7 : 8},
              {"changed", true},
              {"dryRun", dry},
              {"node", params.at("node")},
              {"before", nullptr},
              {"after", "D:(A;;GX;;;S-1-5-21-1-2-3-4)"},
              {"warnings", {"S-1-5-21-1-2-3-4 has no name"}}}}};
  }
  if (method == "access.show")
    return {{"error", {{"code", -32602}, {"message", "node: there is no node 'x'"}}}};
  if (method == "access.set") {
    return {{"error", {{"code", -32010}, {"message", "refused"}, {"data", {{"reason", "you may not"}}}}}};
  }
  if (method == "audit.verify") {
    return {
        {"result",
         {{"ok", false},
          {"files", 1},
          {"lines", 2},
          {"anchors", 0},
          {"problem", {{"file", "audit-2026-11-22.jsonl"}, {"line", 2}, {"what", "the hash is another"}}}}}};
  }
  if (method == "audit.read") {
    Json lines = Json::array();
    if (!params.contains("after") && !params.contains("denied")) {
      lines = {{{"time", "now"}, {"event", "decision"}, {"verdict", "allowed"}, {"method", "rpc.ping"}}};
    }
    return {{"result", {{"lines", lines}, {"cursor", "1"}, {"more", false}}}};
  }
  return {{"error", {{"code", -32601}, {"message", "no such method"}}}};
}

TEST(Program, ChangesThePolicyAndWarnsOnStandardError) {
  FakeServer server(test::Answering(PolicyService));
  const auto granted = RunAgainst(server, {"access", "grant", "S-1-5-21-1-2-3-4", "file", "call"});
  EXPECT_EQ(granted.code, Code(ExitCode::kDone)) << granted.errors;
  EXPECT_EQ(granted.output,
            "file: changed, the policy is now version 8\n"
            "  before  the default\n"
            "  after   D:(A;;GX;;;S-1-5-21-1-2-3-4)\n"
            "    + allow  S-1-5-21-1-2-3-4  call\n");
  EXPECT_EQ(granted.errors, "warning: S-1-5-21-1-2-3-4 has no name\n");

  const auto json =
      RunAgainst(server, {"--json", "access", "grant", "S-1-5-21-1-2-3-4", "file", "call", "--dry-run"});
  EXPECT_EQ(json.code, Code(ExitCode::kDone));
  EXPECT_EQ(json.errors, "");
  EXPECT_EQ(Json::parse(json.output).at("dryRun"), true);

  const auto late = RunAgainst(server, {"access", "grant", "BU", "file", "call", "--if-version", "6"});
  EXPECT_EQ(late.code, Code(ExitCode::kServiceError));
  EXPECT_EQ(late.output, "");
  EXPECT_NE(late.errors.find("PolicyConflict (-32018)"), std::string::npos) << late.errors;
  EXPECT_NE(late.errors.find("run the command again"), std::string::npos) << late.errors;
}

TEST(Program, EndsWithFiveWhenACheckIsAnsweredWithNo) {
  FakeServer server(test::Answering(PolicyService));
  const auto yes = RunAgainst(server, {"access", "check", "rpc.ping"});
  EXPECT_EQ(yes.code, Code(ExitCode::kDone));
  EXPECT_EQ(yes.output, "yes: Everyone may call rpc.ping\n");
  const auto no = RunAgainst(server, {"access", "check", "file"});
  EXPECT_EQ(no.code, Code(ExitCode::kAccessDenied));
  EXPECT_EQ(no.output, "no: Everyone may not call file\n  why  onbehalf access explain file\n");
  EXPECT_EQ(no.errors, "");
  EXPECT_EQ(RunAgainst(server, {"--json", "access", "check", "file"}).code, Code(ExitCode::kAccessDenied));
}

TEST(Program, ShowsWhatTheServiceReportsAboutAccess) {
  FakeServer server(test::Answering(PolicyService));
  const auto history = RunAgainst(server, {"access", "history"});
  EXPECT_EQ(history.output, "VERSION      CHANGED  BY\n7 (current)  now      me\n") << history.errors;
  const auto unknown = RunAgainst(server, {"access", "show", "x"});
  EXPECT_EQ(unknown.code, Code(ExitCode::kServiceError));
  EXPECT_EQ(unknown.output, "");
  EXPECT_EQ(unknown.errors.find("error: InvalidParams (-32602): node: there is no node 'x'\n"), 0u)
      << unknown.errors;
  const auto refused = RunAgainst(server, {"access", "set", "file", "--default"});
  EXPECT_EQ(refused.code, Code(ExitCode::kAccessDenied));
  EXPECT_NE(refused.errors.find("you may not"), std::string::npos) << refused.errors;
}

TEST(Program, ReadsTheAudit) {
  FakeServer server(test::Answering(PolicyService));
  const auto lines = RunAgainst(server, {"audit"});
  EXPECT_EQ(lines.code, Code(ExitCode::kDone)) << lines.errors;
  EXPECT_EQ(lines.output,
            "TIME  VERDICT  ACCOUNT  METHOD    NODE  REASON  REQUEST\n"
            "now   allowed  -        rpc.ping  -     -       -\n");
  const auto json = RunAgainst(server, {"--json", "audit"});
  EXPECT_EQ(json.output,
            "{\"event\":\"decision\",\"method\":\"rpc.ping\",\"time\":\"now\",\"verdict\":\"allowed\"}\n");
  const auto none = RunAgainst(server, {"audit", "--denied"});
  EXPECT_EQ(none.code, Code(ExitCode::kDone));
  EXPECT_EQ(none.output, "");
  EXPECT_EQ(none.errors, "The audit has no such records.\n");
}

TEST(Program, EndsWithOneWhenTheAuditIsBroken) {
  FakeServer server(test::Answering(PolicyService));
  const auto broken = RunAgainst(server, {"audit", "verify"});
  EXPECT_EQ(broken.code, Code(ExitCode::kServiceError));
  EXPECT_EQ(broken.output,
            "the audit is broken: audit-2026-11-22.jsonl, line 2: the hash is another\n"
            "  checked  1 file, 2 lines, 0 anchors\n");
}

TEST(Program, FollowsTheAuditUntilItIsStopped) {
  FakeServer server([](FakeServer::Session& session) {
    session.Answer(session.ReadRequest(),
                   {{"lines", Json::array({{{"seq", 1}}})}, {"cursor", "1"}, {"more", false}});
    const Json follow = session.ReadRequest();
    EXPECT_EQ(follow.at("method"), "audit.follow");
    session.Send({{"jsonrpc", "2.0"},
                  {"method", "$/progress"},
                  {"params",
                   {{"token", follow.at("params").at("progressToken")},
                    {"value", {{"lines", Json::array({{{"seq", 2}}})}, {"cursor", "2"}}}}}});
    const Json cancel = session.ReadRequest();
    if (cancel.is_null()) return;
    EXPECT_EQ(cancel.at("method"), "$/cancelRequest");
    session.Refuse(follow, -32800, "cancelled");
  });
  ChildProcess child = test::StartAgainst(server, {"--json", "audit", "--follow"});
  EXPECT_EQ(child.ReadLine(), "{\"seq\":1}");
  EXPECT_EQ(child.ReadLine(), "{\"seq\":2}");
  if (!::GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, child.id())) {
    GTEST_SKIP() << "no console here to send Ctrl+Break from: " << ::GetLastError();
  }
  const auto exit = child.WaitForExit();
  EXPECT_EQ(exit.code, Code(ExitCode::kDone)) << exit.errors;
  EXPECT_EQ(exit.errors, "");
}

TEST(Program, CompletesWordsAndPrintsNothingWithoutAService) {
  FakeServer server(test::Answering(Service));
  const auto methods =
      RunProgram({"complete", "6", "--pipe", server.name(), "--trust", "same-user", "call", "rpc.", "{}"});
  EXPECT_EQ(methods.code, Code(ExitCode::kDone));
  EXPECT_EQ(methods.output, "rpc.ping\n");
  EXPECT_EQ(methods.errors, "");
  // The empty word at the end, which a shell may omit.
  EXPECT_EQ(RunProgram({"complete", "4", "--pipe", server.name(), "completions"}).output,
            "powershell\nbash\n");
  EXPECT_EQ(RunProgram({"complete", "3", "doctor", "--bundle"}).output, "\tfiles\n");

  // No service, a silent one, one that refuses: prints nothing, and soon.
  FakeServer mute([](FakeServer::Session& session) {
    while (!session.ReadSome().empty()) {
    }
  });
  FakeServer refusing(
      [](FakeServer::Session& session) { session.Refuse(session.ReadRequest(), -32010, "refused"); });
  for (const std::string& pipe : {test::UniquePipeName(), mute.name(), refusing.name()}) {
    const auto exit = RunProgram({"complete", "6", "--pipe", pipe, "--trust", "same-user", "call", ""});
    EXPECT_EQ(exit.code, Code(ExitCode::kDone));
    EXPECT_EQ(exit.output, "");
    EXPECT_EQ(exit.errors, "");
  }
  EXPECT_EQ(RunProgram({"complete", "x"}).code, Code(ExitCode::kUsage));
}

TEST(Program, PrintsScriptsForShells) {
  EXPECT_NE(RunProgram({"completions", "bash"}).output.find("complete -F _onbehalf onbehalf"),
            std::string::npos);
  EXPECT_NE(RunProgram({"completions", "powershell"}).output.find("Register-ArgumentCompleter -Native"),
            std::string::npos);
}

TEST(Program, ShowsHelpAndVersion) {
  EXPECT_NE(RunProgram({"--help"}).output.find("onbehalf [OPTIONS] COMMAND"), std::string::npos);
  EXPECT_NE(RunProgram({"call", "--help"}).output.find("--cancel-after MS"), std::string::npos);
  const auto version = RunProgram({"--version"});
  EXPECT_EQ(version.code, 0u);
  EXPECT_EQ(version.output.find("onbehalf "), 0u);
}

TEST(Program, DoctorEndsWithOneWhenACheckFails) {
  // Whatever is installed here, no pipe has this name.
  const auto exit = RunProgram({"--pipe", test::UniquePipeName(), "--json", "doctor"});
  EXPECT_EQ(exit.code, Code(ExitCode::kServiceError)) << exit.errors;
  const Json found = Json::parse(exit.output);
  EXPECT_EQ(found.at("failed"), true);
  EXPECT_GE(found.at("checks").size(), 3u);
}

TEST(Program, DoctorChecksOnlyThisComputer) {
  EXPECT_EQ(RunProgram({"--server", "other", "doctor"}).code, Code(ExitCode::kUsage));
}

TEST(Sample, TheFirstCallPrintsTheAccountOrTheError) {
  ChildProcess::Options options;
  options.executable = BesideThisTest("onbehalf_first_call.exe");
  const auto exit = test::RunChild(options);
  if (exit.code == 0) {
    EXPECT_GT(exit.output.size(), 1u);
  } else {
    EXPECT_EQ(exit.code, 1u);
    EXPECT_NE(exit.errors.find("\\\\.\\pipe\\onbehalf"), std::string::npos) << exit.errors;
  }
}

}  // namespace
}  // namespace onbehalf::cli
