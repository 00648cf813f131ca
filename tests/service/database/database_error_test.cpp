#include "database/database_error.h"

#include <gtest/gtest.h>

#include <string>

namespace onbehalf::service {
namespace {

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
