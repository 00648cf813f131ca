#include "finding.h"

#include <algorithm>

#include "onbehalf/protocol/json_object.h"
#include "printable.h"

namespace onbehalf::cli::doctor {
namespace {

const char* WordFor(Verdict verdict) {
  switch (verdict) {
    case Verdict::kOk:
      return "ok";
    case Verdict::kWarn:
      return "warn";
    case Verdict::kFail:
      return "fail";
  }
  return "fail";
}

}  // namespace

bool AnyFails(const Findings& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.verdict == Verdict::kFail; });
}

std::string Render(const Findings& findings) {
  std::size_t width = 0;
  std::size_t fails = 0;
  std::size_t warnings = 0;
  for (const Finding& finding : findings) {
    width = std::max(width, finding.check.size());
    fails += finding.verdict == Verdict::kFail ? 1 : 0;
    warnings += finding.verdict == Verdict::kWarn ? 1 : 0;
  }
  std::string text;
  for (const Finding& finding : findings) {
    std::string head = WordFor(finding.verdict);
    head.append(6 - head.size(), ' ');
    head += finding.check;
    head.append(width + 2 - finding.check.size(), ' ');
    text += head + Printable(finding.found) + "\n";
    if (!finding.advice.empty())
      text += std::string(head.size(), ' ') + "-> " + Printable(finding.advice) + "\n";
  }
  text += std::to_string(findings.size()) + " checks, " + std::to_string(fails) + " failed, " +
          std::to_string(warnings) + (warnings == 1 ? " warning\n" : " warnings\n");
  return text;
}

client::Json ToJson(const Findings& findings) {
  client::Json list = client::Json::array();
  for (const Finding& finding : findings) {
    client::Json one = protocol::MakeObject(
        {{"check", finding.check}, {"verdict", WordFor(finding.verdict)}, {"found", finding.found}});
    if (!finding.advice.empty()) one["advice"] = finding.advice;
    list.push_back(std::move(one));
  }
  return protocol::MakeObject({{"checks", std::move(list)}, {"failed", AnyFails(findings)}});
}

}  // namespace onbehalf::cli::doctor
