#include "methods/audit_methods.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/audit_reader.h"
#include "audit/audit_verification.h"
#include "onbehalf/protocol/error_code.h"
#include "onbehalf/protocol/json_object.h"
#include "onbehalf/protocol/json_text.h"
#include "onbehalf/protocol/limits.h"
#include "onbehalf/service/schema.h"
#include "onbehalf/service/typed_method.h"
#include "text/escaped_text.h"

namespace onbehalf::service {
namespace {

using protocol::MakeObject;

constexpr std::size_t kMaxLines = 1000;
constexpr std::size_t kDefaultLines = 100;
// Of the lines in a follower's piece after the first: well below what may be queued for a client.
constexpr std::size_t kFollowBytes = 64 * 1024;
// What a follower reads in one step. Between steps the service checks whether the caller may still follow.
constexpr std::size_t kFollowScanBytes = 4 * 1024 * 1024;
// Shown of a line that is not valid or is too long.
constexpr std::size_t kUnreadableBytes = 256;
constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();

// ---- audit.read and audit.follow ----

// The parameters of both.
struct PageParams {
  std::optional<std::string> account;
  std::optional<std::string> method;
  bool denied = false;
  std::optional<std::string> after;
  std::size_t limit = kDefaultLines;

  static Json LimitWords() { return MakeObject({{"default", kDefaultLines}}); }
  template <typename Params>
  static constexpr auto FieldsIn(std::string_view limit_summary) {
    return std::array{
        Optional<&PageParams::account, Params>(
            "account", "Only what this account did: its name (DOMAIN\\name), SID or SDDL alias.",
            {.min_length = 1, .max_length = 1024})
            .NotNull()
            .Audited(),
        Optional<&PageParams::method, Params>("method", "Only requests for this method.",
                                              {.min_length = 1, .max_length = 256})
            .NotNull()
            .Audited(),
        Optional<&PageParams::denied, Params>(
            "denied", "Only denials, by the policy or by the method itself (default false).")
            .Audited(),
        Optional<&PageParams::after, Params>(
            "after", "Start after this cursor (of an earlier answer); the newest lines if omitted.",
            {.max_length = 256})
            .NotNull()
            .Audited(),
        Optional<&PageParams::limit, Params>("limit", limit_summary,
                                             {.minimum = 1, .maximum = kMaxLines, .words = LimitWords})
            .Audited()};
  }
};

struct ReadParams : PageParams {
  static constexpr auto Describe() { return FieldsIn<ReadParams>("Maximum number of lines."); }
};

struct FollowParams : PageParams {
  static constexpr auto Describe() { return FieldsIn<FollowParams>("Maximum number of lines in a piece."); }
};

// A piece of audit.follow, and the base of audit.read's result. A line is JSON as it stands in the audit: its members depend on
// its event.
struct Lines {
  std::vector<Json> lines;
  std::string cursor;

  static Json LinesWords() { return MakeObject({{"items", Described("object", "")}}); }
  template <typename Object>
  static constexpr auto FieldsIn() {
    return std::array{Required<&Lines::lines, Object>("lines", "oldest first, as stored in the audit",
                                                      {.words = LinesWords}),
                      Required<&Lines::cursor, Object>("cursor", "for after")};
  }
  static constexpr auto Describe() { return FieldsIn<Lines>(); }
};

struct ReadResult : Lines {
  bool more = false;

  static constexpr auto Describe() {
    return Join(FieldsIn<ReadResult>(), std::array{Required<&ReadResult::more>(
                                            "more", "there are already more lines after the cursor")});
  }
};

Json ToJson(const std::string& line, std::size_t max_bytes) {
  Json json;
  const bool fits = line.size() <= max_bytes;
  if (fits && !protocol::ParseJson(line, protocol::JsonLimits{}, json) && json.is_object()) return json;
  std::string shown;
  AppendEscaped(shown, line, Escaping::kLog, kUnreadableBytes);
  return MakeObject({{"event", "unreadable"}, {"text", shown}});
}

// The lines that a request asks for, page by page.
class Pages {
 public:
  static Result<Pages> Of(const Audit& audit, win32::AccountNames& names, const PageParams& params,
                          std::size_t page_bytes, std::size_t scan_bytes) {
    Pages pages(audit.folder(), page_bytes, scan_bytes);
    if (params.account) {
      pages.filter_.account = win32::Sid::FromString(*params.account);
      if (!pages.filter_.account) pages.filter_.account = names.FindSid(*params.account);
      if (!pages.filter_.account) return protocol::InvalidParams("account: no account has this name or SID");
    }
    pages.filter_.method = params.method;
    pages.filter_.denied_only = params.denied;
    pages.limit_ = params.limit;
    pages.after_ = params.after;
    return pages;
  }

