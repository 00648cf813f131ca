// SPDX-License-Identifier: MIT
// PipeServer.exe: the server of a named pipe and, with /client, its client. Links only onbehalf::pipe.
#include <onbehalf/pipe/client.h>
#include <onbehalf/pipe/pipe_path.h>
#include <onbehalf/pipe/server.h>
#include <onbehalf/win32/lean_windows.h>
#include <onbehalf/win32/utf.h>
#include <onbehalf/win32/win32_error.h>

#include <cstdio>
#include <iostream>
#include <map>
#include <set>
#include <thread>
#include <vector>

using namespace onbehalf::pipe;
using namespace onbehalf::win32;
namespace {
constexpr const char* kHelp = R"(usage: PipeServer [/client] [OPTIONS]
The server shows who connects and echoes messages; "open PATH" opens the file as the client that sent it.
  /inbound, /outbound    the server only reads, or only writes: to each client, who it is
  /message               a message pipe; otherwise a byte pipe, where each line is a message
  /name NAME             the name of the pipe; otherwise PipeServer
Server: /sync            a thread for each client; otherwise a coroutine
  /allow, /deny ACCOUNT  only these and the server's own account may connect; these may not; repeatable
  /remote                accept clients on other computers
Client: /server HOST     the server's computer; give the same /inbound, /outbound and /message as there
  /level LEVEL           identification (default) or impersonation, which "open" needs
  /trust SID             the owner that the pipe must have; otherwise you, SYSTEM or Administrators)";

using Options = std::map<std::string, std::vector<std::string>>;  // with their values
Options Parse(int argc, wchar_t** argv) {
  std::set<std::string> flags = {"/help", "/client", "/inbound", "/outbound", "/message", "/sync", "/remote"};
  const std::set<std::string> with_value = {"/name", "/allow", "/deny", "/server", "/level", "/trust"};
  Options options = {{"/name", {"PipeServer"}}, {"/server", {"."}}, {"/level", {"identification"}}};
  for (int i = 1; i < argc; ++i) {
    const std::string word = ToUtf8(argv[i]);
    const bool has_value = with_value.contains(word);
    if (!has_value && !flags.contains(word)) throw std::invalid_argument("unknown option " + word);
    if (has_value && ++i == argc) throw std::invalid_argument(word + " needs a value");
    options[word].push_back(ToUtf8(argv[i]));
  }
  if (options.contains("/inbound") && options.contains("/outbound"))
    throw std::invalid_argument("/inbound and /outbound exclude each other");
  return options;
}

// Any thread. Control characters of a peer would change the console.
void Print(std::string line, std::FILE* to = stdout) {
  for (char& c : line) c = static_cast<unsigned char>(c) < ' ' || c == 0x7f ? '?' : c;
  std::fputs((line + '\n').c_str(), to);
  std::fflush(to);
}
StopEvent& stop = *new StopEvent;  // set by Ctrl+C; the second one ends the process at once
BOOL WINAPI OnControl(DWORD) { return stop.IsSet() ? FALSE : (stop.Set(), TRUE); }

// The messages that `bytes`, read with this status, complete; `rest` keeps the beginning of the next one.
std::vector<std::string> Messages(std::string& rest, std::string_view bytes, Status status, Kind kind) {
  std::vector<std::string> messages;
  rest += bytes;
  if (kind == Kind::kMessage && status == Status::kOk) messages.push_back(std::exchange(rest, {}));
  for (std::size_t end; kind == Kind::kByte && (end = rest.find('\n')) != std::string::npos;
       rest.erase(0, end + 1))
    messages.push_back(rest.substr(0, end));
  if (rest.size() > 64 * 1024) throw std::runtime_error("a message is longer than 64 KiB");
  return messages;
}

// Opens a file with the caller's rights. A pipe of this path would not get the caller's token.
std::string Open(const Caller& caller, const std::string& path) {
  const std::wstring wide = ToWide(path);
  DWORD code = ERROR_SUCCESS;
  LARGE_INTEGER size{};
  const auto failure = caller.Run([&] {
    const HANDLE file = ::CreateFileW(wide.c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING,
                                      SECURITY_SQOS_PRESENT | SECURITY_ANONYMOUS, nullptr);
    if (file == INVALID_HANDLE_VALUE || !::GetFileSizeEx(file, &size)) code = ::GetLastError();
    if (file != INVALID_HANDLE_VALUE) ::CloseHandle(file);
  });
  if (failure) code = failure->code != 0 ? failure->code : ERROR_BAD_IMPERSONATION_LEVEL;
  return code != ERROR_SUCCESS ? ErrorName(code) : std::to_string(size.QuadPart) + " bytes";
}

