#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace onbehalf::test {

// What a test executable does when it is started again as a child of its own test
// (ChildProcess::Options::Self): the arguments come in, the exit code goes out. Defined at namespace scope
// beside the test that starts it:
//
//   ONBEHALF_CHILD_MAIN(Echo) { std::puts(arguments.at(0).c_str()); return 0; }
#define ONBEHALF_CHILD_MAIN(name)                                                                   \
  static int ChildMain_##name(const std::vector<std::string>& arguments);                           \
  static const ::onbehalf::test::ChildMainRegistration kChildMain_##name(#name, &ChildMain_##name); \
  static int ChildMain_##name([[maybe_unused]] const std::vector<std::string>& arguments)

using ChildMain = int (*)(const std::vector<std::string>& arguments);

struct ChildMainRegistration {
  ChildMainRegistration(std::string_view name, ChildMain main);
};

// The first argument of a process that is a child: this and the name.
inline constexpr std::string_view kChildMainArgument = "--onbehalf-child=";

// Runs the child's part if `arguments` (without the program's name) ask for one and returns its exit code;
// nullopt if this process is no child. 125: the executable has no part of that name; 124: the part threw
// (told on standard error).
std::optional<int> RunChildMain(const std::vector<std::string>& arguments);

}  // namespace onbehalf::test
