#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "requests/statistics.h"
#include "requests/subscriptions.h"

namespace onbehalf::service {

// What methods may ask of the server they run in. Any thread.
class ServerControl {
 public:
  virtual ~ServerControl() = default;
  virtual const Statistics& statistics() const = 0;
  virtual std::chrono::system_clock::time_point started() const = 0;
  virtual std::vector<ConnectionInfo> Connections() const = 0;
  // False when there is no such connection (any more).
  virtual bool Disconnect(std::uint64_t connection_id) = 0;
  // Has a connection get these notifications and no others; false when there is no such connection (any more).
  virtual bool Subscribe(std::uint64_t connection_id, EventSet events) = 0;
};

}  // namespace onbehalf::service
