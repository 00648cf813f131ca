#include "onbehalf/protocol/error_code.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <set>
#include <string_view>
#include <utility>

namespace onbehalf::protocol {
namespace {

TEST(ErrorTable, HoldsEveryCodeInTheOrderOfTheEnumeration) {
  constexpr std::array<std::pair<int, std::string_view>, 17> kExpected{{
      {-32700, "ParseError"},
      {-32600, "InvalidRequest"},
      {-32601, "MethodNotFound"},
      {-32602, "InvalidParams"},
      {-32603, "InternalError"},
      {-32010, "AccessDenied"},
      {-32011, "ImpersonationLevel"},
      {-32012, "Busy"},
      {-32013, "DeadlineExceeded"},
      {-32014, "ShuttingDown"},
      {-32015, "WindowsError"},
      {-32016, "TooLarge"},
      {-32017, "AuditUnavailable"},
      {-32018, "PolicyConflict"},
      {-32019, "DatabaseError"},
      {-32020, "SettingsRefused"},
      {-32800, "RequestCancelled"},
  }};
  ASSERT_EQ(ErrorTable().size(), kExpected.size());
  for (std::size_t i = 0; i < kExpected.size(); ++i) {
    EXPECT_EQ(static_cast<int>(ErrorTable()[i].code), kExpected[i].first);
    EXPECT_EQ(ErrorTable()[i].name, kExpected[i].second);
  }
}

TEST(ErrorTable, HasUniqueCodesNamesAndMessages) {
  std::set<int> codes;
  std::set<std::string_view> names;
  std::set<std::string_view> messages;
  for (const ErrorInfo& info : ErrorTable()) {
    EXPECT_TRUE(codes.insert(static_cast<int>(info.code)).second) << info.name;
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_TRUE(messages.insert(info.message).second) << info.name;
    EXPECT_TRUE(info.message.ends_with('.')) << info.name;
  }
}

TEST(ErrorTable, KeepsToJsonRpcsRangesForServers) {
  for (const ErrorInfo& info : ErrorTable()) {
    const int code = static_cast<int>(info.code);
    const bool is_json_rpc = code == -32700 || (code <= -32600 && code >= -32603);
    const bool is_server = code <= -32000 && code >= -32099;
    EXPECT_TRUE(is_json_rpc || is_server || info.code == ErrorCode::kRequestCancelled) << info.name;
    // StreamJsonRpc uses this one with a meaning of its own.
    EXPECT_NE(code, -32000);
  }
}

TEST(ErrorTable, SaysWhichErrorsMayBeRetried) {
  std::set<std::string_view> retried;
  for (const ErrorInfo& info : ErrorTable()) {
    if (info.retry_can_help) {
      retried.insert(info.name);
    }
  }
  EXPECT_EQ(retried, (std::set<std::string_view>{"Busy", "DeadlineExceeded", "ShuttingDown",
                                                 "AuditUnavailable", "PolicyConflict"}));
}

TEST(ErrorTable, IsFoundByCode) {
  for (const ErrorInfo& info : ErrorTable()) {
    EXPECT_EQ(&InfoOf(info.code), &info);
    EXPECT_EQ(FindError(static_cast<int>(info.code)), &info);
  }
  EXPECT_EQ(FindError(0), nullptr);
  EXPECT_EQ(FindError(-32000), nullptr);
  EXPECT_EQ(FindError(32700), nullptr);
}

}  // namespace
}  // namespace onbehalf::protocol
