#include "methods/audit_methods.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "audit/audit_reader.h"
#include "audit/audit_verification.h"
#include "onbehalf/protocol/error_code.h"
#include "onbehalf/protocol/json_object.h"
#include "onbehalf/protocol/json_text.h"
#include "onbehalf/protocol/limits.h"
#include "onbehalf/service/schema.h"
#include "text/escaped_text.h"

namespace onbehalf::service {
namespace {

using protocol::MakeObject;

constexpr std::size_t kMaxLines = 1000;
constexpr std::size_t kDefaultLines = 100;
// Of the lines of a follower's piece, beyond its first line: well under what may wait for a client.
constexpr std::size_t kFollowBytes = 64 * 1024;
// What a follower's step looks at: whether its caller may still follow is asked between steps.
constexpr std::size_t kFollowScanBytes = 4 * 1024 * 1024;
// What is shown of a line that is none of the audit's, or is too long.
constexpr std::size_t kUnreadableBytes = 256;
constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();

std::optional<std::string> TextOf(const Json& params, const char* name) {
  const auto found = params.find(name);
  if (found == params.end()) return std::nullopt;
  return found->get<std::string>();
}

Json ToJson(const std::string& line, std::size_t max_bytes) {
  Json json;
  const bool fits = line.size() <= max_bytes;
  if (fits && !protocol::ParseJson(line, protocol::JsonLimits{}, json) && json.is_object()) return json;
  std::string shown;
  AppendEscaped(shown, line, Escaping::kLog, kUnreadableBytes);
  return MakeObject({{"event", "unreadable"}, {"text", shown}});
}

// What audit.read and audit.follow are asked for, page by page.
class Pages {
 public:
  static Result<Pages> Of(const Audit& audit, win32::AccountNames& names, const Json& params,
                          std::size_t page_bytes, std::size_t scan_bytes) {
    Pages pages(audit.folder(), page_bytes, scan_bytes);
    if (const auto account = TextOf(params, "account")) {
      pages.filter_.account = win32::Sid::FromString(*account);
      if (!pages.filter_.account) pages.filter_.account = names.FindSid(*account);
      if (!pages.filter_.account) return protocol::InvalidParams("account: no account has this name or SID");
    }
    pages.filter_.method = TextOf(params, "method");
    pages.filter_.denied_only = params.value("denied", false);
    pages.limit_ = params.at("limit").get<std::size_t>();
    pages.after_ = TextOf(params, "after");
    return pages;
  }

  // The one behind that before, or behind `after`, or the newest.
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

// Of a line with more than `max_line_bytes` only the beginning.
Json LinesOf(const AuditPage& page, std::size_t max_line_bytes = kAny) {
  Json lines = Json::array();
  for (const std::string& line : page.lines) lines.push_back(ToJson(line, max_line_bytes));
  return lines;
}

MethodResult Read(const Audit& audit, win32::AccountNames& names, const Call& call) {
  ONBEHALF_TRY(auto&& pages, Pages::Of(audit, names, call.params, AuditReader::kPageBytes, kAny));
  ONBEHALF_TRY(const auto& page, pages.Next(call.stop));
  return MakeObject({{"lines", LinesOf(page)}, {"cursor", page.cursor}, {"more", page.more}});
}

// Goes on for as long as its caller wants. That it sends what it has read writes no line, so it never follows itself.
class Follow final : public Stream {
 public:
  Follow(Audit& audit, Pages pages, std::size_t max_line_bytes, Waker waker)
      : pages_(std::move(pages)),
        max_line_bytes_(max_line_bytes),
        waker_(std::move(waker)),
        follower_(audit, waker_) {}

  Step Next(const Call& call) override {
    ONBEHALF_TRY(const auto& page, pages_.Next(call.stop));
    if (page.lines.empty()) {
      if (page.more) waker_();
      return Later{};
    }
    return Piece{MakeObject({{"lines", LinesOf(page, max_line_bytes_)}, {"cursor", page.cursor}})};
  }

