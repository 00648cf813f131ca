// `onbehalf file` against the service's own methods.

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/file/transfer_test.h"
#include "command_line.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "output.h"
#include "service/test_server.h"
#include "support/child_main.h"
#include "support/child_process.h"
#include "support/platform_probe.h"
#include "support/process_usage.h"

namespace onbehalf::cli {
namespace {

using client::Json;
using test::ChildProcess;
using test::Code;
using test::Says;
using test::SomeBytes;
using test::TestServer;

constexpr std::size_t kMiB = 1024 * 1024;
constexpr std::chrono::seconds kLongCopy{90};

// Runs a `file` command as onbehalf.exe does. The last line on standard error is its peak working set.
ONBEHALF_CHILD_MAIN(MeasuredFileCommand) {
  const Invocation asked = ParseCommandLine(arguments);
  int code = 0;
  {
    Output output(asked.global.json);
    code = static_cast<int>(asked.Run(output));
  }
  std::fprintf(stderr, "%zu\n", test::PeakWorkingSet());
  return code;
}

class FileServiceTest : public testing::Test {
 protected:
  FileServiceTest() { server_.Start(); }

  std::string Path(const std::string& name) const {
    // The service refuses a trailing separator.
    return win32::ToUtf8((name.empty() ? folder_.path() : folder_.path() / win32::ToWide(name)).wstring());
  }
  std::string Bytes(const std::string& name) const { return test::ReadAll(folder_.path() / name); }
  bool IsThere(const std::string& name) const { return std::filesystem::exists(folder_.path() / name); }
  void Write(const std::string& name, std::string_view bytes) const {
    test::WriteAll(folder_.path() / name, bytes);
  }

  std::vector<std::string> Reaching(const std::vector<std::string>& command) {
    std::vector<std::string> arguments = {"--pipe", server_.settings().pipe.name, "--trust", "same-user"};
    arguments.insert(arguments.end(), command.begin(), command.end());
    return arguments;
  }
  ChildProcess::Options Program(const std::vector<std::string>& command) {
    ChildProcess::Options options;
    options.executable = test::BesideThisTest("onbehalf.exe");
    options.arguments = Reaching(command);
    return options;
  }
  ChildProcess::Exit Run(const std::vector<std::string>& command) {
    return RunChild(Program(command), kLongCopy);
  }
  // Runs the command in a process that reports its peak working set.
  std::size_t PeakOf(const std::vector<std::string>& command) {
    const auto exit =
        RunChild(ChildProcess::Options::Self("MeasuredFileCommand", Reaching(command)), kLongCopy);
    EXPECT_EQ(exit.code, Code(ExitCode::kDone)) << exit.errors;
    return std::stoul(test::Lines(exit.errors).back());
  }
  // Starts the command and ends it, as a crash would, when it has made some progress.
  void RunAndKill(const std::vector<std::string>& command) {
    ChildProcess child = ChildProcess::Start(Program(command));
    for (;;) {
      const auto line = child.ReadErrorLine();
      ASSERT_TRUE(line) << "it ended by itself";
      if (line->starts_with(" 2")) break;
    }
    child.Terminate();
    child.WaitForExit();
  }

