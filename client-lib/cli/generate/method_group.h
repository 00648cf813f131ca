#pragma once

#include <string>
#include <vector>

#include "generate/api_model.h"
#include "generate/identifiers.h"

namespace onbehalf::cli::generate {

// The methods of one namespace, which become a class in every language.
struct MethodGroup {
  std::string name_space;
  std::string class_name;                 // NAMESPACEMethods
  std::vector<const ApiMethod*> methods;  // borrowed
};

// Groups `api`'s methods, in the order in which their namespaces first occur. Takes the class names from
// `types`.
std::vector<MethodGroup> GroupMethods(const Api& api, NameScope& types);

}  // namespace onbehalf::cli::generate
