#include "support/child_main.h"

#include <cstdio>
#include <exception>
#include <functional>
#include <map>

namespace onbehalf::test {
namespace {

// Filled by static constructors, so it must exist before the first of them needs it.
std::map<std::string, ChildMain, std::less<>>& ChildMains() {
  static std::map<std::string, ChildMain, std::less<>> mains;
  return mains;
}

}  // namespace

ChildMainRegistration::ChildMainRegistration(std::string_view name, ChildMain main) {
  ChildMains().emplace(name, main);
}

std::optional<int> RunChildMain(const std::vector<std::string>& arguments) {
  if (arguments.empty() || !arguments.front().starts_with(kChildMainArgument)) return std::nullopt;
  const std::string name = arguments.front().substr(kChildMainArgument.size());
  const auto found = ChildMains().find(name);
  if (found == ChildMains().end()) {
    std::fprintf(stderr, "no ONBEHALF_CHILD_MAIN is named %s\n", name.c_str());
    return 125;
  }
  try {
    return found->second({arguments.begin() + 1, arguments.end()});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", name.c_str(), error.what());
    return 124;
  }
}

}  // namespace onbehalf::test
