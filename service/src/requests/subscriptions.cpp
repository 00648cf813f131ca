#include "requests/subscriptions.h"

#include <utility>

#include "onbehalf/protocol/json_rpc.h"

namespace onbehalf::service {

Subscriptions::Subscriptions(std::weak_ptr<Outbox> outbox, ThreadPool& io_pool)
    : outbox_(std::move(outbox)), send_([this] { Send(); }, io_pool) {}

void Subscriptions::Set(EventSet wanted) {
  const std::lock_guard lock(mutex_);
  wanted_ = wanted;
  due_ &= wanted;
}

void Subscriptions::Notify(std::size_t event) {
  {
    const std::lock_guard lock(mutex_);
    if (!wanted_.test(event)) return;
    due_.set(event);
  }
  Send();
}

// Keeps the lock to the end, so that nothing unwanted is sent afterwards; sending does not wait.
void Subscriptions::Send() {
  const std::shared_ptr<Outbox> outbox = outbox_.lock();
  if (!outbox) return;
  const std::lock_guard lock(mutex_);
  for (std::size_t event = 0; event < due_.size(); ++event) {
    if (!due_.test(event)) continue;
    if (waits_for_room_) return;
    waits_for_room_ = !outbox->room().Has() && !outbox->room().Await([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->OnRoom();
    });
    if (waits_for_room_) return;
    due_.reset(event);
    outbox->Send(protocol::NotificationText(kServerEvents[event], nullptr));
  }
}

void Subscriptions::OnRoom() {
  {
    const std::lock_guard lock(mutex_);
    waits_for_room_ = false;
  }
  send_.Submit(shared_from_this());
}

}  // namespace onbehalf::service
