#include "command_line.h"

#include <gtest/gtest.h>

#include <any>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "access/access_options.h"
#include "audit/audit_options.h"
#include "call.h"
#include "command_names.h"
#include "command_table.h"
#include "completions/completions.h"
#include "doctor/doctor.h"
#include "file/file.h"
#include "file/transfer.h"
#include "help_text.h"
#include "methods.h"
#include "ping.h"
#include "usage_error.h"

namespace onbehalf::cli {
namespace {

using Arguments = std::vector<std::string>;

// The options that the command `name` parses from the words.
template <typename Options>
Options Parse(std::string_view name, const Arguments& arguments) {
  const Invocation asked = ParseCommandLine(arguments);
  EXPECT_EQ(asked.command, FindCommand(name));
  return std::any_cast<Options>(asked.options);
}

// The command that --help is asked for; nullopt without --help.
std::optional<std::string> HelpOf(const Arguments& arguments) {
  const Invocation asked = ParseCommandLine(arguments);
  EXPECT_EQ(asked.command, nullptr);
  return asked.global.help;
}

TEST(CommandLine, HasDefaults) {
  EXPECT_EQ(Parse<PingOptions>("ping", {"ping"}).connections, 1);
  EXPECT_EQ(Parse<PingOptions>("ping", {"ping", "--connections", "1000"}).connections, 1000);
  const GlobalOptions global = ParseCommandLine(Arguments{"ping"}).global;
  EXPECT_FALSE(global.json);
  EXPECT_EQ(global.client.service, "OnBehalf");
  EXPECT_EQ(client::PipePath(global.client), R"(\\.\pipe\onbehalf)");
  EXPECT_EQ(global.client.server, ".");
  EXPECT_EQ(global.client.trust, client::Trust::kService);
  EXPECT_FALSE(global.client.level);
  EXPECT_EQ(global.client.connect_timeout, std::chrono::milliseconds(5000));
  EXPECT_EQ(global.client.call_timeout, std::chrono::milliseconds(30000));
}

TEST(CommandLine, ThePipeFollowsTheServiceUnlessItIsGiven) {
  client::Options options = ParseCommandLine(Arguments{"--service", "OnBehalf-Two", "ping"}).global.client;
  EXPECT_EQ(options.service, "OnBehalf-Two");
  EXPECT_EQ(client::PipePath(options), R"(\\.\pipe\onbehalf-two)");
  for (const Arguments& arguments : {Arguments{"--service", "Two", "--pipe", "other", "ping"},
                                     Arguments{"--pipe", "other", "--service", "Two", "ping"}}) {
    options = ParseCommandLine(arguments).global.client;
    EXPECT_EQ(options.service, "Two");
    EXPECT_EQ(client::PipePath(options), R"(\\.\pipe\other)");
  }
}

TEST(CommandLine, ParsesEveryOption) {
  const Invocation asked =
      ParseCommandLine(Arguments{"--server", "files", "--pipe", "other", "--timeout", "1500", "--level",
                                 "identify", "--trust", "same-user", "--json", "whoami"});
  EXPECT_EQ(asked.command, FindCommand("whoami"));
  EXPECT_EQ(asked.global.client.server, "files");
  EXPECT_EQ(asked.global.client.pipe, "other");
  EXPECT_EQ(asked.global.client.connect_timeout, std::chrono::milliseconds(1500));
  EXPECT_EQ(asked.global.client.call_timeout, std::chrono::milliseconds(1500));
  EXPECT_EQ(asked.global.client.level, client::Level::kIdentify);
  EXPECT_EQ(asked.global.client.trust, client::Trust::kSameUser);
  EXPECT_TRUE(asked.global.json);
}

TEST(CommandLine, ParsesEveryValueOfLevelAndTrust) {
  EXPECT_EQ(ParseCommandLine(Arguments{"--level", "impersonate", "ping"}).global.client.level,
            client::Level::kImpersonate);
  EXPECT_EQ(ParseCommandLine(Arguments{"--trust", "service", "ping"}).global.client.trust,
            client::Trust::kService);
  EXPECT_EQ(ParseCommandLine(Arguments{"--trust", "any", "ping"}).global.client.trust, client::Trust::kAny);
}

TEST(CommandLine, ParsesEveryCommand) {
  EXPECT_TRUE(HelpOf({"--help"}));
  EXPECT_TRUE(HelpOf({"ping", "--help"}));
  EXPECT_FALSE(HelpOf({"--version"}));
  EXPECT_TRUE(ParseCommandLine(Arguments{"--version"}).global.version);
  EXPECT_EQ(Parse<MethodsOptions>("methods", {"methods"}).name, "");
  EXPECT_EQ(Parse<MethodsOptions>("methods", {"methods", "rpc.ping"}).name, "rpc.ping");

  const CallPlan without = Parse<CallPlan>("call", {"call", "rpc.ping"});
  EXPECT_EQ(without.method, "rpc.ping");
  EXPECT_FALSE(without.params);
  for (const std::string params : {"{\"a\":1}", "@file.json", "-", "", "-x"}) {
    EXPECT_EQ(Parse<CallPlan>("call", {"call", "m", params}).params, params);
  }

  EXPECT_EQ(ParseCommandLine(Arguments{"shell"}).command, FindCommand("shell"));
  for (const std::string shell : {"powershell", "bash"}) {
    EXPECT_EQ(Parse<CompletionsOptions>("completions", {"completions", shell}).shell, shell);
  }
  EXPECT_EQ(Parse<CompleteOptions>("complete", {"complete", "3", "--json", "access", "--help"}).words,
            (Arguments{"3", "--json", "access", "--help"}));

  EXPECT_FALSE(Parse<DoctorOptions>("doctor", {"doctor"}).bundle);
  EXPECT_EQ(Parse<DoctorOptions>("doctor", {"doctor", "--bundle", "x.tar"}).bundle, "x.tar");
}

TEST(CommandLine, ParsesEveryOptionOfCall) {
  const CallPlan plain = Parse<CallPlan>("call", {"call", "m"});
  EXPECT_FALSE(plain.notify);
  EXPECT_FALSE(plain.progress);
  EXPECT_FALSE(plain.cancel_after);
  EXPECT_FALSE(plain.repeat);
  EXPECT_FALSE(ParseCommandLine(Arguments{"call", "m"}).global.has_timeout);
  EXPECT_TRUE(ParseCommandLine(Arguments{"--timeout", "5", "call", "m"}).global.has_timeout);

  EXPECT_TRUE(Parse<CallPlan>("call", {"call", "--notify", "m", "{}"}).notify);
  EXPECT_EQ(Parse<CallPlan>("call", {"call", "m", "--repeat", "1000000"}).repeat, 1'000'000);
  const CallPlan plan =
      Parse<CallPlan>("call", {"call", "m", "--progress", "@file.json", "--cancel-after", "1"});
  EXPECT_EQ(plan.method, "m");
  EXPECT_EQ(plan.params, "@file.json");
  EXPECT_TRUE(plan.progress);
  EXPECT_EQ(plan.cancel_after, std::chrono::milliseconds(1));
}

TEST(CommandLine, ParsesEveryAccessCommand) {
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
    const AccessOptions asked = Parse<AccessOptions>("access " + row.arguments[0], arguments);
    EXPECT_EQ(asked.method, row.method);
    EXPECT_EQ(asked.arguments, client::Json::parse(row.parameters)) << asked.arguments;
  }
  EXPECT_TRUE(HelpOf({"access", "--help"}));
  EXPECT_TRUE(HelpOf({"access", "grant", "--help"}));
}

TEST(CommandLine, ParsesEveryAuditOption) {
  const AuditOptions newest = Parse<AuditOptions>("audit", {"audit"});
  EXPECT_EQ(newest.search, client::Json({{"limit", 50}}));
  EXPECT_FALSE(newest.follow);

  const AuditOptions asked =
      Parse<AuditOptions>("audit", {"audit", "--follow", "--account", "PC\\alice", "--method", "file.write",
                                    "--denied", "--last", "1000"});
  EXPECT_TRUE(asked.follow);
  EXPECT_EQ(
      asked.search,
      client::Json({{"account", "PC\\alice"}, {"method", "file.write"}, {"denied", true}, {"limit", 1000}}));

  EXPECT_EQ(ParseCommandLine(Arguments{"audit", "verify"}).command, FindCommand("audit verify"));
  EXPECT_TRUE(HelpOf({"audit", "--help"}));
}

TEST(CommandLine, ParsesEveryFileCommand) {
  const auto get = Parse<TransferOptions>("file get", {"file", "get", "C:\\a", "b", "--resume"});
  EXPECT_EQ(get.remote, "C:\\a");
  EXPECT_EQ(get.local, "b");
  EXPECT_TRUE(get.resume);
  EXPECT_FALSE(get.force);
  EXPECT_FALSE(Parse<TransferOptions>("file get", {"file", "get", "C:\\a"}).local);

  const auto put = Parse<TransferOptions>("file put", {"file", "put", "--force", "b", "C:\\a"});
  EXPECT_EQ(put.remote, "C:\\a");
  EXPECT_EQ(put.local, "b");
  EXPECT_TRUE(put.force);
  EXPECT_FALSE(put.resume);

  const auto list = Parse<ListOptions>("file ls", {"file", "ls", "C:\\a", "--glob", "*.t?t", "--all"});
  EXPECT_EQ(list.path, "C:\\a");
  EXPECT_EQ(list.glob, "*.t?t");
  EXPECT_TRUE(list.all);
  EXPECT_FALSE(Parse<ListOptions>("file ls", {"file", "ls", "C:\\a"}).glob);

  EXPECT_EQ(Parse<PathOptions>("file stat", {"file", "stat", "C:\\a"}).path, "C:\\a");
  EXPECT_EQ(Parse<PathOptions>("file cat", {"file", "cat", "C:\\a"}).path, "C:\\a");
  EXPECT_FALSE(Parse<WatchOptions>("file watch", {"file", "watch", "C:\\a"}).recursive);
  EXPECT_TRUE(Parse<WatchOptions>("file watch", {"file", "watch", "--recursive", "C:\\a"}).recursive);
  EXPECT_EQ(HelpOf({"file", "put", "--help"}), "file put");
}

TEST(CommandLine, ReportsWhatIsWrong) {
  struct Row {
    Arguments arguments;
    const char* says;
  };
  const Row rows[] = {
      {{}, "a command is missing"},
      {{"--json"}, "a command is missing"},
      {{"files", "show"}, "unknown command 'files'"},
      {{"Ping"}, "unknown command 'Ping'"},
      {{"--colour", "ping"}, "unknown option --colour"},
      {{"-j", "ping"}, "unknown option -j"},
      {{"--server"}, "--server needs a value"},
      {{"--pipe", "--json", "ping"}, "--pipe needs a value"},
      {{"--server", "\\\\host", "ping"}, "--server must be a name without slashes"},
      {{"--pipe", "a\\b", "ping"}, "--pipe must be a name without slashes"},
      {{"--pipe", "", "ping"}, "--pipe must be a name without slashes"},
      {{"--timeout", "0", "ping"}, "--timeout must be a number"},
      {{"--timeout", "-5", "ping"}, "--timeout must be a number"},
      {{"--timeout", "5s", "ping"}, "--timeout must be a number"},
      {{"--timeout", "99999999999999999999", "ping"}, "--timeout must be a number"},
      {{"--timeout=5", "ping"}, "write --timeout 5, with a space"},
      {{"--level", "delegate", "ping"}, "--level must be identify or impersonate"},
      {{"--trust", "me", "ping"}, "--trust must be service, same-user or any"},
      {{"ping", "x"}, "'ping' does not take 'x'"},
      {{"ping", "--json"}, "--json must come before the command"},
      {{"ping", "--connections", "0"}, "--connections must be a number of connections from 1 to 1000"},
      {{"ping", "--connections", "1001"}, "--connections must be a number of connections from 1 to 1000"},
      {{"whoami", "--timeout", "5"}, "--timeout must come before the command"},
      {{"methods", "a", "b"}, "'methods' does not take 'b'"},
      {{"methods", "--json"}, "--json must come before the command"},
      {{"call"}, "'call' needs a method"},
      {{"call", "--json", "m"}, "--json must come before the command"},
      {{"call", "m", "--json"}, "--json must come before the command"},
      {{"call", "m", "{}", "x"}, "'call' does not take 'x'"},
      {{"call", "-x"}, "'call' does not take '-x'"},
      {{"call", "m", "--follow"}, "'call' does not take '--follow'"},
      {{"call", "m", "--cancel-after"}, "--cancel-after needs a value"},
      {{"call", "m", "--cancel-after", "0"},
       "--cancel-after must be a number of milliseconds from 1 to 86400000"},
      {{"call", "m", "--repeat", "0"}, "--repeat must be a number of calls from 1 to 1000000"},
      {{"call", "m", "--repeat", "1000001"}, "--repeat must be a number of calls from 1 to 1000000"},
      {{"call", "m", "--notify", "--notify"}, "--notify is given twice"},
      {{"call", "m", "--notify", "--progress"}, "a notification has no response"},
      {{"call", "m", "--notify", "--cancel-after", "5"}, "a notification has no response"},
      {{"call", "m", "--repeat", "5", "--notify"}, "a notification has no response"},
      {{"call", "m", "--repeat", "5", "--progress"}, "--repeat measures complete calls"},
      {{"call", "m", "--repeat", "5", "--cancel-after", "5"}, "--repeat measures complete calls"},
      {{"shell", "bash"}, "'shell' does not take 'bash'"},
      {{"completions"}, "an operand is missing: onbehalf completions powershell|bash"},
      {{"completions", "zsh"}, "completions are available for powershell or bash, not 'zsh'"},
      {{"access"}, "'access' needs one of list, show,"},
      {{"access", "--json"}, "--json must come before the command"},
      {{"access", "give"}, "unknown command 'access give': expected list, show,"},
      {{"access", "list", "a", "b"}, "'access list' does not take 'b'"},
      {{"access", "show"}, "an operand is missing: onbehalf access show NODE"},
      {{"access", "show", "a", "--dry-run"}, "'access show' does not take '--dry-run'"},
      {{"access", "show", "a", "--json"}, "--json must come before the command"},
      {{"access", "grant", "alice", "file"},
       "an operand is missing: onbehalf access grant ACCOUNT NODE RIGHT"},
      {{"access", "grant", "alice", "file", "read"}, "unknown right 'read'"},
      {{"access", "grant", "alice", "file", "call,read"}, "unknown right 'read'"},
      {{"access", "grant", "alice", "file", ","}, "a right is missing"},
      {{"access", "grant", "alice", "file", "call", "--deny"}, "'access grant' does not take '--deny'"},
      {{"access", "grant", "alice", "file", "call", "--if-version"}, "--if-version needs a value"},
      {{"access", "grant", "alice", "file", "call", "--if-version", "x"}, "--if-version must be a number"},
      {{"access", "grant", "alice", "file", "call", "--if-version", "-1"}, "--if-version must be a number"},
      {{"access", "grant", "alice", "file", "call", "--dry-run", "--dry-run"}, "--dry-run is given twice"},
      {{"access", "revoke", "alice"}, "an operand is missing: onbehalf access revoke"},
      {{"access", "revoke", "alice", "file", "--allow", "--deny"},
       "--allow and --deny are mutually exclusive"},
      {{"access", "set", "file"}, "'access set' takes either SDDL"},
      {{"access", "set", "file", "D:", "--default"}, "'access set' takes either SDDL"},
      {{"access", "set", "file", "D:", "x"}, "'access set' does not take 'x'"},
      {{"access", "check", "file", "--right"}, "--right needs a value"},
      {{"access", "check", "file", "--right", "call,see"}, "unknown right 'call,see'"},
      {{"access", "check", "file", "--account", "--right", "see"}, "--account needs a value"},
      {{"access", "history", "5"}, "'access history' does not take '5'"},
      {{"access", "diff"}, "an operand is missing: onbehalf access diff FROM [TO]"},
      {{"access", "diff", "one"}, "FROM must be a number"},
      {{"access", "diff", "1", "two"}, "TO must be a number"},
      {{"access", "rollback"}, "an operand is missing: onbehalf access rollback VERSION"},
      {{"access", "rollback", "last"}, "VERSION must be a number"},
      {{"audit", "show"}, "'audit' does not take 'show'"},
      {{"audit", "--json"}, "--json must come before the command"},
      {{"audit", "--last", "0"}, "--last must be a number of records from 1 to 1000"},
      {{"audit", "--last", "1001"}, "--last must be a number of records from 1 to 1000"},
      {{"audit", "--account"}, "--account needs a value"},
      {{"audit", "--method", "--denied"}, "--method needs a value"},
      {{"audit", "verify", "--follow"}, "'audit verify' does not take '--follow'"},
      {{"file"}, "'file' needs one of get, put, ls, stat, cat or watch"},
      {{"file", "rm"}, "unknown command 'file rm': expected get, put,"},
      {{"file", "get"}, "an operand is missing: onbehalf file get REMOTE [LOCAL]"},
      {{"file", "get", "a", "b", "c"}, "'file get' does not take 'c'"},
      {{"file", "get", ""}, "'file get' needs a path, not ''"},
      {{"file", "put", "a"}, "an operand is missing: onbehalf file put LOCAL REMOTE"},
      {{"file", "put", "a", ""}, "'file put' needs a path, not ''"},
      {{"file", "ls", "a", "--resume"}, "'file ls' does not take '--resume'"},
      {{"file", "ls", "a", "--glob"}, "--glob needs a value: --glob *.txt"},
      {{"file", "cat", "a", "--json"}, "--json must come before the command"},
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
  for (const Command* command : CommandTable()) {
    if (command->summary.empty()) continue;
    EXPECT_NE(help.find("\n  " + std::string(command->name)), std::string::npos) << command->name;
    for (const OptionInfo& option : command->options) {
      const std::string bracket = option.is_required ? " " : "[";
      EXPECT_NE(help.find(bracket + std::string(option.name)), std::string::npos) << option.name;
    }
  }
  for (const OptionInfo& option : GlobalOptionTable()) {
    EXPECT_NE(help.find("\n  " + std::string(option.name)), std::string::npos) << option.name;
  }
  for (const char* word : {"--dry-run", "--if-version", "0 success", "5 access denied"}) {
    EXPECT_NE(help.find(word), std::string::npos) << word;
  }
  EXPECT_EQ(help.find("complete INDEX"), std::string::npos);
}

TEST(CommandTable, HasEachNameOnceAndTheCommandsOfAGroupTogether) {
  std::set<std::string_view> names;
  std::set<const CommandGroup*> groups;
  const CommandGroup* last = nullptr;
  for (const Command* command : CommandTable()) {
    EXPECT_TRUE(names.insert(command->name).second) << command->name;
    if (command->group != nullptr && command->group != last) {
      EXPECT_TRUE(groups.insert(command->group).second) << command->name;
    }
    last = command->group;
  }
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

TEST(CommandLine, HelpOfACommandCoversOnlyThatCommand) {
  EXPECT_EQ(HelpOf({"--help"}), "");
  EXPECT_EQ(HelpOf({"call", "--help"}), "call");
  EXPECT_EQ(HelpOf({"access", "--help"}), "access");
  EXPECT_EQ(HelpOf({"access", "grant", "--help"}), "access grant");
  EXPECT_EQ(
      HelpText("access list")
          .find(
              "  access list [NODE]                list the nodes that you may see, with their own entries\n"),
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
