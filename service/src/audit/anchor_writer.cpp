#include "audit/anchor_writer.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace onbehalf::service {

AnchorWriter::AnchorWriter(std::shared_ptr<AnchorLog> log, const Settings::Audit& settings, win32::Lock& lock,
                           std::function<AuditAnchor()> head)
    : log_(std::move(log)), settings_(settings), head_(std::move(head)), lock_(lock) {
  if (log_ != nullptr) timer_.emplace([this] { Write(); });
}

void AnchorWriter::OnLine() {
  if (!timer_) return;
  ++lines_;
  // Keeps the timer if it is already due because a file has ended.
  if (lines_ == 1 && ended_.empty()) StartTimer(std::chrono::minutes(settings_.anchor_minutes));
  if (lines_ == settings_.anchor_lines) StartTimer(std::chrono::minutes(0));
}

void AnchorWriter::OnFileEnded(AuditAnchor last) {
  if (!timer_) return;
  ended_.push_back(std::move(last));
  StartTimer(std::chrono::minutes(0));
}

void AnchorWriter::AddHead() { lines_ = std::max(lines_, 1U); }

void AnchorWriter::Close() {
  if (timer_) timer_->Close();
  Write();
}

// Safe at any time: the callback takes whatever is pending then. A new time replaces the previous one.
void AnchorWriter::StartTimer(std::chrono::milliseconds after) {
  timer_->Start(after, std::chrono::milliseconds(0), std::chrono::seconds(1));
}

void AnchorWriter::Write() {
  if (log_ == nullptr) return;
  const std::lock_guard one_at_a_time(writing_);
  std::vector<AuditAnchor> anchors;
  bool with_head = false;
  {
    const std::lock_guard guard(lock_);
    anchors = std::exchange(ended_, {});
    with_head = std::exchange(lines_, 0) != 0;
    if (with_head) anchors.push_back(head_());
  }
  for (auto anchor = anchors.begin(); anchor != anchors.end(); ++anchor) {
    if (log_->Write(*anchor)) continue;
    const std::lock_guard guard(lock_);
    const auto untaken_end = anchors.end() - (with_head ? 1 : 0);
    if (anchor < untaken_end) ended_.insert(ended_.begin(), anchor, untaken_end);
    if (lines_ == 0) {
      lines_ = 1;
      StartTimer(std::chrono::minutes(settings_.anchor_minutes));
    }
    return;
  }
}

}  // namespace onbehalf::service
