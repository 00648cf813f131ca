#include "attacker.h"

#include <cstdio>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

// After <windows.h>, which it needs.
#include <winternl.h>

#include "integration/caller_process.h"
#include "onbehalf/protocol/framing.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "service/raw_client.h"
#include "support/child_main.h"
#include "support/patience.h"
#include "support/restricted_token.h"

namespace onbehalf::test {
namespace {

using win32::ImpersonationLevel;
using win32::SecurityDescriptor;
using win32::Token;

void Say(const Json& answer) {
  std::fputs((answer.dump() + "\n").c_str(), stdout);
  std::fflush(stdout);
}

ACCESS_MASK GrantedAccess(HANDLE handle) {
  PUBLIC_OBJECT_BASIC_INFORMATION information{};
  const NTSTATUS status =
      ::NtQueryObject(handle, ObjectBasicInformation, &information, sizeof(information), nullptr);
  if (status < 0) throw win32::Win32Error(::RtlNtStatusToDosError(status), "NtQueryObject");
  return information.GrantedAccess;
}

// Runs this thread as another account, while it exists.
class ThreadAs {
 public:
  explicit ThreadAs(const Json& identity) {
    if (identity.is_null()) return;
    const bool is_administrator = identity.at("administrator").get<bool>();
    const auto level = static_cast<ImpersonationLevel>(identity.at("level").get<int>());
    const Token token =
        identity.at("user").is_null()
            ? (is_administrator ? Token::FromOwnProcess(TOKEN_ALL_ACCESS) : AdministratorsDenyOnlyToken())
            : TokenOfAnotherAccount(*win32::Sid::FromString(identity.at("user").get<std::string>()),
                                    {is_administrator});
    if (!::SetThreadToken(nullptr, ImpersonationTokenOf(token, level).get()))
      win32::ThrowLastError("SetThreadToken");
    is_set_ = true;
  }
  ~ThreadAs() {
    if (is_set_ && !::RevertToSelf()) std::terminate();
  }
  ThreadAs(const ThreadAs&) = delete;
  ThreadAs& operator=(const ThreadAs&) = delete;

 private:
  bool is_set_ = false;
};

// What the attacker's process can do.
class Actions {
 public:
  explicit Actions(std::string pipe_path) : path_(std::move(pipe_path)), wide_path_(win32::ToWide(path_)) {}

  Json Do(const std::string& what, const Json& params) {
    using Action = Json (Actions::*)(const Json&);
    static const std::map<std::string, Action> kActions{{"open", &Actions::Open},
                                                        {"descriptor", &Actions::Descriptor},
                                                        {"create", &Actions::Create},
                                                        {"create often", &Actions::CreateOften},
                                                        {"serve", &Actions::Serve},
                                                        {"drop instances", &Actions::DropInstances},
                                                        {"connect", &Actions::Connect},
                                                        {"write", &Actions::Write},
                                                        {"read", &Actions::Read},
                                                        {"disconnect", &Actions::Disconnect},
                                                        {"connect often", &Actions::ConnectOften}};
    try {
      return (this->*kActions.at(what))(params);
    } catch (const win32::Win32Error& error) {
      return {{"code", error.win32_code()}};
    }
  }

 private:
  win32::UniqueFile OpenPipe(DWORD access, bool waits) const {
    for (;;) {
      win32::UniqueFile pipe(
          ::CreateFileW(wide_path_.c_str(), access, 0, nullptr, OPEN_EXISTING, 0, nullptr));
      if (pipe) return pipe;
      const DWORD code = ::GetLastError();
      if (code != ERROR_PIPE_BUSY || !waits) throw win32::Win32Error(code, "CreateFileW", path_);
      if (!::WaitNamedPipeW(wide_path_.c_str(), kPatienceMilliseconds))
        win32::ThrowLastError("WaitNamedPipeW", path_);
    }
  }
  Json Open(const Json& params) {
    const win32::UniqueFile pipe = OpenPipe(params.at("access").get<DWORD>(), params.at("waits").get<bool>());
    return {{"code", 0}, {"granted", GrantedAccess(pipe.get())}};
  }
  Json Descriptor(const Json&) {
    constexpr SECURITY_INFORMATION kParts =
        OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION;
    const win32::UniqueFile pipe = OpenPipe(READ_CONTROL, true);
    return {{"code", 0}, {"sddl", SecurityDescriptor::FromKernelObject(pipe.get(), kParts).ToSddl(kParts)}};
  }

