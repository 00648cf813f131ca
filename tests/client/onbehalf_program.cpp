#include "onbehalf_program.h"

#include "onbehalf/win32/process.h"

namespace onbehalf::test {
namespace {

ChildProcess::Options Program(const std::vector<std::string>& arguments) {
  ChildProcess::Options options;
  options.executable = BesideThisTest("onbehalf.exe");
  options.arguments = arguments;
  return options;
}

std::vector<std::string> Reaching(const FakeServer& server, const std::vector<std::string>& command) {
  std::vector<std::string> arguments = {"--pipe", server.name(), "--trust", "same-user"};
  arguments.insert(arguments.end(), command.begin(), command.end());
  return arguments;
}

}  // namespace

std::string BesideThisTest(const std::string& name) {
  const std::string own = win32::OwnImagePath();
  return own.substr(0, own.find_last_of('\\') + 1) + name;
}

ChildProcess::Exit RunProgram(const std::vector<std::string>& arguments) {
  return RunChild(Program(arguments));
}

ChildProcess::Exit RunAgainst(const FakeServer& server, const std::vector<std::string>& command) {
  return RunProgram(Reaching(server, command));
}

ChildProcess StartAgainst(const FakeServer& server, const std::vector<std::string>& command) {
  ChildProcess::Options options = Program(Reaching(server, command));
  options.creation_flags = CREATE_NEW_PROCESS_GROUP;
  return ChildProcess::Start(options);
}

}  // namespace onbehalf::test
