#include "audit/anchor_text.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

namespace onbehalf::service {
namespace {

TEST(AuditAnchors, AreReadBackFromTheirText) {
  AuditHead head;
  head.seq = 57;
  head.hash = *AuditHash::FromText(std::string(32, 'a') + std::string(32, '0'));
  head.chain = *AuditChainId::FromText("0123456789abcdef");
  const std::string text = AnchorText(head);
  EXPECT_EQ(text, "seq 57 hash " + std::string(32, 'a') + std::string(32, '0') + " chain 0123456789abcdef");
  AuditHead back;
  ASSERT_TRUE(ParseAnchorText(text, back));
  EXPECT_EQ(back.seq, 57u);
  EXPECT_EQ(back.hash, head.hash);
  EXPECT_EQ(back.chain, head.chain);
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_FALSE(ParseAnchorText(text.substr(0, size), back));
  EXPECT_FALSE(ParseAnchorText(text + "0", back));
}

}  // namespace
}  // namespace onbehalf::service
