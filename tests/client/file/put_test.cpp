#include <atomic>
#include <string>
#include <vector>

#include "client/file/transfer_test.h"
#include "support/patience.h"

namespace onbehalf::cli {
namespace {

using client::Json;
using test::ChildProcess;
using test::Code;
using test::FakeServer;
using test::Says;
using test::SomeBytes;
using test::WindowsError;

constexpr char kRemote[] = "C:\\data\\report.bin";
constexpr std::size_t kMiB = 1024 * 1024;

class PutTest : public test::TransferTest {
 protected:
  PutTest() : remote_part_(std::string(kRemote) + kPart) {}

  std::vector<std::string> Put(const std::vector<std::string>& options = {}) const {
    std::vector<std::string> command = {"file", "put", Local("source"), kRemote};
    command.insert(command.end(), options.begin(), options.end());
    return command;
  }
  bool Remains(const std::string& path) const { return files_.files.contains(path); }
  const std::string& BytesOf(const std::string& path) const { return files_.files.at(path).bytes; }

  const std::string remote_part_;
};

TEST_F(PutTest, CopiesAFileAndRenamesItAtTheEnd) {
  const std::string bytes = SomeBytes(6 * kMiB + 10);
  WriteLocal("source", bytes);
  const auto exit = Run(Put());
  EXPECT_EQ(exit.code, Code(ExitCode::kDone)) << exit.errors;
  EXPECT_EQ(exit.output, Local("source") + " -> " + kRemote + ", 6.0 MiB\n");
  EXPECT_TRUE(Says(exit.errors, "100%  6.0 MiB/6.0 MiB  sending\n"));
  EXPECT_TRUE(Says(exit.errors, "100%  6.0 MiB/6.0 MiB  comparing\n"));
  EXPECT_TRUE(BytesOf(kRemote) == bytes);
  EXPECT_FALSE(Remains(remote_part_));

  const std::vector<Json> writes = files_.ParamsOf("file.write");
  ASSERT_EQ(writes.size(), 8u);
  EXPECT_EQ(writes[0], Json({{"path", remote_part_}, {"data", ""}, {"mode", "create"}}));
  for (std::size_t i = 1; i < writes.size(); ++i) {
    EXPECT_EQ(writes[i].at("offset"), (i - 1) * kMiB);
    EXPECT_EQ(writes[i].at("if_id"), files_.files.at(kRemote).id);
  }
  EXPECT_EQ(files_.methods().back(), "file.move");
  EXPECT_EQ(files_.ParamsOf("file.move").at(0),
            Json({{"from", remote_part_}, {"to", kRemote}, {"replace", false}}));
}

TEST_F(PutTest, CopiesAnEmptyFile) {
  WriteLocal("source", "");
  const auto exit = Run({"--json", "file", "put", Local("source"), kRemote});
  EXPECT_EQ(exit.code, Code(ExitCode::kDone)) << exit.errors;
  EXPECT_EQ(Json::parse(exit.output),
            Json({{"from", Local("source")}, {"to", kRemote}, {"bytes", 0}, {"resumed_at", 0}}));
  EXPECT_EQ(BytesOf(kRemote), "");
}

TEST_F(PutTest, PutsTheFileIntoAFolderUnderItsName) {
  files_.Put("C:\\data", "", "directory");
  WriteLocal("source", "abc");
  EXPECT_EQ(Run({"file", "put", Local("source"), "C:\\data"}).code, Code(ExitCode::kDone));
  EXPECT_EQ(BytesOf("C:\\data\\source"), "abc");
  // A drive's root folder ends in a separator.
  files_.Put("C:\\", "", "directory");
  EXPECT_EQ(Run({"file", "put", Local("source"), "C:\\"}).code, Code(ExitCode::kDone));
  EXPECT_EQ(BytesOf("C:\\source"), "abc");
}

TEST_F(PutTest, AcceptsAFileWithUnknownTime) {
  WriteLocal("source", "abc");
  files_.after = [](const Json&, Json& answer) {
    if (answer.contains("result") && answer["result"].contains("modified"))
      answer["result"]["modified"] = nullptr;
  };
  const auto exit = Run(Put());
  EXPECT_EQ(exit.code, Code(ExitCode::kDone)) << exit.errors;
  EXPECT_EQ(BytesOf(kRemote), "abc");
}

TEST_F(PutTest, AnExistingFileIsReplacedOnlyWithForce) {
  files_.Put(kRemote, "old");
  WriteLocal("source", "new");
  const Json error = ErrorOf(Put());
  EXPECT_EQ(error.at("kind"), "file");
  EXPECT_EQ(MessageIn(error), std::string(kRemote) + " already exists");
  EXPECT_EQ(files_.methods(), std::vector<std::string>{"file.stat"});

  // Replaces by copying, which keeps the descriptor of the replaced file.
  const auto exit = Run(Put({"--force"}));
  EXPECT_EQ(exit.code, Code(ExitCode::kDone)) << exit.errors;
  EXPECT_TRUE(Says(exit.errors, "100%  3 bytes/3 bytes  replacing\n"));
  EXPECT_EQ(BytesOf(kRemote), "new");
  EXPECT_FALSE(Remains(remote_part_));
  EXPECT_EQ(files_.ParamsOf("file.move").at(0).at("replace"), false);
  Json copied = files_.ParamsOf("file.copy").at(0);
  copied.erase("progressToken");
  EXPECT_EQ(copied, Json({{"from", remote_part_}, {"to", kRemote}, {"replace", true}}));

  // Nothing exists that could be replaced.
  files_.files.erase(kRemote);
  EXPECT_EQ(Run(Put({"--force"})).code, Code(ExitCode::kDone));
  EXPECT_EQ(BytesOf(kRemote), "new");
  EXPECT_EQ(files_.ParamsOf("file.copy").size(), 1u);
}

TEST_F(PutTest, AFileThatCannotBeReplacedLeavesThePart) {
  files_.Put(kRemote, "old");
  WriteLocal("source", "new");
  files_.before = [](const Json& request) -> std::optional<Json> {
    if (request.at("method") != "file.copy") return std::nullopt;
    return WindowsError(ERROR_ACCESS_DENIED, "ERROR_ACCESS_DENIED");
  };
  EXPECT_EQ(ErrorOf(Put({"--force"})).at("data").at("name"), "ERROR_ACCESS_DENIED");
  EXPECT_EQ(BytesOf(kRemote), "old");
  EXPECT_EQ(BytesOf(remote_part_), "new");
}

TEST_F(PutTest, AFileThatAppearsMeanwhileIsNotReplaced) {
  WriteLocal("source", "new");
  files_.before = [this](const Json& request) -> std::optional<Json> {
    if (request.at("method") == "file.checksum") files_.Put(kRemote, "somebody's");
    return std::nullopt;
  };
  const Json error = ErrorOf(Put());
  EXPECT_EQ(MessageIn(error), std::string(kRemote) + " already exists");
  EXPECT_EQ(error.at("name"), "ERROR_ALREADY_EXISTS");
  EXPECT_EQ(BytesOf(kRemote), "somebody's");
  EXPECT_EQ(BytesOf(remote_part_), "new");
}

TEST_F(PutTest, CorruptedBytesDoNotGetTheName) {
  WriteLocal("source", SomeBytes(1000));
  const std::function<void()> changes[] = {
      [this] { files_.files.at(remote_part_).bytes[500] ^= 1; },
      [this] { files_.files.at(remote_part_).bytes += "more"; },
      [this] { files_.files.at(remote_part_).id = "1:77"; },
  };
  for (const auto& change : changes) {
    files_.after = [&](const Json& request, Json&) {
      if (request.at("params").value("mode", "") == "update") change();
    };
    const Json error = ErrorOf(Put({"--force"}));
    EXPECT_TRUE(Says(MessageIn(error), remote_part_ + " differs from what was sent"));
    EXPECT_FALSE(Remains(kRemote));
    EXPECT_TRUE(files_.ParamsOf("file.move").empty());
  }
}

TEST_F(PutTest, NoticesALocalFileThatChangesWhileItIsRead) {
  const std::string bytes = SomeBytes(1000);
  const std::function<void()> changes[] = {
      [this] { WriteLocal("source", SomeBytes(1001)); },
      [this] { WriteLocal("source", "short"); },
      [this] { WriteLocal("source", SomeBytes(1000).replace(1, 1, "?")); },
  };
  for (const auto& change : changes) {
    WriteLocal("source", bytes);
    files_.before = [&](const Json& request) -> std::optional<Json> {
      if (request.at("params").value("mode", "") == "update") change();
      return std::nullopt;
    };
    EXPECT_TRUE(Says(MessageIn(ErrorOf(Put({"--force"}))), Local("source") + " was "));
    EXPECT_FALSE(Remains(kRemote));
    EXPECT_TRUE(files_.ParamsOf("file.move").empty());
  }
}

TEST_F(PutTest, ResumesAMatchingPart) {
  const std::string bytes = SomeBytes(6 * kMiB);
  WriteLocal("source", bytes);
  // The last 4 MiB are sent again.
  files_.Put(remote_part_, bytes.substr(0, 4 * kMiB + 333));
  const auto exit = Run({"--json", "file", "put", Local("source"), kRemote, "--resume"});
  EXPECT_EQ(exit.code, Code(ExitCode::kDone)) << exit.errors;
  EXPECT_EQ(Json::parse(exit.output).at("resumed_at"), 333);
  EXPECT_TRUE(BytesOf(kRemote) == bytes);
  const std::vector<Json> compared = files_.ParamsOf("file.checksum");
  EXPECT_EQ(compared.front(), Json({{"path", remote_part_}, {"offset", 0}, {"length", 333}}));
  EXPECT_EQ(compared.back().at("offset"), 333);
  EXPECT_EQ(files_.ParamsOf("file.write").front().at("offset"), 333);
}

// Of the pieces that were under way when an earlier copy ended, some may be missing while later ones arrived.
TEST_F(PutTest, ResumesAPartWhoseLastPiecesAreMissing) {
  const std::string bytes = SomeBytes(8 * kMiB);
  WriteLocal("source", bytes);
  std::string part = bytes.substr(0, 6 * kMiB);
  part.replace(2 * kMiB, 3 * kMiB, std::string(3 * kMiB, '\0'));
  files_.Put(remote_part_, part);
  const auto exit = Run({"--json", "file", "put", Local("source"), kRemote, "--resume"});
  EXPECT_EQ(exit.code, Code(ExitCode::kDone)) << exit.errors;
  EXPECT_EQ(Json::parse(exit.output).at("resumed_at"), 2 * kMiB);
  EXPECT_TRUE(BytesOf(kRemote) == bytes);
}

TEST_F(PutTest, ResumesAShortPartWhoseFirstPiecesAreMissing) {
  const std::string bytes = SomeBytes(8 * kMiB);
  WriteLocal("source", bytes);
  std::string part = bytes.substr(0, 3 * kMiB);
  part.replace(kMiB, kMiB, std::string(kMiB, '\0'));
  files_.Put(remote_part_, part);
  const auto exit = Run({"--json", "file", "put", Local("source"), kRemote, "--resume"});
  EXPECT_EQ(exit.code, Code(ExitCode::kDone)) << exit.errors;
  EXPECT_EQ(Json::parse(exit.output).at("resumed_at"), 0);
  EXPECT_TRUE(BytesOf(kRemote) == bytes);
}

TEST_F(PutTest, AMismatchingPartIsAnErrorAndStays) {
  const std::string bytes = SomeBytes(6 * kMiB);
  WriteLocal("source", bytes);
  for (const std::string& part : {std::string(bytes).replace(kMiB, 1, "?!"),
                                  SomeBytes(5 * kMiB).replace(999, 1, "??"), bytes + "more"}) {
    files_.Put(remote_part_, part);
    for (const std::vector<std::string>& options :
         {std::vector<std::string>{"--resume"}, std::vector<std::string>{"--resume", "--force"}}) {
      EXPECT_EQ(MessageIn(ErrorOf(Put(options))),
                remote_part_ + " is not the beginning of " + Local("source"));
      EXPECT_TRUE(BytesOf(remote_part_) == part);
    }
  }
  EXPECT_TRUE(files_.ParamsOf("file.write").empty());
}

TEST_F(PutTest, ALinkIsNotAPart) {
  WriteLocal("source", "abc");
  files_.Put(remote_part_, "", "symlink");
  EXPECT_EQ(MessageIn(ErrorOf(Put({"--resume"}))), remote_part_ + " is not a file");
  EXPECT_EQ(files_.ParamsOf("file.stat").back(), Json({{"path", remote_part_}, {"follow", false}}));
  EXPECT_TRUE(files_.ParamsOf("file.write").empty());
}

TEST_F(PutTest, APartIsNeverRestartedWithoutBeingAsked) {
  WriteLocal("source", "new");
  files_.Put(remote_part_, "earlier, and longer");
  const Json error = ErrorOf(Put());
  EXPECT_EQ(MessageIn(error), remote_part_ + " exists from an unfinished copy");
  EXPECT_EQ(error.at("advice"), "--resume continues it, --force starts over.");
  EXPECT_EQ(BytesOf(remote_part_), "earlier, and longer");

  EXPECT_EQ(Run(Put({"--force"})).code, Code(ExitCode::kDone));
  EXPECT_EQ(BytesOf(kRemote), "new");
}

TEST_F(PutTest, ResendsAPieceWhenTheServiceWasBusy) {
  const std::string bytes = SomeBytes(5 * kMiB);
  WriteLocal("source", bytes);
  int refused = 0;
  files_.before = [&](const Json& request) -> std::optional<Json> {
    if (request.at("params").value("offset", std::size_t{0}) != 2 * kMiB || ++refused > 2)
      return std::nullopt;
    return Json{{"error", {{"code", -32012}, {"message", "busy"}}}};
  };
  const auto exit = Run(Put());
  EXPECT_EQ(exit.code, Code(ExitCode::kDone)) << exit.errors;
  EXPECT_EQ(refused, 3);
  EXPECT_TRUE(BytesOf(kRemote) == bytes);
}

TEST_F(PutTest, AnErrorOfOnePieceEndsTheCopyAndLeavesThePart) {
  const std::string bytes = SomeBytes(8 * kMiB);
  WriteLocal("source", bytes);
  files_.before = [](const Json& request) -> std::optional<Json> {
    if (request.at("params").value("offset", std::size_t{0}) != 4 * kMiB) return std::nullopt;
    return WindowsError(112, "ERROR_DISK_FULL");
  };
  const auto exit = Run(Put());
  EXPECT_EQ(exit.code, Code(ExitCode::kServiceError));
  EXPECT_TRUE(Says(exit.errors, remote_part_ + " is kept: --resume continues it.\n"));
  EXPECT_TRUE(Says(exit.errors, "ERROR_DISK_FULL"));
  EXPECT_TRUE(Says(exit.errors, "file.write\n"));
  EXPECT_FALSE(Remains(kRemote));

  files_.before = nullptr;
  EXPECT_EQ(Run(Put({"--resume"})).code, Code(ExitCode::kDone));
  EXPECT_TRUE(BytesOf(kRemote) == bytes);
}

TEST_F(PutTest, RefusesALocalFileThatCannotBeRead) {
  EXPECT_EQ(ErrorOf(Put()).at("code"), ERROR_FILE_NOT_FOUND);
  EXPECT_EQ(MessageIn(ErrorOf({"file", "put", Local("."), kRemote})), Local(".") + " is a folder");
  EXPECT_TRUE(files_.ParamsOf("file.write").empty());
}

// The pieces are answered only after four of them have arrived, the last one first.
TEST(PutUnderWayTest, SendsSeveralPiecesConcurrently) {
  const test::TemporaryFolder folder;
  const std::string bytes = SomeBytes(8 * kMiB);
  test::WriteAll(folder.path() / "source", bytes);
  std::size_t most = 0;
  test::ScriptedFiles files;
  FakeServer server([&](FakeServer::Session& session) {
    std::vector<Json> under_way;
    for (Json request = session.ReadRequest(); !request.is_null(); request = session.ReadRequest()) {
      const Json& params = request.at("params");
      if (params.value("mode", "") == "update") {
        under_way.push_back(request);
        most = std::max(most, under_way.size());
        if (under_way.size() < 4) continue;
        for (; !under_way.empty(); under_way.pop_back()) {
          session.Answer(under_way.back(), {{"bytes", kMiB}, {"size", 0}, {"id", "1:1"}, {"modified", "t"}});
        }
        continue;
      }
      if (request.at("method") == "file.write") {
        session.Answer(request, {{"bytes", 0}, {"size", 0}, {"id", "1:1"}, {"modified", "t"}});
        continue;
      }
      session.Refuse(request, -32015, "", {{"code", ERROR_FILE_NOT_FOUND}});
    }
  });
  const auto exit =
      test::RunAgainst(server, {"file", "put", win32::ToUtf8((folder.path() / "source").wstring()), kRemote});
  // All were sent; the error then is that they are nowhere.
  EXPECT_TRUE(Says(exit.errors, "100%  8.0 MiB/8.0 MiB  sending"));
  EXPECT_TRUE(Says(exit.errors, "file.stat"));
  EXPECT_EQ(most, 4u);
}

TEST_F(PutTest, CtrlBreakLeavesAPartForResume) {
  const std::string bytes = SomeBytes(24 * kMiB);
  WriteLocal("source", bytes);
  // The fifth piece is answered only after the stop: Ctrl+Break comes while pieces are under way.
  win32::UniqueObject reached(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
  win32::UniqueObject go_on(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
  files_.before = [&](const Json& request) -> std::optional<Json> {
    if (request.at("params").value("offset", std::size_t{0}) == 5 * kMiB) {
      ::SetEvent(reached.get());
      ::WaitForSingleObject(go_on.get(), test::kPatienceMilliseconds);
    }
    return std::nullopt;
  };
  ChildProcess child = test::StartAgainst(server_, Put());
  ASSERT_EQ(::WaitForSingleObject(reached.get(), test::kPatienceMilliseconds), WAIT_OBJECT_0);
  if (!::GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, child.id())) {
    ::SetEvent(go_on.get());
    GTEST_SKIP() << "no console here to send Ctrl+Break from: " << ::GetLastError();
  }
  ::SetEvent(go_on.get());
  const auto exit = child.WaitForExit();
  EXPECT_EQ(exit.code, Code(ExitCode::kServiceError)) << exit.errors;
  EXPECT_TRUE(Says(exit.errors, "error: RequestCancelled (-32800)"));
  EXPECT_TRUE(Says(exit.errors, remote_part_ + " is kept: --resume continues it.\n"));
  EXPECT_FALSE(Remains(kRemote));

  files_.before = nullptr;
  EXPECT_EQ(Run(Put({"--resume"})).code, Code(ExitCode::kDone));
  EXPECT_TRUE(BytesOf(kRemote) == bytes);
}

}  // namespace
}  // namespace onbehalf::cli
