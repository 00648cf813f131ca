#include "new_module/new_module_files.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace onbehalf::cli {
namespace {

TEST(NewModule, IsAProjectWithItsNameInEveryFile) {
  const auto files = new_module::Files("greeter");
  std::vector<std::string> names;
  for (const new_module::File& file : files) {
    names.push_back(file.name);
    EXPECT_NE(file.text.find("greeter"), std::string::npos) << file.name;
    // No placeholder is left.
    EXPECT_EQ(file.text.find('@'), std::string::npos) << file.name;
    EXPECT_TRUE(file.text.ends_with("\n") && !file.text.ends_with("\n\n")) << file.name;
  }
  EXPECT_EQ(names, (std::vector<std::string>{"CMakeLists.txt", "greeter_module.cpp", "README.md"}));
  EXPECT_NE(files.at(0).text.find("find_package(onbehalf 0."), std::string::npos) << files.at(0).text;
}

TEST(NewModule, RefusesInvalidNamesAndNamesInUse) {
  for (const char* name : {"greeter", "a", "My_Module2"}) EXPECT_EQ(new_module::NameFault(name), "") << name;
  for (const char* name : {"", "1st", "with space", "a.b", "a-b", "../up", "gr\xC3\xBC\xC3\x9F"}) {
    EXPECT_EQ(new_module::NameFault(name),
              "a module's name must be 1 to 64 letters, digits and _, with a letter first")
        << name;
  }
  EXPECT_NE(new_module::NameFault(std::string(65, 'a')), "");
  for (const char* name : {"file", "Service", "NUL", "test"}) {
    EXPECT_EQ(new_module::NameFault(name), "this name is reserved") << name;
  }
}

}  // namespace
}  // namespace onbehalf::cli
