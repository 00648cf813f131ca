#include "audit/audit_chain.h"

#include <gtest/gtest.h>

#include <string>

namespace onbehalf::service {
namespace {

TEST(AuditSeal, IsReadOnlyFromTheEndOfALine) {
  const std::string hash(64, 'a');
  const std::string seal = ",\"seq\":12,\"hash\":\"" + hash + "\"}";
  const std::string line = "{\"a\":1" + seal;
  const auto read = ParseSeal(line);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->seq, 12u);
  EXPECT_EQ(read->hash.view(), hash);
  EXPECT_EQ(read->before_hash, "{\"a\":1,\"seq\":12");
  EXPECT_FALSE(read->previous);
  const std::string first =
      "{\"a\":1,\"chain\":\"0123456789abcdef\",\"previous\":\"" + std::string(64, 'b') + "\"" + seal;
  ASSERT_TRUE(ParseSeal(first));
  EXPECT_EQ(ParseSeal(first)->previous->view(), std::string(64, 'b'));
  EXPECT_EQ(ParseSeal(first)->chain->view(), "0123456789abcdef");
  for (const std::string& wrong :
       {std::string(), std::string("{}"), "{\"a\":1" + seal + " ", "\"a\":1" + seal, "{\"a\":1" + seal + "}",
        "{\"a\":1,\"seq\":012,\"hash\":\"" + hash + "\"}", "{\"a\":1,\"seq\":,\"hash\":\"" + hash + "\"}",
        "{\"a\":1,\"seq\":18446744073709551616,\"hash\":\"" + hash + "\"}",
        "{\"a\":1,\"seq\":12,\"hash\":\"" + std::string(64, 'A') + "\"}",
        "{\"a\":1,\"seq\":12,\"hash\":\"" + std::string(63, 'a') + "\"}",
        "{\"a\":\"\\\",\\\"seq\\\":12,\\\"hash\\\":\\\"" + hash + "\\\"}"}) {
    EXPECT_FALSE(ParseSeal(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace onbehalf::service
