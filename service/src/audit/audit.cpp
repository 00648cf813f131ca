#include "audit/audit.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <utility>

#include "audit/anchor_writer.h"
#include "audit/audit_events.h"
#include "audit/audit_line.h"
#include "audit/audit_params.h"
#include "audit/chain_file.h"
#include "audit/retention.h"
#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/protocol/error_code.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/lock.h"
#include "onbehalf/win32/win32_error.h"
#include "text/sid_text.h"
#include "text/utc_time.h"

namespace onbehalf::service {
namespace {

using std::chrono::system_clock;

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

bool IsAccessDenied(std::string_view error) {
  return error == protocol::InfoOf(protocol::ErrorCode::kAccessDenied).name;
}

// "package":"S-1-15-2-…","container":5,"capabilities":["S-1-15-3-1",…], and how many more of them there are.
template <typename Storage>
void WriteAppContainer(BasicAuditLine<Storage>& line, const win32::AppContainer& container) {
  line.Account("package", container.package);
  line.Number("container", container.number);
  line.Name("capabilities");
  const std::size_t listed = (std::min)(container.capabilities.size(), kMaxListedCapabilities);
  for (std::size_t i = 0; i < listed; ++i) {
    line.Put(i == 0 ? "[\"" : ",\"");
    line.Put(SidText(container.capabilities[i].sid).view());
    line.Put("\"");
  }
  line.Put(listed == 0 ? "[]" : "]");
  if (listed != container.capabilities.size())
    line.Number("capabilities_omitted", container.capabilities.size() - listed);
}

}  // namespace

struct Audit::Impl {
  Impl(const std::filesystem::path& audit_folder, AuditOptions audit_options)
      : folder(audit_folder),
        options(std::move(audit_options)),
        events(options.settings.denials_per_minute, options.report),
        anchors(options.anchors, options.settings, lock, [this] { return Head(); }),
        file(folder, options.settings, *options.files, anchors),
        retention(folder, options.settings, file, *options.files, events) {}
  ~Impl() { anchors.Close(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  const std::filesystem::path folder;
  const AuditOptions options;
  AuditEvents events;

  win32::Lock followers_lock;
  std::vector<const Follower*> followers;
  std::atomic<bool> has_followers{false};  // changed under followers_lock; usually false

  win32::Lock lock;
  AnchorWriter anchors;
  // All members below are under `lock`.
  ChainFile file;
  Retention retention;
  system_clock::time_point failing_since;
  std::uint64_t lines_lost = 0;

  AuditAnchor Head() const { return {*file.head(), file.name().ToString()}; }

  // Appends a line as the next one of the chain.
  template <typename Line>
  bool Append(Line& line, system_clock::time_point time) {
    {
      const std::lock_guard guard(lock);
      if (!file.MakeReady(line.day(), line.view().size() + kSealBytes, time) || !WriteGap(time) ||
          !retention.Apply(time) || !file.Append(line)) {
        if (lines_lost++ == 0) failing_since = time;
        return false;
      }
      file.ClearError();
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
    if (!file.MakeReady(text.day(), 0, time)) {
      if (lines_lost == 0) failing_since = time;
      return false;
    }
    if (lines_lost == 0) file.ClearError();
    // Also covers the last lines of a previous process, which it could no longer anchor.
    if (file.head()->seq != 0) anchors.AddHead();
    return true;
  }

  bool WriteGap(system_clock::time_point time) {
    if (lines_lost == 0) return true;
    AuditLine line(time, "gap");
    line.Number("lines", lines_lost);
    line.Word("since", UtcText(failing_since, UtcText::Fraction::kMicroseconds).view());
    line.Text("error", win32::ErrorName(file.error()), kReasonBytes);
    if (!file.Append(line)) return false;
    lines_lost = 0;
    return true;
  }
};

Audit::Audit(const std::filesystem::path& folder, AuditOptions options)
    : impl_(std::make_unique<Impl>(folder, std::move(options))) {}

Audit::~Audit() = default;

bool Audit::Open() {
  pipe::AssertNotImpersonating();
  if (!impl_->OpenNow()) return false;
  impl_->anchors.Write();
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
  pipe::AssertNotImpersonating();
  const system_clock::time_point now = impl_->options.now();
  AuditLine line(now, "decision");
  line.Text("request", decision.request_id, kRequestIdBytes);
  line.Number("connection", decision.connection_id);
  line.Text("method", decision.method, kMethodBytes);
  if (decision.caller != nullptr) {
    line.Account("account", decision.caller->user());
    line.Word("level", win32::ToString(decision.caller->level()));
    if (const auto* container = decision.caller->app_container()) WriteAppContainer(line, *container);
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
  // Not for a denial that looks like an unknown method to the caller: it must cost the same as a request for an unknown method.
  if (decision.verdict == AuditVerdict::kDenied && IsAccessDenied(decision.reason))
    impl_->events.Denied(decision, now);
  return recorded;
}

bool Audit::Record(const AuditOutcome& outcome) {
  pipe::AssertNotImpersonating();
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
  // A method that checks more than who may call it (access.set) denies by itself.
  if (IsAccessDenied(outcome.outcome) && !outcome.denial_is_recorded) impl_->events.Denied(outcome, now);
  return recorded;
}

bool Audit::Record(const AuditPolicyChange& change) {
  pipe::AssertNotImpersonating();
  const system_clock::time_point now = impl_->options.now();
  LongAuditLine line(now, "policy");
  line.Word("origin", change.caller == nullptr ? "outside" : "request");
  if (!change.request_id.empty()) line.Text("request", change.request_id, kRequestIdBytes);
  if (change.caller != nullptr) {
    line.Account("account", change.caller->user());
    if (const auto* container = change.caller->app_container()) WriteAppContainer(line, *container);
  }
  line.Text("node", change.node, kNodeBytes);
  line.Number("version", change.version);
  const auto descriptor = [&line](std::string_view name, std::optional<std::string_view> sddl) {
    sddl ? line.Text(name, *sddl, sddl->size()) : line.Null(name);
  };
  descriptor("before", change.before);
  descriptor("after", change.after);
  const bool recorded = impl_->Append(line, now);
  impl_->events.PolicyChanged(change, now);
  return recorded;
}

bool Audit::RecordWithdrawn(std::string_view request_id, std::uint64_t version) {
  pipe::AssertNotImpersonating();
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
    error = impl_->file.error();
    state.since = impl_->failing_since;
    state.lines_lost = impl_->lines_lost;
  }
  state.ok = error == ERROR_SUCCESS && state.lines_lost == 0;
  if (!state.ok) state.error = win32::ErrorName(error) + ": " + win32::ErrorMessage(error);
  return state;
}

std::optional<AuditAnchor> Audit::Head() const {
  const std::lock_guard guard(impl_->lock);
  if (!impl_->file.head() || impl_->file.head()->seq == 0) return std::nullopt;
  return impl_->Head();
}

void Audit::Anchor() {
  pipe::AssertNotImpersonating();
  impl_->anchors.Write();
}

void Audit::Flush() { impl_->events.Flush(); }

const Settings::Audit& Audit::settings() const { return impl_->options.settings; }
const std::filesystem::path& Audit::folder() const { return impl_->folder; }
const std::shared_ptr<AnchorLog>& Audit::anchors() const { return impl_->options.anchors; }

}  // namespace onbehalf::service
