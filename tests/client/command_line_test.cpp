#include "command_line.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace onbehalf::cli {
namespace {

using Arguments = std::vector<std::string>;

TEST(CommandLine, HasDefaults) {
  const CommandLine line = ParseCommandLine(Arguments{"ping"});
  EXPECT_EQ(line.command, Command::kPing);
  EXPECT_FALSE(line.json);
  EXPECT_EQ(line.options.pipe, "onbehalf");
  EXPECT_EQ(line.options.server, ".");
  EXPECT_EQ(line.options.trust, client::Trust::kService);
  EXPECT_FALSE(line.options.level);
  EXPECT_EQ(line.options.connect_timeout, std::chrono::milliseconds(5000));
  EXPECT_EQ(line.options.call_timeout, std::chrono::milliseconds(30000));
}

TEST(CommandLine, TakesEveryOption) {
  const CommandLine line =
      ParseCommandLine(Arguments{"--server", "files", "--pipe", "other", "--timeout", "1500", "--level",
                                 "identify", "--trust", "same-user", "--json", "whoami"});
  EXPECT_EQ(line.command, Command::kWhoami);
  EXPECT_EQ(line.options.server, "files");
  EXPECT_EQ(line.options.pipe, "other");
  EXPECT_EQ(line.options.connect_timeout, std::chrono::milliseconds(1500));
  EXPECT_EQ(line.options.call_timeout, std::chrono::milliseconds(1500));
  EXPECT_EQ(line.options.level, client::Level::kIdentify);
  EXPECT_EQ(line.options.trust, client::Trust::kSameUser);
  EXPECT_TRUE(line.json);
}

TEST(CommandLine, TakesEveryValueOfLevelAndTrust) {
  EXPECT_EQ(ParseCommandLine(Arguments{"--level", "impersonate", "ping"}).options.level,
            client::Level::kImpersonate);
  EXPECT_EQ(ParseCommandLine(Arguments{"--trust", "service", "ping"}).options.trust, client::Trust::kService);
  EXPECT_EQ(ParseCommandLine(Arguments{"--trust", "any", "ping"}).options.trust, client::Trust::kAny);
}

TEST(CommandLine, TakesEveryCommand) {
  EXPECT_EQ(ParseCommandLine(Arguments{"--help"}).command, Command::kHelp);
  EXPECT_EQ(ParseCommandLine(Arguments{"ping", "--help"}).command, Command::kHelp);
  EXPECT_EQ(ParseCommandLine(Arguments{"--version"}).command, Command::kVersion);
  EXPECT_EQ(ParseCommandLine(Arguments{"methods"}).method, "");
  EXPECT_EQ(ParseCommandLine(Arguments{"methods", "rpc.ping"}).method, "rpc.ping");

  const CommandLine without = ParseCommandLine(Arguments{"call", "rpc.ping"});
  EXPECT_EQ(without.command, Command::kCall);
  EXPECT_EQ(without.method, "rpc.ping");
  EXPECT_FALSE(without.params);
  for (const std::string params : {"{\"a\":1}", "@file.json", "-", "", "-x"}) {
    EXPECT_EQ(ParseCommandLine(Arguments{"call", "m", params}).params, params);
  }

  EXPECT_EQ(ParseCommandLine(Arguments{"doctor"}).command, Command::kDoctor);
  EXPECT_FALSE(ParseCommandLine(Arguments{"doctor"}).bundle);
  EXPECT_EQ(ParseCommandLine(Arguments{"doctor", "--bundle", "x.tar"}).bundle, "x.tar");
}

TEST(CommandLine, SaysWhatIsWrong) {
  struct Row {
    Arguments arguments;
    const char* says;
  };
  const Row rows[] = {
      {{}, "a command is missing"},
      {{"--json"}, "a command is missing"},
      {{"access", "show"}, "there is no command 'access'"},
      {{"Ping"}, "there is no command 'Ping'"},
      {{"--colour", "ping"}, "there is no option --colour"},
      {{"-j", "ping"}, "there is no option -j"},
      {{"--server"}, "--server needs a value"},
      {{"--pipe", "--json", "ping"}, "--pipe needs a value"},
      {{"--server", "\\\\host", "ping"}, "--server is a name alone"},
      {{"--pipe", "a\\b", "ping"}, "--pipe is a name alone"},
      {{"--pipe", "", "ping"}, "--pipe is a name alone"},
      {{"--timeout", "0", "ping"}, "--timeout is a number"},
      {{"--timeout", "-5", "ping"}, "--timeout is a number"},
      {{"--timeout", "5s", "ping"}, "--timeout is a number"},
      {{"--timeout", "99999999999999999999", "ping"}, "--timeout is a number"},
      {{"--timeout=5", "ping"}, "write --timeout 5, with a space"},
      {{"--level", "delegate", "ping"}, "--level is identify or impersonate"},
      {{"--trust", "me", "ping"}, "--trust is service, same-user or any"},
      {{"ping", "x"}, "'ping' does not take 'x'"},
      {{"ping", "--json"}, "--json stands before the command"},
      {{"whoami", "--timeout", "5"}, "--timeout stands before the command"},
      {{"methods", "a", "b"}, "'methods' does not take 'b'"},
      {{"methods", "--json"}, "--json stands before the command"},
      {{"call"}, "'call' needs a method"},
      {{"call", "--json", "m"}, "--json stands before the command"},
      {{"call", "m", "--json"}, "--json stands before the command"},
      {{"call", "m", "{}", "x"}, "'call' does not take 'x'"},
      {{"doctor", "--bundle"}, "--bundle needs a value"},
      {{"doctor", "x"}, "'doctor' does not take 'x'"},
  };
  for (const Row& row : rows) {
    std::string said;
    try {
      ParseCommandLine(row.arguments);
    } catch (const UsageError& error) {
      said = error.what();
    }
    EXPECT_NE(said.find(row.says), std::string::npos) << row.says << " / " << said;
  }
}

TEST(CommandLine, HelpNamesEveryCommandOptionAndExitCode) {
  const std::string help(HelpText());
  for (const char* word :
       {"ping", "whoami", "methods", "call", "doctor", "--bundle", "--server", "--pipe", "--timeout",
        "--level", "--trust", "--json", "--help", "--version", "0 done", "5 access denied"}) {
    EXPECT_NE(help.find(word), std::string::npos) << word;
  }
}

}  // namespace
}  // namespace onbehalf::cli
