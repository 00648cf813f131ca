#include "audit/audit_reader.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fake_server.h"
#include "onbehalf/win32/unique_handle.h"

namespace onbehalf::cli {
namespace {

using client::Json;

// A service whose audit has two records, and sends another with each piece of audit.follow, which continues
// until it is cancelled.
class FollowedAudit {
 public:
  void operator()(test::FakeServer::Session& session) {
    const Json read = session.ReadRequest();
    asked.push_back(read);
    session.Answer(read,
                   {{"lines", Json::array({{{"seq", 3}}, {{"seq", 4}}})}, {"cursor", "5"}, {"more", true}});
    follow_ = session.ReadRequest();
    if (follow_.is_null()) return;
    asked.push_back(follow_);
    if (!refusal.is_null())
      return session.Refuse(follow_, refusal.at("code"), refusal.at("message").get<std::string>());
    SendPiece(session, Json::array({{{"seq", 5}}}));
    SendPiece(session, Json::array({{{"seq", 6}}, {{"seq", 7}}}));
    const Json cancel = session.ReadRequest();
    asked.push_back(cancel);
    session.Refuse(follow_, -32800, "cancelled");
  }

  Json refusal;  // {code, message}: what audit.follow answers at once
  std::vector<Json> asked;

 private:
  void SendPiece(test::FakeServer::Session& session, const Json& lines) {
    const Json value = {{"lines", lines}, {"cursor", "9"}};
    session.Send({{"jsonrpc", "2.0"},
                  {"method", "$/progress"},
                  {"params", {{"token", follow_.at("params").at("progressToken")}, {"value", value}}}});
  }

  Json follow_;
};

class AuditReaderTest : public testing::Test {
 protected:
  // Follows the audit, and stops after `count` records.
  void Follow(std::size_t count) {
    test::FakeServer server([this](test::FakeServer::Session& session) { audit_(session); });
    client::Client client = client::Client::Connect(server.ClientOptions());
    const win32::UniqueObject stop(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
    FollowAudit(client, {{"limit", 2}, {"denied", true}}, stop.get(), [&](const Json& records) {
      for (const Json& record : records) seen_.push_back(record.at("seq").get<int>());
      if (seen_.size() >= count) ::SetEvent(stop.get());
      return is_read_;
    });
  }

  FollowedAudit audit_;
  bool is_read_ = true;
  std::vector<int> seen_;
};

TEST_F(AuditReaderTest, FollowsFromTheNewestRecordOn) {
  Follow(5);
  EXPECT_EQ(seen_, (std::vector<int>{3, 4, 5, 6, 7}));
  ASSERT_EQ(audit_.asked.size(), 3u);
  EXPECT_EQ(audit_.asked[0].at("method"), "audit.read");
  EXPECT_EQ(audit_.asked[0].at("params"), Json({{"limit", 2}, {"denied", true}}));
  EXPECT_EQ(audit_.asked[1].at("method"), "audit.follow");
  Json following = audit_.asked[1].at("params");
  EXPECT_EQ(following.erase("progressToken"), 1u);
  EXPECT_EQ(following, Json({{"denied", true}, {"after", "5"}}));
  EXPECT_EQ(audit_.asked[2].at("method"), "$/cancelRequest");
  EXPECT_EQ(audit_.asked[2].at("params").at("id"), audit_.asked[1].at("id"));
}

TEST_F(AuditReaderTest, StopsWhenItsOutputIsClosed) {
  is_read_ = false;
  Follow(1'000);
  EXPECT_EQ(seen_, (std::vector<int>{3, 4}));
}

TEST_F(AuditReaderTest, SaysWhenTheServiceCannotFollow) {
  audit_.refusal = {{"code", -32601}, {"message", "no such method"}};
  try {
    Follow(1'000);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const client::RpcError& error) {
    EXPECT_EQ(error.code(), -32601);
    EXPECT_NE(std::string(error.what()).find("without --follow"), std::string::npos) << error.what();
  }
  EXPECT_EQ(seen_, (std::vector<int>{3, 4}));
}

TEST_F(AuditReaderTest, ReportsOtherErrorsThatEndIt) {
  audit_.refusal = {{"code", -32800}, {"message", "cancelled by somebody else"}};
  EXPECT_THROW(Follow(1'000), client::RpcError);
}

}  // namespace
}  // namespace onbehalf::cli
