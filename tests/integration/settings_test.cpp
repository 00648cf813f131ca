// The settings file of the service as it ships: checked, and reloaded while it runs.

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "onbehalf/client/client.h"
#include "onbehalf/win32/utf.h"
#include "service/temporary_folder.h"
#include "service_process.h"
#include "support/child_process.h"
#include "support/patience.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::test {
namespace {

using client::Client;
using client::Json;

client::Options OptionsFor(const ServiceProcess& service) {
  client::Options options;
  options.pipe = service.pipe_name();
  options.trust = client::Trust::kSameUser;
  options.connect_timeout = options.call_timeout = kPatience;
  return options;
}

// Runs the program with these settings, until it ends by itself or because its input does.
ChildProcess::Exit RunService(const TemporaryFolder& folder, std::string_view settings,
                              std::vector<std::string> arguments) {
  WriteAll(folder.path() / "onbehalf.json", settings);
  ChildProcess::Options options;
  options.executable = PathBeside("onbehalf-service.exe");
  options.arguments = std::move(arguments);
  options.arguments.insert(options.arguments.end(), {"--data", win32::ToUtf8(folder.path().native())});
  ChildProcess::Exit exit = RunChild(options);
  std::erase(exit.output, '\r');
  return exit;
}

TEST(ShippedSettings, AreReloadedWhenAnAdministratorAsks) {
  ServiceProcess service("onbehalf-service.exe", R"({"log": {"level": "info"}})");
  Client client = Client::Connect(OptionsFor(service));
  service.WriteSettings(R"({"log": {"level": "error", "files": 2}, "limits": {"connections": 500},
                            "methods": {"limits": {"rpc.ping": {"handlers": 1}}}})");
  // The pipe's name is that of the command line, whatever the file says.
  EXPECT_EQ(client.Call("service.reload"),
            (Json{{"changed", {"limits.connections", "log.level", "methods.limits"}},
                  {"needs_restart", {"log.files"}}}));
  EXPECT_EQ(client.Call("rpc.ping").at("pong"), true);
}

TEST(ShippedSettings, MayHaveComments) {
  const TemporaryFolder folder;
  auto exit =
      RunService(folder, "// nothing yet\r\n{ /* \"pipe\": 1, */ \"log\": { \"level\": \"debug\", }, }\r\n",
                 {"--check-config"});
  EXPECT_EQ(exit.code, 0u) << exit.output << exit.errors;
  exit = RunService(folder, "// nothing yet\r\n{ /* \"pipe\": 1, }\r\n", {"--check-config"});
  EXPECT_EQ(exit.code, 1u);
  EXPECT_EQ(exit.output, "onbehalf.json: line 2, column 3: A comment is not closed (at byte 18).\n");

  ServiceProcess service("onbehalf-service.exe", "// { \"log\": 1 }\n{}");
  Client client = Client::Connect(OptionsFor(service));
  service.WriteSettings("{ \"limits\": { \"connections\": 500, /* \"silent_connections\": 1 */ } } // few");
  EXPECT_EQ(client.Call("service.reload"),
            (Json{{"changed", {"limits.connections"}}, {"needs_restart", Json::array()}}));
}

TEST(ShippedSettings, AreRefusedAsAWholeAndEveryFaultIsReported) {
  ServiceProcess service("onbehalf-service.exe", "{}");
  Client client = Client::Connect(OptionsFor(service));
  service.WriteSettings(
      R"({"limits": {"connections": 500}, "methods": {"limits": {"service.staus": {"handlers": 1}}},
                            "log": {"level": "loud"}})");
  try {
    client.Call("service.reload");
    FAIL() << "there are faults";
  } catch (const client::RpcError& error) {
    EXPECT_EQ(error.code(), -32020);
    const Json& faults = error.data().at("faults");
    ASSERT_EQ(faults.size(), 2u) << faults;
    EXPECT_EQ(faults[0].at("key"), "log.level");
    EXPECT_EQ(faults[1], (Json{{"key", "methods.limits.service.staus"},
                               {"message", "unknown key; did you mean service.status?"}}));
  }
  service.WriteSettings("{}");
  EXPECT_EQ(client.Call("service.reload"),
            (Json{{"changed", Json::array()}, {"needs_restart", Json::array()}}));
}

TEST(ShippedSettings, ThatAreRefusedRevealNoPathsToClients) {
  ServiceProcess service("onbehalf-service.exe", "{}");
  Client client = Client::Connect(OptionsFor(service));
  service.WriteSettings(R"({"modules": {"load": {"nowhere": {}}}})");
  try {
    client.Call("service.reload");
    FAIL() << "there is no such module";
  } catch (const client::RpcError& error) {
    EXPECT_EQ(error.code(), -32020);
    ASSERT_EQ(error.data().at("faults").size(), 1u) << error.data();
    const std::string message = error.data().at("faults")[0].at("message").get<std::string>();
    EXPECT_EQ(message.find('\\'), std::string::npos) << message;
  }
}

TEST(ShippedSettings, AreCheckedWithTheServicesMethodsAndNothingIsCreated) {
  const TemporaryFolder folder;
  auto exit =
      RunService(folder, R"({"methods": {"limits": {"rpc.ping": {"handlers": 1}}}})", {"--check-config"});
  EXPECT_EQ(exit.code, 0u) << exit.output << exit.errors;
  EXPECT_EQ(exit.output, "onbehalf.json: ok\n");
  exit = RunService(folder,
                    R"({"limits": {"connections": 0}, "methods": {"limits": {"rpc.pnig": {"handlers": 1}}}})",
                    {"--check-config"});
  EXPECT_EQ(exit.code, 1u);
  EXPECT_EQ(exit.output,
            "onbehalf.json: limits.connections: expected an integer from 1 to 100000, found 0\n"
            "onbehalf.json: methods.limits.rpc.pnig: unknown key; did you mean rpc.ping?\n");
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    EXPECT_EQ(entry.path().filename(), "onbehalf.json");
  }
}

TEST(ShippedSettings, WithAnUnknownMethodPreventTheStart) {
  const TemporaryFolder folder;
  const auto exit = RunService(folder, R"({"methods": {"limits": {"rpc.pnig": {"handlers": 1}}}})",
                               {"--console", "--until-input-ends", "--pipe", UniquePipeName()});
  EXPECT_EQ(exit.code, 1u);
  EXPECT_NE(exit.errors.find("methods.limits.rpc.pnig: unknown key"), std::string::npos) << exit.errors;
}

}  // namespace
}  // namespace onbehalf::test
