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

// The $/progress of one request whose caller gave a token: the reports of its handler, or the pieces of its stream. In order,
// and never after the answer. Owned by the request; keeps the client's connection alive. Any thread, except where noted.
class ProgressChannel final : public Progress, public std::enable_shared_from_this<ProgressChannel> {
 public:
  // `max_bytes` applies to one message. Throws Win32Error.
  ProgressChannel(std::shared_ptr<Outbox> outbox, Json token, std::size_t max_bytes, ThreadPool& io_pool);

  // For handlers. Reports are written by a pool thread, because the calling thread may carry the caller's token.
  bool wanted() const override { return true; }
  void Report(Json value) override;

  // For streams, which check for room first: sends at once. Not while impersonating. Throws as Report does.
  void Send(const Json& value);
  // Sends pending reports; nothing is sent afterwards. Not while impersonating.
  void Close();

 private:
  std::string TextOf(const Json& value) const;
  void Flush();

  const std::shared_ptr<Outbox> outbox_;
  const Json token_;
  const std::size_t max_bytes_;

  win32::Lock sending_;  // held while sending, to keep the order; acquired before mutex_
  win32::Lock mutex_;    // held only briefly
  std::deque<std::string> reported_;
  std::size_t bytes_ = 0;        // of reported_
  bool replace_newest_ = false;  // it came without room: a newer report replaces it until there is
  bool flushing_ = false;        // a flush is queued, running or waiting for room: at most one
  bool closed_ = false;
  PoolWork flush_;
};

}  // namespace onbehalf::service
