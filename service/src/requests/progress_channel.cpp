#include "requests/progress_channel.h"

#include <stdexcept>
#include <utility>

#include "onbehalf/protocol/json_object.h"

namespace onbehalf::service {
namespace {

// After this many, a flush lets the pool do other work: a handler may report as fast as its reports are sent.
constexpr int kMaxAtOnce = 16;

class NoProgress final : public Progress {
 public:
  bool wanted() const override { return false; }
  void Report(Json) override {}
};

}  // namespace

Progress& Progress::Unwanted() {
  static NoProgress nobody;
  return nobody;
}

ProgressChannel::ProgressChannel(std::shared_ptr<Outbox> outbox, Json token, std::size_t max_bytes,
                                 ThreadPool& io_pool)
    : outbox_(std::move(outbox)),
      token_(std::move(token)),
      max_bytes_(max_bytes),
      flush_([this] { Flush(); }, io_pool) {}

std::string ProgressChannel::TextOf(const Json& value) const {
  std::string text =
      protocol::NotificationText("$/progress", protocol::MakeObject({{"token", token_}, {"value", value}}));
  if (text.size() > max_bytes_) throw std::length_error("a progress value is larger than a response may be");
  return text;
}

void ProgressChannel::Report(Json value) {
  std::string text = TextOf(value);
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    const bool has_room = outbox_->room().Has(bytes_);
    if (replace_newest_ && !has_room) {
      bytes_ -= reported_.back().size();
      reported_.pop_back();
    }
    bytes_ += text.size();
    reported_.push_back(std::move(text));
    replace_newest_ = !has_room;
    if (flushing_) return;
    flushing_ = true;
  }
  flush_.Submit(shared_from_this());
}

void ProgressChannel::Flush() {
  const std::lock_guard lock(sending_);
  for (int sent = 0; sent < kMaxAtOnce; ++sent) {
    const auto when_room = [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->flush_.Submit(self);
    };
    if (!outbox_->room().Has() && !outbox_->room().Await(when_room)) return;
    std::string text;
    {
      const std::lock_guard guard(mutex_);
      flushing_ = !reported_.empty();
      if (!flushing_) return;
      text = std::move(reported_.front());
      reported_.pop_front();
      bytes_ -= text.size();
      if (reported_.empty()) replace_newest_ = false;
    }
    outbox_->Send(text);
  }
  flush_.Submit(shared_from_this());
}

void ProgressChannel::Send(const Json& value) {
  const std::string text = TextOf(value);
  const std::lock_guard lock(sending_);
  {
    const std::lock_guard guard(mutex_);
    if (closed_) return;
  }
  outbox_->Send(text);
}

void ProgressChannel::Close() {
  const std::lock_guard lock(sending_);
  std::deque<std::string> last;
  {
    const std::lock_guard guard(mutex_);
    closed_ = true;
    last = std::exchange(reported_, {});
  }
  // No check for room: the answer, which follows, needs none either.
  for (const std::string& text : last) outbox_->Send(text);
}

}  // namespace onbehalf::service
