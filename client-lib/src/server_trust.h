#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "onbehalf/client/options.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/sid.h"
#include "service_process.h"

namespace onbehalf::client {

// What can be found out about whoever made a pipe, without sending it anything.
struct ServerFacts {
  win32::Sid owner;  // of the pipe object
  DWORD process_id =
      0;  // of the pipe's server, 0 where Windows does not say. Of all instances it is the first one's.
  bool is_local = true;
  // What the service control manager says of the expected service; nullopt where it cannot be asked, and for
  // remote pipes.
  std::optional<ServiceProcess> service;
};

// Reads them from the client's end of a pipe. Throws ServerNotTrusted when the pipe does not let its owner be
// read.
ServerFacts FindServerFacts(HANDLE pipe, const Options& options);

// Trust::kService. nullopt: the installed service made the pipe. Otherwise what was found, what was expected
// and what to do.
std::optional<std::string> CheckIsService(const ServerFacts& facts, std::string_view service);

// Whose pipes Trust::kSameUser takes.
struct OwnIdentity {
  win32::Sid user;
  win32::Sid default_owner;  // what the objects get that this user makes: Administrators for an elevated one
};
OwnIdentity FindOwnIdentity();
std::optional<std::string> CheckIsSameUser(const ServerFacts& facts, const OwnIdentity& own);

// Throws ServerNotTrusted unless whoever made the pipe is who options.trust asks for. Writes nothing to the
// pipe.
void VerifyServer(HANDLE pipe, const Options& options);

// Whether `server` means this computer without a network in between.
bool IsLocal(std::string_view server);

}  // namespace onbehalf::client
