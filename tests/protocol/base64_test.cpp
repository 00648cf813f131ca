#include "onbehalf/protocol/base64.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace onbehalf::protocol {
namespace {

TEST(Base64, MatchesTheStandard) {
  // RFC 4648, section 10.
  const std::pair<const char*, const char*> rows[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [bytes, text] : rows) {
    EXPECT_EQ(ToBase64(bytes), text);
    EXPECT_EQ(FromBase64(text), bytes);
  }
}

TEST(Base64, RoundTripsEveryByteAtEveryPosition) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  for (std::size_t skipped = 0; skipped < 3; ++skipped) {
    const std::string part = bytes.substr(skipped);
    EXPECT_EQ(FromBase64(ToBase64(part)), part);
  }
  EXPECT_NE(ToBase64(bytes).find('+'), std::string::npos);
  EXPECT_NE(ToBase64(bytes).find('/'), std::string::npos);
}

TEST(Base64, RefusesInvalidBase64) {
  for (const std::string text : {"Z", "Zg", "Zg=", "Zm9v=", "Zm9vZg", "=", "====", "Z===", "Zg==Zg==",
                                 "Zm9v\n", "Zm 9", "Zm-_", "Zm\xC3\xA9", "Z=g=", "=Zg="}) {
    EXPECT_EQ(FromBase64(text), std::nullopt) << text;
  }
  EXPECT_EQ(FromBase64(std::string("Zg\0=", 4)), std::nullopt);
  // Bits that belong to no byte: two encodings of one text.
  EXPECT_EQ(FromBase64("Zh=="), std::nullopt);
  EXPECT_EQ(FromBase64("Zm9="), std::nullopt);
}

}  // namespace
}  // namespace onbehalf::protocol
