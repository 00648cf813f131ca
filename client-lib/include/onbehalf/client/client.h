#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

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

// The pipe is there, but whoever made it is not who Options::trust asks for. Nothing was sent to it. what()
// says what was found, what was expected and what to do.
class ServerNotTrusted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What the service may do with the caller's identity. Methods that act as the caller need kImpersonate.
enum class Level { kAnonymous, kIdentify, kImpersonate };

// Who must have made the pipe.
enum class Trust {
  // The installed service: its SID, LocalSystem or Administrators own the pipe and, on this computer and
  // where the
  // service control manager may be asked, the pipe's process is the service's. A service whose process has no
  // service SID is known by its process and that process's user.
  kService,
  // This process's own user: for services run in the console and for tests.
  kSameUser,
  // Nobody is checked: whoever made the pipe gets the requests and the identity.
  kAny,
};

struct Options {
  std::string pipe = "onbehalf";
  std::string server = ".";          // a computer's name for a remote service
  std::string service = "OnBehalf";  // the service that Trust::kService looks for
  // Unset: kImpersonate on this computer, kIdentify for a remote one, because identity cannot be tracked by
  // message across machines and a token would be handed over at the open already.
  std::optional<Level> level;
  Trust trust = Trust::kService;
  std::chrono::milliseconds connect_timeout{5'000};  // waiting for a free instance included
  std::chrono::milliseconds call_timeout{30'000};
  std::size_t max_answer_bytes = 16 * 1024 * 1024;  // a longer answer ends the connection
};

// `\\.\pipe\NAME`, or `\\HOST\pipe\NAME` for a remote server.
std::string PipePath(const Options& options);

// One connection to the service. Not for two threads at once: a call is written on its caller's thread,
// because that thread's identity is the one the service sees.
class Client {
 public:
  // Opens the pipe and verifies who made it, before the first byte is written. Throws std::system_error (what
  // Windows said: 2 no such pipe, 231 busy until the timeout, 5 refused), ServerNotTrusted, or
  // std::invalid_argument (names that cannot be a pipe's).
  static Client Connect(const Options& options = {});
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  ~Client();

  // Calls a method and waits for its result. `params` is an object (by name), an array (by position) or null
  // (none). Throws RpcError (the service's error), std::invalid_argument (params of another type) and
  // std::system_error for the connection, which is then closed; std::errc:
  //   timed_out         no answer in time (the service may have done the work all the same)
  //   connection_reset  the other end closed the connection
  //   bad_message       what came is no frame or no JSON-RPC
  //   protocol_error    an answer to something that was not asked
  //   message_size      an answer over Options::max_answer_bytes
  //   not_connected     an earlier failure has closed the connection
  Json Call(std::string_view method, const Json& params = nullptr);
  Json Call(std::string_view method, const Json& params, std::chrono::milliseconds timeout);

 private:
  struct State;
  explicit Client(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace onbehalf::client
