#include "audit/audit_options.h"

#include <cstdint>
#include <string>

namespace onbehalf::cli {
namespace {

constexpr std::int64_t kDefaultLast = 50;
// What audit.read gives at once.
constexpr std::int64_t kMostLast = 1000;

}  // namespace

void ParseAudit(Words& words, CommandLine& line) {
  line.arguments = client::Json::object();
  if (!words.AtEnd() && words.Peek() == "verify") {
    words.Take();
    line.method = "audit.verify";
    if (!words.AtEnd()) RefuseExtra("audit verify", words.Peek());
    return;
  }
  line.method = "audit.read";
  line.arguments["limit"] = kDefaultLast;
  while (!words.AtEnd()) {
    const std::string word = words.Take();
    if (word == "--follow") {
      line.follow = true;
    } else if (word == "--denied") {
      line.arguments["denied"] = true;
    } else if (word == "--account") {
      line.arguments["account"] = words.TakeValueOf(word, "CONTOSO\\alice");
    } else if (word == "--method") {
      line.arguments["method"] = words.TakeValueOf(word, "file.write");
    } else if (word == "--last") {
      line.arguments["limit"] =
          ParseNumber(word, " of records", words.TakeValueOf(word, "100"), 1, kMostLast);
    } else {
      RefuseExtra("audit", word);
    }
  }
}

}  // namespace onbehalf::cli
