#include "generate/generate_options.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "command_names.h"

namespace onbehalf::cli {
namespace {

using Language = GenerateOptions::Language;

GenerateOptions Parse(const std::vector<std::string>& arguments) {
  Words words(arguments);
  return ParseGenerate(TakeAll(words, *FindCommand("generate")));
}

TEST(GenerateOptions, HaveANamespaceOfTheLanguage) {
  EXPECT_EQ(Parse({"--language", "cpp"}).language, Language::kCpp);
  EXPECT_EQ(Parse({"--language", "cpp"}).name_space, "onbehalf::typed");
  EXPECT_EQ(Parse({"--language", "csharp"}).name_space, "OnBehalf.Typed");
  EXPECT_EQ(Parse({"--language", "typescript"}).name_space, "");
  EXPECT_EQ(Parse({"--name", "a::b", "--language", "cpp"}).name_space, "a::b");
  EXPECT_EQ(Parse({"--language", "csharp", "--name", "A.B"}).name_space, "A.B");
}

TEST(GenerateOptions, AcceptFiles) {
  const GenerateOptions options = Parse({"--language", "cpp", "--from", "in.json", "--output", "out.h"});
  EXPECT_EQ(options.from, "in.json");
  EXPECT_EQ(options.output, "out.h");
  EXPECT_FALSE(Parse({"--language", "cpp"}).output);
}

TEST(GenerateOptions, ReportWhatIsWrong) {
  struct Case {
    std::vector<std::string> arguments;
    const char* error;
  };
  for (const Case& one :
       {Case{{}, "'generate' needs --language cpp, typescript or csharp"},
        Case{{"--language", "pascal"}, "--language must be cpp, typescript or csharp, not 'pascal'"},
        Case{{"--language", "cpp", "--name", "a.b"},
             "--name must be a C++ namespace such as company::service, not 'a.b'"},
        Case{{"--language", "cpp", "--name", "a{}int b;"},
             "--name must be a C++ namespace such as company::service, not 'a{}int b;'"},
        Case{{"--language", "cpp", "--name", "std"},
             "--name must be a C++ namespace such as company::service, not 'std'"},
        Case{{"--language", "csharp", "--name", "a::b"},
             "--name must be a C# namespace such as Company.Service, not 'a::b'"},
        Case{{"--language", "csharp", "--name", "A.class"},
             "--name must be a C# namespace such as Company.Service, not 'A.class'"},
        Case{{"--language", "typescript", "--name", "a"},
             "--name is for cpp and csharp; in TypeScript the file is the namespace"},
        Case{{"--language", "cpp", "more"}, "'generate' does not take 'more'"}}) {
    try {
      Parse(one.arguments);
      ADD_FAILURE() << one.error;
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), one.error);
    }
  }
  EXPECT_THROW(Parse({"--language"}), std::runtime_error);
}

}  // namespace
}  // namespace onbehalf::cli
