// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "onbehalf/pipe/pipe_end.h"
#include "onbehalf/pipe/security.h"
#include "onbehalf/win32/impersonation_level.h"
#include "onbehalf/win32/sid.h"

namespace onbehalf::pipe {

using win32::ImpersonationLevel;

// What a client allows the server to do with its identity.
struct ClientSecurity {
  ImpersonationLevel level = ImpersonationLevel::kIdentification;
  // Dynamic tracking: no token is sent before the first write, and each write sends the writing thread's token.
  // Static tracking sends the opening thread's token at open. Remote pipes are always static.
  bool dynamic_tracking = true;
};

// What is known about the server of a pipe, found without sending it anything.
struct ServerFacts {
  win32::Sid owner;  // of the pipe object
  std::uint32_t process_id =
      0;  // of the pipe's server, 0 if unknown. With several instances it is the first one's.
};
// Reads them from a client's end. nullopt: the pipe has no owner. Throws win32::Win32Error if the owner cannot be read
// (the client needs READ_CONTROL, which kClientRights has).
std::optional<ServerFacts> ServerFactsOf(NativeHandle pipe);

// Returns why the server is not trusted, or nullopt.
using ServerCheck = std::function<std::optional<std::string>(const ServerFacts&)>;
// The owner is one of these.
ServerCheck OwnedBy(std::initializer_list<win32::Sid> owners);
// The owner is the service `name` (its SID, which only a process of that service can give a pipe).
ServerCheck OwnedByService(std::string_view name);
// The owner is this user, the default owner of its objects, SYSTEM or Administrators. The default.
ServerCheck OwnedByUserOrSystem();
// Anyone: a program of any user that created the pipe first gets what is sent, and may act as the client as far as
// `security` allows.
ServerCheck AnyServer();

// The pipe's server is not who the client wants to talk to. No byte was sent; with static tracking, as always on a
// remote pipe, the server has got a token of the client's level at the open.
class ServerNotTrusted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct ConnectOptions {
  ClientSecurity security = {};
  Access access = Access::kReadWrite;  // what the pipe's direction allows: kRead for an outbound pipe
  Kind read_mode = Kind::kByte;        // kMessage: reads keep the limits of messages; for message pipes
  ServerCheck check = OwnedByUserOrSystem();
  PoolEnvironment environment = nullptr;
};

// The client's end of a pipe.
class ClientEnd : public PipeEnd {
 public:
  // Takes a client's end opened with FILE_FLAG_OVERLAPPED.
  explicit ClientEnd(NativeHandle pipe, PoolEnvironment environment = nullptr);

  // Writes `request` and reads one message as the answer into `answer`, whole (TransactNamedPipe and what is left of a
  // long answer). For duplex message pipes read in message mode; a pipe with unread messages refuses it
  // (ERROR_PIPE_BUSY, 231, thrown). Results as of PipeEnd::ReadMessage.
  IoResult Call(std::string_view request, std::string& answer, std::size_t max_bytes,
                Deadline deadline = kNoDeadline, StopSignal stop = nullptr);
};

// Opens `\\.\pipe\name`, `\\host\pipe\name` or NAME, always with SECURITY_SQOS_PRESENT (without it the server would get
// impersonation level), and checks the server before the first byte is sent. What a remote computer says of its pipe's
// owner proves nothing about that computer. If all instances are busy (231), waits
// until `deadline`. Throws ServerNotTrusted and win32::Win32Error: ERROR_FILE_NOT_FOUND (2: no such pipe),
// ERROR_PIPE_BUSY (busy until the deadline), ERROR_ACCESS_DENIED (5), ERROR_BAD_PATHNAME (161: not a pipe path; nothing
// was opened) and others.
ClientEnd Connect(std::string_view path, const ConnectOptions& options = {}, Deadline deadline = kNoDeadline);

// One request and one answer on a connection of their own (as CallNamedPipe, but with a deadline for all of it, a check
// of the server, and no limit but `max_bytes`). Opens in message mode.
IoResult Call(std::string_view path, std::string_view request, std::string& answer, std::size_t max_bytes,
              ConnectOptions options = {}, Deadline deadline = kNoDeadline, StopSignal stop = nullptr);

// The flags that Connect passes to CreateFileW.
std::uint32_t OpenFlags(const ClientSecurity& security);

}  // namespace onbehalf::pipe
