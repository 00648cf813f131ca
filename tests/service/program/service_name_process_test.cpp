// Several services of one computer: what follows the name of each.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include "onbehalf/win32/process.h"
#include "onbehalf/win32/utf.h"
#include "support/child_process.h"
#include "support/unique_pipe_name.h"
#include "temporary_folder.h"

namespace onbehalf::service {
namespace {

using test::ChildProcess;

std::string Beside(const wchar_t* program) {
  return win32::ToUtf8(
      (std::filesystem::path(win32::ToWide(win32::OwnImagePath())).parent_path() / program).native());
}

// The shipped service in the foreground, with this name and no other option that says where its pipe is.
class NamedService {
 public:
  NamedService(std::string name, const std::string& settings = {},
               const wchar_t* program = L"onbehalf-service.exe")
      : name_(std::move(name)), process_(Start(settings, program)) {
    while (const auto line = process_.ReadErrorLine()) {
      said_ += *line + "\n";
      listens_ = line->find(" listening ") != std::string::npos;
      if (listens_) break;
    }
  }

  bool listens() const { return listens_; }
  const std::string& said() const { return said_; }
  const std::string& name() const { return name_; }
  // Ends when the process does.
  void WaitForEnd() {
    while (const auto line = process_.ReadErrorLine()) said_ += *line + "\n";
  }
  ChildProcess::Exit Stop() { return process_.WaitForExit(); }

 private:
  ChildProcess Start(const std::string& settings, const wchar_t* program) {
    if (!settings.empty()) std::ofstream(folder_.path() / "onbehalf.json", std::ios::binary) << settings;
    ChildProcess::Options options;
    options.executable = Beside(program);
    options.arguments = {
        "--console", "--until-input-ends", "--name", name_, "--data", win32::ToUtf8(folder_.path().native())};
    return ChildProcess::Start(options);
  }

  const test::TemporaryFolder folder_;
  const std::string name_;
  ChildProcess process_;
  bool listens_ = false;
  std::string said_;
};

ChildProcess::Exit Client(std::vector<std::string> arguments) {
  ChildProcess::Options options;
  options.executable = Beside(L"onbehalf.exe");
  options.arguments = std::move(arguments);
  return test::RunChild(options);
}

// A name that only this test uses, in mixed case.
std::string UniqueServiceName() { return "Fits-" + test::UniquePipeName(); }

TEST(NamedServices, AreReachedByTheirNamesSideBySide) {
  NamedService one(UniqueServiceName());
  NamedService two(UniqueServiceName());
  ASSERT_TRUE(one.listens()) << one.said();
  ASSERT_TRUE(two.listens()) << two.said();
  EXPECT_NE(one.said().find(R"(pipe=\\.\pipe\fits-)"), std::string::npos) << one.said();
  for (const NamedService* const each : {&one, &two}) {
    const auto exit = Client({"--service", each->name(), "--trust", "same-user", "--json", "ping"});
    EXPECT_EQ(exit.code, 0U) << exit.errors;
  }
  EXPECT_EQ(one.Stop().code, 0U);
  const auto gone = Client({"--service", one.name(), "--trust", "same-user", "ping"});
  EXPECT_EQ(gone.code, 3U);
  EXPECT_NE(gone.errors.find("sc query " + one.name()), std::string::npos) << gone.errors;
  EXPECT_EQ(Client({"--service", two.name(), "--trust", "same-user", "ping"}).code, 0U);
}

TEST(NamedServices, TheSettingsPipeNameWins) {
  const std::string pipe = test::UniquePipeName();
  NamedService service(UniqueServiceName(), R"({"pipe": {"name": ")" + pipe + R"("}})");
  ASSERT_TRUE(service.listens()) << service.said();
  EXPECT_EQ(Client({"--service", service.name(), "--trust", "same-user", "ping"}).code, 3U);
  EXPECT_EQ(Client({"--service", service.name(), "--pipe", pipe, "--trust", "same-user", "ping"}).code, 0U);
  EXPECT_EQ(Client({"--pipe", pipe, "--service", service.name(), "--trust", "same-user", "ping"}).code, 0U);
}

TEST(IdleService, StopsItselfInTheOrdinaryWayAndSaysWhy) {
  NamedService service(UniqueServiceName(), {}, L"onbehalf-idle-service.exe");
  ASSERT_TRUE(service.listens()) << service.said();
  EXPECT_EQ(Client({"--service", service.name(), "--trust", "same-user", "ping"}).code, 0U);
  service.WaitForEnd();
  EXPECT_EQ(service.Stop().code, 0U);
  EXPECT_NE(service.said().find("there is nothing to do: stopping until a client opens the pipe"),
            std::string::npos)
      << service.said();
  EXPECT_NE(service.said().find("idle=\"500 ms\""), std::string::npos) << service.said();
  EXPECT_EQ(Client({"--service", service.name(), "--trust", "same-user", "ping"}).code, 3U);
}

TEST(IdleService, AServiceInTheForegroundDoesNotStopItself) {
  NamedService service(UniqueServiceName(), R"({"service": {"idle_stop_minutes": 1}})");
  ASSERT_TRUE(service.listens()) << service.said();
  EXPECT_EQ(service.Stop().code, 0U);
  EXPECT_EQ(service.said().find("nothing to do"), std::string::npos);
}

}  // namespace
}  // namespace onbehalf::service
