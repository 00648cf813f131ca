#include "text/utc_time.h"

#include <gtest/gtest.h>

#include <chrono>

namespace onbehalf::service {
namespace {

using namespace std::chrono;

constexpr auto kTime =
    sys_days{year{2026} / 11 / 22} + hours{19} + minutes{5} + seconds{9} + microseconds{12'345};

TEST(UtcText, HasTheRequestedFraction) {
  EXPECT_EQ(UtcText(kTime, UtcText::Fraction::kNone).view(), "2026-11-22T19:05:09Z");
  EXPECT_EQ(UtcText(kTime, UtcText::Fraction::kMilliseconds).view(), "2026-11-22T19:05:09.012Z");
  EXPECT_EQ(UtcText(kTime, UtcText::Fraction::kMicroseconds).view(), "2026-11-22T19:05:09.012345Z");
}

TEST(UtcText, HandlesLeapYearsAndTheEndsOfDays) {
  const auto text = [](system_clock::time_point time) {
    return UtcText(time, UtcText::Fraction::kNone).ToString();
  };
  EXPECT_EQ(text(system_clock::time_point{}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(text(sys_days{year{2028} / 2 / 28} + hours{24}), "2028-02-29T00:00:00Z");
  EXPECT_EQ(text(sys_days{year{2027} / 1 / 1} - seconds{1}), "2026-12-31T23:59:59Z");
  EXPECT_EQ(text(sys_days{year{2100} / 2 / 28} + hours{24}), "2100-03-01T00:00:00Z");
}

TEST(UtcText, RoundsDown) {
  EXPECT_EQ(UtcText(sys_days{year{2027} / 1 / 1} - microseconds{1}, UtcText::Fraction::kMilliseconds).view(),
            "2026-12-31T23:59:59.999Z");
}

TEST(UtcText, ReturnsItsDay) {
  EXPECT_EQ(UtcText(kTime, UtcText::Fraction::kMicroseconds).day(), "2026-11-22");
}

}  // namespace
}  // namespace onbehalf::service
