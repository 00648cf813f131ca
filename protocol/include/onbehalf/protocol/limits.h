// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace onbehalf::protocol {

// What one frame may be. Checked before memory is taken for it. Sizes are in bytes.
struct FrameLimits {
  std::size_t frame_bytes = 4 * 1024 * 1024;
  // The header block of a header-delimited frame, with its final blank line.
  std::size_t header_bytes = 4096;
};

// What one JSON text may be.
struct JsonLimits {
  std::size_t depth = 64;                      // nested arrays and objects
  std::size_t string_bytes = 4 * 1024 * 1024;  // one string or member name, as UTF-8 after unescaping
  std::size_t array_elements = 100'000;        // of one array
  std::size_t object_members = 10'000;         // of one object
};

// One number's text in a JSON text, in bytes. No setting: printf's %f writes no double with more than 317,
// and the C library's conversion may take time quadratic in them (MinGW's: 5 s for 400,000 digits).
inline constexpr std::size_t kNumberBytes = 512;

// What the service takes from a connection, an account and all of them together. Every value can be set in
// the settings file under `limits` and by the name it has here.
struct Limits {
  FrameLimits frame;
  JsonLimits json;

  std::size_t response_bytes = 4 * 1024 * 1024;
  std::size_t batch_requests = 64;
  std::size_t batch_requests_at_once = 32;
  // One more is answered Busy (so that a cancel can still be read).
  std::size_t requests_per_connection = 32;
  std::size_t handlers_per_account = 16;
  // Open streams; one more is answered Busy.
  std::size_t streams_per_account = 16;
  std::size_t connections_per_account = 64;
  std::size_t connections = 512;
  // Of `connections`, how many only administrators may take.
  std::size_t connections_for_administrators = 8;
  // Connections that have sent nothing have no identity; one more evicts the oldest of them.
  std::size_t silent_connections = 64;
  // Bytes waiting to be written to one connection; while there are more, nothing is read from it.
  std::size_t write_queue_bytes = 8 * 1024 * 1024;
  // While there are more, no stream of the connection is asked for a piece, and of a request's progress only the
  // newest value waits.
  std::size_t progress_queue_bytes = 256 * 1024;

  std::chrono::milliseconds first_request_timeout{30'000};  // from the connection to its first request
  std::chrono::milliseconds header_timeout{5'000};          // from a header's first byte to its last
  std::chrono::milliseconds frame_timeout{
      30'000};  // from a frame's first byte (after the header) to its last
  std::chrono::milliseconds write_timeout{10'000};     // one write the peer does not take
  std::chrono::milliseconds idle_timeout{600'000};     // nothing read and nothing in flight
  std::chrono::milliseconds request_deadline{30'000};  // from dispatch to the answer
  std::chrono::milliseconds stop_grace{10'000};        // requests in flight when the service is told to stop
};

}  // namespace onbehalf::protocol