  test::TemporaryFolder folder_;
  TestServer server_;
};

TEST_F(FileServiceTest, PutsAndGetsALargeFileInLittleMemory) {
  ONBEHALF_SKIP_WITHOUT("a process's peak of memory", test::PeakWorkingSetIsCounted());
  const std::string bytes = SomeBytes(64 * kMiB);
  Write("large", bytes);
  Write("small", std::string_view(bytes).substr(0, kMiB));
  const std::size_t put_small = PeakOf({"file", "put", Path("small"), Path("small.put")});
  const std::size_t put_large = PeakOf({"file", "put", Path("large"), Path("large.put")});
  const std::size_t get_small = PeakOf({"file", "get", Path("small.put"), Path("small.got")});
  const std::size_t get_large = PeakOf({"file", "get", Path("large.put"), Path("large.got")});
  EXPECT_TRUE(Bytes("large.put") == bytes);
  EXPECT_TRUE(Bytes("large.got") == bytes);
  RecordProperty("put_small", std::to_string(put_small));
  RecordProperty("put_large", std::to_string(put_large));
  RecordProperty("get_small", std::to_string(get_small));
  RecordProperty("get_large", std::to_string(get_large));
  // The pieces under way, but not the whole file.
  EXPECT_LT(put_large, put_small + 32 * kMiB);
  EXPECT_LT(get_large, get_small + 16 * kMiB);
}

TEST_F(FileServiceTest, PutResumesAfterItsProcessWasEnded) {
  const std::string bytes = SomeBytes(64 * kMiB);
  Write("source", bytes);
  RunAndKill({"file", "put", Path("source"), Path("target")});
  EXPECT_FALSE(IsThere("target"));
  EXPECT_TRUE(IsThere("target.onbehalf-part"));

  const auto exit = Run({"--json", "file", "put", Path("source"), Path("target"), "--resume"});
  ASSERT_EQ(exit.code, Code(ExitCode::kDone)) << exit.errors;
  EXPECT_GT(Json::parse(exit.output).at("resumed_at"), kMiB);
  EXPECT_TRUE(Bytes("target") == bytes);
  EXPECT_FALSE(IsThere("target.onbehalf-part"));
}

TEST_F(FileServiceTest, GetResumesAfterItsProcessWasEnded) {
  const std::string bytes = SomeBytes(64 * kMiB);
  Write("source", bytes);
  RunAndKill({"file", "get", Path("source"), Path("target")});
  EXPECT_FALSE(IsThere("target"));

  // A part that no longer matches the file is reported, and left alone.
  const std::string part = Bytes("target.onbehalf-part");
  ASSERT_GT(part.size(), kMiB);
  Write("source", std::string(bytes).replace(5, 1, "?!"));
  const auto refused = Run({"file", "get", Path("source"), Path("target"), "--resume"});
  EXPECT_EQ(refused.code, Code(ExitCode::kServiceError));
  EXPECT_TRUE(Says(refused.errors, "is not the beginning of"));
  EXPECT_TRUE(Bytes("target.onbehalf-part") == part);

  Write("source", bytes);
  const auto exit = Run({"--json", "file", "get", Path("source"), Path("target"), "--resume"});
  ASSERT_EQ(exit.code, Code(ExitCode::kDone)) << exit.errors;
  EXPECT_EQ(Json::parse(exit.output).at("resumed_at"), part.size());
  EXPECT_TRUE(Bytes("target") == bytes);
  EXPECT_FALSE(IsThere("target.onbehalf-part"));
}

TEST_F(FileServiceTest, ReplacesOnlyWithForce) {
  Write("a", "first");
  Write("b", "second");
  for (const std::string verb : {"get", "put"}) {
    const auto refused = Run({"file", verb, Path("a"), Path("b")});
    EXPECT_EQ(refused.code, Code(ExitCode::kServiceError));
    EXPECT_TRUE(Says(refused.errors, Path("b") + " already exists"));
    EXPECT_EQ(Bytes("b"), "second");
    const auto exit = Run({"file", verb, Path("a"), Path("b"), "--force"});
    EXPECT_EQ(exit.code, Code(ExitCode::kDone)) << exit.errors;
    EXPECT_EQ(Bytes("b"), "first");
    Write("b", "second");
  }
}

constexpr SECURITY_INFORMATION kKept = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;

std::string DescriptorOf(const std::string& path) {
  return win32::SecurityDescriptor::FromFile(path, kKept).ToSddl(kKept);
}

// Gives the file a DACL that differs from its folder's.
void Protect(const std::filesystem::path& path) {
  const std::string user = win32::Token::FromOwnProcess(TOKEN_QUERY).User().ToString();
  const auto descriptor = win32::SecurityDescriptor::FromSddl("D:P(A;;FA;;;" + user + ")(A;;FA;;;SY)");
  if (!::SetFileSecurityW(path.c_str(), DACL_SECURITY_INFORMATION, descriptor.get())) {
    win32::ThrowLastError("SetFileSecurityW");
  }
}

// Whether ReplaceFileW behaves as documented, and has an effect here.
bool ReplacingKeepsTheDacl(const std::filesystem::path& folder) {
  test::WriteAll(folder / "probed", "old");
  const std::string plain = DescriptorOf(win32::ToUtf8((folder / "probed").wstring()));
  Protect(folder / "probed");
  const std::string before = DescriptorOf(win32::ToUtf8((folder / "probed").wstring()));
  test::WriteAll(folder / "probe", "new");
  if (!::ReplaceFileW((folder / "probed").c_str(), (folder / "probe").c_str(), nullptr, 0, nullptr, nullptr))
    return false;
  return before != plain && DescriptorOf(win32::ToUtf8((folder / "probed").wstring())) == before;
}

TEST_F(FileServiceTest, PutKeepsTheDescriptorOfAFileThatItReplaces) {
  Write("a", "first");
  Write("b", "second");
  Protect(folder_.path() / "b");
  const std::string before = DescriptorOf(Path("b"));
  ONBEHALF_SKIP_WITHOUT("DACLs of files that are kept as they are set", before != DescriptorOf(Path("a")));
  const auto exit = Run({"file", "put", Path("a"), Path("b"), "--force"});
  EXPECT_EQ(exit.code, Code(ExitCode::kDone)) << exit.errors;
  EXPECT_EQ(Bytes("b"), "first");
  EXPECT_EQ(DescriptorOf(Path("b")), before);
  EXPECT_FALSE(IsThere("b.onbehalf-part"));
}

TEST_F(FileServiceTest, GetKeepsTheDescriptorOfAFileThatItReplaces) {
  ONBEHALF_SKIP_WITHOUT("ReplaceFileW that keeps the DACL", ReplacingKeepsTheDacl(folder_.path()));
  Write("a", "first");
  Write("b", "second");
  Protect(folder_.path() / "b");
  const std::string before = DescriptorOf(Path("b"));
  const auto exit = Run({"file", "get", Path("a"), Path("b"), "--force"});
  EXPECT_EQ(exit.code, Code(ExitCode::kDone)) << exit.errors;
  EXPECT_EQ(Bytes("b"), "first");
  EXPECT_EQ(DescriptorOf(Path("b")), before);
}

TEST_F(FileServiceTest, ShowsAFolderAndAFile) {
  Write("b.txt", std::string("one\r\n\0two", 9));
  Write("c.bin", "");
  std::filesystem::create_directory(folder_.path() / "a folder");
  const auto list = Run({"--json", "file", "ls", Path("")});
  EXPECT_EQ(list.code, Code(ExitCode::kDone)) << list.errors;
  std::vector<std::string> names;
  for (const std::string& line : test::Lines(list.output)) names.push_back(Json::parse(line).at("name"));
  EXPECT_EQ(names, (std::vector<std::string>{"a folder", "b.txt", "c.bin"}));
  const auto some = Run({"file", "ls", Path(""), "--glob", "*.TXT"});
  EXPECT_EQ(test::Lines(some.output).size(), 2u) << some.errors;

  const auto stat = Run({"file", "stat", Path("b.txt")});
  EXPECT_TRUE(Says(stat.output, "type        file\n"));
  EXPECT_TRUE(Says(stat.output, "size        9 bytes\n"));

  const auto cat = Run({"file", "cat", Path("b.txt")});
  EXPECT_EQ(cat.output, Bytes("b.txt"));
  EXPECT_EQ(Run({"file", "cat", Path("c.bin")}).code, Code(ExitCode::kDone));
  const auto directory = Run({"file", "cat", Path("a folder")});
  EXPECT_TRUE(Says(directory.errors, "is a folder"));

  const auto missing = Run({"--json", "file", "cat", Path("nothing")});
  EXPECT_EQ(missing.code, Code(ExitCode::kServiceError));
  EXPECT_EQ(Json::parse(missing.errors).at("error").at("data").at("name"), "ERROR_FILE_NOT_FOUND");
}

TEST_F(FileServiceTest, WatchesAFolder) {
  ChildProcess::Options options = Program({"--json", "file", "watch", Path("")});
  options.creation_flags = CREATE_NEW_PROCESS_GROUP;
  ChildProcess child = ChildProcess::Start(options);
  // Nothing reports when watching has started: a file that is changed repeatedly is noticed at some point.
  std::optional<std::string> line;
  for (int i = 0; !line && i < 600; ++i) {
    Write("changed", std::to_string(i));
    try {
      line = child.ReadLine(std::chrono::milliseconds(100));
    } catch (const win32::Win32Error& error) {
      ASSERT_EQ(error.win32_code(), static_cast<DWORD>(WAIT_TIMEOUT));
    }
  }
  ASSERT_TRUE(line);
  EXPECT_EQ(Json::parse(*line).at("name"), "changed");
  if (!::GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, child.id())) {
    GTEST_SKIP() << "no console here to send Ctrl+Break from: " << ::GetLastError();
  }
  EXPECT_EQ(child.WaitForExit().code, Code(ExitCode::kDone));
}

}  // namespace
}  // namespace onbehalf::cli
