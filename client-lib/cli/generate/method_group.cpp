#include "generate/method_group.h"

#include <algorithm>

namespace onbehalf::cli::generate {

std::vector<MethodGroup> GroupMethods(const Api& api, NameScope& types) {
  std::vector<MethodGroup> groups;
  for (const ApiMethod& method : api.methods) {
    const std::string name_space = NamespaceOf(method.name);
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const MethodGroup& one) { return one.name_space == name_space; });
    if (group == groups.end()) {
      groups.push_back({name_space, types.Take(PascalCase(name_space) + "Methods"), {}});
      group = groups.end() - 1;
    }
    group->methods.push_back(&method);
  }
  return groups;
}

}  // namespace onbehalf::cli::generate
