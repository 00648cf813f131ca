#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "onbehalf/service/caller_identity.h"

namespace onbehalf::service {

// Counters of one server since it started. Any thread.
struct Statistics {
  std::atomic<std::uint64_t> connections_accepted{0};
  std::atomic<std::uint64_t> connections_evicted{0};    // silent ones evicted to make room
  std::atomic<std::uint64_t> connections_refused{0};    // over a quota
  std::atomic<std::uint64_t> connections_timed_out{0};  // header, frame, write, first request, idle
  std::atomic<std::uint64_t> frames_refused{0};         // byte streams that could no longer be trusted
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> requests_denied{0};
  std::atomic<std::uint64_t> requests_failed{0};  // answered with any other error
  std::atomic<std::uint64_t> bytes_read{0};
  std::atomic<std::uint64_t> bytes_written{0};

  // Requests by time from the read to the answer: bucket i counts those that took less than 2^i microseconds and at least half
  // of that; the last bucket takes the rest.
  static constexpr std::size_t kBuckets = 26;
  std::array<std::atomic<std::uint64_t>, kBuckets> latency{};
  void AddLatency(std::chrono::nanoseconds took);
};

// One open connection, as service.connections shows it.
struct ConnectionInfo {
  std::uint64_t id = 0;
  std::optional<win32::Sid> user;  // nullopt: has sent nothing yet
  ClientProcess process;
  std::chrono::system_clock::time_point since;
  std::uint64_t requests = 0;
  std::size_t in_flight = 0;
};

}  // namespace onbehalf::service
