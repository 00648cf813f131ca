#include "stream_source.h"

#include <functional>
#include <memory>
#include <utility>
#include <variant>

#include "onbehalf/win32/token.h"
#include "support/patience.h"
#include "test_server.h"

namespace onbehalf::test {
namespace {

using service::Call;
using service::Json;
using service::MethodResult;
using service::Stream;

bool ThreadHasToken() { return win32::Token::FromThread(TOKEN_QUERY).has_value(); }

service::Method StreamMethod(std::string name, service::Acts acts,
                             std::function<std::unique_ptr<Stream>(service::Waker)> open) {
  service::Method method = PublicMethod(std::move(name), acts, service::Pace::kMayBlock, nullptr);
  method.stream = [open = std::move(open)](const Call&,
                                           service::Waker waker) -> service::Result<std::unique_ptr<Stream>> {
    return open(std::move(waker));
  };
  return method;
}

}  // namespace

class StreamSource::OfOne final : public Stream {
 public:
  OfOne(StreamSource& source, service::Waker waker, service::Acts acts)
      : source_(source), waker_(std::move(waker)), acts_(acts) {
    const std::lock_guard lock(source_.mutex_);
    source_.open_.insert(this);
    ++source_.opened_;
    source_.changed_.notify_all();
  }
  ~OfOne() override {
    const bool has_token = ThreadHasToken();
    const std::lock_guard lock(source_.mutex_);
    if (has_token || in_turn_) ++source_.faults_;
    source_.open_.erase(this);
    ++source_.closed_;
    source_.changed_.notify_all();
  }

  Step Next(const Call&) override {
    const bool is_one_too_many = in_turn_.exchange(true);
    const bool has_token = ThreadHasToken();
    Step step = Later{};
    {
      const std::lock_guard lock(source_.mutex_);
      if (is_one_too_many || has_token != (acts_ == service::Acts::kAsCaller)) ++source_.faults_;
      if (!values_.empty()) {
        step = Piece{std::move(values_.front())};
        values_.pop_front();
      } else if (source_.end_) {
        step = *source_.end_;
      }
    }
    in_turn_ = false;
    return step;
  }

 private:
  friend class StreamSource;
  StreamSource& source_;
  const service::Waker waker_;
  const service::Acts acts_;
  std::deque<Json> values_;  // under the source's lock
  std::atomic<bool> in_turn_{false};
};

service::Method StreamSource::AsMethod(std::string name, service::Acts acts) {
  return StreamMethod(std::move(name), acts, [this, acts](service::Waker waker) {
    return std::make_unique<OfOne>(*this, std::move(waker), acts);
  });
}

void StreamSource::Push(Json value) {
  const std::lock_guard lock(mutex_);
  for (OfOne* stream : open_) {
    stream->values_.push_back(value);
    stream->waker_();
  }
}

void StreamSource::End(MethodResult result) {
  const std::lock_guard lock(mutex_);
  end_ = std::move(result);
  for (OfOne* stream : open_) stream->waker_();
}

bool StreamSource::WaitUntilOpened(std::size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return opened_ >= count; });
}

bool StreamSource::WaitUntilClosed(std::size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return closed_ >= count; });
}

std::size_t StreamSource::opened() const {
  const std::lock_guard lock(mutex_);
  return opened_;
}

std::size_t StreamSource::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

std::size_t StreamSource::faults() const {
  const std::lock_guard lock(mutex_);
  return faults_;
}

service::Method EndlessStream(std::string name, std::size_t fill, std::atomic<std::size_t>& turns) {
  class Endless final : public Stream {
   public:
    Endless(std::size_t characters, std::atomic<std::size_t>& turns)
        : turns_(turns), fill_(characters, 'x') {}
    Step Next(const Call&) override {
      ++turns_;
      return Piece{Json{{"n", n_++}, {"fill", fill_}}};
    }

   private:
    std::atomic<std::size_t>& turns_;
    const std::string fill_;
    std::size_t n_ = 0;
  };
  return StreamMethod(std::move(name), service::Acts::kAsCaller,
                      [fill, &turns](service::Waker) { return std::make_unique<Endless>(fill, turns); });
}

}  // namespace onbehalf::test
