#include "new_module/new_module.h"

#include <gtest/gtest.h>

#include <any>
#include <string>
#include <vector>

#include "command_line.h"
#include "command_names.h"
#include "usage_error.h"

namespace onbehalf::cli {
namespace {

TEST(NewModule, IsWrittenToTheGivenFolder) {
  using Arguments = std::vector<std::string>;
  const auto parse = [](const Arguments& arguments) {
    const Invocation asked = ParseCommandLine(arguments);
    EXPECT_EQ(asked.command, FindCommand("new-module"));
    return std::any_cast<NewModuleOptions>(asked.options);
  };
  const NewModuleOptions here = parse({"new-module", "greeter"});
  EXPECT_EQ(here.name, "greeter");
  EXPECT_FALSE(here.folder.has_value());
  EXPECT_EQ(parse({"new-module", "greeter", "--folder", "C:\\work"}).folder, "C:\\work");
  try {
    ParseCommandLine(Arguments{"new-module", "file"});
    FAIL() << "the name file belongs to the service";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "'file': this name is reserved");
  }
}

}  // namespace
}  // namespace onbehalf::cli
