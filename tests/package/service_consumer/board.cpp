#include "board.h"

#include <utility>

std::size_t Board::Pin(Notice notice) {
  const std::lock_guard lock(mutex_);
  const std::size_t number = notice.number = notices_.size() + 1;
  notices_.push_back(std::move(notice));
  for (const Follower* follower : followers_) follower->changed_();
  return number;
}

bool Board::Attach(std::size_t number, const std::string& author, std::string attachment) {
  const std::lock_guard lock(mutex_);
  if (number == 0 || number > notices_.size() || notices_[number - 1].author != author) return false;
  notices_[number - 1].attachment = std::move(attachment);
  return true;
}

std::vector<Notice> Board::Notices() const {
  const std::lock_guard lock(mutex_);
  return notices_;
}

std::optional<Notice> Board::Behind(std::size_t count) const {
  const std::lock_guard lock(mutex_);
  if (count >= notices_.size()) return std::nullopt;
  return notices_[count];
}

Board::Follower::Follower(Board& board, std::function<void()> changed)
    : board_(board), changed_(std::move(changed)) {
  const std::lock_guard lock(board_.mutex_);
  board_.followers_.insert(this);
}

Board::Follower::~Follower() {
  const std::lock_guard lock(board_.mutex_);
  board_.followers_.erase(this);
}
