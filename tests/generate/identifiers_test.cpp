#include "generate/identifiers.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace onbehalf::cli::generate {
namespace {

TEST(Identifiers, AreMadeOfTheWordsOfAName) {
  EXPECT_EQ(PascalCase("dryRun"), "DryRun");
  EXPECT_EQ(CamelCase("dry_run"), "dryRun");
  EXPECT_EQ(SnakeCase("dryRun"), "dry_run");
  EXPECT_EQ(SnakeCase("HTTPServer2Name"), "http_server2_name");
  EXPECT_EQ(SnakeCase("p50_us"), "p50_us");
  EXPECT_EQ(PascalCase("identity.whoami"), "IdentityWhoami");
  EXPECT_EQ(SnakeCase("  a -- b  "), "a_b");
}

TEST(Identifiers, NeverBeginWithADigitAndAreNeverEmpty) {
  EXPECT_EQ(SnakeCase("2fa"), "value_2fa");
  EXPECT_EQ(PascalCase("2fa"), "Value2fa");
  for (const char* name : {"", ".", "*/", "\xC3\xBC", "\n"}) {
    EXPECT_EQ(SnakeCase(name), "value");
    EXPECT_EQ(PascalCase(name), "Value");
    EXPECT_EQ(CamelCase(name), "value");
  }
}

TEST(Identifiers, AreUnique) {
  constexpr std::array<std::string_view, 1> kReserved = {"class"};
  NameScope scope(kReserved);
  EXPECT_EQ(scope.Take("class"), "class_2");
  EXPECT_EQ(scope.Take("a"), "a");
  EXPECT_EQ(scope.Take("a_2"), "a_2");
  EXPECT_EQ(scope.Take("a"), "a_3");
  EXPECT_EQ(scope.Take("a"), "a_4");
  const std::string one = scope.Take(std::string(5000, 'x') + "1");
  const std::string two = scope.Take(std::string(5000, 'x') + "2");
  EXPECT_LT(one.size(), 200u);
  EXPECT_NE(one, two);
}

TEST(Identifiers, OfTenThousandEqualNamesAreMadeQuickly) {
  NameScope scope;
  std::string last;
  for (int i = 0; i < 10'000; ++i) last = scope.Take("name");
  EXPECT_EQ(last, "name_10000");
}

TEST(Identifiers, AMethodHasANamespace) {
  EXPECT_EQ(NamespaceOf("identity.whoami"), "identity");
  EXPECT_EQ(NameInNamespace("identity.whoami"), "whoami");
  EXPECT_EQ(NamespaceOf("a.b.c"), "a");
  EXPECT_EQ(NameInNamespace("a.b.c"), "b.c");
  EXPECT_EQ(NamespaceOf("alone"), "other");
  EXPECT_EQ(NameInNamespace("alone"), "alone");
}

TEST(Identifiers, AQualifiedNameHasNoReservedPart) {
  constexpr std::array<std::string_view, 1> kReserved = {"new"};
  EXPECT_TRUE(IsQualifiedName("a::b_2", "::", kReserved));
  for (const char* name :
       {"", "a::", "::a", "a::::b", "a:b", "2a", "a::new", "a b", "a::\xC3\xBC", "a{", "a;"}) {
    EXPECT_FALSE(IsQualifiedName(name, "::", kReserved)) << name;
  }
}

}  // namespace
}  // namespace onbehalf::cli::generate