  // The page after the previous one; first the page after `after`, or else the newest.
  Result<AuditPage> Next(const std::stop_token& stop) {
    std::optional<AuditPage> page =
        after_ ? reader_.After(*after_, filter_, limit_, stop, page_bytes_, scan_bytes_)
               : reader_.Newest(filter_, limit_, stop, page_bytes_);
    if (!page) return protocol::InvalidParams("after: not a valid audit.read cursor");
    after_ = page->cursor;
    return *std::move(page);
  }

 private:
  Pages(const std::filesystem::path& folder, std::size_t page_bytes, std::size_t scan_bytes)
      : reader_(folder), page_bytes_(page_bytes), scan_bytes_(scan_bytes) {}

  AuditReader reader_;
  std::size_t page_bytes_;
  std::size_t scan_bytes_;
  AuditFilter filter_;
  std::size_t limit_ = 0;
  std::optional<std::string> after_;
};

// Of a line longer than `max_line_bytes` only the beginning.
std::vector<Json> LinesOf(const AuditPage& page, std::size_t max_line_bytes = kAny) {
  std::vector<Json> lines;
  lines.reserve(page.lines.size());
  for (const std::string& line : page.lines) lines.push_back(ToJson(line, max_line_bytes));
  return lines;
}

Result<ReadResult> Read(const Audit& audit, win32::AccountNames& names, const ReadParams& params,
                        const Call& call) {
  ONBEHALF_TRY(auto&& pages, Pages::Of(audit, names, params, AuditReader::kPageBytes, kAny));
  ONBEHALF_TRY(auto&& page, pages.Next(call.stop));
  return ReadResult{{LinesOf(page), std::move(page.cursor)}, page.more};
}

// Goes on until its caller cancels it. Sending a piece writes no line to the audit, so it never follows itself.
class Follow final : public Stream {
 public:
  Follow(Audit& audit, Pages pages, std::size_t max_line_bytes, Waker waker)
      : pages_(std::move(pages)),
        max_line_bytes_(max_line_bytes),
        waker_(std::move(waker)),
        follower_(audit, waker_) {}

  Step Next(const Call& call) override {
    ONBEHALF_TRY(auto&& page, pages_.Next(call.stop));
    if (page.lines.empty()) {
      if (page.more) waker_();
      return Later{};
    }
    return Piece{onbehalf::ToJson(Lines{LinesOf(page, max_line_bytes_), std::move(page.cursor)})};
  }

 private:
  Pages pages_;
  const std::size_t max_line_bytes_;
  const Waker waker_;
  const Audit::Follower follower_;  // registered before the first page is read, so that no line is missed
};

Result<std::unique_ptr<Stream>> OpenFollow(Audit& audit, win32::AccountNames& names,
                                           const FollowParams& params, std::size_t response_bytes,
                                           Waker waker) {
  // The other half is for the rest of the message.
  const std::size_t max_line_bytes = response_bytes / 2;
  ONBEHALF_TRY(auto&& pages,
               Pages::Of(audit, names, params, std::min(kFollowBytes, max_line_bytes), kFollowScanBytes));
  return std::make_unique<Follow>(audit, std::move(pages), max_line_bytes, std::move(waker));
}

// ---- audit.verify ----

struct VerifyProgress {
  std::uint64_t done;
  std::uint64_t total;
  std::uint64_t lines;