  win32::UniqueFile CreateInstance(const Json& params) const {
    const auto descriptor = SecurityDescriptor::FromSddl(params.at("sddl").get<std::string>());
    SECURITY_ATTRIBUTES attributes{sizeof(attributes), descriptor.get(), FALSE};
    return win32::UniqueFile(::CreateNamedPipeW(
        wide_path_.c_str(), params.at("mode").get<DWORD>(), PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE,
        params.at("instances").get<DWORD>(), 4096, 4096, 0, &attributes));
  }
  Json Create(const Json& params) {
    win32::UniqueFile instance = CreateInstance(params);
    if (!instance) return {{"code", ::GetLastError()}};
    instances_.push_back(std::move(instance));
    return {{"code", 0}};
  }
  Json CreateOften(const Json& params) {
    std::map<std::string, int> codes;
    for (int i = params.at("attempts").get<int>(); i > 0; --i) {
      const win32::UniqueFile instance = CreateInstance(params);
      const DWORD code = instance ? ERROR_SUCCESS : ::GetLastError();
      ++codes[std::to_string(code)];
    }
    return codes;
  }
  Json Serve(const Json&) {
    const HANDLE pipe = instances_.front().get();
    if (!::ConnectNamedPipe(pipe, nullptr)) {
      const DWORD code = ::GetLastError();
      // A client is connected; or one was and is gone.
      if (code != ERROR_PIPE_CONNECTED && code != ERROR_NO_DATA) return {{"code", code}};
    }
    char buffer[4096];
    DWORD bytes = 0;
    const DWORD read =
        ::ReadFile(pipe, buffer, sizeof(buffer), &bytes, nullptr) ? ERROR_SUCCESS : ::GetLastError();
    Json got{{"code", 0}, {"read", read}, {"bytes", bytes}, {"impersonate", 0}};
    if (!::ImpersonateNamedPipeClient(pipe)) {
      got["impersonate"] = ::GetLastError();
      return got;
    }
    const auto token = Token::FromThread(TOKEN_QUERY);
    if (!::RevertToSelf()) std::terminate();
    got["user"] = token->User().ToString();
    got["level"] = win32::ToString(token->Facts().level);
    return got;
  }
  Json DropInstances(const Json&) {
    instances_.clear();
    return {{"code", 0}};
  }

  Json Connect(const Json& params) {
    const pipe::ClientSecurity security{static_cast<ImpersonationLevel>(params.at("level").get<int>()),
                                        params.at("dynamic").get<bool>()};
    const ThreadAs as(params.at("as"));
    client_ = std::make_unique<RawClient>(path_, security);
    return {{"code", 0}};
  }
  Json Write(const Json& params) {
    const ThreadAs as(params.at("as"));
    client_->Write(params.at("bytes").get<std::string>());
    return {{"code", 0}};
  }
  Json Read(const Json&) {
    const auto message = client_->Read();
    return {{"code", 0}, {"message", message ? *message : Json(nullptr)}};
  }
  Json Disconnect(const Json&) {
    client_.reset();
    return {{"code", 0}};
  }
  Json ConnectOften(const Json& params) {
    int answered = 0;
    int refused = 0;
    for (int i = params.at("count").get<int>(); i > 0; --i) {
      clients_.push_back(std::make_unique<RawClient>(path_));
      ++(clients_.back()->Call("rpc.ping").contains("result") ? answered : refused);
    }
    return {{"code", 0}, {"answered", answered}, {"refused", refused}};
  }

