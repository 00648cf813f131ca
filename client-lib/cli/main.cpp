#include <exception>
#include <string>
#include <system_error>
#include <vector>

#include "command_line.h"
#include "exit_code.h"
#include "failure.h"
#include "json_layout.h"
#include "method_error.h"
#include "onbehalf/win32/utf.h"
#include "output.h"

namespace {

using namespace onbehalf;
using cli::ExitCode;

int Tell(const cli::Failure& failure, cli::Output& output) {
  output.Error(output.json() ? cli::JsonLine(failure.json) + "\n" : failure.text);
  return static_cast<int>(failure.exit_code);
}

}  // namespace

int wmain(int argc, wchar_t** argv) {
  std::vector<std::string> arguments;
  for (int i = 1; i < argc; ++i) arguments.push_back(win32::ToUtf8Lossy(argv[i]));

  cli::Invocation asked;
  try {
    asked = cli::ParseCommandLine(arguments);
  } catch (const cli::UsageError& error) {
    cli::Output output(false);
    return Tell(cli::Explain(error), output);
  }
  cli::Output output(asked.global.json);
  try {
    return static_cast<int>(asked.Run(output));
  } catch (const cli::UsageError& error) {
    return Tell(cli::Explain(error), output);
  } catch (const cli::FileError& error) {
    return Tell(cli::Explain(error), output);
  } catch (const cli::MethodError& error) {
    return Tell(cli::Explain(error, error.method(), asked.global.client.service), output);
  } catch (const client::ServerNotTrusted& error) {
    return Tell(cli::Explain(error), output);
  } catch (const std::system_error& error) {
    return Tell(cli::Explain(error, asked.global.client), output);
  } catch (const std::exception& error) {
    output.Error(std::string("error: ") + error.what() + "\n");
    return static_cast<int>(ExitCode::kServiceError);
  }
}
