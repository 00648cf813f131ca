#include "database/connection_string.h"

#include <gtest/gtest.h>

#include "database/database_error.h"

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

TEST(DatabaseError, WithholdsAMessageThatHoldsASecret) {
  const OdbcError error("SQLExecute", {{"42000", 7, "say hush to hush"}, {"01000", 0, "plain"}});
  const protocol::Error told = ToError(error, "DRIVER=x;Pwd=hush");
  EXPECT_EQ(told.code, protocol::ErrorCode::kDatabaseError);
  EXPECT_EQ(told.message.find("hush"), std::string::npos) << told.message;
  EXPECT_EQ(told.data.dump().find("hush"), std::string::npos) << told.data;
  EXPECT_EQ(told.data.at("diagnostics").at(1).at("message"), "plain");
  EXPECT_EQ(told.data.at("sqlstate"), "42000");
  EXPECT_EQ(told.data.at("native"), 7);
  EXPECT_EQ(ToError(error, "DRIVER=x;Pwd=other").message, "say hush to hush");
}

TEST(DatabaseError, ReportsOnlyTheStateOfALostConnection) {
  for (const char* state : {"08S01", "08001", "57P01"}) {
    const OdbcError error("SQLExecute", {{state, 7, "server db7.corp, user app"}});
    EXPECT_TRUE(error.IsConnectionLost());
    const protocol::Error told = ToError(error, "");
    EXPECT_EQ(told.data.at("sqlstate"), state);
    EXPECT_EQ(told.message, "The service has no connection to the database.");
    EXPECT_EQ(told.data.dump().find("corp"), std::string::npos);
  }
  EXPECT_FALSE(OdbcError("SQLExecute", {{"57014", 7, "canceled"}}).IsConnectionLost());
  EXPECT_EQ(OdbcError("SQLExecute", {}).diagnostics().front().sqlstate, "HY000");
}

}  // namespace
}  // namespace onbehalf::service
