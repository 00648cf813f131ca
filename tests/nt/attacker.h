#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "onbehalf/pipe/client.h"
#include "onbehalf/win32/sid.h"
#include "onbehalf/win32/token.h"
#include "support/child_process.h"

namespace onbehalf::test {

using Json = nlohmann::json;

// An account that does not exist on any system, by number. For tokens of it: TokenOfAnotherAccount.
win32::Sid AccountSid(int number);

// The identity that an attacker's thread acts with: it has tokens of several accounts, as a server has of its
// clients.
struct Identity {
  std::optional<win32::Sid> user{};  // nullopt: the attacker's own
  bool is_administrator = false;
  win32::ImpersonationLevel level = win32::ImpersonationLevel::kImpersonation;
};

// A process that attacks a pipe as instructed, with a token of its own: this executable as its own child. It
// has a connection as a client and creates instances as a server; both stay until it drops them or ends. One
// thread. Each instruction throws std::runtime_error when the process has ended.
class Attacker {
 public:
  // `token`: the process's primary token; null: this process's own.
  explicit Attacker(std::string_view pipe_path, const win32::Token* token = nullptr);

  DWORD id() const { return process_.id(); }
  // The user of its token.
  const std::string& user() const { return user_; }

  // ---- The pipe. Codes are GetLastError's, 0 for success ----

  struct Opened {
    DWORD code = 0;
    ACCESS_MASK granted = 0;  // the handle's access rights
  };
  // CreateFileW with these rights; closes the handle at once. Waits while all instances are busy.
  Opened Open(DWORD access);
  // The same without waiting.
  DWORD OpenAtOnce(DWORD access);
  // The pipe's owner, DACL and label in SDDL, as a client reads them. Empty if it may not.
  std::string Descriptor();
  // CreateNamedPipeW with this open mode and descriptor. If the descriptor has no owner, it is the attacker's
  // user, as Windows does for ordinary accounts.
  DWORD Create(DWORD open_mode, std::string_view sddl, DWORD max_instances = PIPE_UNLIMITED_INSTANCES);
  // Does the same `attempts` times, dropping each instance at once: {code: count}. Finish returns it.
  void BeginCreating(int attempts);
  // Accepts a client of its own instance and reads once: {"bytes", "read": code, "impersonate": code, "user",
  // "level"}, the last two from the token that ImpersonateNamedPipeClient gave it. Finish returns it.
  void BeginServing();
  Json Finish();
  // Closes its instances.
  void DropInstances();

  // ---- The connection ----

  DWORD Connect(const pipe::ClientSecurity& security = {win32::ImpersonationLevel::kImpersonation, true},
                const std::optional<Identity>& as = std::nullopt);
  // These bytes in one write.
  DWORD Write(std::string_view bytes, const std::optional<Identity>& as = std::nullopt);
  // The next message; null when the service has closed the connection.
  Json Read();
  // Sends a request in one write and returns its response.
  Json Call(std::string_view method, const Json& params = nullptr,
            const std::optional<Identity>& as = std::nullopt);
  void Disconnect();
  // Opens further connections, each of which sends one rpc.ping: {"answered", "refused": error responses}.
  // They stay open. Finish returns it.
  void BeginConnecting(int count);

 private:
  void Begin(std::string_view what, Json params);
  Json Do(std::string_view what, Json params = Json::object());
  Json Instance(DWORD open_mode, std::string_view sddl, DWORD max_instances) const;

  ChildProcess process_;
  std::string user_;
};

// The member of a response at "/error/data/code"; null if there is none.
Json At(const Json& answer, const std::string& pointer);

// A request as a header-delimited frame.
std::string RequestFrame(std::string_view method, int id, const Json& params = nullptr);

}  // namespace onbehalf::test
