#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace onbehalf::cli::new_module {

struct File {
  std::string name;  // without a folder
  std::string text;
};

// The files of a CMake project with the module `name`, which is also its namespace. It builds against the
// package onbehalf and can be loaded.
std::vector<File> Files(std::string_view name);

// Why `name` is not allowed for a module; empty if it is. It becomes a namespace of methods, a file name and
// a CMake target.
std::string NameFault(std::string_view name);

}  // namespace onbehalf::cli::new_module
