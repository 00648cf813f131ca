#include "access/access_options.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace onbehalf::cli {
namespace {

using client::Json;

constexpr std::size_t kAnyNumber = std::numeric_limits<std::size_t>::max();

constexpr std::array<std::string_view, 2> kChangeOptions = {"--dry-run", "--if-version"};
constexpr std::array<std::string_view, 4> kRevokeOptions = {"--dry-run", "--if-version", "--allow", "--deny"};
constexpr std::array<std::string_view, 3> kSetOptions = {"--dry-run", "--if-version", "--default"};
constexpr std::array<std::string_view, 2> kCheckOptions = {"--right", "--account"};
constexpr std::array<std::string_view, 1> kExplainOptions = {"--right"};

struct Verb {
  std::string_view name;
  std::string_view takes;  // after the verb, for people
  std::size_t fewest;      // words that are no options
  std::size_t most;
  std::span<const std::string_view> options;
};

constexpr std::array kVerbs = {
    Verb{"list", "[NODE]", 0, 1, {}},
    Verb{"show", "NODE", 1, 1, {}},
    Verb{"grant", "ACCOUNT NODE RIGHT[,RIGHT…]", 3, kAnyNumber, kChangeOptions},
    Verb{"deny", "ACCOUNT NODE RIGHT[,RIGHT…]", 3, kAnyNumber, kChangeOptions},
    Verb{"revoke", "ACCOUNT NODE [RIGHT[,RIGHT…]] [--allow|--deny]", 2, kAnyNumber, kRevokeOptions},
    Verb{"set", "NODE SDDL, or NODE --default", 1, 2, kSetOptions},
    Verb{"check", "NODE [--right RIGHT] [--account ACCOUNT]", 1, 1, kCheckOptions},
    Verb{"explain", "NODE [--right RIGHT]", 1, 1, kExplainOptions},
    Verb{"history", "", 0, 0, {}},
    Verb{"diff", "FROM [TO]", 1, 2, {}},
    Verb{"rollback", "VERSION", 1, 1, kChangeOptions},
};
constexpr char kVerbNames[] =
    "list, show, grant, deny, revoke, set, check, explain, history, diff or rollback";

bool TakesValue(std::string_view option) {
  return option == "--if-version" || option == "--right" || option == "--account";
}

// The example for an option without its value.
std::string_view ExampleOf(std::string_view option) {
  if (option == "--if-version") return "7";
  return option == "--right" ? "see" : "CONTOSO\\alice";
}

struct Given {
  std::vector<std::string> words;                           // that are no options
  std::map<std::string, std::string, std::less<>> options;  // without a value: the empty text
  bool Has(std::string_view option) const { return options.find(option) != options.end(); }
};

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

Given TakeAll(Words& words, const Verb& verb, const std::string& command) {
  Given given;
  while (!words.AtEnd()) {
    if (!words.AtOption()) {
      if (given.words.size() == verb.most) RefuseExtra(command, words.Peek());
      given.words.push_back(words.Take());
      continue;
    }
    const std::string option = words.Take();
    if (std::find(verb.options.begin(), verb.options.end(), option) == verb.options.end()) {
      RefuseExtra(command, option);
    }
    if (given.Has(option)) Refuse(option + " stands there twice");
    given.options[option] = TakesValue(option) ? words.TakeValueOf(option, ExampleOf(option)) : std::string();
  }
  if (given.words.size() < verb.fewest) {
    Refuse("something is missing: onbehalf " + command + " " + std::string(verb.takes));
  }
  return given;
}

void AddChangeOptions(const Given& given, Json& arguments) {
  if (given.Has("--dry-run")) arguments["dryRun"] = true;
  if (given.Has("--if-version")) {
    arguments["version"] = ParseVersion("--if-version", given.options.find("--if-version")->second);
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
  if (given.Has("--right")) arguments["right"] = CheckedRight(given.options.find("--right")->second);
  if (given.Has("--account")) arguments["account"] = given.options.find("--account")->second;
  AddChangeOptions(given, arguments);
  return arguments;
}

}  // namespace

void ParseAccess(Words& words, CommandLine& line) {
  if (words.AtEnd()) Refuse("'access' needs one of " + std::string(kVerbNames));
  if (words.AtOption()) RefuseExtra("access", words.Peek());
  const std::string name = words.Take();
  const auto verb =
      std::find_if(kVerbs.begin(), kVerbs.end(), [&](const Verb& each) { return each.name == name; });
  if (verb == kVerbs.end()) Refuse("there is no 'access " + name + "': " + kVerbNames);
  if (!words.AtEnd() && words.Peek() == "--help") {
    words.Take();
    line.command = Command::kHelp;
    return;
  }
  const Given given = TakeAll(words, *verb, "access " + name);
  line.method = "access." + name;
  line.arguments = ArgumentsOf(name, given);
}

}  // namespace onbehalf::cli
