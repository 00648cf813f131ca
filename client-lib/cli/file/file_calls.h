#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cancel_watch.h"
#include "onbehalf/client/client.h"
#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::cli {

// A remote file's identity and version, as file.stat, read, write and checksum report them. Equal states mean
// equal bytes, as far as a file system can tell.
struct RemoteState {
  std::string id;
  std::string modified;  // empty: the file system does not report it
  std::uint64_t size = 0;
  friend bool operator==(const RemoteState&, const RemoteState&) = default;
};

// A call in progress.
class PendingCall {
 public:
  PendingCall(std::string method, std::future<client::Json> answer)
      : method_(std::move(method)), answer_(std::move(answer)) {}
  // Waits for the response. Call it once. Throws what Client::Call throws, RpcError as MethodError.
  client::Json Take();

 private:
  std::string method_;
  std::future<client::Json> answer_;
};

// The calls of one `file` command, until `stop` (a borrowed event) is signalled. They throw what Client::Call
// throws, RpcError as MethodError. One thread.
class FileCalls {
 public:
  // Both are borrowed.
  FileCalls(client::Client& service, HANDLE stop) : service_(service), stop_(stop), watch_(stop) {}

  // Whether a call may be repeated when it is unknown whether the service has executed it.
  enum class Repeat { kNo, kYes };
  client::Json Call(const std::string& method, const client::Json& params, Repeat repeat = Repeat::kYes);
  // Starts a call that runs in parallel with others and may be repeated. Unless `ends_at_stop`, it runs to
  // completion.
  PendingCall Start(const std::string& method, const client::Json& params, bool ends_at_stop);
  // Calls a stream, without a timeout. Cancels it when `take` returns false.
  client::Json Stream(const std::string& method, const client::Json& params,
                      const std::function<bool(const client::Json& piece)>& take);

  bool stopped() const { return watch_.token().stop_requested(); }
  // Throws MethodError (kRequestCancelled, of `method`) if `stop` was signalled.
  void ThrowIfStopped(const std::string& method) const;
  // Waits for `time` or until `stop` is signalled.
  void Pause(std::chrono::milliseconds time) const;

 private:
  client::Client& service_;
  HANDLE stop_;
  CancelWatch watch_;
};

// A member that a response to `method` must have. They throw FileError.
std::uint64_t NumberIn(const client::Json& answer, const char* member, const std::string& method);
const std::string& TextIn(const client::Json& answer, const char* member, const std::string& method);
RemoteState StateIn(const client::Json& answer, const std::string& method);

// file.stat of an existing file. Throws FileError for a directory.
RemoteState StatRemoteFile(FileCalls& calls, const std::string& path);
// file.stat; `follow`: of a link's target. nullopt if nothing has this name.
std::optional<client::Json> StatIfThere(FileCalls& calls, const std::string& path, bool follow);

// Whether the service failed with the Windows error `code`.
bool IsWindowsError(const client::RpcError& error, DWORD code);

}  // namespace onbehalf::cli