// With /sync on this thread, otherwise on threads of the pool. The server waits for all copies of `running`.
FireAndForget Serve(ServerEnd client, std::string name, Options options, std::shared_ptr<void> /*running*/) {
  const bool is_sync = options.contains("/sync"), reads = !options.contains("/outbound");
  const Kind kind = options.contains("/message") ? Kind::kMessage : Kind::kByte;
  char buffer[4096];
  std::string rest;
  try {
    const ClientProcess by = client.Client();
    Print(name + ": process " + std::to_string(by.process_id) + " " + by.image_path + " on " + by.computer);
    for (IoResult done; done || done.status == Status::kMoreData;) {
      std::vector<std::string> messages = {"you"};
      // Two statements: GCC 12 evaluates both sides of ?: if one of them awaits.
      if (reads && is_sync) done = client.Read(buffer, kNoDeadline, stop.native());
      if (reads && !is_sync) done = co_await client.ReadAsync(buffer, kNoDeadline, stop.native());
      if (reads) messages = Messages(rest, {buffer, done.bytes}, done.status, kind);
      if (messages.empty()) continue;
      // Who wrote what was read last; before the first read, who opened the pipe with static tracking.
      const auto captured = client.CaptureCaller();
      if (const auto* failure = std::get_if<CaptureFailure>(&captured))
        throw std::runtime_error("unknown account: " + ErrorName(failure->code));
      const Caller& caller = std::get<Caller>(captured);
      const std::string who = caller.Account() + ", level " + std::string(ToString(caller.level()));
      for (std::string& message : messages) {
        if (!reads) message = "you are " + who;
        if (message.starts_with("open ")) message += ": " + Open(caller, message.substr(5));
        Print(name + " (" + who + "): " + message);
        if (options.contains("/inbound")) continue;
        if (kind == Kind::kByte) message += '\n';
        if (is_sync) done = client.Write(message, kNoDeadline, stop.native());
        if (!is_sync) done = co_await client.WriteAsync(message, kNoDeadline, stop.native());
      }
      if (!reads) break;
    }
  } catch (const std::exception& error) {
    Print(name + ": " + error.what(), stderr);
  }
  Print(name + " has gone");
}

void RunServer(Options options) {
  ServerOptions how;
  if (options.contains("/inbound")) how.direction = Direction::kInbound;
  if (options.contains("/outbound")) how.direction = Direction::kOutbound;
  how.kind = options.contains("/message") ? Kind::kMessage : Kind::kByte;
  how.accept_remote = options.contains("/remote");
  if (options.contains("/allow")) how.security = Security();
  for (const std::string& account : options["/allow"]) how.security.Allow(account);
  for (const std::string& account : options["/deny"]) how.security.Deny(account);
  if (!::SetConsoleCtrlHandler(OnControl, TRUE)) ThrowLastError("SetConsoleCtrlHandler");
  Server server(options["/name"].back(), how);
  Print("serving " + server.path() + "; Ctrl+C ends it");
  StopEvent& ended = *new StopEvent;  // the clients may outlive an error of this thread
  std::shared_ptr<void> running(nullptr, [&ended](void*) { ended.Set(); });
  for (int number = 1; auto accepted = server.Accept(kNoDeadline, stop.native()); ++number) {
    const std::string name = "client " + std::to_string(number);
    if (options.contains("/sync"))
      std::thread(Serve, std::move(*accepted.client), name, options, running).detach();
    else
      Serve(std::move(*accepted.client), name, options, running);
  }
  running.reset();
  ::WaitForSingleObject(ended.native(), INFINITE);
}

void RunClient(Options options) {
  const bool reads = !options.contains("/inbound"), writes = !options.contains("/outbound");
  const Kind kind = options.contains("/message") ? Kind::kMessage : Kind::kByte;
  ConnectOptions how;
  how.access = !reads ? Access::kWrite : writes ? Access::kReadWrite : Access::kRead;
  how.read_mode = reads ? kind : Kind::kByte;
  how.security.dynamic_tracking = writes;  // a client that only reads is known by its open
  const std::string level = options["/level"].back();
  if (level != "identification" && level != "impersonation") throw std::invalid_argument("no level " + level);
  if (level == "impersonation") how.security.level = ImpersonationLevel::kImpersonation;
  if (options.contains("/trust")) {
    const auto owner = Sid::FromNumbers(options["/trust"].back());
    if (!owner) throw std::invalid_argument("/trust needs a SID such as S-1-5-18");
    how.check = OwnedBy({*owner});
  }
  const std::string path = RemotePath(options["/server"].back(), options["/name"].back());
  ClientEnd server = Connect(path, how, Clock::now() + std::chrono::seconds(10));
  Print("connected to " + path, stderr);
  char buffer[4096];
  std::string rest;
  for (std::string line; !writes || std::getline(std::cin, line);) {
    IoResult done = writes ? server.Write(kind == Kind::kByte ? line + '\n' : line) : IoResult();
    for (std::vector<std::string> answers; done && reads && answers.empty();) {
      done = server.Read(buffer);
      answers = Messages(rest, {buffer, done.bytes}, done.status, kind);
      for (const std::string& answer : answers) Print(answer);
      if (done.status == Status::kMoreData) done = {};
    }
    if (!done && !writes) return;
    if (!done) throw std::runtime_error("the server has closed the connection");
  }
}

}  // namespace

int wmain(int argc, wchar_t** argv) {
  try {
    const Options options = Parse(argc, argv);
    if (options.contains("/help")) return std::puts(kHelp) < 0;
    options.contains("/client") ? RunClient(options) : RunServer(options);
    return 0;
  } catch (const ServerNotTrusted& error) {
    Print("PipeServer: " + std::string(error.what()) + "; /trust SID trusts another owner", stderr);
  } catch (const std::invalid_argument& error) {
    Print("PipeServer: " + std::string(error.what()) + "; see PipeServer /help", stderr);
    return 2;
  } catch (const std::exception& error) {
    Print("PipeServer: " + std::string(error.what()), stderr);
  }
  return 1;
}
