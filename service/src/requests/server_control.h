#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "requests/statistics.h"
#include "requests/subscriptions.h"

namespace onbehalf::service {

// The functions of the server that methods may use. Any thread.
class ServerControl {
 public:
  virtual ~ServerControl() = default;
  virtual const Statistics& statistics() const = 0;
  virtual std::chrono::system_clock::time_point started() const = 0;
  virtual std::vector<ConnectionInfo> Connections() const = 0;
  // Returns false if there is no such connection.
  virtual bool Disconnect(std::uint64_t connection_id) = 0;
  // Sets the notifications that a connection receives; returns false if there is no such connection.
  virtual bool Subscribe(std::uint64_t connection_id, EventSet events) = 0;
};

}  // namespace onbehalf::service
