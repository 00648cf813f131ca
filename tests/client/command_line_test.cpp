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
  EXPECT_EQ(line.connections, 1);
  EXPECT_EQ(ParseCommandLine(Arguments{"ping", "--connections", "1000"}).connections, 1000);
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

  EXPECT_EQ(ParseCommandLine(Arguments{"shell"}).command, Command::kShell);
  for (const std::string shell : {"powershell", "bash"}) {
    EXPECT_EQ(ParseCommandLine(Arguments{"completions", shell}).command, Command::kCompletions);
    EXPECT_EQ(ParseCommandLine(Arguments{"completions", shell}).shell, shell);
  }
  const CommandLine complete = ParseCommandLine(Arguments{"complete", "3", "--json", "access", "--help"});
  EXPECT_EQ(complete.command, Command::kComplete);
  EXPECT_EQ(complete.words, (Arguments{"3", "--json", "access", "--help"}));

  EXPECT_EQ(ParseCommandLine(Arguments{"doctor"}).command, Command::kDoctor);
  EXPECT_FALSE(ParseCommandLine(Arguments{"doctor"}).bundle);
  EXPECT_EQ(ParseCommandLine(Arguments{"doctor", "--bundle", "x.tar"}).bundle, "x.tar");
}

TEST(CommandLine, TakesEveryOptionOfCall) {
  const CallPlan plain = ParseCommandLine(Arguments{"call", "m"}).plan;
  EXPECT_FALSE(plain.notify);
  EXPECT_FALSE(plain.progress);
  EXPECT_FALSE(plain.cancel_after);
  EXPECT_FALSE(plain.repeat);
  EXPECT_FALSE(ParseCommandLine(Arguments{"call", "m"}).has_timeout);
  EXPECT_TRUE(ParseCommandLine(Arguments{"--timeout", "5", "call", "m"}).has_timeout);

  EXPECT_TRUE(ParseCommandLine(Arguments{"call", "--notify", "m", "{}"}).plan.notify);
  EXPECT_EQ(ParseCommandLine(Arguments{"call", "m", "--repeat", "1000000"}).plan.repeat, 1'000'000);
  const CommandLine line =
      ParseCommandLine(Arguments{"call", "m", "--progress", "@file.json", "--cancel-after", "1"});
  EXPECT_EQ(line.method, "m");
  EXPECT_EQ(line.params, "@file.json");
  EXPECT_TRUE(line.plan.progress);
  EXPECT_EQ(line.plan.cancel_after, std::chrono::milliseconds(1));
}

TEST(CommandLine, TakesEveryAccessCommand) {
  struct Row {
    Arguments arguments;
    const char* method;
    const char* parameters;
  };
  const Row rows[] = {
      {{"list"}, "access.list", "{}"},
      {{"list", "file"}, "access.list", R"({"node": "file"})"},
      {{"show", "/"}, "access.show", R"({"node": "/"})"},
      {{"grant", "PC\\alice", "file.write", "call"},
       "access.grant",
       R"({"account": "PC\\alice", "node": "file.write", "rights": ["call"]})"},
      {{"deny", "BU", "pipe:", "connect"},
       "access.deny",
       R"({"account": "BU", "node": "pipe:", "rights": ["connect"]})"},
      {{"grant", "--if-version", "7", "BU", "--dry-run", "file", "call,see,call"},
       "access.grant",
       R"({"account": "BU", "node": "file", "rights": ["call", "see"], "dryRun": true, "version": 7})"},
      {{"grant", "BU", "file", "call,", "see", "manage"},
       "access.grant",
       R"({"account": "BU", "node": "file", "rights": ["call", "see", "manage"]})"},
      {{"revoke", "BU", "file"}, "access.revoke", R"({"account": "BU", "node": "file"})"},
      {{"revoke", "BU", "file", "see", "--deny"},
       "access.revoke",
       R"({"account": "BU", "node": "file", "rights": ["see"], "type": "deny"})"},
      {{"revoke", "--allow", "BU", "file"},
       "access.revoke",
       R"({"account": "BU", "node": "file", "type": "allow"})"},
      {{"set", "file", "D:P(A;;GX;;;BU)", "--dry-run"},
       "access.set",
       R"json({"node": "file", "sddl": "D:P(A;;GX;;;BU)", "dryRun": true})json"},
      {{"set", "file", "--default"}, "access.set", R"({"node": "file", "sddl": null})"},
      {{"check", "file"}, "access.check", R"({"node": "file"})"},
      {{"check", "file", "--account", "BU", "--right", "see"},
       "access.check",
       R"({"node": "file", "right": "see", "account": "BU"})"},
      {{"explain", "--right", "manage", "file"}, "access.explain", R"({"node": "file", "right": "manage"})"},
      {{"history"}, "access.history", "{}"},
      {{"diff", "3"}, "access.diff", R"({"from": 3})"},
      {{"diff", "0", "3"}, "access.diff", R"({"from": 0, "to": 3})"},
      {{"rollback", "3", "--if-version", "9"}, "access.rollback", R"({"to": 3, "version": 9})"},
  };
  for (const Row& row : rows) {
    Arguments arguments = {"access"};
    arguments.insert(arguments.end(), row.arguments.begin(), row.arguments.end());
    const CommandLine line = ParseCommandLine(arguments);
    EXPECT_EQ(line.command, Command::kAccess);
    EXPECT_EQ(line.method, row.method);
    EXPECT_EQ(line.arguments, client::Json::parse(row.parameters)) << line.arguments;
  }
  EXPECT_EQ(ParseCommandLine(Arguments{"access", "--help"}).command, Command::kHelp);
  EXPECT_EQ(ParseCommandLine(Arguments{"access", "grant", "--help"}).command, Command::kHelp);
}

