#include "access/access_options.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

namespace onbehalf::cli {
namespace {

using client::Json;

std::int64_t ParseVersion(const std::string& what, const std::string& text) {
  return ParseNumber(what, "", text, 0, std::numeric_limits<std::int64_t>::max());
}

// A right's word, as the service knows it.
const std::string& CheckedRight(const std::string& word) {
  if (word != "call" && word != "connect" && word != "see" && word != "manage") {
    Refuse("there is no right '" + word + "': call (at pipe: connect), see or manage");
  }
  return word;
}

// Rights are separated by commas; words of their own are taken as well, because shells and people add spaces
// after the commas.
Json ParseRights(std::span<const std::string> words) {
  Json rights = Json::array();
  for (const std::string& word : words) {
    for (std::size_t begin = 0; begin <= word.size();) {
      const std::size_t end = std::min(word.find(',', begin), word.size());
      const std::string right = word.substr(begin, end - begin);
      begin = end + 1;
      if (right.empty()) continue;
      if (std::find(rights.begin(), rights.end(), CheckedRight(right)) == rights.end())
        rights.push_back(right);
    }
  }
  if (rights.empty()) Refuse("a right is missing: call (at pipe: connect), see or manage");
  return rights;
}

void AddChangeOptions(const Given& given, Json& arguments) {
  if (given.Has("--dry-run")) arguments["dryRun"] = true;
  if (given.Has("--if-version")) {
    arguments["version"] = ParseVersion("--if-version", given.ValueOf("--if-version"));
  }
}

Json ArgumentsOf(std::string_view verb, const Given& given) {
  const std::span<const std::string> words(given.words);
  Json arguments = Json::object();
  if (verb == "grant" || verb == "deny" || verb == "revoke") {
    arguments = {{"account", words[0]}, {"node", words[1]}};
    if (words.size() > 2) arguments["rights"] = ParseRights(words.subspan(2));
    if (given.Has("--allow") && given.Has("--deny")) {
      Refuse("--allow and --deny exclude each other; without them both kinds of entry are taken away");
    }
    if (given.Has("--allow")) arguments["type"] = "allow";
    if (given.Has("--deny")) arguments["type"] = "deny";
  } else if (verb == "set") {
    if ((words.size() == 2) == given.Has("--default")) {
      Refuse("'access set' takes either SDDL, \"D:(A;;GX;;;BU)\", or --default");
    }
    arguments = {{"node", words[0]}, {"sddl", given.Has("--default") ? Json(nullptr) : Json(words[1])}};
  } else if (verb == "diff") {
    arguments = {{"from", ParseVersion("FROM", words[0])}};
    if (words.size() == 2) arguments["to"] = ParseVersion("TO", words[1]);
  } else if (verb == "rollback") {
    arguments = {{"to", ParseVersion("VERSION", words[0])}};
  } else if (!words.empty()) {
    arguments = {{"node", words[0]}};
  }
  if (given.Has("--right")) arguments["right"] = CheckedRight(given.ValueOf("--right"));
  if (given.Has("--account")) arguments["account"] = given.ValueOf("--account");
  AddChangeOptions(given, arguments);
  return arguments;
}

}  // namespace

void TakeAccess(std::string_view verb, const Given& given, CommandLine& line) {
  line.method = "access." + std::string(verb);
  line.arguments = ArgumentsOf(verb, given);
}

}  // namespace onbehalf::cli
