#include "file/file.h"

namespace onbehalf::cli {

extern const CommandGroup kFileGroup = {
    "Files, with your rights: REMOTE and PATH are paths on the service's computer, with a drive (C:\\x)"};

const std::vector<std::string>& PathsOf(const Given& given) {
  for (const std::string& word : given.words) {
    if (word.empty()) Refuse("'" + given.command + "' needs a path, not ''");
  }
  return given.words;
}

PathOptions ParsePath(const Given& given) { return {PathsOf(given)[0]}; }

}  // namespace onbehalf::cli
