#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "onbehalf/service/method.h"
#include "onbehalf/win32/lock.h"
#include "requests/outbox.h"
#include "threads/thread_pool.h"

namespace onbehalf::service {

// The $/progress of one request whose caller gave a token: what its handler reports, or the pieces of its stream. In order,
// and never behind the answer. Kept by the request; keeps its client's connection. Any thread, except where it says so.
class ProgressChannel final : public Progress, public std::enable_shared_from_this<ProgressChannel> {
 public:
  // `max_bytes` are of one message. Throws Win32Error.
  ProgressChannel(std::shared_ptr<Outbox> outbox, Json token, std::size_t max_bytes, ThreadPool& io_pool);

  // For handlers. What is reported is written by a thread of the pool, because the calling one may carry the caller's
  // token.
  bool wanted() const override { return true; }
  void Report(Json value) override;

  // For streams, which ask for room before: sends at once. Not while impersonating. Throws as Report does.
  void Send(const Json& value);
  // Sends what has been reported; nothing goes out from then on. Not while impersonating.
  void Close();

 private:
  std::string TextOf(const Json& value) const;
  void Flush();

  const std::shared_ptr<Outbox> outbox_;
  const Json token_;
  const std::size_t max_bytes_;

  win32::Lock sending_;  // held while one is sent, so that they keep their order; taken before mutex_
  win32::Lock mutex_;    // held for a moment only
  std::deque<std::string> reported_;
  std::size_t bytes_ = 0;  // of reported_
  bool newest_is_spare_ =
      false;  // the last one came when there was no room: a newer one takes its place until there is
  bool flushing_ = false;  // a flush is queued, is running or waits for room: there is one at most
  bool closed_ = false;
  PoolWork flush_;
};

}  // namespace onbehalf::service