  static constexpr auto Describe() {
    return std::array{Required<&VerifyProgress::done>("done", "files"),
                      Required<&VerifyProgress::total>("total", "all files"),
                      Required<&VerifyProgress::lines>("lines", "checked")};
  }
};

struct Problem {
  std::string file;
  std::uint64_t line;
  std::string what;

  static constexpr auto Describe() {
    return std::array{Required<&Problem::file>("file", ""), Required<&Problem::line>("line", "from 1"),
                      Required<&Problem::what>("what", "")};
  }
};

struct Verified {
  bool ok;
  std::uint64_t files;
  std::uint64_t lines;
  std::uint64_t anchors;
  std::optional<Problem> problem;
  std::optional<std::string> note;

  static constexpr auto Describe() {
    return std::array{Required<&Verified::ok>("ok", ""),
                      Required<&Verified::files>("files", ""),
                      Required<&Verified::lines>("lines", "checked: up to the problem, if there is one"),
                      Required<&Verified::anchors>("anchors", "in the event log, compared with the lines"),
                      Required<&Verified::problem>("problem", "the first broken line"),
                      Required<&Verified::note>("note", "what limits this verdict")};
  }
};

Result<Verified> Verify(const Audit& audit, const Call& call) {
  AnchorLog::Reading anchors;
  if (audit.anchors() != nullptr) {
    anchors = audit.anchors()->Read();
  } else {
    anchors.fault = "none are kept";
  }
  std::function<void(const AuditVerificationProgress&)> on_progress;
  if (call.progress.wanted()) {
    on_progress = [&](const AuditVerificationProgress& now) {
      call.progress.Report(onbehalf::ToJson(VerifyProgress{now.files_done, now.files_in_all, now.lines}));
    };
  }
  // Only after the anchors have been read: the audit grows meanwhile, and the chain must reach at least as far as any anchor.
  AuditVerification found =
      VerifyAudit(audit.folder(), anchors, audit.Head(), call.stop, audit.settings().keep_days, on_progress);
  Verified result{!found.problem, found.files, found.lines, found.anchors, std::nullopt, std::nullopt};
  if (found.problem)
    result.problem = {std::move(found.problem->file), found.problem->line, std::move(found.problem->what)};
  if (!found.note.empty()) result.note = std::move(found.note);
  return result;
}

// A method as all of audit.* are: for administrators, until they grant it to others.
Method AuditMethod(const char* name, const char* summary) {
  Method method;
  method.name = name;
  method.summary = summary;
  method.access_default = kForAdministrators;
  method.acts = Acts::kAsService;
  method.pace = Pace::kMayBlock;
  return method;
}

}  // namespace

void AddAuditMethods(MethodRegistry& registry, Audit& audit, std::shared_ptr<win32::AccountNames> names,
                     std::shared_ptr<const LiveSettings> settings) {
  Method read = AuditMethod("audit.read", "Reads lines of the audit: the newest, or those after a cursor.");
  Handle<ReadParams>(read, [&audit, names](const ReadParams& params, const Call& call) {
    return Read(audit, *names, params, call);
  });
  registry.Add(std::move(read));

  Method follow = AuditMethod(
      "audit.follow",
      "A stream of the audit's lines: the newest, or those after a cursor, and then each new line as it is written.");
  Opens<FollowParams>(follow, [&audit, names = std::move(names), settings = std::move(settings)](
                                  const FollowParams& params, const Call&, Waker waker) {
    return OpenFollow(audit, *names, params, settings->Now()->limits.response_bytes, std::move(waker));
  });
  follow.result_schema = Described("null", "continues until it is cancelled");
  follow.progress_schema = SchemaOf<Lines>(Direction::kGiven);
  registry.Add(std::move(follow));

  Method verify = AuditMethod(
      "audit.verify",
      "Recomputes the audit's hash chain and compares it with its anchors; finds the first broken line.");
  Handle<Nothing>(verify, [&audit](const Nothing&, const Call& call) { return Verify(audit, call); });
  verify.progress_schema = SchemaOf<VerifyProgress>(Direction::kGiven);
  verify.reports_progress = true;
  registry.Add(std::move(verify));
}

}  // namespace onbehalf::service
