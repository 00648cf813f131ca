#include <string>
#include <vector>

#include "client/file/transfer_test.h"

namespace onbehalf::cli {
namespace {

using client::Json;
using test::ChildProcess;
using test::Code;
using test::Says;
using test::SomeBytes;

constexpr char kRemote[] = "C:\\data\\report.bin";

class GetTest : public test::TransferTest {
 protected:
  std::vector<std::string> Get(const std::vector<std::string>& options = {}) const {
    std::vector<std::string> command = {"file", "get", kRemote, Local("copy")};
    command.insert(command.end(), options.begin(), options.end());
    return command;
  }
  bool PartIsThere() const { return IsThere(std::string("copy") + kPart); }
  std::string PartBytes() const { return LocalBytes(std::string("copy") + kPart); }
  void WritePart(std::string_view bytes) const { WriteLocal(std::string("copy") + kPart, bytes); }
};

TEST_F(GetTest, CopiesAFileAndRenamesItLast) {
  const std::string bytes = SomeBytes(1050);
  files_.Put(kRemote, bytes);
  const auto exit = Run(Get());
  EXPECT_EQ(exit.code, Code(ExitCode::kDone)) << exit.errors;
  EXPECT_EQ(exit.output, std::string(kRemote) + " -> " + Local("copy") + ", 1.0 KiB\n");
  EXPECT_TRUE(Says(exit.errors, "100%  1.0 KiB/1.0 KiB  receiving\n"));
  EXPECT_EQ(LocalBytes("copy"), bytes);
  EXPECT_FALSE(PartIsThere());
  EXPECT_EQ(files_.methods(), (std::vector<std::string>{"file.stat", "file.read"}));

  const auto json = Run({"--json", "file", "get", kRemote, Local("copy"), "--force"});
  EXPECT_EQ(Json::parse(json.output),
            Json({{"from", kRemote}, {"to", Local("copy")}, {"bytes", 1050}, {"resumed_at", 0}}));
}

TEST_F(GetTest, CopiesAnEmptyFile) {
  files_.Put(kRemote, "");
  EXPECT_EQ(Run(Get()).code, Code(ExitCode::kDone));
  EXPECT_TRUE(IsThere("copy"));
  EXPECT_EQ(LocalBytes("copy"), "");
  EXPECT_FALSE(PartIsThere());
}

TEST_F(GetTest, PutsTheFileIntoAFolderUnderItsName) {
  files_.Put(kRemote, "abc");
  std::filesystem::create_directory(folder_.path() / "folder");
  const auto exit = Run({"file", "get", kRemote, Local("folder")});
  EXPECT_EQ(exit.code, Code(ExitCode::kDone)) << exit.errors;
  EXPECT_EQ(LocalBytes("folder/report.bin"), "abc");
}

TEST_F(GetTest, AnExistingFileIsReplacedOnlyWithForce) {
  files_.Put(kRemote, "new");
  WriteLocal("copy", "old");
  const Json error = ErrorOf(Get());
  EXPECT_EQ(error.at("kind"), "file");
  EXPECT_EQ(MessageIn(error), Local("copy") + " already exists");
  EXPECT_EQ(error.at("advice"), "--force replaces it.");
  EXPECT_EQ(files_.methods(), std::vector<std::string>{"file.stat"});
  EXPECT_EQ(LocalBytes("copy"), "old");

  EXPECT_EQ(Run(Get({"--force"})).code, Code(ExitCode::kDone));
  EXPECT_EQ(LocalBytes("copy"), "new");
}

TEST_F(GetTest, AFileThatAppearsMeanwhileIsNotReplaced) {
  files_.Put(kRemote, "new");
  files_.on_piece = [this](Json&, int) {
    WriteLocal("copy", "somebody's");
    return true;
  };
  const Json error = ErrorOf(Get());
  EXPECT_EQ(MessageIn(error), Local("copy") + " already exists");
  EXPECT_EQ(error.at("name"), "ERROR_ALREADY_EXISTS");
  EXPECT_EQ(LocalBytes("copy"), "somebody's");
  EXPECT_EQ(PartBytes(), "new");
}

TEST_F(GetTest, NoticesAFileThatChangesWhileItIsRead) {
  const std::string bytes = SomeBytes(300);
  const std::function<void()> changes[] = {
      [this] { files_.files.at(kRemote).version = 2; },
      [this] { files_.files.at(kRemote).id = "1:77"; },
      [this] { files_.files.at(kRemote).bytes += "more"; },
  };
  for (const auto& change : changes) {
    files_.Put(kRemote, bytes);
    files_.on_piece = [&](Json&, int count) {
      if (count == 1) change();
      return true;
    };
    const Json error = ErrorOf(Get());
    EXPECT_EQ(MessageIn(error), std::string(kRemote) + " was changed or replaced while it was being read");
    EXPECT_FALSE(IsThere("copy"));
    EXPECT_EQ(PartBytes(), bytes);
    std::filesystem::remove(folder_.path() / (std::string("copy") + kPart));
  }
}

TEST_F(GetTest, RefusesBytesThatTheServiceDidNotSend) {
  files_.Put(kRemote, SomeBytes(300));
  files_.after = [](const Json& request, Json& answer) {
    if (request.at("method") == "file.read") answer["result"]["sha256"] = std::string(64, '0');
  };
  EXPECT_TRUE(Says(MessageIn(ErrorOf(Get())), "the SHA-256 does not match"));
  EXPECT_FALSE(IsThere("copy"));

  files_.after = [](const Json& request, Json& answer) {
    if (request.at("method") == "file.read") answer["result"]["bytes"] = 299;
  };
  EXPECT_TRUE(Says(MessageIn(ErrorOf(Get({"--force"}))), "the SHA-256 does not match"));
  EXPECT_FALSE(IsThere("copy"));
}

TEST_F(GetTest, RefusesAPrematureEnd) {
  files_.Put(kRemote, SomeBytes(300));
  files_.before = [this](const Json& request) -> std::optional<Json> {
    if (request.at("method") != "file.read") return std::nullopt;
    return Json{{"result",
                 {{"bytes", 0},
                  {"sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
                  {"id", files_.files.at(kRemote).id},
                  {"modified", "2026-01-02T03:04:05.101Z"},
                  {"size", 300}}}};
  };
  EXPECT_TRUE(Says(MessageIn(ErrorOf(Get())), "at 0, before its end"));
  EXPECT_FALSE(IsThere("copy"));
}

TEST_F(GetTest, RefusesPiecesThatAreNotConsecutive) {
  files_.Put(kRemote, SomeBytes(300));
  const std::function<void(Json&)> changes[] = {
      [](Json& piece) { piece["offset"] = 101; }, [](Json& piece) { piece["bytes"] = 99; },
      [](Json& piece) { piece["data"] = "?"; },   [](Json& piece) { piece.erase("data"); },
      [](Json& piece) { piece["offset"] = -1; },
  };
  for (const auto& change : changes) {
    files_.on_piece = [&](Json& piece, int count) {
      if (count == 1) change(piece);
      return true;
    };
    const Json error = ErrorOf(Get({"--force"}));
    EXPECT_EQ(error.at("kind"), "file");
    EXPECT_FALSE(IsThere("copy"));
    // The bytes that had arrived are kept for --resume.
    EXPECT_EQ(PartBytes(), SomeBytes(300).substr(0, 100));
  }
}

TEST_F(GetTest, ResumesAMatchingPart) {
  const std::string bytes = SomeBytes(1000);
  files_.Put(kRemote, bytes);
  WritePart(bytes.substr(0, 333));
  const auto exit = Run({"--json", "file", "get", kRemote, Local("copy"), "--resume"});
  EXPECT_EQ(exit.code, Code(ExitCode::kDone)) << exit.errors;
  EXPECT_EQ(Json::parse(exit.output).at("resumed_at"), 333);
  EXPECT_EQ(LocalBytes("copy"), bytes);
  EXPECT_FALSE(PartIsThere());
  EXPECT_EQ(files_.ParamsOf("file.checksum"),
            std::vector<Json>{Json({{"path", kRemote}, {"offset", 0}, {"length", 333}})});
  EXPECT_EQ(files_.ParamsOf("file.read").at(0).at("offset"), 333);
}

TEST_F(GetTest, ResumesACompletePartWithoutReading) {
  files_.Put(kRemote, "whole");
  WritePart("whole");
  EXPECT_EQ(Run(Get({"--resume"})).code, Code(ExitCode::kDone));
  EXPECT_EQ(LocalBytes("copy"), "whole");
  EXPECT_EQ(files_.methods(), (std::vector<std::string>{"file.stat", "file.checksum"}));
}

TEST_F(GetTest, ResumesFromTheBeginningWithoutAPart) {
  files_.Put(kRemote, "whole");
  EXPECT_EQ(Run(Get({"--resume"})).code, Code(ExitCode::kDone));
  EXPECT_EQ(LocalBytes("copy"), "whole");
}

TEST_F(GetTest, AMismatchingPartIsAnErrorAndStays) {
  files_.Put(kRemote, SomeBytes(300));
  for (const std::string& part : {SomeBytes(100).replace(50, 1, "x"), SomeBytes(300) + "more"}) {
    WritePart(part);
    for (const std::vector<std::string>& options :
         {std::vector<std::string>{"--resume"}, std::vector<std::string>{"--resume", "--force"}}) {
      const Json error = ErrorOf(Get(options));
      EXPECT_EQ(MessageIn(error), Local("copy") + kPart + " is not the beginning of " + kRemote);
      EXPECT_EQ(PartBytes(), part);
      EXPECT_FALSE(IsThere("copy"));
    }
  }
  EXPECT_TRUE(files_.ParamsOf("file.read").empty());
}

TEST_F(GetTest, AFileThatChangesWhileAPartIsComparedIsNotResumed) {
  const std::string bytes = SomeBytes(300);
  files_.Put(kRemote, bytes);
  WritePart(bytes.substr(0, 100));
  files_.before = [this](const Json& request) -> std::optional<Json> {
    if (request.at("method") == "file.checksum") files_.files.at(kRemote).version = 9;
    return std::nullopt;
  };
  EXPECT_TRUE(Says(MessageIn(ErrorOf(Get({"--resume"}))), "was changed or replaced while it was being read"));
  EXPECT_TRUE(files_.ParamsOf("file.read").empty());
}

TEST_F(GetTest, APartIsNeverRestartedWithoutBeingAsked) {
  files_.Put(kRemote, SomeBytes(300));
  WritePart("earlier");
  const Json error = ErrorOf(Get());
  EXPECT_EQ(MessageIn(error), Local("copy") + kPart + " exists from an unfinished copy");
  EXPECT_EQ(error.at("advice"), "--resume continues it, --force starts over.");
  EXPECT_EQ(PartBytes(), "earlier");

  EXPECT_EQ(Run(Get({"--force"})).code, Code(ExitCode::kDone));
  EXPECT_EQ(LocalBytes("copy"), SomeBytes(300));
}

TEST_F(GetTest, ComparesALongPartInBlocks) {
  constexpr std::size_t kBlock = 16 * 1024 * 1024;
  const std::string bytes = SomeBytes(kBlock + 5000);
  files_.Put(kRemote, bytes);
  files_.piece_bytes = 1000;
  WritePart(bytes.substr(0, kBlock + 4000));
  EXPECT_EQ(Run(Get({"--resume"})).code, Code(ExitCode::kDone));
  const std::vector<Json> asked = files_.ParamsOf("file.checksum");
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_EQ(asked[0], Json({{"path", kRemote}, {"offset", 0}, {"length", kBlock}}));
  EXPECT_EQ(asked[1], Json({{"path", kRemote}, {"offset", kBlock}, {"length", 4000}}));
  EXPECT_TRUE(LocalBytes("copy") == bytes);
}

TEST_F(GetTest, CtrlBreakLeavesThePartForResume) {
  const std::string bytes = SomeBytes(1000);
  files_.Put(kRemote, bytes);
  files_.on_piece = [](Json&, int count) { return count < 3; };
  ChildProcess child = test::StartAgainst(server_, Get());
  // By now the third piece is written.
  while (true) {
    const auto line = child.ReadErrorLine();
    ASSERT_TRUE(line);
    if (line->find("30%") != std::string::npos) break;
  }
  if (!::GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, child.id())) {
    GTEST_SKIP() << "no console here to send Ctrl+Break from: " << ::GetLastError();
  }
  const auto exit = child.WaitForExit();
  EXPECT_EQ(exit.code, Code(ExitCode::kServiceError));
  EXPECT_TRUE(Says(exit.errors, Local("copy") + kPart + " is kept: --resume continues it.\n"));
  EXPECT_TRUE(Says(exit.errors, "error: RequestCancelled (-32800)"));
  EXPECT_FALSE(IsThere("copy"));
  EXPECT_EQ(PartBytes(), bytes.substr(0, 300));

  files_.on_piece = nullptr;
  EXPECT_EQ(Run(Get({"--resume"})).code, Code(ExitCode::kDone));
  EXPECT_EQ(LocalBytes("copy"), bytes);
}

TEST_F(GetTest, NamesTheRefusedMethod) {
  files_.Put(kRemote, "abc");
  files_.before = [](const Json& request) -> std::optional<Json> {
    if (request.at("method") != "file.read") return std::nullopt;
    return Json{{"error", {{"code", -32010}, {"message", "Access to the method is denied."}}}};
  };
  const auto exit = Run(Get());
  EXPECT_EQ(exit.code, Code(ExitCode::kAccessDenied));
  EXPECT_TRUE(Says(exit.errors, "AccessDenied (-32010)"));
  EXPECT_TRUE(Says(exit.errors, "file.read\n"));

  files_.before = nullptr;
  files_.files.clear();
  const Json error = ErrorOf(Get());
  EXPECT_EQ(error.at("kind"), "service");
  EXPECT_EQ(error.at("data").at("name"), "ERROR_FILE_NOT_FOUND");
}

TEST_F(GetTest, ReportsTheWindowsErrorOfALocalFile) {
  files_.Put(kRemote, "abc");
  const auto text = Run({"file", "get", kRemote, Local("nowhere\\copy")});
  EXPECT_EQ(text.code, Code(ExitCode::kServiceError));
  EXPECT_TRUE(
      Says(text.errors, "error: ERROR_PATH_NOT_FOUND (3): CreateFileW(" + Local("nowhere\\copy") + kPart));
  EXPECT_EQ(ErrorOf({"file", "get", kRemote, Local("nowhere\\copy")}).at("code"), ERROR_PATH_NOT_FOUND);
  EXPECT_TRUE(files_.ParamsOf("file.read").empty());
}

TEST_F(GetTest, RefusesADirectory) {
  files_.Put(kRemote, "", "directory");
  EXPECT_EQ(MessageIn(ErrorOf(Get())), std::string(kRemote) + " is a folder");
  EXPECT_FALSE(PartIsThere());
}

TEST_F(GetTest, AnIncompleteAnswerIsAnError) {
  files_.Put(kRemote, "abc");
  files_.after = [](const Json&, Json& answer) { answer["result"].erase("size"); };
  EXPECT_TRUE(Says(MessageIn(ErrorOf(Get())), "the service's response to file.stat has no valid 'size'"));
}

}  // namespace
}  // namespace onbehalf::cli
