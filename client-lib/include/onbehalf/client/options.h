// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace onbehalf::client {

// What the service may do with the caller's identity. Methods that act as the caller need kImpersonate.
enum class Level { kAnonymous, kIdentify, kImpersonate };

// Who must have made the pipe.
enum class Trust {
  // The installed service: its SID, LocalSystem or Administrators own the pipe and, on this computer and
  // where the service control manager may be asked, the pipe's process is the service's. A service whose
  // process has no service SID is known by its process and that process's user.
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
  // How long an idempotent call waits before it tries to connect again: the first time, and (doubled each
  // time) at most.
  std::chrono::milliseconds first_backoff{50};
  std::chrono::milliseconds longest_backoff{2'000};
};

// `\\.\pipe\NAME`, or `\\HOST\pipe\NAME` for a remote server.
std::string PipePath(const Options& options);

}  // namespace onbehalf::client
