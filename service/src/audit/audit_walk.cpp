#include "audit/audit_walk.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/audit_hasher.h"
#include "onbehalf/protocol/json_text.h"
#include "onbehalf/protocol/limits.h"

namespace onbehalf::service {
namespace {

using protocol::Json;

// Limit for bytes between two sealed lines, which a "torn" line may declare.
constexpr std::size_t kMaxTornBytes = kLongestLine;
// Some tens of milliseconds.
constexpr std::uint64_t kLinesBetweenProgress = 4096;

// The event of a sealed line: {"time":"…","event":"retention",…
std::string_view EventOf(std::string_view line) {
  constexpr std::string_view kMember = "\",\"event\":\"";
  constexpr std::size_t kTimeBytes = 64;
  const std::size_t at = line.substr(0, kTimeBytes).find(kMember);
  if (at == std::string_view::npos) return {};
  line.remove_prefix(at + kMember.size());
  return line.substr(0, line.find('"'));
}

// The text of a line's member; empty if the line has none, or it is not a string.
std::string TextOf(std::string_view line, const char* name) {
  Json json;
  if (protocol::ParseJson(line, protocol::JsonLimits{}, json) || !json.is_object()) return {};
  const auto member = json.find(name);
  return member != json.end() && member->is_string() ? member->get<std::string>() : std::string();
}

class Walk {
 public:
  Walk(AuditFileSource& source, const AuditWalkOptions& options, AuditVerification& result)
      : source_(source), options_(options), reading_(options.anchors), live_(options.head), result_(result) {}

  AuditWalkEnd Run() {
    const std::vector<AuditFileName> files = source_.List();
    progress_.files_in_all = files.size();
    Report();
    for (const AuditFileName& file : files) {
      file_ = file.ToString();
      line_ = 0;
      is_last_file_ = &file == &files.back();
      auto opened = source_.Open(file);
      if (!opened) return AuditWalkEnd::kFileGone;
      ++result_.files;
      if (!WalkFile(std::move(opened))) return is_stopped_ ? AuditWalkEnd::kStopped : AuditWalkEnd::kDone;
      progress_.files_done = result_.files;
      Report();
    }
    CheckEnd(files);
    if (!result_.problem) CheckOtherChain(files);
    return AuditWalkEnd::kDone;
  }

  // Adds the limits of the verdict.
  void Describe() {
    std::vector<std::string> notes;
    if (!reading_.fault.empty()) notes.push_back("the anchors could not be compared: " + reading_.fault);
    if (reading_.fault.empty() && result_.anchors == 0 && !result_.problem) {
      notes.push_back(
          "the event log has no anchor for these lines: a truncated end or a recomputed chain would not be "
          "detected");
    }
    if (other_anchors_ != 0) {
      notes.push_back("the event log has " + std::to_string(other_anchors_) +
                      " anchors of another chain, whose files are not here; the last is number " +
                      std::to_string(other_->head.seq) + " in " + other_->file);
    }
    if (torn_count_ != 0) {
      notes.push_back("interrupted writes that the audit declares: " + std::to_string(torn_count_) +
                      "; first at " + torn_places_);
    }
    for (const std::string& note : notes) result_.note += (result_.note.empty() ? "" : "; ") + note;
  }

 private:
  void Report() {
    progress_.lines = result_.lines;
    if (options_.on_progress) options_.on_progress(progress_);
  }

  bool Problem(std::string what) { return Problem(line_, std::move(what)); }
  bool Problem(std::uint64_t line, std::string what) {
    result_.problem = AuditProblem{file_, line, std::move(what)};
    return false;
  }

