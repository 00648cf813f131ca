// file.* over the pipe: streams, progress and cancels.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "file_fixture.h"
#include "files/directory_watch.h"
#include "messages.h"
#include "onbehalf/protocol/base64.h"
#include "onbehalf/protocol/hex.h"
#include "onbehalf/win32/hash.h"
#include "onbehalf/win32/lean_windows.h"
#include "raw_client.h"
#include "support/event.h"
#include "support/handle_count.h"
#include "support/platform_probe.h"
#include "support/process_usage.h"
#include "test_server.h"

namespace onbehalf::test {
namespace {

using protocol::ErrorCode;

class FileStreams : public testing::Test {
 protected:
  FileStreams() { server_.Start(); }

  std::filesystem::path Path(std::wstring_view name) const { return folder_.path() / name; }
  std::string Text(std::wstring_view name) const { return win32::ToUtf8(Path(name).native()); }

  // Sends a request with a token, passes each piece to `on_piece` and returns the response. Checks both
  // against the method's schemas.
  template <typename OnPiece>
  Json Stream(RawClient& client, std::string_view method, Json params, OnPiece on_piece) {
    const service::Method& described = *server_.methods().Find(method);
    params["progressToken"] = "t";
    client.Send(RequestMessage(1, method, params));
    for (;;) {
      auto message = client.Read();
      if (!message) {
        ADD_FAILURE() << "closed";
        return nullptr;
      }
      if (message->contains("method")) {
        const Json value = message->at("params").at("value");
        EXPECT_EQ(Misfit(value, described.progress_schema), "");
        on_piece(value);
        continue;
      }
      if (message->contains("result")) {
        EXPECT_EQ(Misfit(message->at("result"), described.result_schema), "");
      }
      return *std::move(message);
    }
  }
  Json Stream(std::string_view method, const Json& params, std::vector<Json>& pieces) {
    RawClient client(server_.pipe_path());
    return Stream(client, method, params, [&pieces](const Json& piece) { pieces.push_back(piece); });
  }

