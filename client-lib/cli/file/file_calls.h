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

// Which file the service had, and as what: file.stat, read, write and checksum say it. Two that are equal are
// the same bytes, as far as a file system tells.
struct RemoteState {
  std::string id;
  std::string modified;  // empty: the file system says nothing
  std::uint64_t size = 0;
  friend bool operator==(const RemoteState&, const RemoteState&) = default;
};

// A call that is under way.
class PendingCall {
 public:
  PendingCall(std::string method, std::future<client::Json> answer)
      : method_(std::move(method)), answer_(std::move(answer)) {}
  // Waits for the answer. Once. Throws what Client::Call throws, RpcError as MethodError.
  client::Json Take();

 private:
  std::string method_;
  std::future<client::Json> answer_;
};

// The calls of one `file` command, until `stop` (an event, borrowed) is signalled. They throw what
// Client::Call throws, RpcError as MethodError. One thread.
class FileCalls {
 public:
  // Borrowed.
  FileCalls(client::Client& service, HANDLE stop) : service_(service), stop_(stop), watch_(stop) {}

  // Whether a call may be sent once more when nobody knows whether it was done.
  enum class Repeat { kNo, kYes };
  client::Json Call(const std::string& method, const client::Json& params, Repeat repeat = Repeat::kYes);
  // A call beside others, which may be repeated. `ends_at_stop`: else it goes on to its own end.
  PendingCall Start(const std::string& method, const client::Json& params, bool ends_at_stop);
  // A stream; without a timeout. It is cancelled when `take` says false.
  client::Json Stream(const std::string& method, const client::Json& params,
                      const std::function<bool(const client::Json& piece)>& take);

  bool stopped() const { return watch_.token().stop_requested(); }
  // Throws MethodError (kRequestCancelled, of `method`) when it has stopped.
  void ThrowIfStopped(const std::string& method) const;
  // Waits, for as long as nothing stops it.
  void Pause(std::chrono::milliseconds time) const;

 private:
  client::Client& service_;
  HANDLE stop_;
  CancelWatch watch_;
};

// A member that an answer to `method` must have. Throw FileError.
std::uint64_t NumberIn(const client::Json& answer, const char* member, const std::string& method);
const std::string& TextIn(const client::Json& answer, const char* member, const std::string& method);
RemoteState StateIn(const client::Json& answer, const std::string& method);

// file.stat of a file that is there and no directory. Throws FileError.
RemoteState StatRemoteFile(FileCalls& calls, const std::string& path);
// file.stat; `follow`: of what a link points to. nullopt: nothing of this name is there.
std::optional<client::Json> StatIfThere(FileCalls& calls, const std::string& path, bool follow);

// Whether it is Windows' error `code` of what the service did.
bool IsWindowsError(const client::RpcError& error, DWORD code);

// What stands behind the last separator of a path, of either computer.
std::string NameIn(const std::string& path);
// The path of `name` in a folder.
std::string PathIn(const std::string& folder, const std::string& name);

}  // namespace onbehalf::cli
