#include "file/file_options.h"

namespace onbehalf::cli {
namespace {

FileOptions::Verb ParseVerb(std::string_view verb) {
  using Verb = FileOptions::Verb;
  if (verb == "get") return Verb::kGet;
  if (verb == "put") return Verb::kPut;
  if (verb == "ls") return Verb::kList;
  if (verb == "cat") return Verb::kCat;
  if (verb == "watch") return Verb::kWatch;
  return Verb::kStat;
}

}  // namespace

FileOptions TakeFile(std::string_view verb, const Given& given) {
  FileOptions options;
  options.verb = ParseVerb(verb);
  const bool is_put = options.verb == FileOptions::Verb::kPut;
  options.remote = given.words[is_put ? 1 : 0];
  if (is_put) {
    options.local = given.words[0];
  } else if (given.words.size() == 2) {
    options.local = given.words[1];
  }
  for (const std::string& word : given.words) {
    if (word.empty()) Refuse("'file " + std::string(verb) + "' needs a path, not ''");
  }
  options.resume = given.Has("--resume");
  options.force = given.Has("--force");
  if (given.Has("--glob")) options.glob = given.ValueOf("--glob");
  options.all = given.Has("--all");
  options.recursive = given.Has("--recursive");
  return options;
}

}  // namespace onbehalf::cli