  // False when there is a problem, or it was stopped.
  bool WalkFile(std::unique_ptr<ByteSource> file) {
    LineReader lines(std::move(file));
    has_sealed_line_ = false;
    while (const auto line = lines.Next()) {
      if (options_.stop.stop_requested()) {
        is_stopped_ = true;
        return false;
      }
      if (!lines.ended_in_newline()) {
        // The service is still writing this line if it is the very last one.
        if (live_ && is_last_file_ && torn_.empty() && (!has_head_ || head_.seq >= live_->head.seq))
          return true;
        ++line_;
        ++result_.lines;
        return Problem(torn_.empty() ? line_ : torn_line_,
                       "incomplete line: it was never fully written, or was truncated");
      }
      ++line_;
      if (++result_.lines % kLinesBetweenProgress == 0) Report();
      const auto seal = ParseSeal(*line);
      if (!seal) {
        if (torn_.empty()) torn_line_ = line_;
        torn_ += *line;
        torn_ += '\n';
        if (torn_.size() > kMaxTornBytes) return Problem(torn_line_, "not an audit line");
        continue;
      }
      if (!CheckTorn(*line) || !CheckLink(*seal) || !CheckAnchors(*seal)) return false;
      if (EventOf(*line) == "retention") retained_.push_back(TextOf(*line, "last"));
    }
    return torn_.empty() || Problem(torn_line_, "not an audit line: it has no number and hash");
  }

  // Whether a sealed line declares the unsealed text before it.
  bool CheckTorn(std::string_view line) {
    if (torn_.empty()) return true;
    const std::string torn = std::exchange(torn_, {});
    if (EventOf(line) == "torn" && TextOf(line, "sha256") == hasher_.Of(torn).view()) {
      if (torn_places_.empty()) torn_places_ = file_ + " line " + std::to_string(torn_line_);
      ++torn_count_;
      return true;
    }
    return Problem(torn_line_, "not an audit line: it has no number and hash");
  }

  bool CheckLink(const AuditSeal& seal) {
    const bool is_first_of_file = !std::exchange(has_sealed_line_, true);
    if (is_first_of_file && (!seal.previous || !seal.chain)) {
      return Problem(
          "the beginning of the file is missing: its first line does not refer to the previous file");
    }
    if (!has_head_) {
      has_head_ = true;
      first_ = seal;
      first_.before_hash = {};
      first_file_ = file_;
      first_line_ = line_;
      head_ = {*seal.chain, seal.seq - 1, *seal.previous};
    }
    if (is_first_of_file && *seal.chain != head_.chain) {
      return Problem("another chain begins here: " + seal.chain->ToString() + " after " +
                     head_.chain.ToString());
    }
    if (seal.seq != head_.seq + 1) {
      const std::string numbers =
          "expected number " + std::to_string(head_.seq + 1) + ", found " + std::to_string(seal.seq);
      if (seal.seq <= head_.seq) return Problem(numbers + ": the line was inserted or moved here");
      return Problem(numbers + (is_first_of_file
                                    ? ": a previous file, or the end of the previous one, is missing"
                                    : ": lines are missing before this one, or were moved"));
    }
    if (is_first_of_file && *seal.previous != head_.hash) {
      return Problem("it does not follow the last line of the previous file");
    }
    if (hasher_.Next(head_.hash, seal.before_hash) != seal.hash) {
      return Problem("the line, or the hash of the previous one, was changed: its hash does not match");
    }
    head_.seq = seal.seq;
    head_.hash = seal.hash;
    return true;
  }

  bool CheckAnchors(const AuditSeal& seal) {
    if (!anchors_taken_) TakeAnchors();
    if (live_ && live_->head.seq == seal.seq && live_->head.chain == head_.chain &&
        live_->head.hash != seal.hash) {
      return Problem("it is not the line that the service wrote");
    }
    const auto [begin, end] = anchors_.equal_range(seal.seq);
    for (auto anchor = begin; anchor != end; ++anchor) {
      if (anchor->second != seal.hash) {
        return Problem("its hash differs from the event log's for number " + std::to_string(seal.seq) +
                       ": this line, or one since the previous anchor, was rewritten");
      }
      ++result_.anchors;
    }
    return true;
  }

