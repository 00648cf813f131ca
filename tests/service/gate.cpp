#include "gate.h"

#include <algorithm>
#include <string>
#include <utility>

#include "onbehalf/win32/win32_error.h"
#include "support/patience.h"
#include "test_server.h"

namespace onbehalf::test {

void Gate::Enter() {
  ++entered_;
  peak_ = std::max(peak_, entered_ - left_);
  changed_.notify_all();
}

void Gate::Leave() {
  ++left_;
  changed_.notify_all();
}

bool Gate::Pass(const std::stop_token& stop) {
  {
    // Calls back at once if stop was already requested, so not under mutex_.
    const std::lock_guard lock(on_stop_mutex_);
    on_stop_.emplace_back(stop, [this] {
      const std::lock_guard notify_lock(mutex_);
      changed_.notify_all();
    });
  }
  std::unique_lock lock(mutex_);
  Enter();
  changed_.wait(lock, [&] { return open_ || admitted_ > 0 || stop.stop_requested(); });
  const bool passed = open_ || admitted_ > 0;
  if (passed && !open_) --admitted_;
  Leave();
  return passed;
}

void Gate::PassWhatever() { Pass(std::stop_token()); }

void Gate::Open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
  changed_.notify_all();
}

void Gate::Admit(std::size_t count) {
  const std::lock_guard lock(mutex_);
  admitted_ += count;
  changed_.notify_all();
}

bool Gate::WaitUntilEntered(std::size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return entered_ >= count; });
}

bool Gate::WaitUntilLeft(std::size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return left_ >= count; });
}

std::size_t Gate::entered() const {
  const std::lock_guard lock(mutex_);
  return entered_;
}

std::size_t Gate::max_at_once() const {
  const std::lock_guard lock(mutex_);
  return peak_;
}

service::Method Gate::AsMethod(std::string name, service::Acts acts) {
  return PublicMethod(std::move(name), acts, service::Pace::kMayBlock,
                      [this](const service::Call& call) -> service::MethodResult {
                        if (!Pass(call.stop)) throw win32::Win32Error(ERROR_CANCELLED, "Gate");
                        return service::Json{{"passed", true}};
                      });
}

}  // namespace onbehalf::test