  const std::string path_;
  const std::wstring wide_path_;
  std::vector<win32::UniqueFile> instances_;
  std::unique_ptr<RawClient> client_;
  std::vector<std::unique_ptr<RawClient>> clients_;
};

// Prints its token's user. Then each line of its input is an action, and it prints a line with the result.
// Until the input ends.
ONBEHALF_CHILD_MAIN(Attacker) {
  Say(Token::FromOwnProcess().User().ToString());
  Actions actions(arguments.at(0));
  for (std::string line; std::getline(std::cin, line);) {
    const Json command = Json::parse(line);
    Say(actions.Do(command.at("do").get<std::string>(), command));
  }
  return 0;
}

ChildProcess StartAttacker(std::string_view pipe_path, const Token* token) {
  auto options = ChildProcess::Options::Self("Attacker", {std::string(pipe_path)});
  if (token != nullptr) options.token = token->get();
  return ChildProcess::Start(options);
}

Json ToJson(const std::optional<Identity>& identity) {
  if (!identity) return nullptr;
  return {{"user", identity->user ? Json(identity->user->ToString()) : Json(nullptr)},
          {"administrator", identity->is_administrator},
          {"level", static_cast<int>(identity->level)}};
}

DWORD CodeOf(const Json& answer) { return answer.at("code").get<DWORD>(); }

}  // namespace

win32::Sid AccountSid(int number) {
  return *win32::Sid::FromString("S-1-5-21-42-42-42-" + std::to_string(number));
}

Json At(const Json& answer, const std::string& pointer) {
  const Json::json_pointer at(pointer);
  return answer.contains(at) ? answer.at(at) : Json(nullptr);
}

std::string RequestFrame(std::string_view method, int id, const Json& params) {
  return protocol::ToFrame(protocol::Framing::kHeader, CallerProcess::Request(method, params, id).dump());
}

Attacker::Attacker(std::string_view pipe_path, const Token* token)
    : process_(StartAttacker(pipe_path, token)) {
  user_ = Finish().get<std::string>();
}

void Attacker::Begin(std::string_view what, Json params) {
  params["do"] = what;
  process_.WriteInput(params.dump() + "\n");
}

Json Attacker::Finish() {
  const auto line = process_.ReadLine();
  if (!line) throw std::runtime_error("the attacker ended: " + process_.WaitForExit().errors);
  return Json::parse(*line);
}

Json Attacker::Do(std::string_view what, Json params) {
  Begin(what, std::move(params));
  return Finish();
}

Attacker::Opened Attacker::Open(DWORD access) {
  const Json answer = Do("open", {{"access", access}, {"waits", true}});
  return {CodeOf(answer), answer.value("granted", ACCESS_MASK{0})};
}

DWORD Attacker::OpenAtOnce(DWORD access) {
  return CodeOf(Do("open", {{"access", access}, {"waits", false}}));
}

std::string Attacker::Descriptor() { return Do("descriptor").value("sddl", ""); }

Json Attacker::Instance(DWORD open_mode, std::string_view sddl, DWORD max_instances) const {
  const std::string owner = sddl.starts_with("O:") ? std::string() : "O:" + user_;
  return {{"mode", open_mode}, {"sddl", owner + std::string(sddl)}, {"instances", max_instances}};
}

DWORD Attacker::Create(DWORD open_mode, std::string_view sddl, DWORD max_instances) {
  return CodeOf(Do("create", Instance(open_mode, sddl, max_instances)));
}

void Attacker::BeginCreating(int attempts) {
  Json params = Instance(PIPE_ACCESS_DUPLEX, "D:P(A;;FA;;;WD)", PIPE_UNLIMITED_INSTANCES);
  params["attempts"] = attempts;
  Begin("create often", std::move(params));
}

void Attacker::BeginServing() { Begin("serve", Json::object()); }

void Attacker::DropInstances() { Do("drop instances"); }

DWORD Attacker::Connect(const pipe::ClientSecurity& security, const std::optional<Identity>& as) {
  return CodeOf(Do("connect", {{"level", static_cast<int>(security.level)},
                               {"dynamic", security.dynamic_tracking},
                               {"as", ToJson(as)}}));
}

DWORD Attacker::Write(std::string_view bytes, const std::optional<Identity>& as) {
  return CodeOf(Do("write", {{"bytes", bytes}, {"as", ToJson(as)}}));
}

Json Attacker::Read() { return Do("read").at("message"); }

Json Attacker::Call(std::string_view method, const Json& params, const std::optional<Identity>& as) {
  const DWORD code = Write(RequestFrame(method, 1, params), as);
  if (code != ERROR_SUCCESS) throw win32::Win32Error(code, "WriteFile");
  return Read();
}

void Attacker::Disconnect() { Do("disconnect"); }

void Attacker::BeginConnecting(int count) { Begin("connect often", {{"count", count}}); }

}  // namespace onbehalf::test
