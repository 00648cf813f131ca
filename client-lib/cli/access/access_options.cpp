#include "access/access_options.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace onbehalf::cli {
namespace {

using client::Json;

std::int64_t ParseVersion(const std::string& what, const std::string& text) {
  return ParseNumber(what, "", text, 0, std::numeric_limits<std::int64_t>::max());
}

// Rejects a word that is not a right.
const std::string& CheckedRight(const std::string& word) {
  if (word != "call" && word != "connect" && word != "see" && word != "manage") {
    Refuse("unknown right '" + word + "': expected call (connect for pipe:), see or manage");
  }
  return word;
}

// Rights are separated by commas; separate words are accepted too, because shells and people add spaces after
// commas.
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
  if (rights.empty()) Refuse("a right is missing: expected call (connect for pipe:), see or manage");
  return rights;
}

// The method's name is the command's, with a point for the space.
AccessOptions Asking(const Given& given, Json arguments) {
  std::string method = given.command;
  std::replace(method.begin(), method.end(), ' ', '.');
  return {std::move(method), std::move(arguments)};
}

AccessOptions Changing(const Given& given, Json arguments) {
  if (given.Has("--dry-run")) arguments["dryRun"] = true;
  if (const auto version = given.ValueOf("--if-version")) {
    arguments["version"] = ParseVersion("--if-version", *version);
  }
  return Asking(given, std::move(arguments));
}

}  // namespace

AccessOptions ParseNode(const Given& given) {
  Json arguments = Json::object();
  if (const auto node = given.Word(0)) arguments["node"] = *node;
  if (const auto right = given.ValueOf("--right")) arguments["right"] = CheckedRight(*right);
  if (const auto account = given.ValueOf("--account")) arguments["account"] = *account;
  return Asking(given, std::move(arguments));
}

AccessOptions ParseGrant(const Given& given) {
  return Changing(given, {{"account", given.words[0]},
                          {"node", given.words[1]},
                          {"rights", ParseRights(std::span(given.words).subspan(2))}});
}

AccessOptions ParseRevoke(const Given& given) {
  Json arguments = {{"account", given.words[0]}, {"node", given.words[1]}};
  if (given.words.size() > 2) arguments["rights"] = ParseRights(std::span(given.words).subspan(2));
  if (given.Has("--allow") && given.Has("--deny")) {
    Refuse("--allow and --deny are mutually exclusive; without them entries of both kinds are removed");
  }
  if (given.Has("--allow")) arguments["type"] = "allow";
  if (given.Has("--deny")) arguments["type"] = "deny";
  return Changing(given, std::move(arguments));
}

AccessOptions ParseSet(const Given& given) {
  const std::optional<std::string> sddl = given.Word(1);
  if (sddl.has_value() == given.Has("--default")) {
    Refuse("'access set' takes either SDDL, \"D:(A;;GX;;;BU)\", or --default");
  }
  return Changing(given, {{"node", given.words[0]}, {"sddl", sddl ? Json(*sddl) : Json(nullptr)}});
}

AccessOptions ParseDiff(const Given& given) {
  Json arguments = {{"from", ParseVersion("FROM", given.words[0])}};
  if (const auto to = given.Word(1)) arguments["to"] = ParseVersion("TO", *to);
  return Asking(given, std::move(arguments));
}

AccessOptions ParseRollback(const Given& given) {
  return Changing(given, {{"to", ParseVersion("VERSION", given.words[0])}});
}

}  // namespace onbehalf::cli
