#pragma once

#include <string>
#include <vector>

#include "generate/api_model.h"
#include "generate/identifiers.h"

namespace onbehalf::cli::generate {

// The methods of one namespace: a class in every language.
struct MethodGroup {
  std::string name_space;
  std::string class_name;                 // NAMESPACEMethods
  std::vector<const ApiMethod*> methods;  // borrowed
};

// In the order in which the namespaces come first. `types` gives the classes their names.
std::vector<MethodGroup> GroupMethods(const Api& api, NameScope& types);

}  // namespace onbehalf::cli::generate
