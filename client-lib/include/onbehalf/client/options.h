// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace onbehalf::client {

// What the service may do with the caller's identity. Methods that act as the caller require kImpersonate.
enum class Level { kAnonymous, kIdentify, kImpersonate };

// Who must be the server of the pipe.
enum class Trust {
  // The installed service: its SID, LocalSystem or Administrators own the pipe and, on this computer and if the
  // service control manager can be queried, the pipe's process is the service's. A service whose process has no
  // service SID is identified by its process and that process's user.
  kService,
  // This process's own user: for services run in the console and for tests.
  kSameUser,
  // No check: any server gets the requests and the identity.
  kAny,
};

struct Options {
  std::string pipe;                  // empty: the service's name in lower case ("onbehalf")
  std::string server = ".";          // computer name of a remote service
  std::string service = "OnBehalf";  // its name there, also for Trust::kService
  // Unset: kImpersonate on this computer, kIdentify for a remote one, because identity cannot be tracked per message
  // across machines, and the token would be sent when the pipe is opened.
  std::optional<Level> level;
  Trust trust = Trust::kService;
  std::chrono::milliseconds connect_timeout{5'000};  // includes waiting for a free instance
  std::chrono::milliseconds call_timeout{30'000};
  std::size_t max_answer_bytes = 16 * 1024 * 1024;  // a longer response closes the connection
  // Delays of an idempotent call before reconnecting: the first, and (doubled each time) the longest.
  std::chrono::milliseconds first_backoff{50};
  std::chrono::milliseconds longest_backoff{2'000};
};

// `\\.\pipe\NAME`, or `\\HOST\pipe\NAME` for a remote server.
std::string PipePath(const Options& options);

}  // namespace onbehalf::client
