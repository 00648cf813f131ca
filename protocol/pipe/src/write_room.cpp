#include "onbehalf/pipe/write_room.h"

#include <utility>

namespace onbehalf::pipe {

bool WriteRoom::Await(std::function<void()> when_room) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back(std::move(when_room));
  is_awaited_ = true;
  // A write that ends from here on finds the entry. One that ended just before has made room.
  if (!Has()) return false;
  waiting_.pop_back();
  is_awaited_ = !waiting_.empty();
  return true;
}

void WriteRoom::OnWritten() {
  if (!is_awaited_ || !Has()) return;
  std::vector<std::function<void()>> waiting;
  {
    const std::lock_guard lock(mutex_);
    waiting = std::exchange(waiting_, {});
    is_awaited_ = false;
  }
  for (const auto& when_room : waiting) when_room();
}

}  // namespace onbehalf::pipe
