#include "completions/completions.h"

#include <charconv>
#include <chrono>
#include <cstddef>
#include <exception>
#include <system_error>

#include "command.h"
#include "completions/completion_script.h"
#include "completions/word_completion.h"
#include "context.h"
#include "method_catalogue.h"
#include "output.h"
#include "usage_error.h"

namespace onbehalf::cli {
namespace {

constexpr Operand kShell[] = {{"powershell|bash"}};

// A person waits at the prompt for the sum of both.
constexpr std::chrono::milliseconds kConnectForTab{300};
constexpr std::chrono::milliseconds kDiscoverForTab{700};
// Longer than any command line.
constexpr std::size_t kMaxWords = 32'768;

CompletionsOptions ParseCompletions(const Given& given) {
  const std::string& shell = given.words[0];
  if (shell != "powershell" && shell != "bash") {
    Refuse("completions are available for powershell or bash, not '" + shell + "'");
  }
  return {shell};
}

ExitCode PrintCompletions(const Context& context, const CompletionsOptions& options) {
  const std::string script(options.shell == "bash" ? BashScript() : PowerShellScript());
  context.output.Result(script, script);
  return ExitCode::kDone;
}

constexpr Operand kIndexAndWords[] = {{.name = "INDEX WORD…", .is_repeated = true}};

CompleteOptions ParseComplete(const Given& given) { return {given.words}; }

MethodCatalogue DiscoverForTab(client::Options options) {
  options.connect_timeout = kConnectForTab;
  try {
    return MethodCatalogue(client::Client::Connect(options).Call("rpc.discover", nullptr, kDiscoverForTab));
  } catch (const std::exception&) {
    // The failure cannot be reported: the shell offers whatever is printed here.
    return {};
  }
}

ExitCode CompleteWords(const Context& context, const CompleteOptions& options) {
  std::size_t index = 0;
  const std::string given = options.words.empty() ? std::string() : options.words[0];
  const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), index);
  if (error != std::errc() || end != given.data() + given.size() || index == 0 || index > kMaxWords) {
    throw UsageError(
        "'complete' is for the scripts that 'onbehalf completions' prints; usage: complete INDEX WORD…");
  }
  // A shell may omit an empty word at the end, and may pass the words after the cursor too.
  std::vector<std::string> words(options.words.begin() + 1, options.words.end());
  words.resize(index);
  const WordCompletion completion = CompleteWord(words, DiscoverForTab);
  std::string text;
  for (const WordCompletion::Candidate& candidate : completion.candidates) {
    text += candidate.text + (candidate.summary.empty() ? "" : "\t" + candidate.summary) + "\n";
  }
  if (completion.files) text += "\tfiles\n";
  return context.output.Continue(text) ? ExitCode::kDone : ExitCode::kServiceError;
}

}  // namespace

extern const Command kCompletionsCommand = {
    .name = "completions",
    .operands = kShell,
    .summary = "print a script that makes the shell complete this program's command line",
    .handler = Handles<ParseCompletions, PrintCompletions>()};

extern const Command kCompleteCommand = {.name = "complete",
                                         .operands = kIndexAndWords,
                                         .takes_all = true,  // An unfinished command line.
                                         .handler = Handles<ParseComplete, CompleteWords>()};

}  // namespace onbehalf::cli
