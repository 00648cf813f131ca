#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "onbehalf/client/options.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/sid.h"
#include "service_process.h"

namespace onbehalf::client {

// What is known about the server of a pipe, found without sending it anything.
struct ServerFacts {
  win32::Sid owner;      // of the pipe object
  DWORD process_id = 0;  // of the pipe's server, 0 if unknown. With several instances it is the first one's.
  bool is_local = true;
  // What the service control manager reports about the expected service; nullopt if it cannot be queried, and for
  // remote pipes.
  std::optional<ServiceProcess> service;
};

// Reads them from the client's end of a pipe. Throws ServerNotTrusted if the pipe's owner cannot be read.
ServerFacts FindServerFacts(HANDLE pipe, const Options& options);

// For Trust::kService. nullopt: the installed service is the server. Otherwise says what was found, what was expected
// and what to do.
std::optional<std::string> CheckIsService(const ServerFacts& facts, std::string_view service);

// Whose pipes Trust::kSameUser accepts.
struct OwnIdentity {
  win32::Sid user;
  win32::Sid default_owner;  // the owner of new objects of this user: Administrators for an elevated one
};
OwnIdentity FindOwnIdentity();
std::optional<std::string> CheckIsSameUser(const ServerFacts& facts, const OwnIdentity& own);

// Throws ServerNotTrusted unless the server of the pipe is what options.trust requires. Writes nothing to the pipe.
void VerifyServer(HANDLE pipe, const Options& options);

}  // namespace onbehalf::client
