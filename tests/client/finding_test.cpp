#include "doctor/finding.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace onbehalf::cli::doctor {
namespace {

TEST(DoctorFinding, AreShownInLinesAndAsJson) {
  const Findings findings = {{"a", Verdict::kOk, "good", {}},
                             {"long.name", Verdict::kFail, "bad\x1b", "mend it"}};
  EXPECT_EQ(Render(findings),
            "ok    a          good\n"
            "fail  long.name  bad\\x1b\n"
            "                 -> mend it\n"
            "2 checks, 1 failed, 0 warnings\n");
  const char* const expected =
      R"({"checks":[{"check":"a","found":"good","verdict":"ok"},)"
      R"({"advice":"mend it","check":"long.name","found":"bad\u001b","verdict":"fail"}],"failed":true})";
  EXPECT_EQ(ToJson(findings).dump(), expected);
  EXPECT_FALSE(AnyFails({{"a", Verdict::kWarn, "", {}}}));
}

}  // namespace
}  // namespace onbehalf::cli::doctor
