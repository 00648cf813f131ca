#include "file/path_text.h"

namespace onbehalf::cli {

std::string NameIn(const std::string& path) { return path.substr(path.find_last_of("\\/:") + 1); }

std::string PathIn(const std::string& folder, const std::string& name) {
  // "C:" is a folder too, and a different one from "C:\\".
  return folder + (NameIn(folder).empty() ? "" : "\\") + name;
}

}  // namespace onbehalf::cli
