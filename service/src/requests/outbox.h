#pragma once

#include <memory>
#include <string_view>

#include "onbehalf/pipe/write_room.h"

namespace onbehalf::service {

// Sends messages to one client. Implemented by its connection, which lives while this is referenced. Any thread.
class Outbox : public std::enable_shared_from_this<Outbox> {
 public:
  // Queues one message after those already sent. Never waits; not while impersonating.
  virtual void Send(std::string_view text) = 0;
  // Whether the client has read enough to be sent anything but answers.
  virtual pipe::WriteRoom& room() = 0;
  // Ends the connection at once: an answer may have been lost.
  virtual void Close() = 0;

 protected:
  ~Outbox() = default;
};

}  // namespace onbehalf::service
