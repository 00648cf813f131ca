// onbehalf generate, as a program.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "client/fake_server.h"
#include "exit_code.h"
#include "golden.h"
#include "onbehalf/win32/process.h"
#include "service/temporary_folder.h"
#include "support/child_process.h"

namespace onbehalf::cli {
namespace {

using client::Json;
using test::ChildProcess;
using test::FakeServer;
using test::ReadSource;
using test::SourcePath;

ChildProcess::Exit RunProgram(std::vector<std::string> arguments) {
  const std::string own = win32::OwnImagePath();
  ChildProcess::Options options;
  options.executable = own.substr(0, own.find_last_of('\\') + 1) + "onbehalf.exe";
  options.arguments = std::move(arguments);
  return test::RunChild(options);
}

DWORD Code(ExitCode code) { return static_cast<DWORD>(code); }

TEST(GenerateProgram, WritesTheClientOfASavedDocument) {
  const auto cpp = RunProgram({"generate", "--language", "cpp", "--from", SourcePath("discover.json")});
  EXPECT_EQ(cpp.code, Code(ExitCode::kDone)) << cpp.errors;
  EXPECT_EQ(cpp.output, ReadSource("golden/typed_service.h"));
  EXPECT_EQ(cpp.errors, "");
  const auto typescript =
      RunProgram({"generate", "--language", "typescript", "--from", SourcePath("sample.json")});
  EXPECT_EQ(typescript.output, ReadSource("golden/sample.ts"));
  const auto csharp = RunProgram(
      {"generate", "--from", SourcePath("sample.json"), "--name", "Company.Sample", "--language", "csharp"});
  EXPECT_EQ(csharp.output, ReadSource("golden/Sample.cs"));
  const auto json =
      RunProgram({"--json", "generate", "--language", "typescript", "--from", SourcePath("sample.json")});
  EXPECT_EQ(Json::parse(json.output).at("source"), ReadSource("golden/sample.ts"));
}

TEST(GenerateProgram, AsksTheServiceWithoutADocument) {
  std::vector<std::string> methods;
  FakeServer server(test::Answering([&methods](const Json& request) {
    methods.push_back(request.at("method"));
    return Json{{"result", test::ReadDocument("sample.json")}};
  }));
  const auto exit =
      RunProgram({"--pipe", server.name(), "--trust", "same-user", "generate", "--language", "typescript"});
  EXPECT_EQ(exit.code, Code(ExitCode::kDone)) << exit.errors;
  EXPECT_EQ(exit.output, ReadSource("golden/sample.ts"));
  EXPECT_EQ(methods, std::vector<std::string>{"rpc.discover"});
}

TEST(GenerateProgram, ReplacesAnExistingFile) {
  const test::TemporaryFolder folder;
  const std::string file = (folder.path() / L"out.h").string();
  test::WriteAll(file, "old");
  const std::vector<std::string> arguments = {"generate",        "--language", "cpp", "--name",
                                              "company::sample", "--output",   file,  "--from"};
  auto good = arguments;
  good.push_back(SourcePath("sample.json"));
  const auto exit = RunProgram(good);
  EXPECT_EQ(exit.code, Code(ExitCode::kDone)) << exit.errors;
  EXPECT_EQ(exit.output, "");
  EXPECT_EQ(exit.errors, "wrote " + file + " with 9 methods\n");
  EXPECT_EQ(test::ReadAll(file), ReadSource("golden/sample.h"));

  // A failed generation leaves the file unchanged.
  const std::string bad = (folder.path() / L"bad.json").string();
  test::WriteAll(bad, R"({"methods":[{"name":"a.b"},{"name":"a.c","result":{"schema":{"type":"text"}}}]})");
  auto wrong = arguments;
  wrong.push_back(bad);
  EXPECT_EQ(RunProgram(wrong).code, Code(ExitCode::kUsage));
  EXPECT_EQ(test::ReadAll(file), ReadSource("golden/sample.h"));
}

TEST(GenerateProgram, ReportsWhatIsWrongWithADocument) {
  const test::TemporaryFolder folder;
  const std::string file = (folder.path() / L"document.json").string();
  struct Case {
    std::string document;
    std::string error;
  };
  for (const Case& one : {Case{"{", "is not valid JSON: "}, Case{"", "is not valid JSON: "},
                          Case{"{\"methods\":1}", "it has no array \"methods\""},
                          Case{R"({"methods":[{"name":"a.b","result":{"schema":{"type":"\u001b[2Jtext"}}}]})",
                               R"(a.b: result: "type" is "\u001b[2Jtext", which is not a JSON Schema type)"},
                          Case{R"({"methods":[{"name":"a.\u001b[2J","summary":1}]})",
                               R"(a.\x1b[2J: "summary" is not a string)"},
                          Case{std::string(100, '[') + std::string(100, ']'), "is not valid JSON: "}}) {
    test::WriteAll(file, one.document);
    const auto exit = RunProgram({"generate", "--language", "cpp", "--from", file});
    EXPECT_EQ(exit.code, Code(ExitCode::kUsage));
    EXPECT_EQ(exit.output, "");
    EXPECT_NE(exit.errors.find(file + (one.error.starts_with("is") ? " " : ": ")), std::string::npos)
        << exit.errors;
    EXPECT_NE(exit.errors.find(one.error), std::string::npos) << exit.errors;
  }
  const auto missing = RunProgram({"generate", "--language", "cpp", "--from", file + ".none"});
  EXPECT_EQ(missing.code, Code(ExitCode::kUsage));
  EXPECT_NE(missing.errors.find("cannot be opened"), std::string::npos) << missing.errors;
  EXPECT_EQ(RunProgram({"generate"}).code, Code(ExitCode::kUsage));
}

TEST(GenerateProgram, ReportsWhatIsWrongWithAService) {
  FakeServer server(test::Answering([](const Json&) {
    return Json{{"result", {{"methods", Json::array({{{"name", "a.b"}, {"params", 5}}})}}}};
  }));
  const auto exit =
      RunProgram({"--pipe", server.name(), "--trust", "same-user", "generate", "--language", "cpp"});
  EXPECT_EQ(exit.code, Code(ExitCode::kServiceError));
  EXPECT_EQ(exit.output, "");
  EXPECT_NE(exit.errors.find(
                "the service's description of its methods is invalid: a.b: \"params\" is not an array"),
            std::string::npos)
      << exit.errors;
}

TEST(GenerateProgram, IsInTheHelp) {
  EXPECT_NE(RunProgram({"--help"}).output.find("generate --language cpp|typescript|csharp"),
            std::string::npos);
}

}  // namespace
}  // namespace onbehalf::cli
