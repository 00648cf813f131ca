#pragma once

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace onbehalf::client {

using Json = nlohmann::json;

// The service answered with an error. Codes and names: onbehalf/protocol/error_code.h, docs/protocol.md.
class RpcError : public std::runtime_error {
 public:
  RpcError(int code, const std::string& message, Json data);
  int code() const noexcept { return code_; }
  const Json& data() const noexcept { return data_; }  // null when the service sent none

 private:
  int code_;
  Json data_;
};

// The pipe is there, but whoever made it is not who Options::trust asks for. Nothing was sent to it.
class ServerNotTrusted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What the service may do with the caller's identity. Methods that act as the caller need kImpersonate.
enum class Level { kAnonymous, kIdentify, kImpersonate };

// Who must have made the pipe.
enum class Trust {
  kService,   // the installed service: by its SID, LocalSystem or Administrators as the pipe's owner, and by the service control
              // manager, where it may be asked
  kSameUser,  // this process's own user: for services run in the console and for tests
  kAny,       // nobody is checked: whoever made the pipe gets the requests and the identity
};

struct Options {
  std::string pipe = "onbehalf";
  std::string server = ".";                       // a computer's name for a remote service
  std::string service = "OnBehalf";               // the service whose SID Trust::kService looks for
  Level level = Level::kImpersonate;              // kIdentify when `server` is remote and `level_is_default`
  bool level_is_default = true;
  Trust trust = Trust::kService;
  std::chrono::milliseconds connect_timeout{5'000};  // waiting for a free instance included
  std::chrono::milliseconds call_timeout{30'000};
};

// One connection to the service. Not for two threads at once: a call is written on its caller's thread, because that
// thread's identity is the one the service sees.
class Client {
 public:
  // Throws std::system_error (what Windows said: 2 no such pipe, 231 busy until the timeout, 5 refused) or ServerNotTrusted.
  static Client Connect(const Options& options = {});
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  ~Client();

  // Calls a method and waits for its result. `params` is an object (by name), an array (by position) or null (none).
  // Throws RpcError (the service's error), std::system_error (the connection; the timeout is std::errc::timed_out),
  // std::invalid_argument (params of another type). After a std::system_error the connection is closed.
  Json Call(std::string_view method, const Json& params = nullptr);
  Json Call(std::string_view method, const Json& params, std::chrono::milliseconds timeout);

 private:
  struct State;
  explicit Client(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace onbehalf::client