TEST(CommandLine, TakesEveryAuditOption) {
  const CommandLine newest = ParseCommandLine(Arguments{"audit"});
  EXPECT_EQ(newest.command, Command::kAudit);
  EXPECT_EQ(newest.method, "audit.read");
  EXPECT_EQ(newest.arguments, client::Json({{"limit", 50}}));
  EXPECT_FALSE(newest.follow);

  const CommandLine line = ParseCommandLine(Arguments{
      "audit", "--follow", "--account", "PC\\alice", "--method", "file.write", "--denied", "--last", "1000"});
  EXPECT_TRUE(line.follow);
  EXPECT_EQ(
      line.arguments,
      client::Json({{"account", "PC\\alice"}, {"method", "file.write"}, {"denied", true}, {"limit", 1000}}));

  const CommandLine verify = ParseCommandLine(Arguments{"audit", "verify"});
  EXPECT_EQ(verify.method, "audit.verify");
  EXPECT_EQ(verify.arguments, client::Json::object());
  EXPECT_EQ(ParseCommandLine(Arguments{"audit", "--help"}).command, Command::kHelp);
}

TEST(CommandLine, TakesEveryFileCommand) {
  using Verb = FileOptions::Verb;
  const auto parse = [](const Arguments& arguments) {
    Arguments all = {"file"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const CommandLine line = ParseCommandLine(all);
    EXPECT_EQ(line.command, Command::kFile);
    return line.file.value();
  };
  const FileOptions get = parse({"get", "C:\\a", "b", "--resume"});
  EXPECT_EQ(get.verb, Verb::kGet);
  EXPECT_EQ(get.remote, "C:\\a");
  EXPECT_EQ(get.local, "b");
  EXPECT_TRUE(get.resume);
  EXPECT_FALSE(get.force);
  EXPECT_FALSE(parse({"get", "C:\\a"}).local);

  const FileOptions put = parse({"put", "--force", "b", "C:\\a"});
  EXPECT_EQ(put.verb, Verb::kPut);
  EXPECT_EQ(put.remote, "C:\\a");
  EXPECT_EQ(put.local, "b");
  EXPECT_TRUE(put.force);
  EXPECT_FALSE(put.resume);

  const FileOptions list = parse({"ls", "C:\\a", "--glob", "*.t?t", "--all"});
  EXPECT_EQ(list.verb, Verb::kList);
  EXPECT_EQ(list.glob, "*.t?t");
  EXPECT_TRUE(list.all);
  EXPECT_FALSE(parse({"ls", "C:\\a"}).glob);

  EXPECT_EQ(parse({"stat", "C:\\a"}).verb, Verb::kStat);
  EXPECT_EQ(parse({"cat", "C:\\a"}).verb, Verb::kCat);
  EXPECT_EQ(parse({"watch", "C:\\a"}).verb, Verb::kWatch);
  EXPECT_FALSE(parse({"watch", "C:\\a"}).recursive);
  EXPECT_TRUE(parse({"watch", "--recursive", "C:\\a"}).recursive);
  EXPECT_EQ(ParseCommandLine(Arguments{"file", "put", "--help"}).help_of, "file put");
}

TEST(CommandLine, SaysWhatIsWrong) {
  struct Row {
    Arguments arguments;
    const char* says;
  };
  const Row rows[] = {
      {{}, "a command is missing"},
      {{"--json"}, "a command is missing"},
      {{"files", "show"}, "there is no command 'files'"},
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
      {{"ping", "--connections", "0"}, "--connections is a number of connections from 1 to 1000"},
      {{"ping", "--connections", "1001"}, "--connections is a number of connections from 1 to 1000"},
      {{"whoami", "--timeout", "5"}, "--timeout stands before the command"},
      {{"methods", "a", "b"}, "'methods' does not take 'b'"},
      {{"methods", "--json"}, "--json stands before the command"},
      {{"call"}, "'call' needs a method"},
      {{"call", "--json", "m"}, "--json stands before the command"},
      {{"call", "m", "--json"}, "--json stands before the command"},
      {{"call", "m", "{}", "x"}, "'call' does not take 'x'"},
      {{"call", "-x"}, "'call' does not take '-x'"},
      {{"call", "m", "--follow"}, "'call' does not take '--follow'"},
      {{"call", "m", "--cancel-after"}, "--cancel-after needs a value"},
      {{"call", "m", "--cancel-after", "0"}, "--cancel-after is a number of milliseconds from 1 to 86400000"},
      {{"call", "m", "--repeat", "0"}, "--repeat is a number of calls from 1 to 1000000"},
      {{"call", "m", "--repeat", "1000001"}, "--repeat is a number of calls from 1 to 1000000"},
      {{"call", "m", "--notify", "--notify"}, "--notify stands there twice"},
      {{"call", "m", "--notify", "--progress"}, "a notification has no answer"},
      {{"call", "m", "--notify", "--cancel-after", "5"}, "a notification has no answer"},
      {{"call", "m", "--repeat", "5", "--notify"}, "a notification has no answer"},
      {{"call", "m", "--repeat", "5", "--progress"}, "--repeat measures whole calls"},
      {{"call", "m", "--repeat", "5", "--cancel-after", "5"}, "--repeat measures whole calls"},
      {{"shell", "bash"}, "'shell' does not take 'bash'"},
      {{"completions"}, "something is missing: onbehalf completions powershell|bash"},
      {{"completions", "zsh"}, "completions are for powershell or bash, not 'zsh'"},
      {{"access"}, "'access' needs one of list, show,"},
      {{"access", "--json"}, "--json stands before the command"},
      {{"access", "give"}, "there is no 'access give': list, show,"},
      {{"access", "list", "a", "b"}, "'access list' does not take 'b'"},
      {{"access", "show"}, "something is missing: onbehalf access show NODE"},
      {{"access", "show", "a", "--dry-run"}, "'access show' does not take '--dry-run'"},
      {{"access", "show", "a", "--json"}, "--json stands before the command"},
      {{"access", "grant", "alice", "file"},
       "something is missing: onbehalf access grant ACCOUNT NODE RIGHT"},
      {{"access", "grant", "alice", "file", "read"}, "there is no right 'read'"},
      {{"access", "grant", "alice", "file", "call,read"}, "there is no right 'read'"},
      {{"access", "grant", "alice", "file", ","}, "a right is missing"},
      {{"access", "grant", "alice", "file", "call", "--deny"}, "'access grant' does not take '--deny'"},
      {{"access", "grant", "alice", "file", "call", "--if-version"}, "--if-version needs a value"},
      {{"access", "grant", "alice", "file", "call", "--if-version", "x"}, "--if-version is a number"},
      {{"access", "grant", "alice", "file", "call", "--if-version", "-1"}, "--if-version is a number"},
      {{"access", "grant", "alice", "file", "call", "--dry-run", "--dry-run"},
       "--dry-run stands there twice"},
      {{"access", "revoke", "alice"}, "something is missing: onbehalf access revoke"},
      {{"access", "revoke", "alice", "file", "--allow", "--deny"}, "--allow and --deny exclude each other"},
      {{"access", "set", "file"}, "'access set' takes either SDDL"},
      {{"access", "set", "file", "D:", "--default"}, "'access set' takes either SDDL"},
      {{"access", "set", "file", "D:", "x"}, "'access set' does not take 'x'"},
      {{"access", "check", "file", "--right"}, "--right needs a value"},
      {{"access", "check", "file", "--right", "call,see"}, "there is no right 'call,see'"},
      {{"access", "check", "file", "--account", "--right", "see"}, "--account needs a value"},
      {{"access", "history", "5"}, "'access history' does not take '5'"},
      {{"access", "diff"}, "something is missing: onbehalf access diff FROM [TO]"},
      {{"access", "diff", "one"}, "FROM is a number"},
      {{"access", "diff", "1", "two"}, "TO is a number"},
      {{"access", "rollback"}, "something is missing: onbehalf access rollback VERSION"},
      {{"access", "rollback", "last"}, "VERSION is a number"},
      {{"audit", "show"}, "'audit' does not take 'show'"},
      {{"audit", "--json"}, "--json stands before the command"},
      {{"audit", "--last", "0"}, "--last is a number of records from 1 to 1000"},
      {{"audit", "--last", "1001"}, "--last is a number of records from 1 to 1000"},
      {{"audit", "--account"}, "--account needs a value"},
      {{"audit", "--method", "--denied"}, "--method needs a value"},
      {{"audit", "verify", "--follow"}, "'audit verify' does not take '--follow'"},
      {{"file"}, "'file' needs one of get, put, ls, stat, cat or watch"},
      {{"file", "rm"}, "there is no 'file rm': get, put,"},
      {{"file", "get"}, "something is missing: onbehalf file get REMOTE [LOCAL]"},
      {{"file", "get", "a", "b", "c"}, "'file get' does not take 'c'"},
      {{"file", "get", ""}, "'file get' needs a path, not ''"},
      {{"file", "put", "a"}, "something is missing: onbehalf file put LOCAL REMOTE"},
      {{"file", "put", "a", ""}, "'file put' needs a path, not ''"},
      {{"file", "ls", "a", "--resume"}, "'file ls' does not take '--resume'"},
      {{"file", "ls", "a", "--glob"}, "--glob needs a value: --glob *.txt"},
      {{"file", "cat", "a", "--json"}, "--json stands before the command"},
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
  const std::string help = HelpText();
  for (const CommandInfo& command : CommandTable()) {
    if (command.summary.empty()) continue;
    EXPECT_NE(help.find("\n  " + std::string(command.name)), std::string::npos) << command.name;
    for (const OptionInfo& option : command.options) {
      const std::string bracket = option.is_required ? " " : "[";
      EXPECT_NE(help.find(bracket + std::string(option.name)), std::string::npos) << option.name;
    }
  }
  for (const OptionInfo& option : GlobalOptions()) {
    EXPECT_NE(help.find("\n  " + std::string(option.name)), std::string::npos) << option.name;
  }
  for (const char* word : {"--dry-run", "--if-version", "0 done", "5 access denied"}) {
    EXPECT_NE(help.find(word), std::string::npos) << word;
  }
  EXPECT_EQ(help.find("complete INDEX"), std::string::npos);
}

TEST(CommandLine, HelpFitsTheLine) {
  for (std::string_view name : {"", "call", "access", "access grant", "audit", "file", "file get"}) {
    const std::string help = HelpText(name);
    for (std::size_t begin = 0; begin < help.size();) {
      const std::size_t end = help.find('\n', begin);
      ASSERT_NE(end, std::string::npos);
      EXPECT_LE(end - begin, 120u) << help.substr(begin, end - begin);
      EXPECT_NE(help[end - (end > begin ? 1 : 0)], ' ') << help.substr(begin, end - begin);
      begin = end + 1;
    }
  }
}

TEST(CommandLine, HelpOfACommandIsAboutItAlone) {
  EXPECT_EQ(ParseCommandLine(Arguments{"--help"}).help_of, "");
  EXPECT_EQ(ParseCommandLine(Arguments{"call", "--help"}).help_of, "call");
  EXPECT_EQ(ParseCommandLine(Arguments{"access", "--help"}).help_of, "access");
  EXPECT_EQ(ParseCommandLine(Arguments{"access", "grant", "--help"}).help_of, "access grant");
  EXPECT_EQ(
      HelpText("access list")
          .find("  access list [NODE]                the nodes that you may see, with their own entries\n"),
      0u);
  const std::string call = HelpText("call");
  EXPECT_NE(call.find("  --cancel-after MS "), std::string::npos) << call;
  EXPECT_EQ(call.find("whoami"), std::string::npos);
  const std::string grant = HelpText("access grant");
  EXPECT_NE(grant.find("  --dry-run "), std::string::npos) << grant;
  EXPECT_NE(grant.find("NODE is / (all)"), std::string::npos);
  EXPECT_EQ(grant.find("access list"), std::string::npos);
}

}  // namespace
}  // namespace onbehalf::cli