  // Keeps the anchors of this chain; others are only counted.
  void TakeAnchors() {
    anchors_taken_ = true;
    for (const AuditAnchor& anchor : reading_.anchors) {
      if (anchor.head.chain == head_.chain) {
        const auto [begin, end] = anchors_.equal_range(anchor.head.seq);
        const auto is_same = [&anchor](const auto& each) { return each.second == anchor.head.hash; };
        if (std::none_of(begin, end, is_same)) anchors_.emplace(anchor.head.seq, anchor.head.hash);
      } else {
        ++other_anchors_;
        other_ = &anchor;
      }
    }
  }

  void CheckEnd(const std::vector<AuditFileName>& files) {
    if (!anchors_taken_ && has_head_) TakeAnchors();
    if (!has_head_ && !live_ && !reading_.anchors.empty()) {
      file_ = reading_.anchors.back().file;
      Problem(1, "there are no lines at all, but the event log has anchors");
    } else if (live_ && (!has_head_ || live_->head.seq > head_.seq)) {
      CutOff(files, live_->head.seq, "the service");
    } else if (!anchors_.empty() && anchors_.rbegin()->first > head_.seq) {
      CutOff(files, anchors_.rbegin()->first, "the event log");
    } else if (has_head_ && first_.seq != 1) {
      // The service must have removed the files before the first one.
      for (const std::string& last : retained_) {
        if (last == first_.previous->view()) return;
      }
      file_ = first_file_;
      Problem(first_line_,
              "the files before this one are missing, and no line says that they were removed as too old");
    }
  }

  // Another chain whose files are not yet too old, and whose removal no line records.
  void CheckOtherChain(const std::vector<AuditFileName>& files) {
    if (other_ == nullptr || reading_.is_shared) return;
    const auto is_retained = [this](const std::string& last) { return last == other_->head.hash.view(); };
    if (std::any_of(retained_.begin(), retained_.end(), is_retained)) return;
    const auto other = AuditFileName::FromText(other_->file);
    const auto other_day = other ? other->Begin() : std::nullopt;
    const auto newest_day = files.back().Begin();
    if (!other_day || !newest_day || *other_day < *newest_day - std::chrono::days(options_.keep_days)) return;
    file_ = first_file_;
    Problem(first_line_, "this chain has replaced another: the event log knows of number " +
                             std::to_string(other_->head.seq) + " of chain " + other_->head.chain.ToString() +
                             " in " + other_->file +
                             ", and no line says that its files were removed as too old");
  }

  void CutOff(const std::vector<AuditFileName>& files, std::uint64_t seq, std::string_view who) {
    if (files.empty()) file_ = live_ ? live_->file : std::string();
    Problem(line_ + 1, "the end is missing: " + std::string(who) + " knows of number " + std::to_string(seq) +
                           ", but the last one here is " + std::to_string(head_.seq));
  }

  AuditFileSource& source_;
  const AuditWalkOptions& options_;
  const AnchorLog::Reading& reading_;
  const std::optional<AuditAnchor>& live_;
  AuditVerificationProgress progress_;
  AuditHasher hasher_;
  AuditVerification& result_;
  bool is_stopped_ = false;

  std::string file_;
  std::uint64_t line_ = 0;
  bool is_last_file_ = false;
  bool has_sealed_line_ = false;  // in this file

  bool has_head_ = false;
  AuditHead head_;  // the previous line
  AuditSeal first_;
  std::string first_file_;
  std::uint64_t first_line_ = 0;
  std::vector<std::string> retained_;  // the last hashes of removed files

  std::string torn_;  // unsealed lines since the last sealed one
  std::uint64_t torn_line_ = 0;
  std::uint64_t torn_count_ = 0;
  std::string torn_places_;

  bool anchors_taken_ = false;
  std::multimap<std::uint64_t, AuditHash> anchors_;
  std::uint64_t other_anchors_ = 0;
  const AuditAnchor* other_ = nullptr;
};

}  // namespace

AuditWalkEnd WalkAudit(AuditFileSource& source, const AuditWalkOptions& options, AuditVerification& result) {
  result = {};
  Walk walk(source, options, result);
  const AuditWalkEnd end = walk.Run();
  walk.Describe();
  return end;
}

}  // namespace onbehalf::service
