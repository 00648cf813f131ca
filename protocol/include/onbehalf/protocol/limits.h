// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace onbehalf::protocol {

// Limits of one frame, checked before memory is allocated for it. Sizes are in bytes.
struct FrameLimits {
  std::size_t frame_bytes = 4 * 1024 * 1024;
  // The header block of a header-delimited frame, including the final blank line.
  std::size_t header_bytes = 4096;
};

// Limits of one JSON text.
struct JsonLimits {
  std::size_t depth = 64;                      // nesting of arrays and objects
  std::size_t string_bytes = 4 * 1024 * 1024;  // one string or member name, as UTF-8 after unescaping
  std::size_t array_elements = 100'000;        // in one array
  std::size_t object_members = 10'000;         // in one object
};

// The text of one number, in bytes. Not a setting: printf's %f writes at most 317 for a double, and the C library's
// conversion may take quadratic time (MinGW's: 5 s for 400,000 digits).
inline constexpr std::size_t kNumberBytes = 512;

// The service's limits per connection, per account and in total. Each can be set in the settings file under `limits`,
// with the same name.
struct Limits {
  FrameLimits frame;
  JsonLimits json;

  std::size_t response_bytes = 4 * 1024 * 1024;
  std::size_t batch_requests = 64;
  std::size_t batch_requests_at_once = 32;
  // Any more are answered with Busy (so that a cancel can still be read).
  std::size_t requests_per_connection = 32;
  std::size_t handlers_per_account = 16;
  // Open streams; any more are answered with Busy.
  std::size_t streams_per_account = 16;
  std::size_t connections_per_account = 64;
  std::size_t connections = 512;
  // How many of `connections` are reserved for administrators.
  std::size_t connections_for_administrators = 8;
  // Connections that have sent nothing have no identity; one more closes the oldest of them.
  std::size_t silent_connections = 64;
  // Bytes waiting to be written to one connection; above this, nothing is read from it.
  std::size_t write_queue_bytes = 8 * 1024 * 1024;
  // Above this, the connection's streams pause and only the newest progress value of each request is kept.
  std::size_t progress_queue_bytes = 256 * 1024;

  std::chrono::milliseconds first_request_timeout{30'000};  // from the connection to its first request
  std::chrono::milliseconds header_timeout{5'000};          // from a header's first byte to its last
  std::chrono::milliseconds frame_timeout{
      30'000};  // from a frame's first byte (after the header) to its last
  std::chrono::milliseconds write_timeout{10'000};     // one write that the peer does not read
  std::chrono::milliseconds idle_timeout{600'000};     // nothing read and nothing in flight
  std::chrono::milliseconds request_deadline{30'000};  // from dispatch to the response
  std::chrono::milliseconds stop_grace{10'000};        // for requests in flight when the service is stopping
};

}  // namespace onbehalf::protocol
