#include "audit/audit_reader.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

#include "audit/audit_files.h"
#include "onbehalf/protocol/json_text.h"
#include "onbehalf/protocol/limits.h"
#include "onbehalf/win32/lean_windows.h"
#include "text/escaped_text.h"

namespace onbehalf::service {
namespace {

using protocol::Json;

// Audit lines are written by the service: their depth and sizes are bounded there.
constexpr protocol::JsonLimits kLineLimits{64, kLongestLine, 100'000, 100'000};

struct Cursor {
  AuditFileName file;
  std::uint64_t offset = 0;
};

std::string ToText(const Cursor& cursor) {
  return cursor.file.ToString() + ":" + std::to_string(cursor.offset);
}

std::optional<Cursor> FromText(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto name = AuditFileName::FromText(text.substr(0, colon));
  text.remove_prefix(colon + 1);
  Cursor cursor;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cursor.offset);
  if (!name || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  cursor.file = std::move(*name);
  return cursor;
}

bool Has(const Json& line, const char* member, std::string_view value) {
  const auto found = line.find(member);
  return found != line.end() && found->is_string() && found->get_ref<const std::string&>() == value;
}

constexpr std::string_view kDeniedText = "\"verdict\":\"denied\"";
constexpr std::string_view kRefusedByHandlerText = "\"outcome\":\"AccessDenied\"";

// What a filter requires of a line. The text is searched first, because parsing costs a hundred times as much: quotation marks
// in values are escaped, so a match is a real member, of the line or of its parameters.
class Match {
 public:
  explicit Match(const AuditFilter& filter) : denied_only_(filter.denied_only) {
    if (filter.account) {
      account_ = filter.account->ToString();
      wanted_.push_back("\"account\":\"" + account_ + "\"");
    }
    if (filter.method) {
      method_ = *filter.method;
      std::string text = "\"method\":\"";
      AppendEscaped(text, method_, Escaping::kJson, method_.size());
      wanted_.push_back(text + "\"");
    }
  }

  bool operator()(std::string_view text) const {
    if (wanted_.empty() && !denied_only_) return !text.empty();
    for (const std::string& wanted : wanted_) {
      if (text.find(wanted) == std::string_view::npos) return false;
    }
    if (denied_only_ && text.find(kDeniedText) == std::string_view::npos &&
        text.find(kRefusedByHandlerText) == std::string_view::npos) {
      return false;
    }
    Json line;
    if (protocol::ParseJson(text, kLineLimits, line) || !line.is_object()) return false;
    return (account_.empty() || Has(line, "account", account_)) &&
           (method_.empty() || Has(line, "method", method_)) &&
           (!denied_only_ || Has(line, "verdict", "denied") || Has(line, "outcome", "AccessDenied"));
  }

 private:
  std::string account_;
  std::string method_;
  const bool denied_only_;
  std::vector<std::string> wanted_;
};

bool HasRoom(const std::vector<std::string>& lines, std::size_t bytes, std::size_t line_bytes,
             std::size_t limit, std::size_t page_bytes) {
  return lines.size() < limit && (lines.empty() || bytes + line_bytes <= page_bytes);
}

}  // namespace

AuditPage AuditReader::Newest(const AuditFilter& filter, std::size_t limit, const std::stop_token& stop,
                              std::size_t page_bytes) const {
  const Match matches(filter);
  AuditPage page;
  std::size_t bytes = 0;
  const std::vector<AuditFile> files = ListAuditFiles(folder_);
  for (auto file = files.rbegin(); file != files.rend(); ++file) {
    auto opened = OpenAuditFileIfThere(folder_, file->name);
    if (!opened) continue;
    ReverseLineReader lines(std::move(opened));
    if (page.cursor.empty()) page.cursor = ToText({file->name, lines.end()});
    while (const auto line = lines.Previous()) {
      if (stop.stop_requested()) break;
      if (!matches(*line)) continue;
      if (!HasRoom(page.lines, bytes, line->size(), limit, page_bytes)) {
        std::reverse(page.lines.begin(), page.lines.end());
        return page;
      }
      bytes += line->size();
      page.lines.emplace_back(*line);
    }
    if (stop.stop_requested()) break;
  }
  std::reverse(page.lines.begin(), page.lines.end());
  return page;
}

std::optional<AuditPage> AuditReader::After(std::string_view text, const AuditFilter& filter,
                                            std::size_t limit, const std::stop_token& stop,
                                            std::size_t page_bytes, std::size_t scan_bytes) const {
  AuditPage page;
  std::optional<Cursor> at;
  if (!text.empty()) {
    at = FromText(text);
    if (!at) return std::nullopt;
  }
  const Match matches(filter);
  std::size_t bytes = 0;
  std::size_t scanned = 0;
  for (const AuditFile& file : ListAuditFiles(folder_)) {
    if (at && file.name < at->file) continue;
    if (!at || file.name != at->file) at = Cursor{file.name, 0};
    auto opened = OpenAuditFileIfThere(folder_, file.name);
    if (!opened) continue;
    LineReader lines(std::move(opened), at->offset);
    while (const auto line = lines.Next()) {
      if (!lines.ended_in_newline()) break;
      const bool matched = matches(*line);
      if (stop.stop_requested() || scanned >= scan_bytes ||
          (matched && !HasRoom(page.lines, bytes, line->size(), limit, page_bytes))) {
        page.more = true;
        page.cursor = ToText(*at);
        return page;
      }
      at->offset = lines.offset();
      scanned += line->size();
      if (!matched) continue;
      bytes += line->size();
      page.lines.emplace_back(*line);
    }
  }
  if (at) page.cursor = ToText(*at);
  return page;
}

}  // namespace onbehalf::service
