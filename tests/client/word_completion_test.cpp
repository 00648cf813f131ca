#include "completions/word_completion.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "command_names.h"
#include "command_table.h"
#include "completions/completion_script.h"

namespace onbehalf::cli {
namespace {

using Words = std::vector<std::string>;

class WordCompletionTest : public testing::Test {
 protected:
  Words Texts(const Words& words) {
    Words texts;
    for (const auto& candidate : Complete(words).candidates) texts.push_back(candidate.text);
    return texts;
  }
  bool Files(const Words& words) { return Complete(words).files; }

  int asked_ = 0;
  client::Options options_;

 private:
  WordCompletion Complete(const Words& words) {
    return CompleteWord(words, [this](const client::Options& options) {
      ++asked_;
      options_ = options;
      return MethodCatalogue(
          client::Json::parse(R"({"methods": [{"name": "rpc.ping"}, {"name": "file.write"}]})"));
    });
  }
};

TEST_F(WordCompletionTest, OffersCommandsAndVerbs) {
  EXPECT_EQ(Texts({""}), (Words{"ping", "whoami", "methods", "call", "shell", "doctor", "generate",
                                "new-module", "completions", "file", "access", "audit"}));
  EXPECT_EQ(Texts({"a"}), (Words{"access", "audit"}));
  EXPECT_EQ(Texts({"--json", "ca"}), Words{"call"});
  EXPECT_EQ(Texts({"access", "re"}), Words{"revoke"});
  EXPECT_EQ(Texts({"access", ""}).size(), 11u);
  EXPECT_EQ(Texts({"audit", "v"}), Words{"verify"});
  EXPECT_EQ(Texts({"nothing", ""}), Words{});
  EXPECT_EQ(Texts({}), Words{});
  EXPECT_EQ(asked_, 0);
}

TEST_F(WordCompletionTest, OffersOptionsNotYetGiven) {
  EXPECT_EQ(Texts({"--j"}), Words{"--json"});
  EXPECT_EQ(Texts({"--json", "--j"}), Words{});
  EXPECT_EQ(Texts({"call", "m", "--"}), (Words{"--progress", "--cancel-after", "--repeat", "--notify"}));
  EXPECT_EQ(Texts({"call", "--repeat", "5", "--re"}), Words{});
  EXPECT_EQ(Texts({"access", "grant", "--"}), (Words{"--dry-run", "--if-version"}));
  EXPECT_EQ(Texts({"access", "set", "file", "--d"}), (Words{"--default", "--dry-run"}));
  // Nothing else can follow.
  EXPECT_EQ(Texts({"audit", "--denied", ""}), (Words{"--follow", "--account", "--method", "--last"}));
  EXPECT_EQ(Texts({"doctor", ""}), Words{"--bundle"});
  EXPECT_EQ(Texts({"file", "put", "--resume", "a", "C:\\a", ""}), Words{"--force"});
  EXPECT_EQ(Texts({"file", "w"}), Words{"watch"});
  EXPECT_EQ(Texts({"ping", ""}), Words{"--connections"});
  EXPECT_EQ(Texts({"whoami", ""}), Words{});
}

TEST_F(WordCompletionTest, OffersValues) {
  EXPECT_EQ(Texts({"--level", ""}), (Words{"identify", "impersonate"}));
  EXPECT_EQ(Texts({"--json", "--trust", "s"}), (Words{"service", "same-user"}));
  EXPECT_EQ(Texts({"--pipe", ""}), Words{});
  EXPECT_EQ(Texts({"completions", "b"}), Words{"bash"});
  EXPECT_EQ(Texts({"access", "check", "file", "--right", "c"}), (Words{"call", "connect"}));
  EXPECT_EQ(Texts({"access", "grant", "BU", "file", "call,s"}), Words{"call,see"});
  EXPECT_EQ(Texts({"access", "grant", "BU", "file", "call", "s"}), Words{"see"});
  EXPECT_EQ(asked_, 0);
}

TEST_F(WordCompletionTest, OffersMethodsAndNodes) {
  EXPECT_EQ(Texts({"call", "r"}), Words{"rpc.ping"});
  EXPECT_EQ(Texts({"call", "--repeat", "5", ""}), (Words{"file.write", "rpc.ping"}));
  EXPECT_EQ(Texts({"methods", "rpc"}), (Words{"rpc", "rpc.ping"}));
  EXPECT_EQ(Texts({"access", "show", ""}), (Words{"/", "pipe:", "file", "rpc", "file.write", "rpc.ping"}));
  EXPECT_EQ(Texts({"access", "deny", "BU", "pi"}), Words{"pipe:"});
  EXPECT_EQ(Texts({"access", "deny", ""}), Words{});
  EXPECT_EQ(Texts({"audit", "--method", "f"}), Words{"file.write"});
  EXPECT_EQ(Texts({"methods", "rpc", ""}), Words{});
  // "PARAMS | @FILE | -" is for people.
  EXPECT_EQ(Texts({"call", "rpc.ping", ""}), Words{});
}

TEST_F(WordCompletionTest, QueriesTheServiceNamedOnTheLine) {
  Texts({"--pipe", "other", "--trust", "same-user", "--server", "files", "call", ""});
  EXPECT_EQ(asked_, 1);
  EXPECT_EQ(options_.pipe, "other");
  EXPECT_EQ(options_.server, "files");
  EXPECT_EQ(options_.trust, client::Trust::kSameUser);
  // An invalid option completes nothing.
  EXPECT_EQ(Texts({"--trust", "me", "call", ""}), Words{});
  EXPECT_EQ(asked_, 1);
}

TEST_F(WordCompletionTest, KnowsWhereAFileIsExpected) {
  EXPECT_TRUE(Files({"doctor", "--bundle", "sup"}));
  EXPECT_TRUE(Files({"call", "rpc.ping", "@par"}));
  EXPECT_FALSE(Files({"call", "rpc.ping", "{"}));
  EXPECT_FALSE(Files({"call", "@"}));
  EXPECT_FALSE(Files({"doctor", "sup"}));
  // Files of this computer.
  EXPECT_FALSE(Files({"file", "get", "C:"}));
  EXPECT_TRUE(Files({"file", "get", "C:\\a", "b"}));
  EXPECT_TRUE(Files({"file", "put", "a"}));
  EXPECT_FALSE(Files({"file", "put", "a", "C:"}));
  EXPECT_FALSE(Files({"file", "ls", "C:"}));
}

TEST(CompletionScript, IsPlain) {
  // The console's code page is unknown: ASCII is the same in all of them.
  const auto is_ascii = [](std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= ' ' && c < '\x7F') || c == '\n'; });
  };
  EXPECT_TRUE(is_ascii(PowerShellScript()));
  EXPECT_TRUE(is_ascii(BashScript()));
  for (const Command* command : CommandTable()) {
    EXPECT_TRUE(is_ascii(command->summary)) << command->name;
    for (const OptionInfo& option : command->options) EXPECT_TRUE(is_ascii(option.summary)) << option.name;
  }
}

}  // namespace
}  // namespace onbehalf::cli
