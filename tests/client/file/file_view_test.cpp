#include <string>
#include <vector>

#include "client/file/transfer_test.h"

namespace onbehalf::cli {
namespace {

using client::Json;
using test::ChildProcess;
using test::Code;
using test::FakeServer;
using test::RunAgainst;
using test::Says;
using test::SomeBytes;

constexpr char kModified[] = "2026-01-02T03:04:05.678Z";

Json Entry(const std::string& name, const std::string& type, std::uint64_t size,
           const std::vector<std::string>& attributes = {}) {
  return {
      {"name", name}, {"type", type}, {"size", size}, {"modified", kModified}, {"attributes", attributes}};
}

class FileListTest : public testing::Test {
 protected:
  FileListTest()
      : server_(test::Answering([this](const Json& request) -> Json {
          EXPECT_EQ(request.at("method"), "file.list");
          asked_.push_back(request.at("params"));
          if (asked_.back().contains("after")) {
            return {{"result", {{"entries", {Entry("z\x1b[31m", "file", 1)}}, {"next", nullptr}}}};
          }
          return {{"result",
                   {{"entries",
                     {Entry("a folder", "directory", 0), Entry("b.txt", "file", 1536),
                      Entry("pagefile.sys", "file", 5, {"hidden", "system"})}},
                    {"next", "PAGEFILE.SYS"}}}};
        })) {}

