#include <charconv>
#include <chrono>
#include <cstddef>
#include <exception>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "commands.h"
#include "completions/completion_script.h"
#include "completions/word_completion.h"
#include "method_catalogue.h"

namespace onbehalf::cli {
namespace {

// A person waits at a prompt for both together.
constexpr std::chrono::milliseconds kConnectForTab{300};
constexpr std::chrono::milliseconds kDiscoverForTab{700};
// Longer than any command line.
constexpr std::size_t kMostWords = 32'768;

MethodCatalogue Discover(client::Options options) {
  options.connect_timeout = kConnectForTab;
  try {
    return MethodCatalogue(client::Client::Connect(options).Call("rpc.discover", nullptr, kDiscoverForTab));
  } catch (const std::exception&) {
    // There is no place to say it: what is printed here is what the shell offers.
    return {};
  }
}

}  // namespace

ExitCode PrintCompletions(const CommandLine& line, Output& output) {
  const std::string script(line.shell == "bash" ? BashScript() : PowerShellScript());
  output.Result(script, script);
  return ExitCode::kDone;
}

ExitCode CompleteWords(const CommandLine& line, Output& output) {
  std::size_t index = 0;
  const std::string given = line.words.empty() ? std::string() : line.words[0];
  const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), index);
  if (error != std::errc() || end != given.data() + given.size() || index == 0 || index > kMostWords) {
    throw UsageError(
        "'complete' is for the scripts that 'onbehalf completions' prints: complete INDEX WORD…");
  }
  // A shell may leave out an empty word at the end, and give those behind the cursor too.
  std::vector<std::string> words(line.words.begin() + 1, line.words.end());
  words.resize(index);
  const WordCompletion completion = CompleteWord(words, Discover);
  std::string text;
  for (const WordCompletion::Candidate& candidate : completion.candidates) {
    text += candidate.text + (candidate.summary.empty() ? "" : "\t" + candidate.summary) + "\n";
  }
  if (completion.files) text += "\tfiles\n";
  return output.Continue(text) ? ExitCode::kDone : ExitCode::kServiceError;
}

}  // namespace onbehalf::cli