  TemporaryFolder folder_;
  TestServer server_;
};

TEST_F(FileStreams, ReadSendsABigFileInBoundedMemory) {
  constexpr std::size_t kMiB = 1024 * 1024;
  std::string part(kMiB, '\0');
  for (std::size_t i = 0; i < part.size(); ++i) part[i] = static_cast<char>(i * 7 + i / 251);
  win32::Sha256 written;
  {
    std::ofstream out(Path(L"big"), std::ios::binary);
    for (int i = 0; i < 32; ++i) {
      part[0] = static_cast<char>(i);
      out << part;
      written.Add(part);
    }
  }
  RawClient client(server_.pipe_path());
  // Allocates what the process keeps after its first read.
  Stream(client, "file.read", {{"path", Text(L"big")}, {"encoding", "base64"}, {"length", 4 * kMiB}},
         [](const Json&) {});
  const std::size_t before = PrivateBytes();
  std::size_t most = 0;
  std::size_t next = 0;
  win32::Sha256 read;
  const Json answer =
      Stream(client, "file.read", {{"path", Text(L"big")}, {"encoding", "base64"}}, [&](const Json& piece) {
        ASSERT_EQ(piece.at("offset"), next);
        const std::string bytes = protocol::FromBase64(piece.at("data").get<std::string>()).value();
        ASSERT_EQ(piece.at("bytes"), bytes.size());
        next += bytes.size();
        read.Add(bytes);
        if (next % (4 * kMiB) == 0) most = std::max(most, PrivateBytes());
      });
  const Json& result = answer.at("result");
  EXPECT_EQ(result.at("bytes"), 32 * kMiB);
  EXPECT_EQ(result.at("size"), 32 * kMiB);
  EXPECT_EQ(result.at("end"), true);
  const std::string sha256 = protocol::ToHex(written.Finish());
  EXPECT_EQ(result.at("sha256"), sha256);
  EXPECT_EQ(protocol::ToHex(read.Finish()), sha256);
  ONBEHALF_SKIP_WITHOUT("a count of the process's private bytes", PrivateBytesAreCounted());
  EXPECT_LE(most, before + 8 * kMiB);
}

TEST_F(FileStreams, ReadCutsTextBetweenCharacters) {
  std::string text = "x";
  while (text.size() < 3'000'000) text += "\xE2\x82\xAC\xF0\x9F\x98\x80";
  WriteAll(Path(L"a"), text);
  std::vector<Json> pieces;
  const Json answer = Stream("file.read", {{"path", Text(L"a")}}, pieces);
  std::string all;
  for (const Json& piece : pieces) {
    EXPECT_EQ(piece.at("offset"), all.size());
    all += piece.at("data").get<std::string>();
  }
  EXPECT_GT(pieces.size(), 2u);
  EXPECT_EQ(all, text);
  EXPECT_EQ(answer.at("result").at("bytes"), text.size());
  // The range ends in the middle of a character.
  pieces.clear();
  const Json part = Stream("file.read", {{"path", Text(L"a")}, {"offset", 1}, {"length", 5}}, pieces);
  EXPECT_EQ(part.at("result").at("bytes"), 3);
  EXPECT_EQ(part.at("result").at("end"), false);
}

TEST_F(FileStreams, ReadRefusesWhatItCannotRead) {
  std::vector<Json> pieces;
  WriteAll(Path(L"a"), std::string(300'000, 'x') + "\xFF");
  EXPECT_EQ(
      Stream("file.read", {{"path", Text(L"a")}}, pieces),
      ErrorMessageFor(1, ErrorCode::kInvalidParams, "encoding: byte 300000 is not valid UTF-8: use base64"));
  const Json missing = Stream("file.read", {{"path", Text(L"none")}}, pieces).at("error");
  EXPECT_EQ(missing.at("code"), static_cast<int>(ErrorCode::kWindowsError));
  EXPECT_EQ(missing.at("data"),
            (Json{{"code", 2}, {"name", "ERROR_FILE_NOT_FOUND"}, {"operation", "NtCreateFile"}}));
  EXPECT_EQ(Stream("file.read", {{"path", "relative"}}, pieces).at("error").at("code"),
            static_cast<int>(ErrorCode::kInvalidParams));
  pieces.clear();
  WriteAll(Path(L"empty"), "");
  EXPECT_EQ(Stream("file.read", {{"path", Text(L"empty")}}, pieces).at("result").at("end"), true);
  EXPECT_TRUE(pieces.empty());
}

TEST_F(FileStreams, ReadThatIsCancelledOrAbandonedClosesTheFile) {
  WriteAll(Path(L"a"), std::string(8 * 1024 * 1024, 'x'));
  std::size_t handles = 0;
  for (int round = 0; round < 40; ++round) {
    RawClient client(server_.pipe_path());
    client.Send(RequestMessage(1, "file.read", {{"path", Text(L"a")}, {"progressToken", 1}}));
    ASSERT_TRUE(client.Read().value().contains("method"));
    if (round % 2 == 0) {
      client.Send(CancelMessage(1));
      for (auto message = client.Read(); !message.value().contains("id"); message = client.Read()) {
      }
    }
    if (round == 9) handles = OpenHandleCount();
  }
  // Each of the 30 rounds since then would have leaked one.
  EXPECT_LE(OpenHandleCount(), handles + 15);
}

TEST_F(FileStreams, ListSendsEverythingInPieces) {
  std::set<std::string> names;
  for (int i = 0; i < 1500; ++i) {
    const std::string name =
        "a file with a rather long name, number " + std::to_string(i) + (i % 3 == 0 ? ".txt" : ".log");
    WriteAll(Path(win32::ToWide(name)), "");
    names.insert(name);
  }
  std::vector<Json> pieces;
  const Json answer =
      Stream("file.list", {{"path", win32::ToUtf8(folder_.path().native())}, {"limit", 100}}, pieces);
  EXPECT_EQ(answer.at("result"), (Json{{"count", 1500}}));
  std::set<std::string> seen;
  for (const Json& piece : pieces) {
    EXPECT_LE(piece.at("entries").size(), 100u);
    for (const Json& entry : piece.at("entries")) EXPECT_TRUE(seen.insert(entry.at("name")).second);
  }
  EXPECT_EQ(seen, names);
  pieces.clear();
  EXPECT_EQ(Stream("file.list", {{"path", win32::ToUtf8(folder_.path().native())}, {"glob", "*.TXT"}}, pieces)
                .at("result"),
            (Json{{"count", 500}}));
}

// ---- file.watch ----

struct WatchProbe {
  win32::UniqueFile directory;
  Event changed;
  std::unique_ptr<service::DirectoryWatch> watch;

  explicit WatchProbe(const std::filesystem::path& folder)
      : directory(::CreateFileW(folder.c_str(), FILE_LIST_DIRECTORY,
                                FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OVERLAPPED, nullptr)) {
    if (!directory) win32::ThrowLastError("CreateFileW");
    watch = std::make_unique<service::DirectoryWatch>(std::move(directory), false, [this] { changed.Set(); });
  }
};

// Whether the system reports changes in a folder at all.
bool ChangesAreReported() {
  static const bool are_told = [] {
    const TemporaryFolder folder;
    WatchProbe probe(folder.path());
    WriteAll(folder.path() / "a", "x");
    return probe.changed.Wait();
  }();
  return are_told;
}

// Reads changes until `wanted` comes, skipping others; false if it does not come.
bool Sees(RawClient& client, const Json& wanted) {
  for (;;) {
    const auto message = client.Read();
    if (!message || !message->contains("method")) return false;
    const Json& value = message->at("params").at("value");
    if (!value.contains("changes")) continue;
    for (const Json& change : value.at("changes")) {
      if (change == wanted) return true;
    }
  }
}

TEST_F(FileStreams, WatchReportsCreationWritesRenamesAndRemovals) {
  ONBEHALF_SKIP_WITHOUT("changes in a folder (ReadDirectoryChangesW)", ChangesAreReported());
  RawClient client(server_.pipe_path());
  RawClient other(server_.pipe_path());
  client.Send(RequestMessage(1, "file.watch",
                             {{"path", win32::ToUtf8(folder_.path().native())}, {"progressToken", 1}}));
  // The watch starts when it is opened: a file that is created earlier would be missed.
  for (int i = 0;; ++i) {
    WriteAll(Path(L"probe" + std::to_wstring(i)), "x");
    try {
      if (client.Read(std::chrono::milliseconds(500))) break;
    } catch (const win32::Win32Error& error) {
      ASSERT_EQ(error.win32_code(), static_cast<DWORD>(WAIT_TIMEOUT));
    }
    ASSERT_LT(i, 60);
  }
  other.Call("file.write", {{"path", Text(L"a")}, {"data", "x"}});
  EXPECT_TRUE(Sees(client, {{"action", "added"}, {"name", "a"}}));
  other.Call("file.write", {{"path", Text(L"a")}, {"data", "y"}, {"mode", "append"}});
  EXPECT_TRUE(Sees(client, {{"action", "modified"}, {"name", "a"}}));
  other.Call("file.move", {{"from", Text(L"a")}, {"to", Text(L"b")}});
  EXPECT_TRUE(Sees(client, {{"action", "renamed"}, {"name", "b"}, {"old_name", "a"}}));
  other.Call("file.delete", {{"path", Text(L"b")}});
  EXPECT_TRUE(Sees(client, {{"action", "removed"}, {"name", "b"}}));
  client.Send(CancelMessage(1));
  for (;;) {
    const auto message = client.Read();
    ASSERT_TRUE(message.has_value());
    if (!message->contains("id")) continue;
    EXPECT_EQ(*message, ErrorMessageFor(1, ErrorCode::kRequestCancelled));
    break;
  }
}

// More than the buffer holds: either all changes are reported, or that some are missing.
TEST_F(FileStreams, WatchNeverLosesChangesSilently) {
  ONBEHALF_SKIP_WITHOUT("changes in a folder (ReadDirectoryChangesW)", ChangesAreReported());
  WatchProbe probe(folder_.path());
  std::set<std::string> missing;
  for (int i = 0; i < 1000; ++i) {
    const std::string name =
        "a name that takes much room in the buffer of changes, number " + std::to_string(i);
    WriteAll(Path(win32::ToWide(name)), "");
    missing.insert(name);
  }
  bool overflow = false;
  while (!missing.empty() && !overflow) {
    ASSERT_TRUE(probe.changed.Wait());
    probe.changed.Reset();
    while (auto taken = probe.watch->Take()) {
      overflow = overflow || taken->overflow;
      for (const service::DirectoryChange& change : taken->changes) missing.erase(change.name);
    }
  }
  SUCCEED() << (overflow ? "an overflow was reported" : "all changes were reported");
}

TEST_F(FileStreams, WatchRefusesWhatIsNotAFolder) {
  WriteAll(Path(L"a"), "x");
  std::vector<Json> pieces;
  EXPECT_EQ(Stream("file.watch", {{"path", Text(L"a")}}, pieces).at("error").at("data").at("code"),
            static_cast<int>(ERROR_DIRECTORY));
  EXPECT_EQ(Stream("file.watch", {{"path", Text(L"none")}}, pieces).at("error").at("data").at("code"),
            static_cast<int>(ERROR_FILE_NOT_FOUND));
}

// ---- file.copy ----

TEST_F(FileStreams, CopyReportsItsProgress) {
  WriteAll(Path(L"a"), std::string(3'500'000, 'x'));
  std::vector<Json> pieces;
  const Json answer = Stream("file.copy", {{"from", Text(L"a")}, {"to", Text(L"b")}}, pieces);
  EXPECT_EQ(answer.at("result"), (Json{{"bytes", 3'500'000}}));
  ASSERT_FALSE(pieces.empty());
  EXPECT_EQ(pieces.back(), (Json{{"done", 3'500'000}, {"total", 3'500'000}}));
  pieces.clear();
  Stream("file.checksum", {{"path", Text(L"b")}}, pieces);
  EXPECT_EQ(pieces.back(), (Json{{"done", 3'500'000}, {"total", 3'500'000}}));
}

// A client that cancels when half is done.
class StopsAt final : public service::Progress {
 public:
  StopsAt(std::stop_source stop, std::uint64_t done) : stop_(std::move(stop)), done_(done) {}
  bool wanted() const override { return true; }
  void Report(Json value) override {
    if (value.at("done") >= done_) stop_.request_stop();
  }

 private:
  std::stop_source stop_;
  std::uint64_t done_;
};

TEST_F(FileStreams, CopyThatIsCancelledHalfwayKeepsTheOldFile) {
  WriteAll(Path(L"a"), std::string(5'000'000, 'x'));
  WriteAll(Path(L"b"), "old");
  const MethodCaller caller;
  const service::ClientProcess process{};
  const service::Method& copy = *server_.methods().Find("file.copy");
  for (const bool replace : {false, true}) {
    std::stop_source stop;
    StopsAt progress(stop, 2'000'000);
    const Json params{{"from", Text(L"a")}, {"to", Text(replace ? L"b" : L"c")}, {"replace", replace}};
    try {
      static_cast<void>(copy.handler({caller.caller(), process, params, "r", 1, stop.get_token(),
                                      std::chrono::steady_clock::time_point::max(), progress}));
      ADD_FAILURE() << "it continued";
    } catch (const win32::Win32Error& error) {
      EXPECT_EQ(error.win32_code(), static_cast<DWORD>(ERROR_CANCELLED));
    }
    std::set<std::wstring> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
      names.insert(entry.path().filename().native());
    EXPECT_EQ(names, (std::set<std::wstring>{L"a", L"b"}));
    EXPECT_EQ(ReadAll(Path(L"b")), "old");
  }
}

TEST_F(FileStreams, EveryMethodActsAsTheCallerAndIsGrantedByAnAdministrator) {
  std::size_t count = 0;
  for (const service::Method* method : server_.methods().All()) {
    if (!method->name.starts_with("file.")) continue;
    ++count;
    EXPECT_EQ(method->acts, service::Acts::kAsCaller) << method->name;
    EXPECT_EQ(method->access_default, "D:(A;;GR;;;AU)") << method->name;
    for (const service::Parameter& parameter : method->parameters) {
      EXPECT_EQ(parameter.audited, parameter.name != "data") << method->name << " " << parameter.name;
    }
  }
  EXPECT_EQ(count, 10u);
}

}  // namespace
}  // namespace onbehalf::test
