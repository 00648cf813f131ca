#include <exception>
#include <string>
#include <system_error>
#include <vector>

#include "command_line.h"
#include "commands.h"
#include "exit_code.h"
#include "failure.h"
#include "json_layout.h"
#include "method_error.h"
#include "onbehalf/win32/utf.h"
#include "output.h"

namespace {

using namespace onbehalf;
using cli::ExitCode;

ExitCode Run(const cli::CommandLine& line, cli::Output& output) {
  switch (line.command) {
    case cli::Command::kHelp:
      output.Result(cli::HelpText(line.help_of), cli::HelpText(line.help_of));
      return ExitCode::kDone;
    case cli::Command::kVersion:
      output.Result({{"version", ONBEHALF_VERSION}}, "onbehalf " ONBEHALF_VERSION "\n");
      return ExitCode::kDone;
    case cli::Command::kPing:
      return cli::Ping(line, output);
    case cli::Command::kWhoami:
      return cli::Whoami(line, output);
    case cli::Command::kMethods:
      return cli::Methods(line, output);
    case cli::Command::kCall:
      return cli::Call(line, output);
    case cli::Command::kShell:
      return cli::Shell(line, output);
    case cli::Command::kAccess:
      return cli::Access(line, output);
    case cli::Command::kAudit:
      return cli::Audit(line, output);
    case cli::Command::kDoctor:
      return cli::Doctor(line, output);
    case cli::Command::kCompletions:
      return cli::PrintCompletions(line, output);
    case cli::Command::kComplete:
      return cli::CompleteWords(line, output);
    case cli::Command::kGenerate:
      return cli::Generate(line, output);
    case cli::Command::kNewModule:
      return cli::NewModule(line, output);
    case cli::Command::kFile:
      return cli::File(line, output);
  }
  return ExitCode::kUsage;
}

int Tell(const cli::Failure& failure, cli::Output& output) {
  output.Error(output.json() ? cli::JsonLine(failure.json) + "\n" : failure.text);
  return static_cast<int>(failure.exit_code);
}

}  // namespace

int wmain(int argc, wchar_t** argv) {
  std::vector<std::string> arguments;
  for (int i = 1; i < argc; ++i) arguments.push_back(win32::ToUtf8Lossy(argv[i]));

  cli::CommandLine line;
  try {
    line = cli::ParseCommandLine(arguments);
  } catch (const cli::UsageError& error) {
    cli::Output output(false);
    return Tell(cli::Explain(error), output);
  }
  cli::Output output(line.json);
  try {
    return static_cast<int>(Run(line, output));
  } catch (const cli::UsageError& error) {
    return Tell(cli::Explain(error), output);
  } catch (const cli::FileError& error) {
    return Tell(cli::Explain(error), output);
  } catch (const cli::MethodError& error) {
    return Tell(cli::Explain(error, error.method()), output);
  } catch (const client::ServerNotTrusted& error) {
    return Tell(cli::Explain(error), output);
  } catch (const std::system_error& error) {
    return Tell(cli::Explain(error, line.options), output);
  } catch (const std::exception& error) {
    output.Error(std::string("error: ") + error.what() + "\n");
    return static_cast<int>(ExitCode::kServiceError);
  }
}
