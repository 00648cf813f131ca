#pragma once

#include <memory>
#include <string_view>

#include "pipe/write_room.h"

namespace onbehalf::service {

// Where messages to one client go. Implemented by its connection, which lives as long as somebody keeps this. Any thread.
class Outbox : public std::enable_shared_from_this<Outbox> {
 public:
  // One message, behind those that were sent before. Never waits; not while impersonating.
  virtual void Send(std::string_view text) = 0;
  // Whether the client has read enough for anything but answers.
  virtual WriteRoom& room() = 0;
  // Ends the connection at once: an answer may have been lost.
  virtual void Close() = 0;

 protected:
  ~Outbox() = default;
};

}  // namespace onbehalf::service
