#include "onbehalf/win32/hash.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

namespace onbehalf::win32 {
namespace {

// FIPS 180-2, appendix B, and the hash of an empty message.
constexpr char kOfNothing[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr char kOfAbc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr char kOfAMillionA[] = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

template <typename Digest>
std::string Text(const Digest& digest) {
  std::string text;
  for (const unsigned char byte : digest) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", byte);
    text += two;
  }
  return text;
}

TEST(Hash, InPartsIsTheHashOfAllBytes) {
  Sha256 hash;
  EXPECT_EQ(Text(hash.Finish()), kOfNothing);
  EXPECT_EQ(Text(hash.Of({"a", "", "bc"})), kOfAbc);
  const std::string piece(1000, 'a');
  for (int i = 0; i < 1000; ++i) hash.Add(piece);
  EXPECT_EQ(Text(hash.Finish()), kOfAMillionA);
}

TEST(Hash, RestartsAfterEachFinish) {
  Sha256 hash;
  hash.Add("something else");
  EXPECT_NE(Text(hash.Finish()), kOfAbc);
  hash.Add("abc");
  EXPECT_EQ(Text(hash.Finish()), kOfAbc);
  EXPECT_EQ(Text(Sha1().Of({"abc"})), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

}  // namespace
}  // namespace onbehalf::win32
