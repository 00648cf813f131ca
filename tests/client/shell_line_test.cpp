#include "shell/shell_line.h"

#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "usage_error.h"

namespace onbehalf::cli::shell {
namespace {

using client::Json;

TEST(ShellLine, IsACommandOfTheShell) {
  EXPECT_TRUE(std::holds_alternative<Nothing>(ParseShellLine("")));
  EXPECT_TRUE(std::holds_alternative<Nothing>(ParseShellLine(" \t\r")));
  EXPECT_TRUE(std::holds_alternative<Help>(ParseShellLine(" help ")));
  EXPECT_TRUE(std::holds_alternative<Quit>(ParseShellLine("quit")));
  EXPECT_TRUE(std::holds_alternative<Quit>(ParseShellLine("exit\r")));
  EXPECT_EQ(std::get<ListMethods>(ParseShellLine("methods")).name, "");
  EXPECT_EQ(std::get<ListMethods>(ParseShellLine("methods  rpc.ping ")).name, "rpc.ping");
}

TEST(ShellLine, IsAMethodWithItsParameters) {
  struct Row {
    const char* line;
    const char* method;
    const char* params;
  };
  const Row rows[] = {
      {"rpc.ping", "rpc.ping", "null"},
      {"  rpc.ping\t", "rpc.ping", "null"},
      {"m {}", "m", "{}"},
      {R"(m {"a": "b c", "d": [1, 2]})", "m", R"({"a": "b c", "d": [1, 2]})"},
      {"m [1, \"x\"]", "m", "[1, \"x\"]"},
      {"m a=1 b=true c=null d=1.5 e=-2", "m", R"({"a": 1, "b": true, "c": null, "d": 1.5, "e": -2})"},
      {R"(m path=C:\Users\a.txt)", "m", R"({"path": "C:\\Users\\a.txt"})"},
      {R"(m text="a \"b\" c" n=2)", "m", R"({"text": "a \"b\" c", "n": 2})"},
      {R"(m o={"x": [1, "] }"]} l=[1, 2] e=)", "m", R"({"o": {"x": [1, "] }"]}, "l": [1, 2], "e": ""})"},
      {"m sddl=D:(A;;GX;;;BU) x=a=b", "m", R"json({"sddl": "D:(A;;GX;;;BU)", "x": "a=b"})json"},
      {"m name=\xC3\xA4nne", "m", "{\"name\": \"\xC3\xA4nne\"}"},
      {"m a=truely b=1x", "m", R"({"a": "truely", "b": "1x"})"},
      {"Help", "Help", "null"},
  };
  for (const Row& row : rows) {
    const auto call = std::get<CallMethod>(ParseShellLine(row.line));
    EXPECT_EQ(call.method, row.method) << row.line;
    EXPECT_EQ(call.params, Json::parse(row.params)) << row.line;
  }
}

TEST(ShellLine, ReportsWhatIsWrong) {
  struct Row {
    const char* line;
    const char* says;
  };
  const Row rows[] = {
      {"help me", "'help' takes no operands, not 'me'"},
      {"quit now", "'quit' takes no operands, not 'now'"},
      {"methods a b", "'methods' takes one name, not 'a b'"},
      {"m x", "'x' is not a parameter: write NAME=VALUE"},
      {"m x y=1", "'x' is not a parameter"},
      {"m =1", "'=1' is not a parameter"},
      {"m a=1 a=2", "the parameter a is given twice"},
      {"m a=\"x", "the value of a is not terminated: \"x"},
      {"m a={\"x\":1", "the value of a is not terminated"},
      {"m a=\"x\\", "the value of a is not terminated"},
      {"m a=\"x\"y", "a space is missing after the value of a: \"x\""},
      {"m a={x:1}", "the parameters are not valid JSON"},
      {"m a={\"x\":1,\"x\":2}", "the parameters are not valid JSON"},
      {"m {\"a\":1", "the parameters are not valid JSON"},
      {"m {\"a\":1} b=2", "the parameters are not valid JSON"},
  };
  for (const Row& row : rows) {
    std::string said;
    try {
      ParseShellLine(row.line);
    } catch (const UsageError& error) {
      said = error.what();
    }
    EXPECT_NE(said.find(row.says), std::string::npos) << row.line << " / " << said;
  }
}

TEST(ShellLine, IsKnownToHoldASecret) {
  for (const char* line : {"m password=x", "m {\"apiKey\": 1}", "m a={\"b\":{\"pass_word\":1}}", "m PWD=",
                           "db.query connection=\"Driver={SQLite3};Pwd=x\"", "m {\"secret\": \"unfinished"}) {
    EXPECT_TRUE(HoldsSecret(line)) << line;
  }
  for (const char* line : {"", "m", "m a=1", "identity.token", "file.read path=C:\\a.txt"}) {
    EXPECT_FALSE(HoldsSecret(line)) << line;
  }
}

}  // namespace
}  // namespace onbehalf::cli::shell
