#include "doctor/secrets.h"

#include <gtest/gtest.h>

#include <string>

namespace onbehalf::cli::doctor {
namespace {

TEST(Secrets, AreKnownByTheirKeys) {
  for (const char* key :
       {"password", "Password", "db_password", "clientSecret", "pwd", "access_token", "ConnectionString",
        "connection_string", "connection-string", "apiKey", "private_key", "credentials"}) {
    EXPECT_TRUE(LooksSecret(key)) << key;
  }
  for (const char* key : {"pipe", "name", "frame_bytes", "level", "handlers", "key"})
    EXPECT_FALSE(LooksSecret(key)) << key;
}

TEST(Secrets, AreRemovedEverywhere) {
  const std::string shown = WithoutSecrets(
      R"({"pipe":{"name":"x"},"database":[{"connection_string":"Pwd=hush"}],"token":{"a":"hush"},"pwd":5})");
  EXPECT_EQ(shown.find("hush"), std::string::npos) << shown;
  EXPECT_NE(shown.find("\"name\": \"x\""), std::string::npos);
  EXPECT_NE(shown.find("(removed)"), std::string::npos);
}

TEST(Secrets, AreNotShownInAFileThatIsNotJson) {
  EXPECT_EQ(WithoutSecrets("{\"password\": \"hush\"").find("hush"), std::string::npos);
  EXPECT_EQ(WithoutSecrets("\xEF\xBB\xBF{}"), "{}\n");
}

TEST(Secrets, AreRemovedWithTheCommentsOfTheFile) {
  const std::string shown =
      WithoutSecrets("{\n // was hush\n \"pipe\": {\"name\": \"x\",}, /* hush */ \"pwd\": \"hush\"\n}");
  EXPECT_EQ(shown.find("hush"), std::string::npos) << shown;
  EXPECT_NE(shown.find("\"name\": \"x\""), std::string::npos) << shown;
  EXPECT_EQ(WithoutSecrets("// hush\n"), "empty: no settings\n");
  EXPECT_EQ(WithoutSecrets("{} /* hush").find("hush"), std::string::npos);
}

}  // namespace
}  // namespace onbehalf::cli::doctor
