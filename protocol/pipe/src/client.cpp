#include "onbehalf/pipe/client.h"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "message_parts.h"
#include "onbehalf/pipe/pipe_path.h"
#include "onbehalf/win32/account_names.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/overlapped.h"
#include "onbehalf/win32/security_descriptor.h"
#include "onbehalf/win32/token.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "pipe_io.h"

namespace onbehalf::pipe {
namespace {

using win32::Win32Error;

// ERROR_HANDLES_CLOSED of winerror.h, which MinGW's lacks.
constexpr DWORD kHandlesClosed = 676;

std::string ToPath(std::string_view path) {
  try {
    return LocalPath(path);
  } catch (const std::invalid_argument&) {
    throw Win32Error(ERROR_BAD_PATHNAME, "CreateFileW", path);
  }
}

// READ_CONTROL, to read the owner, is part of both. The attributes are for the read mode.
DWORD DesiredAccess(Access access) {
  switch (access) {
    case Access::kRead:
      return GENERIC_READ | FILE_WRITE_ATTRIBUTES;
    case Access::kWrite:
      return GENERIC_WRITE | FILE_READ_ATTRIBUTES;
    case Access::kReadWrite:
      break;
  }
  return GENERIC_READ | GENERIC_WRITE;
}

win32::UniqueFile Open(const std::string& path, DWORD access, DWORD flags, Deadline deadline) {
  const std::wstring wide_path = win32::ToWide(path);
  for (;;) {
    win32::UniqueFile pipe(
        ::CreateFileW(wide_path.c_str(), access, 0, nullptr, OPEN_EXISTING, flags, nullptr));
    if (pipe) return pipe;
    const DWORD error = ::GetLastError();
    if (error != ERROR_PIPE_BUSY) throw Win32Error(error, "CreateFileW", path);
    // NMPWAIT_WAIT_FOREVER is INFINITE; 0 would mean the server's default timeout.
    const DWORD wait = win32::WaitMilliseconds(deadline);
    if (wait == 0) throw Win32Error(ERROR_PIPE_BUSY, "CreateFileW", path);
    if (!::WaitNamedPipeW(wide_path.c_str(), wait)) {
      const DWORD wait_error = ::GetLastError();
      // The next open tells the outcome: still busy at the deadline, or gone (also while this waited: STATUS_HANDLES_CLOSED).
      if (wait_error != ERROR_SEM_TIMEOUT && wait_error != ERROR_FILE_NOT_FOUND &&
          wait_error != kHandlesClosed) {
        throw Win32Error(wait_error, "WaitNamedPipeW", path);
      }
    }
    // An instance was free, but another client may have been faster.
  }
}

ServerCheck OwnedByAny(std::vector<win32::Sid> owners) {
  return [owners = std::move(owners)](const ServerFacts& server) -> std::optional<std::string> {
    if (std::find(owners.begin(), owners.end(), server.owner) != owners.end()) return std::nullopt;
    win32::AccountNames names;
    std::string expected;
    for (const win32::Sid& owner : owners)
      expected += (expected.empty() ? "" : ", ") + names.DisplayWithSid(owner);
    return "its owner is " + names.DisplayWithSid(server.owner) + "; expected " + expected;
  };
}

void CheckServer(HANDLE pipe, const std::string& path, const ServerCheck& check) {
  if (!check) return;
  std::optional<ServerFacts> facts;
  try {
    facts = ServerFactsOf(pipe);
  } catch (const Win32Error& error) {
    throw ServerNotTrusted("the owner of " + path +
                           " cannot be read, so the server cannot be verified: " + error.what());
  }
  if (!facts) throw ServerNotTrusted(path + " has no owner, so the server cannot be verified");
  if (const auto why = check(*facts)) throw ServerNotTrusted(path + " is not trusted: " + *why);
}

}  // namespace

std::optional<ServerFacts> ServerFactsOf(NativeHandle pipe) {
  const auto owner = win32::SecurityDescriptor::FromKernelObject(pipe, OWNER_SECURITY_INFORMATION).Owner();
  if (!owner) return std::nullopt;
  ServerFacts facts{*owner, 0};
  // Failure (a remote pipe) leaves 0, which is not a valid process id.
  ULONG process_id = 0;
  if (::GetNamedPipeServerProcessId(pipe, &process_id)) facts.process_id = process_id;
  return facts;
}

ServerCheck OwnedBy(std::initializer_list<win32::Sid> owners) { return OwnedByAny(owners); }

ServerCheck OwnedByService(std::string_view name) { return OwnedByAny({win32::Sid::ForService(name)}); }

ServerCheck OwnedByUserOrSystem() {
  return [](const ServerFacts& server) -> std::optional<std::string> {
    const win32::Token own = win32::Token::FromOwnProcess();
    return OwnedByAny({own.User(), own.DefaultOwner(), win32::Sid::FromWellKnown(WinLocalSystemSid),
                       win32::Sid::FromWellKnown(WinBuiltinAdministratorsSid)})(server);
  };
}

ServerCheck AnyServer() { return {}; }

std::uint32_t OpenFlags(const ClientSecurity& security) {
  // Without SECURITY_SQOS_PRESENT the server would get the impersonation level. The flag of a level is its number in
  // bits 16 and 17 (winbase.h: SECURITY_ANONYMOUS …).
  DWORD flags = FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | (static_cast<DWORD>(security.level) << 16);
  if (security.dynamic_tracking) flags |= SECURITY_CONTEXT_TRACKING;
  return flags;
}

ClientEnd::ClientEnd(NativeHandle pipe, PoolEnvironment environment) : PipeEnd(pipe, environment) {}

ClientEnd Connect(std::string_view path, const ConnectOptions& options, Deadline deadline) {
  const std::string full = ToPath(path);
  win32::UniqueFile pipe = Open(full, DesiredAccess(options.access), OpenFlags(options.security), deadline);
  CheckServer(pipe.get(), full, options.check);
  if (options.read_mode == Kind::kMessage) {
    DWORD mode = PIPE_READMODE_MESSAGE;
    if (!::SetNamedPipeHandleState(pipe.get(), &mode, nullptr, nullptr))
      win32::ThrowLastError("SetNamedPipeHandleState", full);
  }
  return ClientEnd(pipe.release(), options.environment);
}

IoResult ClientEnd::Call(std::string_view request, std::string& answer, std::size_t max_bytes,
                         Deadline deadline, StopSignal stop) {
  if (request.size() > (std::numeric_limits<DWORD>::max)())
    throw Win32Error(ERROR_INVALID_PARAMETER, "TransactNamedPipe");
  MessageParts parts(native(), answer, max_bytes);
  const std::span<char> first = parts.Next();
  const auto transact = [&](OVERLAPPED* overlapped) {
    return ::TransactNamedPipe(native(), const_cast<char*>(request.data()),
                               static_cast<DWORD>(request.size()), first.data(),
                               static_cast<DWORD>(first.size()), nullptr, overlapped);
  };
  const auto outcome = io_->reading().Run(transact, deadline, stop);
  IoResult part = ToResult(outcome.code, outcome.bytes, "TransactNamedPipe");
  for (;;) {
    if (const auto whole = parts.Take(part)) return *whole;
    part = Read(parts.Next(), deadline, stop);
  }
}

IoResult Call(std::string_view path, std::string_view request, std::string& answer, std::size_t max_bytes,
              ConnectOptions options, Deadline deadline, StopSignal stop) {
  options.read_mode = Kind::kMessage;
  return Connect(path, options, deadline).Call(request, answer, max_bytes, deadline, stop);
}

}  // namespace onbehalf::pipe
