#include "audit/audit.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <utility>

#include "audit/audit_files.h"
#include "audit/audit_line.h"
#include "audit/audit_params.h"
#include "audit/event_limit.h"
#include "audit/event_queue.h"
#include "identity/impersonation.h"
#include "onbehalf/protocol/error_code.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/lock.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "threads/thread_pool.h"

namespace onbehalf::service {
namespace {

using std::chrono::system_clock;

// What the event log is told of a change's descriptors; the audit has them whole.
constexpr std::size_t kEventSddlBytes = 1500;

std::string_view Word(AuditVerdict verdict) {
  switch (verdict) {
    case AuditVerdict::kAllowed:
      return "allowed";
    case AuditVerdict::kDenied:
      return "denied";
    case AuditVerdict::kRefused:
      break;
  }
  return "refused";
}

struct FileIdentity {
  DWORD volume = 0;
  DWORD index_high = 0;
  DWORD index_low = 0;
  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

FileIdentity IdentityOf(const BY_HANDLE_FILE_INFORMATION& information) {
  return {information.dwVolumeSerialNumber, information.nFileIndexHigh, information.nFileIndexLow};
}

// "2026-08-24" for 90 days before "2026-11-22".
std::string DayBefore(system_clock::time_point time, std::uint32_t days) {
  return std::string(UtcText(time - std::chrono::days(days), UtcText::Fraction::kNone).day());
}

void AppendField(std::string& text, std::string_view name, std::string_view value, std::size_t max_bytes) {
  if (!text.empty()) text += ' ';
  text += name;
  text += '=';
  AppendEscaped(text, value, Escaping::kLog, max_bytes);
}

void AppendAccount(std::string& text, std::string_view name, const CallerIdentity* caller) {
  if (caller != nullptr) AppendField(text, name, SidText(caller->user()).view(), 192);
}

std::string LeftOut(std::uint64_t count, std::string_view where_they_are) {
  if (count == 0) return {};
  return "(" + std::to_string(count) + " more since the last of these events were left out" +
         std::string(where_they_are) + ")";
}
constexpr std::string_view kInTheAudit = "; the audit has them";

bool IsAccessDenied(std::string_view error) {
  return error == protocol::InfoOf(protocol::ErrorCode::kAccessDenied).name;
}

constexpr DWORD kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

}  // namespace

AuditFileCalls AuditFileCalls::Windows() {
  AuditFileCalls calls;
  calls.write = [](HANDLE file, std::string_view bytes, DWORD& written) -> DWORD {
    return ::WriteFile(file, bytes.data(), static_cast<DWORD>(bytes.size()), &written, nullptr)
               ? ERROR_SUCCESS
               : ::GetLastError();
  };
  calls.remove = [](const std::filesystem::path& file) -> DWORD {
    return ::DeleteFileW(file.c_str()) ? ERROR_SUCCESS : ::GetLastError();
  };
  return calls;
}

struct Audit::Impl {
  Impl(const std::filesystem::path& audit_folder, AuditOptions audit_options)
      : folder(audit_folder),
        options(std::move(audit_options)),
        denials(options.settings.denials_per_minute),
        changes(options.settings.denials_per_minute),
        failed_removals(options.settings.denials_per_minute),
        events(options.report) {
    if (options.anchors != nullptr) anchor_timer.emplace([this] { WriteAnchors(); });
  }
  ~Impl() {
    if (anchor_timer) anchor_timer->Close();
    WriteAnchors();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  const std::filesystem::path folder;
  const AuditOptions options;
  EventLimit denials;
  EventLimit changes;
  EventLimit failed_removals;
  EventQueue events;
  std::optional<PoolTimer> anchor_timer;  // if there are anchors
  win32::Lock anchoring;                  // anchors go out one after the other; taken before `lock`

  win32::Lock followers_lock;
  std::vector<const Follower*> followers;
  std::atomic<bool> has_followers{false};  // changed under followers_lock: usually there are none

  win32::Lock lock;
  // All below under `lock`.
  AuditHasher hasher;
  std::optional<AuditHead> head;  // once it is known where the chain stands
  AuditFileName name;             // of the file that is written; no day before the first
  win32::UniqueFile handle;
  std::filesystem::path path;
  FileIdentity identity;
  std::uint64_t size = 0;
  bool has_sealed_line = false;        // the file has one
  system_clock::time_point looked_at;  // when the path was last seen to be this file
  bool retention_due = false;
  std::vector<AuditAnchor> ended;  // where files that have been ended stand, not yet anchored
  std::uint32_t lines_to_anchor = 0;
  // The last failure.
  DWORD error = ERROR_SUCCESS;
  system_clock::time_point failing_since;
  std::uint64_t lines_lost = 0;

  // Appends a line as the next one of the chain.
  template <typename Line>
  bool Append(Line& line, system_clock::time_point time) {
    {
      const std::lock_guard guard(lock);
      if (!IsReady(line.day(), line.view().size() + kSealBytes, time) || !WriteGap(time) || !Retain(time) ||
          !WriteSealed(line)) {
        if (lines_lost++ == 0) failing_since = time;
        return false;
      }
      error = ERROR_SUCCESS;
    }
    if (!has_followers) return true;
    const std::lock_guard guard(followers_lock);
    for (const Follower* follower : followers) follower->on_line_();
    return true;
  }

  bool OpenNow() {
    const system_clock::time_point time = options.now();
    const UtcText text(time, UtcText::Fraction::kNone);
    const std::lock_guard guard(lock);
    if (IsReady(text.day(), 0, time)) {
      if (lines_lost == 0) error = ERROR_SUCCESS;
      return true;
    }
    if (lines_lost == 0) failing_since = time;
    return false;
  }

  bool Failed(DWORD code) {
    error = code;
    handle.reset();
    return false;
  }

  // The right file is open for a line of `bytes`.
  bool IsReady(std::string_view day, std::size_t bytes, system_clock::time_point time) {
    // Never an older file: a clock that is set back must not turn the order of the files round.
    if (handle && !IsFull(bytes) && day <= name.day && IsStillThere(time)) return true;
    try {
      if (!head) {
        const auto files = ListAuditFiles(folder);
        head = RecoverHead(folder);
        if (!files.empty()) name = files.back().name;
      }
      return OpenFile(day, bytes, time);
    } catch (const win32::Win32Error& failure) {
      return Failed(failure.win32_code());
    }
  }

  // The path still names the open file. It is looked at once a second: whoever may remove or rename the file
  // (administrators) can make lines of that second go to the file that was.
  bool IsStillThere(system_clock::time_point time) {
    if (time >= looked_at && time - looked_at < std::chrono::seconds(1)) return true;
    const win32::UniqueFile named(::CreateFileW(path.c_str(), FILE_READ_ATTRIBUTES, kShareAll, nullptr,
                                                OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
    BY_HANDLE_FILE_INFORMATION information;
    if (!named || !::GetFileInformationByHandle(named.get(), &information) ||
        IdentityOf(information) != identity) {
      return false;
    }
    looked_at = time;
    return true;
  }

  bool IsFull(std::size_t bytes) const { return size != 0 && size + bytes > options.settings.file_bytes; }

  // Opens the file for a line of `day`: the one that is written, or the one after it.
  bool OpenFile(std::string_view day, std::size_t bytes, system_clock::time_point time) {
    // Also when it is not the one that will be written: what was left at its end must be closed off in its
    // place.
    if (!handle && !name.day.empty() && !OpenNamed(day > name.day ? OPEN_EXISTING : OPEN_ALWAYS, time) &&
        !(day > name.day && error == ERROR_FILE_NOT_FOUND)) {
      return false;
    }
    const AuditFileName before = name;
    if (day > name.day) {
      name = {std::string(day), 1};
    } else if (handle && IsFull(bytes)) {
      ++name.number;
    } else if (handle && IsStillThere(time)) {
      return true;
    }
    // Closed first: a removed file that is still open keeps its name from being used.
    handle.reset();
    if (!OpenNamed(OPEN_ALWAYS, time)) {
      name = before;
      return false;
    }
    if (name == before) return true;
    retention_due = true;
    if (head->seq != 0 && !before.day.empty() && anchor_timer) {
      ended.push_back({*head, before.ToString()});
      StartAnchorTimer(std::chrono::minutes(0));
    }
    return true;
  }

  bool OpenNamed(DWORD disposition, system_clock::time_point time) {
    path = folder / name.ToString();
    // FILE_APPEND_DATA without FILE_WRITE_DATA: this handle cannot change a byte that has been written ("File
    // Access Rights Constants"), and without FILE_SHARE_WRITE nobody else can open the file to do so. A link
    // in the file's place is opened itself and then refused.
    handle.reset(::CreateFileW(path.c_str(), FILE_APPEND_DATA | FILE_READ_ATTRIBUTES | SYNCHRONIZE,
                               FILE_SHARE_READ | FILE_SHARE_DELETE, nullptr, disposition,
                               FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
    if (!handle) return Failed(::GetLastError());
    BY_HANDLE_FILE_INFORMATION information;
    if (!::GetFileInformationByHandle(handle.get(), &information)) return Failed(::GetLastError());
    if ((information.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0)
      return Failed(ERROR_CANT_ACCESS_FILE);
    identity = IdentityOf(information);
    size = (std::uint64_t{information.nFileSizeHigh} << 32) | information.nFileSizeLow;
    looked_at = time;
    has_sealed_line = false;
    try {
      return size == 0 || CloseOff(time);
    } catch (const win32::Win32Error& failure) {
      return Failed(failure.win32_code());
    }
  }

  // What follows the file's last sealed line is none of the chain: what a write left that did not come to its
  // end. It is declared by a line that has its hash, except a line that is whole but for its newline: one of
  // the chain, or the one that declares what is before it.
  bool CloseOff(system_clock::time_point time) {
    std::string rest;
    {
      std::uint64_t begin = 0;
      ReverseLineReader lines(OpenAuditFile(folder, name));
      while (const auto line = lines.Previous()) {
        if (!ParseSeal(*line)) continue;
        // A write that failed may have come to its end all the same.
        Adopt(*line);
        has_sealed_line = true;
        begin = lines.offset() + line->size() + 1;
        break;
      }
      LineReader after(OpenAuditFile(folder, name), begin);
      while (const auto line = after.Next()) {
        rest += *line;
        if (after.ended_in_newline()) rest += '\n';
      }
    }
    if (rest.empty()) return true;
    if (!rest.ends_with('\n')) {
      if (!Write("\n")) return false;
      const std::string_view all = rest;
      const std::size_t last = all.rfind('\n') + 1;  // npos + 1 is 0
      if ((last == 0 || all.substr(last).find(TornMembers(all.substr(0, last))) != std::string_view::npos) &&
          Adopt(all.substr(last))) {
        return true;
      }
      rest += '\n';
    }
    AuditLine line(time, "torn");
    line.Put(TornMembers(rest));
    return WriteSealed(line);
  }

  // What a line "torn" says of `rest`. No value of a line can contain it: quotation marks are escaped there.
  std::string TornMembers(std::string_view rest) {
    std::string text(",\"bytes\":");
    text += DecimalText(rest.size()).view();
    text += ",\"sha256\":\"";
    text += hasher.Of(rest).view();
    return text + '"';
  }

  // Takes a line that is in the file for the chain's last one, if it is the next one of the chain.
  bool Adopt(std::string_view line) {
    const auto seal = ParseSeal(line);
    if (!seal || seal->seq != head->seq + 1 || hasher.Next(head->hash, seal->before_hash) != seal->hash)
      return false;
    *head = {head->chain, seal->seq, seal->hash};
    has_sealed_line = true;
    return true;
  }

  // One write. After a failure the file is opened anew the next time.
  bool Write(std::string_view text) {
    DWORD written = 0;
    const DWORD code = options.files.write(handle.get(), text, written);
    size += written;
    if (code != ERROR_SUCCESS) return Failed(code);
    return written == text.size() || Failed(ERROR_DISK_FULL);
  }

  template <typename Line>
  bool WriteSealed(Line& line) {
    const AuditHead next = Seal(line, *head, !has_sealed_line, hasher);
    if (!Write(line.view())) return false;
    *head = next;
    has_sealed_line = true;
    if (!anchor_timer) return true;
    ++lines_to_anchor;
    // What is to be anchored at once already, because a file has ended, stays so.
    if (lines_to_anchor == 1 && ended.empty())
      StartAnchorTimer(std::chrono::minutes(options.settings.anchor_minutes));
    if (lines_to_anchor == options.settings.anchor_lines) StartAnchorTimer(std::chrono::minutes(0));
    return true;
  }

  bool WriteGap(system_clock::time_point time) {
    if (lines_lost == 0) return true;
    AuditLine line(time, "gap");
    line.Number("lines", lines_lost);
    line.Word("since", UtcText(failing_since, UtcText::Fraction::kMicroseconds).view());
    line.Text("error", win32::ErrorName(error), kReasonBytes);
    if (!WriteSealed(line)) return false;
    lines_lost = 0;
    return true;
  }

  // Removes files that are too old, and the oldest while there is more than may be kept, with the file that
  // is written as large as it may become. A removal is recorded before it is made, so that the chain's new
  // beginning is always explained. What cannot be removed stays, and is reported.
  bool Retain(system_clock::time_point time) {
    if (!std::exchange(retention_due, false)) return true;
    std::vector<AuditFile> files;
    try {
      files = ListAuditFiles(folder);
    } catch (const win32::Win32Error& failure) {
      return Failed(failure.win32_code());
    }
    std::uint64_t bytes = options.settings.file_bytes;
    for (const AuditFile& file : files) {
      if (file.name != name) bytes += file.size;
    }
    const std::string oldest_day = DayBefore(AgeIsReckonedFrom(time, files), options.settings.keep_days);
    for (const AuditFile& file : files) {
      const bool is_old = file.name.day < oldest_day;
      if (file.name >= name || (!is_old && bytes <= options.settings.keep_bytes)) break;
      if (!Remove(file, is_old ? "age" : "size", time)) {
        retention_due = true;
        return false;
      }
      bytes -= file.size;
    }
    return true;
  }

  // Now, or the day after the newest file of an earlier day than the one that is begun: a clock
  // that jumps ahead must not make all there is too old at once. After a pause, the age of what was before it
  // takes effect with the file of the next day.
  system_clock::time_point AgeIsReckonedFrom(system_clock::time_point time,
                                             const std::vector<AuditFile>& files) const {
    for (auto file = files.rbegin(); file != files.rend(); ++file) {
      const auto begin = file->name.Begin();
      if (file->name.day >= name.day || !begin) continue;
      return std::min<system_clock::time_point>(time, *begin + std::chrono::days(1));
    }
    return time;
  }

  bool Remove(const AuditFile& file, std::string_view why, system_clock::time_point time) {
    const std::string text = file.name.ToString();
    const std::filesystem::path old = folder / text;
    // Whether it can be removed is known before it is recorded.
    DWORD code = ERROR_SUCCESS;
    std::optional<AuditSeal> last;
    {
      const win32::UniqueFile removable(::CreateFileW(old.c_str(), DELETE, kShareAll, nullptr, OPEN_EXISTING,
                                                      FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
      if (!removable) code = ::GetLastError();
    }
    if (code == ERROR_SUCCESS) {
      try {
        last = LastSeal(folder, file.name);
      } catch (const win32::Win32Error& failure) {
        code = failure.win32_code();
      }
    }
    if (code == ERROR_SUCCESS) {
      AuditLine line(time, "retention");
      line.Word("file", text);
      line.Word("why", why);
      line.Number("bytes", file.size);
      if (last) {
        line.Number("last_seq", last->seq);
        line.Word("last", last->hash.view());
      }
      if (!WriteSealed(line)) return false;
      code = options.files.remove(old);
    }
    if (code != ERROR_SUCCESS) {
      const auto left_out = failed_removals.Take(time);
      if (!left_out) return true;
      std::string why_not = win32::ErrorName(code);
      if (*left_out != 0) why_not += ' ' + LeftOut(*left_out, {});
      Post(failed_removals, *left_out, Event::kInternalError,
           "an old file of the audit cannot be removed: " + text, std::move(why_not));
    }
    return true;
  }

  // What finds no room is left out and counted, with those that were left out before it.
  void Post(EventLimit& limit, std::uint64_t left_out, Event event, std::string first, std::string second) {
    if (!events.Post(event, std::move(first), std::move(second))) limit.LeaveOut(left_out + 1);
  }

  // Under `lock`, at any time: the timer's callback takes what is there then. A time that is set replaces the
  // one that was set before.
  void StartAnchorTimer(std::chrono::milliseconds after) {
    if (anchor_timer) anchor_timer->Start(after, std::chrono::milliseconds(0), std::chrono::seconds(1));
  }

  // What is not taken is tried again with the next ones.
  void WriteAnchors() {
    if (options.anchors == nullptr) return;
    const std::lock_guard one_at_a_time(anchoring);
    std::vector<AuditAnchor> anchors;
    bool with_head = false;
    {
      const std::lock_guard guard(lock);
      anchors = std::exchange(ended, {});
      with_head = std::exchange(lines_to_anchor, 0) != 0;
      if (with_head) anchors.push_back({*head, name.ToString()});
    }
    for (auto anchor = anchors.begin(); anchor != anchors.end(); ++anchor) {
      if (options.anchors->Write(*anchor)) continue;
      const std::lock_guard guard(lock);
      const auto untaken_end = anchors.end() - (with_head ? 1 : 0);
      if (anchor < untaken_end) ended.insert(ended.begin(), anchor, untaken_end);
      if (lines_to_anchor == 0) {
        lines_to_anchor = 1;
        StartAnchorTimer(std::chrono::minutes(options.settings.anchor_minutes));
      }
      return;
    }
  }

  // `fields` gives the event's text, which is only put together if it may be reported.
  template <typename Fields>
  void Report(EventLimit& limit, Event event, system_clock::time_point time, Fields&& fields) {
    const auto left_out = limit.Take(time);
    if (!left_out) return;
    std::string text;
    fields(text);
    Post(limit, *left_out, event, std::move(text), LeftOut(*left_out, kInTheAudit));
  }

  void Report(const AuditDecision& decision, system_clock::time_point time) {
    Report(denials, Event::kRequestDenied, time, [&](std::string& text) {
      AppendField(text, "method", decision.method, kMethodBytes);
      AppendAccount(text, "account", decision.caller);
      AppendField(text, "node", decision.node, kNodeBytes);
      AppendField(text, "entry", decision.entry, kEntryBytes);
      AppendField(text, "request", decision.request_id, kRequestIdBytes);
    });
  }

  void Report(const AuditOutcome& outcome, system_clock::time_point time) {
    Report(denials, Event::kRequestDenied, time, [&](std::string& text) {
      AppendField(text, "method", outcome.method, kMethodBytes);
      AppendAccount(text, "account", outcome.caller);
      AppendField(text, "by", "handler", 64);
      AppendField(text, "request", outcome.request_id, kRequestIdBytes);
    });
  }

  void Report(const AuditPolicyChange& change, system_clock::time_point time) {
    Report(changes, Event::kPolicyChanged, time, [&](std::string& text) {
      AppendField(text, "node", change.node, kNodeBytes);
      AppendAccount(text, "by", change.caller);
      if (change.caller != nullptr) {
        AppendField(text, "request", change.request_id, kRequestIdBytes);
      } else {
        AppendField(text, "by", "a change of access.json from outside", 64);
      }
      AppendField(text, "version", std::to_string(change.version), 20);
      AppendField(text, "before", change.before.value_or("(default)"), kEventSddlBytes);
      AppendField(text, "after", change.after.value_or("(default)"), kEventSddlBytes);
    });
  }
};

Audit::Audit(const std::filesystem::path& folder, AuditOptions options)
    : impl_(std::make_unique<Impl>(folder, std::move(options))) {}

Audit::~Audit() = default;

bool Audit::Open() {
  AssertNotImpersonating();
  if (!impl_->OpenNow()) return false;
  {
    const std::lock_guard guard(impl_->lock);
    // Also what a process before this one wrote last and could not anchor any more.
    if (impl_->head->seq != 0) impl_->lines_to_anchor = std::max(impl_->lines_to_anchor, 1U);
  }
  impl_->WriteAnchors();
  return true;
}

Audit::Follower::Follower(Audit& audit, std::function<void()> on_line)
    : audit_(audit), on_line_(std::move(on_line)) {
  const std::lock_guard guard(audit_.impl_->followers_lock);
  audit_.impl_->followers.push_back(this);
  audit_.impl_->has_followers = true;
}

Audit::Follower::~Follower() {
  const std::lock_guard guard(audit_.impl_->followers_lock);
  std::erase(audit_.impl_->followers, this);
  audit_.impl_->has_followers = !audit_.impl_->followers.empty();
}

bool Audit::Record(const AuditDecision& decision) {
  AssertNotImpersonating();
  const system_clock::time_point now = impl_->options.now();
  AuditLine line(now, "decision");
  line.Text("request", decision.request_id, kRequestIdBytes);
  line.Number("connection", decision.connection_id);
  line.Text("method", decision.method, kMethodBytes);
  if (decision.caller != nullptr) {
    line.Account("account", decision.caller->user());
    line.Word("level", win32::ToString(decision.caller->level()));
  }
  if (decision.process != nullptr) {
    line.Number("process", decision.process->process_id);
    if (!decision.process->image_path.empty()) line.Text("image", decision.process->image_path, kImageBytes);
  }
  line.Word("verdict", Word(decision.verdict));
  if (!decision.node.empty()) line.Text("node", decision.node, kNodeBytes);
  if (!decision.entry.empty()) line.Text("entry", decision.entry, kEntryBytes);
  if (!decision.reason.empty()) line.Text("reason", decision.reason, kReasonBytes);
  if (decision.params != nullptr && !decision.params->empty()) {
    ParamsWriter(line).Write(*decision.parameters, *decision.params);
  }
  const bool recorded = impl_->Append(line, now);
  // Not a denial that is answered as if there were no such method: it must cost what a request for a method
  // costs that there is not.
  if (decision.verdict == AuditVerdict::kDenied && IsAccessDenied(decision.reason))
    impl_->Report(decision, now);
  return recorded;
}

bool Audit::Record(const AuditOutcome& outcome) {
  AssertNotImpersonating();
  const system_clock::time_point now = impl_->options.now();
  AuditLine line(now, "outcome");
  line.Text("request", outcome.request_id, kRequestIdBytes);
  line.Text("method", outcome.method, kMethodBytes);
  if (outcome.caller != nullptr) line.Account("account", outcome.caller->user());
  line.Text("outcome", outcome.outcome, kReasonBytes);
  if (outcome.win32) line.Number("win32", *outcome.win32);
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(outcome.took).count();
  line.Number("took_us", took < 0 ? 0 : static_cast<std::uint64_t>(took));
  const bool recorded = impl_->Append(line, now);
  // A method that asks more than who may call it (access.set) denies by itself.
  if (IsAccessDenied(outcome.outcome) && !outcome.denial_is_recorded) impl_->Report(outcome, now);
  return recorded;
}

bool Audit::Record(const AuditPolicyChange& change) {
  AssertNotImpersonating();
  const system_clock::time_point now = impl_->options.now();
  LongAuditLine line(now, "policy");
  line.Word("origin", change.caller == nullptr ? "outside" : "request");
  if (!change.request_id.empty()) line.Text("request", change.request_id, kRequestIdBytes);
  if (change.caller != nullptr) line.Account("account", change.caller->user());
  line.Text("node", change.node, kNodeBytes);
  line.Number("version", change.version);
  const auto descriptor = [&line](std::string_view name, std::optional<std::string_view> sddl) {
    sddl ? line.Text(name, *sddl, sddl->size()) : line.Null(name);
  };
  descriptor("before", change.before);
  descriptor("after", change.after);
  const bool recorded = impl_->Append(line, now);
  impl_->Report(change, now);
  return recorded;
}

bool Audit::RecordWithdrawn(std::string_view request_id, std::uint64_t version) {
  AssertNotImpersonating();
  const system_clock::time_point now = impl_->options.now();
  AuditLine line(now, "policyWithdrawn");
  if (!request_id.empty()) line.Text("request", request_id, kRequestIdBytes);
  line.Number("version", version);
  return impl_->Append(line, now);
}

AuditState Audit::State() const {
  AuditState state;
  DWORD error = ERROR_SUCCESS;
  {
    const std::lock_guard guard(impl_->lock);
    error = impl_->error;
    state.since = impl_->failing_since;
    state.lines_lost = impl_->lines_lost;
  }
  state.ok = error == ERROR_SUCCESS && state.lines_lost == 0;
  if (!state.ok) state.error = win32::ErrorName(error) + ": " + win32::ErrorMessage(error);
  return state;
}

std::optional<AuditAnchor> Audit::Head() const {
  const std::lock_guard guard(impl_->lock);
  if (!impl_->head || impl_->head->seq == 0) return std::nullopt;
  return AuditAnchor{*impl_->head, impl_->name.ToString()};
}

void Audit::Anchor() {
  AssertNotImpersonating();
  impl_->WriteAnchors();
}

void Audit::Flush() { impl_->events.Flush(); }

const Settings::Audit& Audit::settings() const { return impl_->options.settings; }
const std::filesystem::path& Audit::folder() const { return impl_->folder; }
const std::shared_ptr<AnchorLog>& Audit::anchors() const { return impl_->options.anchors; }

}  // namespace onbehalf::service
