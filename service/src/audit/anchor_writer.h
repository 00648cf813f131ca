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

// When the chain is anchored: at once when a file has ended, after anchor_lines lines, anchor_minutes after a line, and when asked.
// On a thread of the process's pool, because an anchor goes to another process.
class AnchorWriter {
 public:
  // `log`: nullptr: nothing is anchored. `lock` is the audit's; `head` gives where the chain stands and is called under it, only
  // after a line.
  AnchorWriter(std::shared_ptr<AnchorLog> log, const Settings::Audit& settings, win32::Lock& lock,
               std::function<AuditAnchor()> head);
  AnchorWriter(const AnchorWriter&) = delete;
  AnchorWriter& operator=(const AnchorWriter&) = delete;

  // All three under `lock`.
  void OnLine();
  void OnFileEnded(AuditAnchor last);
  // The head is to be anchored by the next Write though no line was written.
  void AddHead();

  // Not under `lock`. What the log does not take is tried again with the next ones.
  void Write();
  // Writes what is left; nothing is written after. `head` must not be gone yet.
  void Close();

 private:
  void StartTimer(std::chrono::milliseconds after);

  const std::shared_ptr<AnchorLog> log_;
  const Settings::Audit& settings_;
  const std::function<AuditAnchor()> head_;
  win32::Lock writing_;  // anchors go out one after the other; taken before lock_

  win32::Lock& lock_;
  // Under lock_.
  std::vector<AuditAnchor> ended_;  // where files that have been ended stand, not yet anchored
  std::uint32_t lines_ = 0;         // since the head was last anchored
  std::optional<PoolTimer> timer_;  // if there is a log; last: its callback uses the rest
};

}  // namespace onbehalf::service
