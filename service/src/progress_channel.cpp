#include "progress_channel.h"

#include <stdexcept>
#include <utility>

#include "connection.h"

namespace onbehalf::service {
namespace {

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

ProgressChannel::ProgressChannel(std::shared_ptr<Connection> connection, Json token, const ServerParts& server)
    : connection_(std::move(connection)),
      token_(std::move(token)),
      max_bytes_(server.settings.limits.response_bytes),
      flush_([this] { Flush(); }, server.io_pool) {}

std::string ProgressChannel::TextOf(const Json& value) const {
  std::string text = protocol::NotificationText("$/progress", Json{{"token", token_}, {"value", value}});
  if (text.size() > max_bytes_) throw std::length_error("a value of progress is larger than a response may be");
  return text;
}

void ProgressChannel::Report(Json value) {
  std::string text = TextOf(value);
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    const bool has_room = connection_->room().Has(bytes_);
    if (newest_is_spare_ && !has_room) {
      bytes_ -= reported_.back().size();
      reported_.pop_back();
    }
    bytes_ += text.size();
    reported_.push_back(std::move(text));
    newest_is_spare_ = !has_room;
    if (waits_for_room_) return;
  }
  flush_.Submit(shared_from_this());
}

bool ProgressChannel::SendFront() {
  std::string text;
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || reported_.empty()) return false;
    text = std::move(reported_.front());
    reported_.pop_front();
    bytes_ -= text.size();
    if (reported_.empty()) newest_is_spare_ = false;
  }
  connection_->Send(text);
  return true;
}

void ProgressChannel::Flush() {
  const std::lock_guard lock(sending_);
  do {
    {
      const std::lock_guard guard(mutex_);
      if (closed_ || reported_.empty() || waits_for_room_) return;
      waits_for_room_ = !connection_->room().Has();
      if (!waits_for_room_) continue;
    }
    const auto when_room = [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->OnRoom();
    };
    if (!connection_->room().Await(when_room)) return;
    const std::lock_guard guard(mutex_);
    waits_for_room_ = false;
  } while (SendFront());
}

void ProgressChannel::OnRoom() {
  {
    const std::lock_guard lock(mutex_);
    waits_for_room_ = false;
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
  connection_->Send(text);
}

void ProgressChannel::Close() {
  const std::lock_guard lock(sending_);
  while (SendFront()) {
  }
  const std::lock_guard guard(mutex_);
  closed_ = true;
}

}  // namespace onbehalf::service