  std::vector<Json> asked_;
  FakeServer server_;
};

TEST_F(FileListTest, ShowsPagesAsOneTable) {
  const auto exit = RunAgainst(server_, {"file", "ls", "C:\\x"});
  EXPECT_EQ(exit.code, Code(ExitCode::kDone)) << exit.errors;
  EXPECT_EQ(exit.output,
            "TYPE             SIZE  MODIFIED                  NAME\n"
            "directory           -  2026-01-02T03:04:05.678Z  a folder\n"
            "file          1.5 KiB  2026-01-02T03:04:05.678Z  b.txt\n"
            "file           1 byte  2026-01-02T03:04:05.678Z  z\\x1b[31m\n");
  EXPECT_EQ(asked_,
            (std::vector<Json>{Json({{"path", "C:\\x"}, {"limit", 10'000}}),
                               Json({{"path", "C:\\x"}, {"limit", 10'000}, {"after", "PAGEFILE.SYS"}})}));
}

TEST_F(FileListTest, ShowsHiddenEntriesIfAsked) {
  EXPECT_FALSE(Says(RunAgainst(server_, {"file", "ls", "C:\\x"}).output, "pagefile.sys"));
  EXPECT_TRUE(Says(RunAgainst(server_, {"file", "ls", "C:\\x", "--all"}).output, "pagefile.sys"));
}

TEST_F(FileListTest, PrintsTheEntriesAsLinesOfJson) {
  const auto exit = RunAgainst(server_, {"--json", "file", "ls", "C:\\x", "--glob", "*.t?t"});
  const std::vector<std::string> lines = test::Lines(exit.output);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(Json::parse(lines[1]), Entry("b.txt", "file", 1536));
  EXPECT_EQ(asked_.at(1).at("glob"), "*.t?t");
}

TEST(FileStat, ShowsTheServicesAnswer) {
  const Json stat = {{"path", "C:\\x\\link"},
                     {"type", "symlink"},
                     {"size", 1536},
                     {"created", kModified},
                     {"modified", kModified},
                     {"accessed", kModified},
                     {"links", 1},
                     {"id", "1:2"},
                     {"target", "C:\\y"},
                     {"attributes", {"read only", "reparse point"}}};
  FakeServer server(test::Answering([&](const Json& request) -> Json {
    EXPECT_EQ(request.at("params"), Json({{"path", "C:\\x\\link"}}));
    return {{"result", stat}};
  }));
  EXPECT_EQ(RunAgainst(server, {"file", "stat", "C:\\x\\link"}).output,
            "path        C:\\x\\link\n"
            "type        symlink\n"
            "target      C:\\y\n"
            "size        1.5 KiB (1536 bytes)\n"
            "created     2026-01-02T03:04:05.678Z\n"
            "modified    2026-01-02T03:04:05.678Z\n"
            "accessed    2026-01-02T03:04:05.678Z\n"
            "attributes  read only, reparse point\n"
            "links       1\n"
            "id          1:2\n");
  EXPECT_EQ(Json::parse(RunAgainst(server, {"--json", "file", "stat", "C:\\x\\link"}).output), stat);
}

class FileCatTest : public test::TransferTest {};

TEST_F(FileCatTest, WritesTheBytesUnchanged) {
  const std::string bytes = SomeBytes(1000) + std::string("\0\r\n\n\x1a\xff", 6);
  files_.Put("C:\\x", bytes);
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"file", "cat", "C:\\x"},
        std::vector<std::string>{"--json", "file", "cat", "C:\\x"}}) {
    const auto exit = Run(command);
    EXPECT_EQ(exit.code, Code(ExitCode::kDone)) << exit.errors;
    EXPECT_TRUE(exit.output == bytes);
    EXPECT_EQ(exit.errors, "");
  }
}

TEST_F(FileCatTest, ReportsThatTheFileHasChanged) {
  files_.Put("C:\\x", SomeBytes(1000));
  files_.on_piece = [this](Json&, int) {
    files_.files.at("C:\\x").version = 7;
    return true;
  };
  const auto exit = Run({"file", "cat", "C:\\x"});
  EXPECT_EQ(exit.code, Code(ExitCode::kServiceError));
  EXPECT_TRUE(Says(exit.errors, "error: C:\\x was changed or replaced while it was being read\n"));
}

TEST(FileWatch, ShowsALineForEachChangeUntilCtrlBreak) {
  for (const bool json : {false, true}) {
    Json params;
    Json cancel;  // null: the client is gone
    FakeServer server([&](FakeServer::Session& session) {
      const Json request = session.ReadRequest();
      params = request.at("params");
      const auto send = [&](const Json& piece) {
        session.Send({{"jsonrpc", "2.0"},
                      {"method", "$/progress"},
                      {"params", {{"token", params.at("progressToken")}, {"value", piece}}}});
      };
      send({{"changes",
             {{{"action", "added"}, {"name", "a"}},
              {{"action", "renamed"}, {"name", "c"}, {"old_name", "sub\\b"}},
              {{"action", "removed"}, {"name", "d\n"}}}}});
      send({{"overflow", true}});
      cancel = session.ReadRequest();
      if (!cancel.is_null()) session.Refuse(request, client::kRequestCancelled, "cancelled");
    });
    std::vector<std::string> command = {"file", "watch", "C:\\x", "--recursive"};
    if (json) command.insert(command.begin(), "--json");
    ChildProcess child = test::StartAgainst(server, command);
    for (int i = 0; i < 4; ++i) ASSERT_TRUE(child.ReadLine());
    if (!::GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, child.id())) {
      GTEST_SKIP() << "no console here to send Ctrl+Break from: " << ::GetLastError();
    }
    const auto exit = child.WaitForExit();
    EXPECT_EQ(exit.code, Code(ExitCode::kDone)) << exit.errors;
    EXPECT_EQ(exit.errors, "");
    EXPECT_TRUE(cancel.is_object() && cancel.value("method", "") == "$/cancelRequest") << cancel;
    EXPECT_EQ(params.at("recursive"), true);
    if (json) {
      EXPECT_EQ(exit.output,
                "{\"action\":\"added\",\"name\":\"a\"}\n"
                "{\"action\":\"renamed\",\"name\":\"c\",\"old_name\":\"sub\\\\b\"}\n"
                "{\"action\":\"removed\",\"name\":\"d\\n\"}\n"
                "{\"overflow\":true}\n");
    } else {
      EXPECT_EQ(exit.output,
                "added     a\n"
                "renamed   sub\\b -> c\n"
                "removed   d\\x0a\n"
                "overflow  more changed than could be reported: scan the folder again\n");
    }
  }
}

TEST(FileWatch, ReportsWhyItHasEnded) {
  FakeServer server([](FakeServer::Session& session) {
    const Json request = session.ReadRequest();
    session.Refuse(request, -32015, "gone", {{"code", 1022}, {"name", "ERROR_NOTIFY_ENUM_DIR"}});
  });
  const auto exit = RunAgainst(server, {"file", "watch", "C:\\x"});
  EXPECT_EQ(exit.code, Code(ExitCode::kServiceError));
  EXPECT_TRUE(Says(exit.errors, "file.watch\n"));
  EXPECT_TRUE(Says(exit.errors, "ERROR_NOTIFY_ENUM_DIR"));
}

}  // namespace
}  // namespace onbehalf::cli
