#include "access/node_name.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace onbehalf::service {
namespace {

TEST(NodeNames, HaveParents) {
  for (const auto& [name, parent] : {std::pair<const char*, const char*>{"pipe:", "/"},
                                     {"pipe", "/"},
                                     {"file", "/"},
                                     {"file.write", "file"},
                                     {"A_1.b_2", "A_1"}}) {
    EXPECT_TRUE(IsNodeName(name)) << name;
    EXPECT_EQ(ParentOf(name), parent);
  }
  EXPECT_TRUE(IsNodeName("/"));
  EXPECT_EQ(ParentOf("/"), std::nullopt);
}

TEST(NodeNames, OtherTextsAreNotNodeNames) {
  for (const std::string& name :
       std::vector<std::string>{"", " ", "//", "/file", "file.", ".write", "a.b.c", "a-b",
                                "file:", "PIPE:", "fil\xC3\xA9", std::string(1, '\0')}) {
    EXPECT_FALSE(IsNodeName(name)) << name;
    EXPECT_EQ(ParentOf(name), std::nullopt) << name;
  }
}

TEST(NodeNames, SortAfterTheNodesTheyInheritFrom) {
  for (const char* top : {"/", "file", "file.write"}) EXPECT_TRUE(IsAtOrBelow("file.write", top)) << top;
  for (const char* top : {"pipe:", "fil", "file.read"}) EXPECT_FALSE(IsAtOrBelow("file.write", top)) << top;
  EXPECT_FALSE(IsAtOrBelow("/", "file"));
}

}  // namespace
}  // namespace onbehalf::service
