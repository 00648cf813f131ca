#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "integration/service_process.h"
#include "messages.h"
#include "module_server.h"
#include "onbehalf/win32/utf.h"
#include "raw_client.h"
#include "support/child_process.h"
#include "temporary_folder.h"

// What modules do to the process that loads them.
namespace onbehalf::test {
namespace {

constexpr const char* kService = "onbehalf-service.exe";
// The same, but with short timeouts at its end.
constexpr const char* kImpatient = "onbehalf-impatient-service.exe";

// The text of a settings file that loads faulty. No grace time, so that a stop cancels handlers at once.
std::string SettingsText(const std::string& of_faulty) {
  return R"({"limits":{"stop_grace_ms":0,"write_timeout_ms":100},"modules":{"load":{"faulty":)" + of_faulty +
         "}}}";
}

std::size_t Count(const std::vector<Json>& lines, const std::string& event, const std::string& method) {
  return static_cast<std::size_t>(std::count_if(lines.begin(), lines.end(), [&](const Json& line) {
    return line.value("event", "") == event && line.value("method", "") == method;
  }));
}

std::string StartFailure(const std::string& settings, const char* program = kService) {
  try {
    const ServiceProcess service(program, settings);
    return {};
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

TEST(ModuleProcess, AModuleNextToTheServiceIsLoadedAndShownByServiceStatus) {
  ServiceProcess service(kService, SettingsText("{}"));
  RawClient client(service.pipe_path());
  EXPECT_EQ(client.Call("faulty.log").at("result"), 1);
  const Json status = client.Call("service.status");
  ASSERT_TRUE(status.contains("result")) << status;
  EXPECT_EQ(status.at("result").at("modules"),
            (Json{{{"name", "faulty"}, {"version", "2.0"}, {"state", "loaded"}, {"overdue_calls", 0}}}));
  const auto exit = service.Stop();
  EXPECT_EQ(exit.code, 0U) << exit.errors;
}

TEST(ModuleProcess, ACrashEndsTheServiceAndLeavesTheAuditReadable) {
  ServiceProcess service(kService, SettingsText("{}"));
  RawClient client(service.pipe_path());
  client.Send(RequestMessage(1, "faulty.crash"));
  EXPECT_TRUE(client.IsClosedByServer());
  const auto exit = service.Stop();
  // The SCM starts it again (install.cmd sets the recovery actions).
  EXPECT_EQ(exit.code, static_cast<DWORD>(STATUS_ACCESS_VIOLATION)) << exit.errors;
  const auto lines = service.AuditLines();
  EXPECT_EQ(Count(lines, "decision", "faulty.crash"), 1U);
  EXPECT_EQ(Count(lines, "outcome", "faulty.crash"), 0U);
}

TEST(ModuleProcess, AStopEndsAlthoughACallDoesNot) {
  NamedEvent event;
  ServiceProcess service(kService, SettingsText(event.Settings()));
  RawClient client(service.pipe_path());
  client.Send(RequestMessage(1, "faulty.hang"));
  ASSERT_TRUE(event.WaitUntilEntered());
  std::optional<Json> answer;
  std::thread reading([&] { answer = client.Read(); });
  const auto exit = service.Stop();
  reading.join();
  EXPECT_EQ(exit.code, 1U);
  EXPECT_NE(exit.errors.find("calls do not end: the process ends without them running=faulty.hang"),
            std::string::npos)
      << exit.errors;
  EXPECT_EQ(answer, ErrorMessageFor(1, protocol::ErrorCode::kShuttingDown));
  EXPECT_EQ(Count(service.AuditLines(), "decision", "faulty.hang"), 1U);
}

// Not a module's call: it is abandoned as well, after a longer time, which this program shortens.
TEST(ModuleProcess, AStopEndsAlthoughACallOfALinkedApplicationDoesNot) {
  ServiceProcess service(kImpatient, R"({"limits":{"stop_grace_ms":0,"write_timeout_ms":100}})");
  RawClient client(service.pipe_path());
  client.Send(RequestMessage(1, "test.hang", {{"progressToken", 1}}));
  ASSERT_TRUE(client.Read().has_value());
  const auto exit = service.Stop();
  EXPECT_EQ(exit.code, 1U);
  EXPECT_NE(exit.errors.find("calls do not end: the process ends without them running=test.hang"),
            std::string::npos)
      << exit.errors;
}

TEST(ModuleProcess, AStopEndsAlthoughTheCloseOfAStreamDoesNot) {
  NamedEvent event;
  ServiceProcess service(kImpatient, SettingsText(event.Settings()));
  RawClient client(service.pipe_path());
  client.Send(RequestMessage(1, "faulty.hangingClose", {{"progressToken", 1}}));
  ASSERT_TRUE(client.Read().has_value());
  const auto exit = service.Stop();
  EXPECT_TRUE(event.WaitUntilEntered());
  EXPECT_EQ(exit.code, 1U);
  EXPECT_NE(exit.errors.find("the process ends without them running=faulty.hangingClose"), std::string::npos)
      << exit.errors;
}

TEST(ModuleProcess, AStopEndsAlthoughAModulesStopDoesNot) {
  ServiceProcess service(kImpatient, SettingsText(R"({"event":"at the stop"})"));
  const auto exit = service.Stop();
  EXPECT_EQ(exit.code, 1U);
  EXPECT_NE(exit.errors.find(R"(the process ends without them running="a module's stop function")"),
            std::string::npos)
      << exit.errors;
}

TEST(ModuleProcess, AServiceWithARefusedModuleDoesNotStartAndReportsWhy) {
  const std::string abi = StartFailure(R"({"modules":{"load":{"other_major":{}}}})");
  EXPECT_NE(abi.find("the module other_major is refused: it was built for version 2.0"), std::string::npos)
      << abi;
  const std::string missing = StartFailure(R"({"modules":{"load":{"nowhere":{}}}})");
  EXPECT_NE(missing.find("modules.load.nowhere: there is no file "), std::string::npos) << missing;
}

TEST(ModuleProcess, AStartedModuleIsStoppedWhenTheServiceFailsToStart) {
  const std::string kStarted = R"("faulty":{"event":"log the stop"})";
  const std::string module =
      StartFailure(R"({"modules":{"load":{)" + kStarted + R"(,"malformed":{"fault":"says why"}}}})");
  EXPECT_NE(module.find("the module malformed is refused: the queue is missing"), std::string::npos)
      << module;
  EXPECT_NE(module.find("it is stopped module=faulty"), std::string::npos) << module;
  // No method has this name, which is known only when all modules have started.
  const std::string limits = StartFailure(
      R"({"methods":{"limits":{"faulty.nothing":{"handlers":1}}},"modules":{"load":{)" + kStarted + "}}}");
  EXPECT_NE(limits.find("faulty.nothing"), std::string::npos) << limits;
  EXPECT_NE(limits.find("it is stopped module=faulty"), std::string::npos) << limits;
}

TEST(ModuleProcess, AStartThatFailsEndsAlthoughTheStopOfAModuleDoesNot) {
  const std::string why = StartFailure(
      R"({"modules":{"load":{"faulty":{"event":"at the stop"},"malformed":{"fault":"says why"}}}})",
      kImpatient);
  EXPECT_NE(why.find(R"(calls do not end: the process ends without them running="a module's stop function")"),
            std::string::npos)
      << why;
}

TEST(ModuleProcess, CheckConfigChecksTheFilesButRunsNoneOfTheirCode) {
  const TemporaryFolder folder;
  const auto check = [&folder](const std::string& settings) {
    WriteAll(folder.path() / "onbehalf.json", settings);
    ChildProcess::Options options;
    options.executable = PathBeside(kService);
    options.arguments = {"--check-config", "--data", win32::ToUtf8(folder.path().native())};
    return RunChild(options);
  };
  const auto missing = check(R"({"modules":{"load":{"nowhere":{},"faulty":{}}}})");
  EXPECT_EQ(missing.code, 1U);
  EXPECT_NE(missing.output.find("onbehalf.json: modules.load.nowhere: there is no file "), std::string::npos)
      << missing.output;
  EXPECT_EQ(missing.output.find("faulty"), std::string::npos) << missing.output;
  // A start would refuse both.
  const auto refused_later = check(R"({"modules":{"load":{"other_major":{},"faulty":{"event":"refused"}}}})");
  EXPECT_EQ(refused_later.code, 0U) << refused_later.output;
}

}  // namespace
}  // namespace onbehalf::test
