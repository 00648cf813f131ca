#include "audit/audit_options.h"

#include <cstdint>
#include <string>

namespace onbehalf::cli {
namespace {

constexpr std::int64_t kDefaultLast = 50;
// What audit.read gives at once.
constexpr std::int64_t kMostLast = 1000;

}  // namespace

void TakeAudit(const Given& given, CommandLine& line) {
  line.method = "audit.read";
  line.follow = given.Has("--follow");
  line.arguments["limit"] = given.Has("--last")
                                ? ParseNumber("--last", " of records", given.ValueOf("--last"), 1, kMostLast)
                                : kDefaultLast;
  if (given.Has("--denied")) line.arguments["denied"] = true;
  if (given.Has("--account")) line.arguments["account"] = given.ValueOf("--account");
  if (given.Has("--method")) line.arguments["method"] = given.ValueOf("--method");
}

}  // namespace onbehalf::cli
