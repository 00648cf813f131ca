#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace onbehalf::cli::new_module {

struct File {
  std::string name;  // without a folder
  std::string text;
};

// A CMake project with the module `name`, which is its namespace too: it builds against the package onbehalf and loads.
std::vector<File> Files(std::string_view name);

// Why a module cannot be called that; empty if it can: it is a namespace of methods, a file and a target of CMake.
std::string NameFault(std::string_view name);

}  // namespace onbehalf::cli::new_module