 private:
  Pages pages_;
  const std::size_t max_line_bytes_;
  const Waker waker_;
  const Audit::Follower follower_;  // from before the first page is read, so that no line is missed
};

Result<std::unique_ptr<Stream>> OpenFollow(Audit& audit, win32::AccountNames& names, const Call& call,
                                           std::size_t response_bytes, Waker waker) {
  // The other half is for what surrounds the lines.
  const std::size_t max_line_bytes = response_bytes / 2;
  ONBEHALF_TRY(auto&& pages, Pages::Of(audit, names, call.params, std::min(kFollowBytes, max_line_bytes),
                                       kFollowScanBytes));
  return std::make_unique<Follow>(audit, std::move(pages), max_line_bytes, std::move(waker));
}

void ReportTo(Progress& progress, const AuditVerificationProgress& done) {
  progress.Report(
      MakeObject({{"done", done.files_done}, {"total", done.files_in_all}, {"lines", done.lines}}));
}

MethodResult Verify(const Audit& audit, const Call& call) {
  AnchorLog::Reading anchors;
  if (audit.anchors() != nullptr) {
    anchors = audit.anchors()->Read();
  } else {
    anchors.fault = "none are kept";
  }
  std::function<void(const AuditVerificationProgress&)> on_progress;
  if (call.progress.wanted()) on_progress = [&](const auto& done) { ReportTo(call.progress, done); };
  // After the anchors: the audit goes on meanwhile, and the chain must reach at least as far as any of them.
  const AuditVerification result =
      VerifyAudit(audit.folder(), anchors, audit.Head(), call.stop, audit.settings().keep_days, on_progress);
  Json problem = nullptr;
  if (result.problem) {
    problem = MakeObject(
        {{"file", result.problem->file}, {"line", result.problem->line}, {"what", result.problem->what}});
  }
  return MakeObject({{"ok", !result.problem},
                     {"files", result.files},
                     {"lines", result.lines},
                     {"anchors", result.anchors},
                     {"problem", std::move(problem)},
                     {"note", result.note.empty() ? Json(nullptr) : Json(result.note)}});
}

}  // namespace

void AddAuditMethods(MethodRegistry& registry, Audit& audit, std::shared_ptr<win32::AccountNames> names,
                     std::shared_ptr<const LiveSettings> settings) {
  Method read;
  read.name = "audit.read";
  read.summary = "Lines of the audit: the newest, or those behind a cursor.";
  read.parameters = {
      {"account", "Only what this account did: its name (DOMAIN\\name), SID or SDDL alias.",
       TextOfLength(1, 1024), false, true},
      {"method", "Only requests for this method.", TextOfLength(1, 256), false, true},
      {"denied", "Whether only denials are wanted, by the policy or by the method itself.", Boolean(""),
       false, true},
      {"after", "A cursor of an earlier answer: the lines behind it. Without it, the newest lines.",
       TextOfLength(0, 256), false, true},
      {"limit", "At most so many lines.", WithDefault(IntegerFrom(1, kMaxLines), kDefaultLines), false,
       true}};
  read.result_schema =
      Object({{"lines", ListOf(Described("object", ""), "oldest first, as they stand in the audit")},
              {"cursor", Text("for after")},
              {"more", Boolean("more lines are behind the cursor already")}});
  read.access_default = kForAdministrators;
  read.acts = Acts::kAsService;
  read.pace = Pace::kMayBlock;
  read.handler = [&audit, names](const Call& call) { return Read(audit, *names, call); };

  Method follow;
  follow.name = "audit.follow";
  follow.summary =
      "A stream of the audit's lines: the newest, or those behind a cursor, and then each one as it is written.";
  follow.parameters = read.parameters;
  follow.parameters.back().summary = "At most so many lines in a piece.";
  follow.result_schema = Described("null", "it goes on until it is cancelled");
  follow.progress_schema =
      Object({{"lines", ListOf(Described("object", ""), "oldest first, as they stand in the audit")},
              {"cursor", Text("for after")}});
  follow.access_default = read.access_default;
  follow.acts = Acts::kAsService;
  follow.pace = Pace::kMayBlock;
  follow.stream = [&audit, names, settings = std::move(settings)](const Call& call, Waker waker) {
    return OpenFollow(audit, *names, call, settings->Now()->limits.response_bytes, std::move(waker));
  };
  registry.Add(std::move(read));
  registry.Add(std::move(follow));

  Method verify;
  verify.name = "audit.verify";
  verify.summary =
      "Computes the audit's chain again and compares it with its anchors: finds the first broken line.";
  verify.result_schema =
      Object({{"ok", Boolean("")},
              {"files", Integer("")},
              {"lines", Integer("looked at: up to the problem, if there is one")},
              {"anchors", Integer("of the event log that the lines were compared with")},
              {"problem", OrNull(Object({{"file", Text("")}, {"line", Integer("from 1")}, {"what", Text("")}},
                                        "the first broken line"))},
              {"note", OrNull(Text("what limits this verdict"))}});
  verify.progress_schema = Object(
      {{"done", Integer("files")}, {"total", Integer("files there are")}, {"lines", Integer("looked at")}});
  verify.reports_progress = true;
  verify.access_default = kForAdministrators;
  verify.acts = Acts::kAsService;
  verify.pace = Pace::kMayBlock;
  verify.handler = [&audit](const Call& call) { return Verify(audit, call); };
  registry.Add(std::move(verify));
}

}  // namespace onbehalf::service
