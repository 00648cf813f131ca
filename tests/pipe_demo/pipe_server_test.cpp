// PipeServer.exe (client-lib/samples/pipe_server.cpp): its server and its clients, as processes.

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "onbehalf/pipe/security.h"
#include "onbehalf/pipe/server.h"
#include "onbehalf/pipe/status.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/process.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "support/child_main.h"
#include "support/child_process.h"
#include "support/open_pipe.h"
#include "support/patience.h"
#include "support/platform_probe.h"
#include "support/restricted_token.h"
#include "support/unique_pipe_name.h"

namespace onbehalf::test {
namespace {

using Words = std::vector<std::string>;

// Exit codes of the program.
constexpr DWORD kDone = 0;
constexpr DWORD kFailed = 1;
constexpr DWORD kUsage = 2;

const Words kImpersonation = {"/level", "impersonation"};

ChildProcess::Options Program(Words arguments, HANDLE token = nullptr) {
  const std::string own = win32::OwnImagePath();
  ChildProcess::Options options;
  options.executable = own.substr(0, own.find_last_of('\\') + 1) + "PipeServer.exe";
  options.arguments = std::move(arguments);
  options.token = token;
  // A console of its own, to which Ctrl+C can be sent.
  options.creation_flags = CREATE_NO_WINDOW;
  return options;
}

Words operator+(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

bool Contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// The server, which has begun to listen.
class DemoServer {
 public:
  explicit DemoServer(const Words& options = {})
      : name_(UniquePipeName()), process_(ChildProcess::Start(Program(Words{"/name", name_} + options))) {
    EXPECT_EQ(process_.ReadLine(), "serving " + LocalPipePath(name_) + "; Ctrl+C ends it");
  }

  const std::string& name() const { return name_; }
  ChildProcess& process() { return process_; }
  // Skips other lines, those of other clients for example. Fails the test if there is none.
  std::string LineWith(const std::string& text) {
    while (const auto line = process_.ReadLine()) {
      if (Contains(*line, text)) return *line;
    }
    ADD_FAILURE() << "no line of the server has: " << text;
    return {};
  }
  ChildProcess::Options Client(const Words& options = {}, HANDLE token = nullptr) const {
    return Program(Words{"/client", "/name", name_} + options, token);
  }

 private:
  const std::string name_;
  ChildProcess process_;
};

// Sends Ctrl+C to the console of the process with this id. A process of its own, because it must leave its console.
ONBEHALF_CHILD_MAIN(SendControlC) {
  ::FreeConsole();
  if (!::AttachConsole(std::stoul(arguments.at(0)))) win32::ThrowLastError("AttachConsole");
  if (!::SetConsoleCtrlHandler(nullptr, TRUE)) win32::ThrowLastError("SetConsoleCtrlHandler");
  if (!::GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0)) win32::ThrowLastError("GenerateConsoleCtrlEvent");
  return 0;
}

// Why Ctrl+C could not be sent; empty if it was.
std::string SendControlC(const ChildProcess& process) {
  const auto exit = RunChild(ChildProcess::Options::Self("SendControlC", {std::to_string(process.id())}));
  return exit.code == 0 ? "" : "no console here to send Ctrl+C to: " + exit.errors;
}

// `input`, then the end of the input.
ChildProcess::Exit RunWithInput(const ChildProcess::Options& options, std::string_view input) {
  ChildProcess child = ChildProcess::Start(options);
  child.WriteInput(input);
  return child.WaitForExit();
}

std::string OwnSid() { return win32::Token::FromOwnProcess().User().ToString(); }

// ---- All combinations of direction, kind and synchrony ----

class PipeDemo : public testing::TestWithParam<std::tuple<const char*, const char*, const char*>> {
 protected:
  static Words Without(const Words& words, std::string_view word) {
    Words rest;
    for (const std::string& each : words) {
      if (each != word) rest.push_back(each);
    }
    return rest;
  }
  static std::string direction() { return std::get<0>(GetParam()); }
  // What both programs are given.
  static Words Shared() { return Without({std::get<0>(GetParam()), std::get<1>(GetParam())}, ""); }
  static Words OfServer() { return Without(Shared() + Words{std::get<2>(GetParam())}, ""); }
};

INSTANTIATE_TEST_SUITE_P(All, PipeDemo,
                         testing::Combine(testing::Values("", "/inbound", "/outbound"),
                                          testing::Values("", "/message"), testing::Values("", "/sync")),
                         [](const auto& test) {
                           const std::string direction = std::get<0>(test.param);
                           return (direction.empty() ? "duplex" : direction.substr(1)) +
                                  (*std::get<1>(test.param) == '\0' ? "_byte" : "_message") +
                                  (*std::get<2>(test.param) == '\0' ? "_async" : "_sync");
                         });

TEST_P(PipeDemo, ServesTwoClientsAtOnceAndEnds) {
  DemoServer server(OfServer());
  std::vector<ChildProcess> clients;
  for (const std::string number : {"1", "2"}) {
    clients.push_back(ChildProcess::Start(server.Client(Shared())));
    const std::string connected = server.LineWith("client " + number + ": process ");
    EXPECT_TRUE(Contains(connected, ": process " + std::to_string(clients.back().id()) + " ")) << connected;
    // A client that has left already has no image.
    EXPECT_TRUE(Contains(connected, "PipeServer.exe on ") || direction() == "/outbound") << connected;
    EXPECT_EQ(clients.back().ReadErrorLine(), "connected to " + LocalPipePath(server.name()));
  }
  // The second one first: it does not wait for the other.
  for (const std::size_t index : {std::size_t{1}, std::size_t{0}}) {
    ChildProcess& client = clients[index];
    const std::string name = "client " + std::to_string(index + 1);
    if (direction() == "/outbound") {
      const auto line = client.ReadLine();
      ASSERT_TRUE(line);
      EXPECT_TRUE(line->starts_with("you are ")) << *line;
      EXPECT_EQ(client.ReadLine(), std::nullopt);
    } else {
      client.WriteInput("hello from " + name + "\r\n\n");
      const std::string line = server.LineWith(": hello from " + name);
      EXPECT_TRUE(line.starts_with(name + " (")) << line;
      EXPECT_TRUE(Contains(line, ", level ")) << line;
    }
    if (direction().empty()) {
      EXPECT_EQ(client.ReadLine(), "hello from " + name);
      EXPECT_EQ(client.ReadLine(), "");  // an empty message is a message
    }
    const auto exit = client.WaitForExit();
    EXPECT_EQ(exit.code, kDone) << exit.errors;
    if (direction() != "/outbound") {
      EXPECT_EQ(server.LineWith(" has gone"), name + " has gone");
    }
  }
  if (const std::string why = SendControlC(server.process()); !why.empty()) GTEST_SKIP() << why;
  const auto exit = server.process().WaitForExit();
  EXPECT_EQ(exit.code, kDone);
  EXPECT_EQ(exit.errors, "");
}

TEST_P(PipeDemo, EndsWhileAClientIsConnected) {
  // Clients of an outbound server leave by themselves.
  if (direction() == "/outbound") return;
  DemoServer server(OfServer());
  ChildProcess client = ChildProcess::Start(server.Client(Shared()));
  client.WriteInput("one\n");
  server.LineWith("): one");
  if (direction().empty()) {
    EXPECT_EQ(client.ReadLine(), "one");
  }
  if (const std::string why = SendControlC(server.process()); !why.empty()) GTEST_SKIP() << why;
  server.LineWith("client 1 has gone");
  EXPECT_EQ(server.process().WaitForExit().code, kDone);
  // The client notices when it sends the next line.
  client.WriteInput("two\n");
  const auto end = client.WaitForExit();
  EXPECT_EQ(end.code, kFailed);
  EXPECT_TRUE(Contains(end.errors, "the server has closed the connection")) << end.errors;
  const auto late = RunWithInput(server.Client(Shared()), "");
  EXPECT_EQ(late.code, kFailed);
  EXPECT_TRUE(Contains(late.errors, "ERROR_FILE_NOT_FOUND")) << late.errors;
}

// ---- What it does as the caller ----

// A file of 12 bytes that only Administrators may open. Deleted at the end.
class FileOfAdministrators {
 public:
  FileOfAdministrators() {
    wchar_t folder[MAX_PATH + 1];
    if (::GetTempPathW(MAX_PATH + 1, folder) == 0) win32::ThrowLastError("GetTempPathW");
    path_ = win32::ToUtf8(folder) + UniquePipeName() + ".txt";
    const auto descriptor = win32::SecurityDescriptor::FromSddl("O:BAG:BAD:P(A;;FA;;;BA)");
    SECURITY_ATTRIBUTES attributes{sizeof(attributes), descriptor.get(), FALSE};
    const win32::UniqueFile file(::CreateFileW(win32::ToWide(path_).c_str(), GENERIC_WRITE, 0, &attributes,
                                               CREATE_NEW, FILE_ATTRIBUTE_NORMAL, nullptr));
    if (!file) win32::ThrowLastError("CreateFileW", path_);
    DWORD written = 0;
    if (!::WriteFile(file.get(), "twelve bytes", 12, &written, nullptr)) win32::ThrowLastError("WriteFile");
  }
  ~FileOfAdministrators() { ::DeleteFileW(win32::ToWide(path_).c_str()); }
  FileOfAdministrators(const FileOfAdministrators&) = delete;
  FileOfAdministrators& operator=(const FileOfAdministrators&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class PipeDemoForm : public testing::TestWithParam<const char*> {
 protected:
  static Words Form() { return *GetParam() == '\0' ? Words{} : Words{GetParam()}; }
};

INSTANTIATE_TEST_SUITE_P(Forms, PipeDemoForm, testing::Values("", "/sync"),
                         [](const auto& test) { return *test.param == '\0' ? "async" : "sync"; });

TEST_P(PipeDemoForm, OpensFilesAndTellsTheSizeOrTheNameOfTheError) {
  const FileOfAdministrators file;
  DemoServer server(Form());
  const std::string open = "open " + file.path();
  const auto exit = RunWithInput(server.Client(kImpersonation), open + "\n" + open + ".none\n");
  EXPECT_EQ(exit.output, open + ": 12 bytes\r\n" + open + ".none: ERROR_FILE_NOT_FOUND\r\n") << exit.errors;
  EXPECT_EQ(exit.code, kDone);
}

TEST_P(PipeDemoForm, OpensNoFileForAClientThatOnlyIdentifies) {
  ONBEHALF_SKIP_WITHOUT("impersonation levels of pipe clients", PipeClientLevelIsHonoured());
  const FileOfAdministrators file;
  DemoServer server(Form());
  const std::string open = "open " + file.path();
  EXPECT_EQ(RunWithInput(server.Client(), open + "\n").output, open + ": ERROR_BAD_IMPERSONATION_LEVEL\r\n");
  server.LineWith(", level identification): open ");
}

// Whether Windows refuses this process the file while it acts without Administrators' rights.
bool FileAccessIsChecked(const std::string& path) {
  const win32::Token restricted = ImpersonationTokenOf(AdministratorsDenyOnlyToken());
  if (!::SetThreadToken(nullptr, restricted.get())) win32::ThrowLastError("SetThreadToken");
  const win32::UniqueFile file(::CreateFileW(win32::ToWide(path).c_str(), GENERIC_READ, FILE_SHARE_READ,
                                             nullptr, OPEN_EXISTING, 0, nullptr));
  const bool is_refused = !file && ::GetLastError() == ERROR_ACCESS_DENIED;
  if (!::RevertToSelf()) win32::ThrowLastError("RevertToSelf");
  return is_refused;
}

TEST_P(PipeDemoForm, OpensFilesWithTheRightsOfTheCaller) {
  ONBEHALF_SKIP_WITHOUT("tokens of pipe clients", PipeClientTokenIsGiven());
  const FileOfAdministrators file;
  ONBEHALF_SKIP_WITHOUT("access checks of files", FileAccessIsChecked(file.path()));
  const win32::Token restricted = AdministratorsDenyOnlyToken();
  DemoServer server(Form());
  const std::string open = "open " + file.path();
  const auto all = server.Client(kImpersonation);
  EXPECT_EQ(RunWithInput(all, open + "\n").output, open + ": 12 bytes\r\n");
  EXPECT_EQ(RunWithInput(server.Client(kImpersonation, restricted.get()), open + "\n").output,
            open + ": ERROR_ACCESS_DENIED\r\n");
  EXPECT_EQ(RunWithInput(all, open + "\n").output, open + ": 12 bytes\r\n");
}

// What it opens may also be a pipe, whose access Windows' own checks decide on systems that do not check files.
TEST_P(PipeDemoForm, OpensPipesWithTheRightsOfTheCallerAndHandsOverNoToken) {
  ONBEHALF_SKIP_WITHOUT("tokens of pipe clients, and access checks of pipes",
                        PipeClientTokenIsGiven() && PipeDaclIsEnforced());
  pipe::ServerOptions options;
  options.security = pipe::Security::FromSddl("O:BAG:BAD:P(A;;FA;;;BA)");
  pipe::Server other(UniquePipeName(), options);
  const win32::Token restricted = AdministratorsDenyOnlyToken();
  DemoServer server(Form());
  const std::string open = "open " + other.path();
  EXPECT_EQ(RunWithInput(server.Client(kImpersonation, restricted.get()), open + "\n").output,
            open + ": ERROR_ACCESS_DENIED\r\n");
  const std::string allowed = RunWithInput(server.Client(kImpersonation), open + "\n").output;
  EXPECT_FALSE(Contains(allowed, "ERROR_ACCESS_DENIED")) << allowed;
  // Only the second one connected, and lets the pipe's server do nothing with its identity.
  const auto accepted = other.Accept(pipe::Clock::now() + kPatience);
  ASSERT_TRUE(accepted);
  const auto captured = accepted.client->CaptureCaller();
  const auto* failure = std::get_if<pipe::CaptureFailure>(&captured);
  ASSERT_NE(failure, nullptr);
  EXPECT_TRUE(failure->is_anonymous) << failure->operation << ": " << failure->code;
}

// ---- Who may connect, and to whom ----

constexpr const char* kOne = "S-1-5-21-42-42-42-1001";
constexpr const char* kTwo = "S-1-5-21-42-42-42-1002";

win32::Token TokenOf(const std::string& sid) { return TokenOfAnotherAccount(*win32::Sid::FromNumbers(sid)); }

// Windows makes no tokens of other accounts, so ONBEHALF_REQUIRE_WINDOWS does not require them.
#define ONBEHALF_SKIP_WITHOUT_OTHER_CALLERS()                                                        \
  do {                                                                                               \
    if (!OtherAccountsCanBeMade() || !PipeClientTokenIsGiven() || !PipeDaclIsEnforced())             \
      GTEST_SKIP()                                                                                   \
          << "missing here: tokens of other accounts, and pipes with NT's tokens and access checks"; \
  } while (false)

TEST_P(PipeDemo, ShowsTheAccountAndLevelOfAnotherCaller) {
  ONBEHALF_SKIP_WITHOUT_OTHER_CALLERS();
  const win32::Token other = TokenOf(kOne);
  DemoServer server(OfServer());
  for (const std::string level : {"identification", "impersonation"}) {
    const Words options = Shared() + Words{"/trust", OwnSid(), "/level", level};
    const auto exit = RunWithInput(server.Client(options, other.get()), "hello\n");
    EXPECT_EQ(exit.code, kDone) << exit.errors;
    const std::string who = std::string(kOne) + ", level " + level;
    const std::string message = direction() == "/outbound" ? "you are " + who : "hello";
    EXPECT_EQ(exit.output, direction() == "/inbound" ? "" : message + "\r\n");
    EXPECT_TRUE(server.LineWith(" (").ends_with(" (" + who + "): " + message));
  }
}

TEST(PipeDemoProgram, AllowAndDenyDecideWhoConnects) {
  ONBEHALF_SKIP_WITHOUT_OTHER_CALLERS();
  const struct {
    Words security, shared;
    bool one_connects, two_connects;
  } cases[] = {
      {{}, {}, true, true},
      {{"/deny", kOne}, {}, false, true},
      {{"/deny", kOne, "/deny", kTwo}, {"/message"}, false, false},
      {{"/allow", kOne}, {}, true, false},
      {{"/allow", kOne, "/allow", kTwo}, {}, true, true},
      {{"/allow", kOne, "/deny", kOne}, {}, false, false},
      {{"/allow", kOne}, {"/inbound"}, true, false},
      {{"/deny", kTwo}, {"/outbound", "/message"}, true, false},
  };
  for (const auto& [security, shared, one_connects, two_connects] : cases) {
    std::string shown;
    for (const std::string& word : security + shared) shown += word + " ";
    SCOPED_TRACE(shown);
    DemoServer server(security + shared);
    const Words options = shared + Words{"/trust", OwnSid()};
    for (const auto& [account, connects] : {std::pair(kOne, one_connects), std::pair(kTwo, two_connects)}) {
      const win32::Token token = TokenOf(account);
      const auto exit = RunWithInput(server.Client(options, token.get()), "");
      EXPECT_EQ(exit.code, connects ? kDone : kFailed) << account << ": " << exit.errors;
      EXPECT_NE(Contains(exit.errors, "(ERROR_ACCESS_DENIED, 5)"), connects) << exit.errors;
    }
    // The server's own account always may.
    const auto own = RunWithInput(server.Client(options), "");
    EXPECT_EQ(own.code, kDone) << own.errors;
  }
}

TEST(PipeDemoProgram, SendsNothingToAServerOfAnotherAccount) {
  DemoServer server;
  const auto exit = RunWithInput(server.Client({"/trust", kOne}), "secret\n");
  EXPECT_EQ(exit.code, kFailed);
  EXPECT_EQ(exit.output, "");
  EXPECT_TRUE(Contains(exit.errors, "/trust SID trusts another owner")) << exit.errors;
  server.LineWith("client 1: process ");
  EXPECT_EQ(server.process().ReadLine(), "client 1 has gone");
  EXPECT_EQ(RunWithInput(server.Client({"/trust", OwnSid()}), "hello\n").output, "hello\r\n");
}

TEST(PipeDemoProgram, DoesNotServeThePipeOfAnotherServer) {
  DemoServer server;
  const auto exit = RunChild(Program({"/name", server.name(), "/allow", "S-1-5-32-545"}));
  EXPECT_EQ(exit.code, kFailed) << exit.output;
  EXPECT_TRUE(Contains(exit.errors, server.name())) << exit.errors;
}

// ---- Hostile clients and arguments ----

TEST_P(PipeDemo, DisconnectsAClientThatSendsTooMuch) {
  if (direction() == "/outbound") return;
  DemoServer server(OfServer());
  pipe::ConnectOptions options;
  options.access = direction().empty() ? pipe::Access::kReadWrite : pipe::Access::kWrite;
  {
    auto client = pipe::Connect(LocalPipePath(server.name()), options, pipe::Clock::now() + kPatience);
    // The server closes while it is being written, or has read enough of it.
    const auto written = client.Write(std::string(1024 * 1024, 'x'), pipe::Clock::now() + kPatience);
    EXPECT_TRUE(written.status == pipe::Status::kOk || written.status == pipe::Status::kClosed)
        << ToString(written.status);
    server.LineWith("client 1 has gone");
  }
  EXPECT_EQ(server.process().ReadErrorLine(), "client 1: a message is longer than 64 KiB");
  const auto exit = RunWithInput(server.Client(Shared()), "hello\n");
  EXPECT_EQ(exit.code, kDone) << exit.errors;
  server.LineWith("): hello");
}

TEST(PipeDemoProgram, PrintsNoControlCharactersOfAClient) {
  DemoServer server({"/message"});
  auto client = OpenPipe(LocalPipePath(server.name()), {}, pipe::Clock::now() + kPatience);
  ASSERT_TRUE(client.Write("\x1b[2Jone\ntwo\x7f"));
  const std::string line = server.LineWith("two");
  EXPECT_TRUE(line.ends_with("): ?[2Jone?two?")) << line;
}

TEST(PipeDemoProgram, RefusesWrongArguments) {
  const struct {
    Words arguments;
    const char* why;
  } cases[] = {
      {{"/nonsense"}, "unknown option /nonsense"},
      {{"client"}, "unknown option client"},
      {{""}, "unknown option "},
      {{"/name /allow"}, "unknown option /name /allow"},
      {{"/name"}, "/name needs a value"},
      {{"/client", "/level"}, "/level needs a value"},
      {{"/client", "/level", "delegate"}, "no level delegate"},
      {{"/client", "/trust", "root"}, "/trust needs a SID"},
      {{"/inbound", "/outbound"}, "/inbound and /outbound exclude each other"},
      {{"/name", ""}, "not the name of a pipe"},
      {{"/name", "a\\b"}, "not the name of a pipe"},
      {{"/client", "/name", "..\\C:\\x"}, "not the name of a pipe"},
      {{"/name", std::string(300, 'x')}, "not the name of a pipe"},
      {{"/client", "/server", "a\\b"}, "not the name of a computer"},
      {{"/allow", "no such account"}, "there is no account named no such account"},
      {{"/deny", "/allow"}, "there is no account named /allow"},
  };
  for (const auto& [arguments, why] : cases) {
    const auto exit = RunChild(Program(arguments));
    EXPECT_EQ(exit.code, kUsage) << why;
    EXPECT_EQ(exit.output, "") << why;
    EXPECT_TRUE(Contains(exit.errors, why)) << exit.errors;
    EXPECT_TRUE(Contains(exit.errors, "; see PipeServer /help")) << exit.errors;
  }
}

TEST(PipeDemoProgram, ShowsItsHelp) {
  const auto exit = RunChild(Program({"/help"}));
  EXPECT_EQ(exit.code, kDone);
  EXPECT_TRUE(exit.output.starts_with("usage: PipeServer [/client] [OPTIONS]")) << exit.output;
}

}  // namespace
}  // namespace onbehalf::test
