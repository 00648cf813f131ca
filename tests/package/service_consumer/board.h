#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

// The application itself: notices that people pin to a board. It is independent of requests.
struct Notice {
  std::size_t number = 0;  // from 1
  std::string author;      // SID of the account
  std::string title;
  std::vector<std::string> tags;
  std::int64_t priority = 0;
  std::optional<std::string> attachment;
};

// Any thread.
class Board {
 public:
  // Returns its number.
  std::size_t Pin(Notice notice);
  // False if the notice does not exist, or another account has pinned it.
  bool Attach(std::size_t number, const std::string& author, std::string attachment);
  std::vector<Notice> Notices() const;
  // The notice after the first `count`; nothing if there are no more.
  std::optional<Notice> Behind(std::size_t count) const;

  // Calls `changed` after each pin, on the pinning thread, until it is destroyed.
  class Follower {
   public:
    Follower(Board& board, std::function<void()> changed);
    ~Follower();
    Follower(const Follower&) = delete;
    Follower& operator=(const Follower&) = delete;

   private:
    friend class Board;
    Board& board_;
    const std::function<void()> changed_;
  };

 private:
  mutable std::mutex mutex_;
  std::vector<Notice> notices_;
  std::set<const Follower*> followers_;
};
