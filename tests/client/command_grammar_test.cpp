// The command line with the commands of sample_commands.cpp. Those of onbehalf.exe: command_line_test.cpp.

#include <gtest/gtest.h>

#include <any>
#include <chrono>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/access_options.h"
#include "command_line.h"
#include "command_names.h"
#include "completions/word_completion.h"
#include "generate/generate_options.h"
#include "help_text.h"
#include "text_columns.h"
#include "usage_error.h"

namespace onbehalf::cli {
namespace {

using Arguments = std::vector<std::string>;

template <typename Options>
Options Parse(std::string_view name, const Arguments& arguments) {
  const Invocation asked = ParseCommandLine(arguments);
  EXPECT_EQ(asked.command, FindCommand(name));
  return std::any_cast<Options>(asked.options);
}

std::string Refusal(const Arguments& arguments) {
  try {
    ParseCommandLine(arguments);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "nothing is wrong with it";
}

TEST(CommandGrammar, OptionsBeforeTheCommandAreGlobal) {
  const Invocation asked =
      ParseCommandLine(Arguments{"--server", "files", "--timeout", "1500", "--level", "identify", "--trust",
                                 "any", "--json", "ping", "--connections", "3"});
  EXPECT_EQ(asked.command, FindCommand("ping"));
  EXPECT_EQ(asked.global.client.server, "files");
  EXPECT_EQ(asked.global.client.call_timeout, std::chrono::milliseconds(1500));
  EXPECT_EQ(asked.global.client.level, client::Level::kIdentify);
  EXPECT_EQ(asked.global.client.trust, client::Trust::kAny);
  EXPECT_TRUE(asked.global.json && asked.global.has_timeout);
  EXPECT_EQ(std::any_cast<Given>(asked.options).ValueOf("--connections"), "3");
}

TEST(CommandGrammar, OptionsOfACommandStandAnywhereBehindIt) {
  const Given given = Parse<Given>("call", {"call", "--stream", "a.b", "--from", "in.json", "{}"});
  EXPECT_EQ(given.words, (Arguments{"a.b", "{}"}));
  EXPECT_TRUE(given.Has("--stream"));
  EXPECT_EQ(given.ValueOf("--from"), "in.json");
  EXPECT_EQ(Parse<Given>("complete", {"complete", "1", "--json", "x"}).words,
            (Arguments{"1", "--json", "x"}));
}

TEST(CommandGrammar, ACommandMayHaveAVerb) {
  EXPECT_EQ(Parse<Given>("audit", {"audit"}).command, "audit");
  EXPECT_EQ(Parse<Given>("audit verify", {"audit", "verify"}).command, "audit verify");
  const auto granted = Parse<AccessOptions>("access grant", {"access", "grant", "PC\\bob", "file", "call,",
                                                             "see,call", "--dry-run", "--if-version", "7"});
  EXPECT_EQ(granted.method, "access.grant");
  EXPECT_EQ(granted.arguments, client::Json::parse(R"({"account": "PC\\bob", "node": "file",
      "rights": ["call", "see"], "dryRun": true, "version": 7})"));
  EXPECT_EQ(Parse<GenerateOptions>("generate", {"generate", "--language", "cpp"}).name_space,
            "onbehalf::typed");
}

TEST(CommandGrammar, SaysWhatIsWrong) {
  const std::pair<Arguments, std::string_view> kCases[] = {
      {{}, "a command is missing: expected ping, call, generate, completions, access or audit"},
      {{"pong"}, "unknown command 'pong': expected ping, call, generate, completions, access or audit"},
      {{"access"}, "'access' needs one of grant, revoke, set, diff or rollback"},
      {{"access", "give"}, "unknown command 'access give': expected grant, revoke, set, diff or rollback"},
      {{"--timeout", "0", "ping"}, "--timeout must be a number of milliseconds from 1 to 86400000, not '0'"},
      {{"--pipe", "a\\b", "ping"}, "--pipe must be a name without slashes, not 'a\\b'"},
      {{"--pipe=x", "ping"}, "write --pipe x, with a space"},
      {{"--pipe"}, "--pipe needs a value: --pipe NAME"},
      {{"ping", "--json"}, "--json must come before the command: onbehalf --json … ping"},
      {{"ping", "x"}, "'ping' does not take 'x'"},
      {{"ping", "--connections", "1", "--connections", "2"}, "--connections is given twice"},
      {{"call"}, "'call' needs a method: onbehalf call METHOD [PARAMS | -]"},
      {{"generate"}, "'generate' needs --language cpp, typescript or csharp"},
      {{"access", "grant", "bob", "file"},
       "an operand is missing: onbehalf access grant ACCOUNT NODE RIGHT[,RIGHT…]"},
      {{"access", "grant", "bob", "file", "all"},
       "unknown right 'all': expected call (connect for pipe:), see or manage"},
      {{"access", "rollback", "-1"}, "VERSION must be a number from 0 to 9223372036854775807, not '-1'"},
  };
  for (const auto& [arguments, message] : kCases) EXPECT_EQ(Refusal(arguments), message);
}

TEST(CommandGrammar, HelpIsOfAllOrOfACommand) {
  EXPECT_EQ(ParseCommandLine(Arguments{"-h"}).global.help, "");
  EXPECT_EQ(ParseCommandLine(Arguments{"access", "--help"}).global.help, "access");
  EXPECT_EQ(ParseCommandLine(Arguments{"access", "diff", "--help"}).global.help, "access diff");
  EXPECT_TRUE(ParseCommandLine(Arguments{"--version"}).global.version);
  const std::string help = HelpText();
  for (const std::string_view name : CommandNames()) EXPECT_NE(help.find(name), std::string::npos) << name;
  EXPECT_EQ(help.find("INDEX WORD"), std::string::npos) << "help shows a command for programs";
  EXPECT_NE(HelpText("access diff").find("access diff FROM [TO]"), std::string::npos);
  EXPECT_EQ(HelpText("access diff").find("ping"), std::string::npos);
  for (std::size_t begin = 0; begin < help.size();) {
    const std::size_t end = help.find('\n', begin);
    ASSERT_NE(end, std::string::npos) << "the last line has no line end";
    EXPECT_LE(ColumnsOf(std::string_view(help).substr(begin, end - begin)), 112u);
    begin = end + 1;
  }
}

TEST(CommandGrammar, CompletesAWord) {
  std::vector<std::string> pipes;
  const Discover discover = [&](const client::Options& options) {
    pipes.push_back(options.pipe.empty() ? "onbehalf" : options.pipe);
    return MethodCatalogue(
        client::Json::parse(R"({"methods": [{"name": "file.write"}, {"name": "rpc.ping"}]})"));
  };
  const auto texts = [&](const Arguments& words) {
    Arguments result;
    for (const auto& candidate : CompleteWord(words, discover).candidates) result.push_back(candidate.text);
    return result;
  };
  EXPECT_EQ(texts({"a"}), (Arguments{"access", "audit"}));
  EXPECT_EQ(texts({"access", "re"}), Arguments{"revoke"});
  EXPECT_EQ(texts({"--trust", ""}), (Arguments{"service", "same-user", "any"}));
  EXPECT_EQ(texts({"generate", "--language", "c"}), (Arguments{"cpp", "csharp"}));
  EXPECT_EQ(texts({"completions", ""}), (Arguments{"powershell", "bash"}));
  EXPECT_TRUE(pipes.empty());
  EXPECT_EQ(texts({"--pipe", "other", "call", "f"}), Arguments{"file.write"});
  EXPECT_EQ(texts({"access", "grant", "bob", ""}), (Arguments{"/", "file", "rpc", "file.write", "rpc.ping"}));
  EXPECT_EQ(pipes, (Arguments{"other", "onbehalf"}));
  EXPECT_TRUE(CompleteWord(Arguments{"call", "--from", ""}, discover).files);
}

}  // namespace
}  // namespace onbehalf::cli
