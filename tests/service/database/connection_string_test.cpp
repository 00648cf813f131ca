#include "database/connection_string.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace onbehalf::service {
namespace {

using Secrets = std::vector<std::string>;

TEST(ConnectionString, FindsAKeyInAnyCaseAndValueForm) {
  const char* const text =
      " Driver = {A {b};x}}y} ;;Server=host\\name, 5 ;odd; uid=me;UID=other;empty=;last={open";
  EXPECT_EQ(ConnectionStringValue(text, "DRIVER"), "A {b");
  EXPECT_EQ(ConnectionStringValue("driver={a}}b;c};dsn=x", "Driver"), "a}b;c");
  EXPECT_EQ(ConnectionStringValue("driver={a}}b;c};dsn=x", "DSN"), "x");
  EXPECT_EQ(ConnectionStringValue(text, "server"), "host\\name, 5");
  EXPECT_EQ(ConnectionStringValue(text, "Uid"), "me");
  EXPECT_EQ(ConnectionStringValue(text, "empty"), "");
  EXPECT_EQ(ConnectionStringValue(text, "last"), "open");
  EXPECT_EQ(ConnectionStringValue(text, "odd"), std::nullopt);
  EXPECT_EQ(ConnectionStringValue("", "x"), std::nullopt);
  EXPECT_EQ(ConnectionStringValue("x={", "x"), "");
  EXPECT_EQ(ConnectionStringValue("x={a}}", "x"), "a}");
}

TEST(ConnectionString, FindsItsSecrets) {
  EXPECT_EQ(SecretsOf("DRIVER=x;Pwd={p;w};Password=q;Uid=u;AccessToken=t;Database=d;Pwd="),
            (Secrets{"p;w", "q", "t"}));
  EXPECT_EQ(SecretsOf("DRIVER=x;Database=d"), Secrets{});
}

TEST(ConnectionString, WithholdsAMessageThatHoldsASecret) {
  EXPECT_EQ(WithoutSecrets("say hush to hush", "DRIVER=x;Pwd=hush").find("hush"), std::string::npos);
  EXPECT_EQ(WithoutSecrets("plain", "DRIVER=x;Pwd=hush"), "plain");
  EXPECT_EQ(WithoutSecrets("say hush to hush", "DRIVER=x;Pwd=other"), "say hush to hush");
}

}  // namespace
}  // namespace onbehalf::service
