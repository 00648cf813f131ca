#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "audit/anchor_log.h"
#include "onbehalf/service/settings.h"
#include "onbehalf/win32/lock.h"
#include "threads/thread_pool.h"

namespace onbehalf::service {

// Anchors the chain: as soon as a file ends, after anchor_lines lines, anchor_minutes after a line, and on request. On a thread
// of the process's pool, because an anchor is sent to another process.
class AnchorWriter {
 public:
  // `log`: nullptr disables anchoring. `lock` is the audit's; `head` returns the position of the chain and is called under it,
  // only after the first line.
  AnchorWriter(std::shared_ptr<AnchorLog> log, const Settings::Audit& settings, win32::Lock& lock,
               std::function<AuditAnchor()> head);
  AnchorWriter(const AnchorWriter&) = delete;
  AnchorWriter& operator=(const AnchorWriter&) = delete;

  // All three under `lock`.
  void OnLine();
  void OnFileEnded(AuditAnchor last);
  // The next Write will anchor the head even if no line was written.
  void AddHead();

  // Not under `lock`. Anchors that the log does not accept are retried with the next ones.
  void Write();
  // Writes what is pending; nothing is written afterwards. `head` must still be callable.
  void Close();

 private:
  void StartTimer(std::chrono::milliseconds after);

  const std::shared_ptr<AnchorLog> log_;
  const Settings::Audit& settings_;
  const std::function<AuditAnchor()> head_;
  win32::Lock writing_;  // serializes Write; acquired before lock_

  win32::Lock& lock_;
  // Under lock_.
  std::vector<AuditAnchor> ended_;  // the ends of files, not yet anchored
  std::uint32_t lines_ = 0;         // since the head was last anchored
  std::optional<PoolTimer> timer_;  // only with a log; last: its callback uses the other members
};

}  // namespace onbehalf::service
