#include "database/sql_time.h"

#include <gtest/gtest.h>

#include <string>

namespace onbehalf::service {
namespace {

TEST(SqlTime, ReadsWhatItWrites) {
  for (const char* text : {"0001-01-01", "2024-02-29", "9999-12-31"})
    EXPECT_EQ(ToText(*ParseSqlDate(text)), text);
  for (const char* text : {"2026-11-25T18:55:00", "2026-11-25T18:55:00.1", "2026-11-25T18:55:00.000000001",
                           "2026-11-25T18:55:00.123456789"}) {
    EXPECT_EQ(ToText(*ParseSqlTimestamp(text)), text);
  }
  EXPECT_EQ(ToText(*ParseSqlTimestamp("2026-11-25 18:55:00.120")), "2026-11-25T18:55:00.12");
}

TEST(SqlTime, ReadsTimes) {
  const auto time = ParseSqlTime("23:59:58");
  ASSERT_TRUE(time);
  EXPECT_EQ(time->hour, 23);
  EXPECT_EQ(time->minute, 59);
  EXPECT_EQ(time->second, 58);
  EXPECT_TRUE(ParseSqlTime("00:00:00"));
}

TEST(SqlTime, WritesYearsBeyondThoseOfParameters) {
  EXPECT_EQ(ToText(SqlDate{12026, 2, 3}), "12026-02-03");
  EXPECT_EQ(ToText(SqlDate{-44, 3, 15}), "-44-03-15");
}

TEST(SqlTime, RefusesInvalidTimes) {
  for (const char* text :
       {"", "2026-13-01", "2026-00-01", "2026-01-00", "2023-02-29", "2026-04-31", "0000-01-01", "26-01-01",
        "2026/01/01", "2026-1-01", "2026-01-01 ", "+026-01-01", "2026-01-0x"}) {
    EXPECT_FALSE(ParseSqlDate(text)) << text;
  }
  for (const char* text :
       {"", "24:00:00", "00:60:00", "00:00:60", "1:00:00", "00-00-00", "00:00:00Z", "-1:00:00"}) {
    EXPECT_FALSE(ParseSqlTime(text)) << text;
  }
  for (const char* text :
       {"", "2026-11-25", "2026-11-25x18:55:00", "2026-11-25T18:55:00.", "2026-11-25T18:55:00Z",
        "2026-11-25T18:55:00+01:00", "2026-11-25T18:55:00.1234567890", "2026-11-25T18:55:00.-1"}) {
    EXPECT_FALSE(ParseSqlTimestamp(text)) << text;
  }
}

}  // namespace
}  // namespace onbehalf::service
