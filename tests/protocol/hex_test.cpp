#include "onbehalf/protocol/hex.h"

#include <gtest/gtest.h>

#include <array>

namespace onbehalf::protocol {
namespace {

TEST(Hex, WritesEveryHalfOfAByte) {
  const std::array<unsigned char, 4> bytes = {0x00, 0x0f, 0xa5, 0xff};
  EXPECT_EQ(ToHex(bytes), "000fa5ff");
  EXPECT_EQ(ToHex({}), "");
}

}  // namespace
}  // namespace onbehalf::protocol
