#include "call_times.h"

#include <gtest/gtest.h>

#include <chrono>

namespace onbehalf::cli {
namespace {

using std::chrono::milliseconds;

TEST(CallTimes, AreSummedUp) {
  CallTimes times;
  for (int i = 200; i >= 1; --i) times.Add(milliseconds(i));
  EXPECT_EQ(times.Text(), "200 calls in 20.10 s: min 1.00 ms, median 100.00 ms, p99 198.00 ms\n");
  EXPECT_EQ(times.ToJson(), client::Json::parse(R"({"calls": 200, "all_ms": 20100.0, "min_ms": 1.0,
                                                    "median_ms": 100.0, "p99_ms": 198.0})"));
}

TEST(CallTimes, OfOneCallAreTheTimeOfThatCall) {
  CallTimes times;
  times.Add(std::chrono::microseconds(1250));
  EXPECT_EQ(times.Text(), "1 call in 0.00 s: min 1.25 ms, median 1.25 ms, p99 1.25 ms\n");
}

}  // namespace
}  // namespace onbehalf::cli
