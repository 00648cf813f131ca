// registry.watch, through the pipe.

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <string>

#include "messages.h"
#include "raw_client.h"
#include "support/handle_count.h"
#include "support/platform_probe.h"
#include "test_key.h"
#include "test_server.h"

namespace onbehalf::test {
namespace {

using protocol::ErrorCode;

class RegistryWatch : public testing::Test {
 protected:
  RegistryWatch() {
    server_.Start();
    client_.emplace(server_.pipe_path());
  }
  void Open(const Json& id, const std::string& key, bool recursive = false) {
    client_->Send(RequestMessage(id, "registry.watch",
                                 {{"key", key}, {"recursive", recursive}, {"progressToken", id}}));
  }
  static Json Piece(const Json& token, bool changed) {
    return NotificationMessage("$/progress", {{"token", token}, {"value", {{"changed", changed}}}});
  }
  // The next message that is not a piece of this watch: there may be several pieces, because Windows may
  // report several changes.
  std::optional<Json> ReadPast(const Json& token) {
    for (;;) {
      auto message = client_->Read();
      if (message != Piece(token, true)) return message;
    }
  }

  TestKey key_;
  TestServer server_;
  std::optional<RawClient> client_;
};

TEST_F(RegistryWatch, ReportsThatItWatchesAndThenEachChange) {
  Open(1, key_.text());
  ASSERT_EQ(client_->Read(), Piece(1, false));
  key_.SetValue(L"v", REG_BINARY, "1");
  ASSERT_EQ(client_->Read(), Piece(1, true));
  key_.SetValue(L"v", REG_BINARY, "2");
  ASSERT_EQ(client_->Read(), Piece(1, true));
  key_.Make(L"below");
  ASSERT_EQ(client_->Read(), Piece(1, true));
  CheckRegistry(::RegDeleteKeyW(key_.get(), L"below"), "RegDeleteKeyW");
  ASSERT_EQ(client_->Read(), Piece(1, true));
  CheckRegistry(::RegDeleteValueW(key_.get(), L"v"), "RegDeleteValueW");
  ASSERT_EQ(client_->Read(), Piece(1, true));
  client_->Send(CancelMessage(1));
  EXPECT_EQ(ReadPast(1), ErrorMessageFor(1, ErrorCode::kRequestCancelled));
}

TEST_F(RegistryWatch, ReportsChangesBelowSubkeysOnlyIfAsked) {
  const auto below = key_.Make(L"a\\b");
  Open("here", key_.text());
  ASSERT_EQ(client_->Read(), Piece("here", false));
  Open("all", key_.text(), true);
  ASSERT_EQ(client_->Read(), Piece("all", false));
  CheckRegistry(::RegSetValueExW(below.get(), L"v", 0, REG_BINARY, nullptr, 0), "RegSetValueExW");
  ASSERT_EQ(client_->Read(), Piece("all", true));
  // A report of it would come before this response.
  EXPECT_EQ(client_->Call("registry.list", {{"key", key_.text()}}).at("result").at("keys"),
            Json::array({"a"}));
}

TEST_F(RegistryWatch, MissesNoChange) {
  Open(1, key_.text());
  ASSERT_EQ(client_->Read(), Piece(1, false));
  for (int i = 0; i < 200; ++i) {
    const std::string value(1, static_cast<char>(i));
    key_.SetValue(L"v", REG_BINARY, value);
    ASSERT_EQ(client_->Read(), Piece(1, true)) << i;
  }
}

// Whether Windows ends the wait for a key's changes when the key itself is deleted.
bool DeletionIsNotified(const TestKey& key) {
  const auto probe = key.Make(L"probe");
  const win32::UniqueObject event(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
  if (!event) win32::ThrowLastError("CreateEventW");
  CheckRegistry(
      ::RegNotifyChangeKeyValue(probe.get(), FALSE, REG_NOTIFY_CHANGE_NAME | REG_NOTIFY_THREAD_AGNOSTIC,
                                event.get(), TRUE),
      "RegNotifyChangeKeyValue");
  CheckRegistry(::RegDeleteKeyW(key.get(), L"probe"), "RegDeleteKeyW");
  return ::WaitForSingleObject(event.get(), 1'000) == WAIT_OBJECT_0;
}

TEST_F(RegistryWatch, EndsWhenTheKeyIsDeleted) {
  ONBEHALF_SKIP_WITHOUT("RegNotifyChangeKeyValue that tells of the key's own end", DeletionIsNotified(key_));
  const auto below = key_.Make(L"below");
  Open(1, key_.Below("below"));
  ASSERT_EQ(client_->Read(), Piece(1, false));
  CheckRegistry(::RegDeleteKeyW(key_.get(), L"below"), "RegDeleteKeyW");
  const auto answer = ReadPast(1);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(ErrorCodeOf(*answer), static_cast<int>(ErrorCode::kWindowsError)) << *answer;
  EXPECT_EQ(answer->at("error").at("data"), (Json{{"code", ERROR_KEY_DELETED},
                                                  {"name", "ERROR_KEY_DELETED"},
                                                  {"operation", "RegNotifyChangeKeyValue"}}));
}

TEST_F(RegistryWatch, IsRefusedForAMissingKey) {
  Open(1, key_.Below("absent"));
  auto answer = client_->Read();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->at("error").at("data"),
            (Json{{"code", 2}, {"name", "ERROR_FILE_NOT_FOUND"}, {"operation", "RegOpenKeyExW"}}));
  Open(2, "Software");
  answer = client_->Read();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(ErrorCodeOf(*answer), static_cast<int>(ErrorCode::kInvalidParams));
}

TEST_F(RegistryWatch, LeavesNothingBehind) {
  const auto watch_once = [this](int id) {
    Open(id, key_.text());
    ASSERT_EQ(client_->Read(), Piece(id, false));
    key_.SetValue(L"v", REG_DWORD, std::string(reinterpret_cast<const char*>(&id), sizeof(id)));
    ASSERT_EQ(client_->Read(), Piece(id, true));
    client_->Send(CancelMessage(id));
    ASSERT_EQ(ReadPast(id), ErrorMessageFor(id, ErrorCode::kRequestCancelled));
  };
  for (int i = 0; i < 20; ++i) watch_once(i);
  const std::size_t before = OpenHandleCount();
  for (int i = 0; i < 200; ++i) watch_once(100 + i);
  // Each has a key, an event and a wait; the pools may have started a thread.
  EXPECT_LE(OpenHandleCount(), before + 20);
}

}  // namespace
}  // namespace onbehalf::test
