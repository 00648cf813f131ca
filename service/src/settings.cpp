#include "onbehalf/service/settings.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <limits>
#include <numeric>
#include <optional>
#include <type_traits>
#include <utility>

#include "escaped_text.h"
#include "onbehalf/protocol/json_text.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"
#include "settings_table.h"

namespace onbehalf::service {
namespace {

using protocol::Json;
using Kind = SettingRow::Kind;

constexpr std::array<std::string_view, 4> kLogLevelWords = {"debug", "info", "warning", "error"};
// CreateNamedPipeW takes 256 characters in all, of which \\.\pipe\ is nine.
constexpr std::uint64_t kPipeNameUnits = 247;
// A settings file of the whole table has some 1,500 bytes.
constexpr std::uint64_t kFileBytes = 1024 * 1024;

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;
constexpr std::uint64_t kGiB = 1024 * kMiB;
constexpr std::uint64_t kDayMs = 24ull * 60 * 60 * 1000;

// How a member's type is read from and written to a number or boolean of JSON.
template <typename T>
Json FromMember(const T& member) {
  if constexpr (std::is_same_v<T, std::chrono::milliseconds>) {
    return static_cast<std::uint64_t>(member.count());
  } else if constexpr (std::is_same_v<T, LogLevel>) {
    return kLogLevelWords[static_cast<std::size_t>(member)];
  } else {
    return member;
  }
}

template <typename T>
void ToMember(const Json& value, T& member) {
  if constexpr (std::is_same_v<T, std::chrono::milliseconds>) {
    member = std::chrono::milliseconds(value.get<std::int64_t>());
  } else if constexpr (std::is_same_v<T, LogLevel>) {
    const auto word = std::find(kLogLevelWords.begin(), kLogLevelWords.end(), value.get<std::string>());
    member = static_cast<LogLevel>(word - kLogLevelWords.begin());
  } else {
    member = value.get<T>();
  }
}

// `Member` is a stateless lambda from Settings to a reference of one of its members.
template <typename Member>
SettingRow Row(std::string_view key, Kind kind, std::uint64_t minimum, std::uint64_t maximum, Member,
               std::string_view summary) {
  return {key,
          kind,
          minimum,
          maximum,
          summary,
          [](const Settings& settings) { return FromMember(Member{}(settings)); },
          [](Settings& settings, const Json& value) { ToMember(value, Member{}(settings)); }};
}

template <typename Member>
SettingRow Integer(std::string_view key, std::uint64_t minimum, std::uint64_t maximum, Member member,
                   std::string_view summary) {
  return Row(key, Kind::kInteger, minimum, maximum, member, summary);
}

template <typename Member>
SettingRow Boolean(std::string_view key, Member member, std::string_view summary) {
  return Row(key, Kind::kBoolean, 0, 0, member, summary);
}

std::vector<SettingRow> MakeRows() {
  return {
      Row(
          "pipe.name", Kind::kPipeName, 1, kPipeNameUnits, [](auto& s) -> auto& { return s.pipe.name; },
          "The pipe is `\\\\.\\pipe\\NAME`."),
      Integer(
          "pipe.waiting_instances", 1, 64, [](auto& s) -> auto& { return s.pipe.waiting_instances; },
          "Instances of the pipe that wait for a client at the same time: how many clients may connect at "
          "once "
          "without meeting a busy pipe."),
      Boolean(
          "pipe.remote", [](auto& s) -> auto& { return s.pipe.remote; },
          "Whether clients on other computers may connect (`\\\\HOST\\pipe\\NAME`)."),
      Boolean(
          "pipe.deny_network_logons", [](auto& s) -> auto& { return s.pipe.deny_network_logons; },
          "Whether network logons are refused. Local sessions of WinRM and SSH are network logons too."),

      Integer(
          "limits.frame_bytes", 64, kGiB, [](auto& s) -> auto& { return s.limits.frame.frame_bytes; },
          "One frame: a request or a whole batch."),
      Integer(
          "limits.header_bytes", 64, kMiB, [](auto& s) -> auto& { return s.limits.frame.header_bytes; },
          "The header block of a frame, with its blank line."),
      Integer(
          "limits.json_depth", 4, 1000, [](auto& s) -> auto& { return s.limits.json.depth; },
          "Arrays and objects inside one another."),
      Integer(
          "limits.json_string_bytes", 256, kGiB, [](auto& s) -> auto& { return s.limits.json.string_bytes; },
          "One string or member name, unescaped."),
      Integer(
          "limits.json_array_elements", 16, 100'000'000,
          [](auto& s) -> auto& { return s.limits.json.array_elements; }, "Elements of one array."),
      Integer(
          "limits.json_object_members", 16, 10'000'000,
          [](auto& s) -> auto& { return s.limits.json.object_members; }, "Members of one object."),
      Integer(
          "limits.response_bytes", kKiB, kGiB, [](auto& s) -> auto& { return s.limits.response_bytes; },
          "One answer. A larger one is answered with TooLarge."),
      Integer(
          "limits.batch_requests", 1, 100'000, [](auto& s) -> auto& { return s.limits.batch_requests; },
          "Requests of one batch."),
      Integer(
          "limits.batch_requests_at_once", 1, 10'000,
          [](auto& s) -> auto& { return s.limits.batch_requests_at_once; },
          "Requests of one batch that run at the same time."),
      Integer(
          "limits.requests_per_connection", 1, 10'000,
          [](auto& s) -> auto& { return s.limits.requests_per_connection; },
          "Requests of one connection that are not answered yet. One more is answered with Busy."),
      Integer(
          "limits.handlers_per_account", 1, 10'000,
          [](auto& s) -> auto& { return s.limits.handlers_per_account; },
          "Handlers of one account that run at the same time."),
      Integer(
          "limits.streams_per_account", 1, 10'000, [](auto& s) -> auto& { return s.limits.streams_per_account; },
          "Streams of one account that are open at the same time. One more is answered with Busy."),
      Integer(
          "limits.connections_per_account", 1, 100'000,
          [](auto& s) -> auto& { return s.limits.connections_per_account; }, "Connections of one account."),
      Integer(
          "limits.connections", 1, 100'000, [](auto& s) -> auto& { return s.limits.connections; },
          "Connections in all."),
      Integer(
          "limits.connections_for_administrators", 0, 10'000,
          [](auto& s) -> auto& { return s.limits.connections_for_administrators; },
          "How many of `limits.connections` only administrators may take."),
      Integer(
          "limits.silent_connections", 1, 100'000,
          [](auto& s) -> auto& { return s.limits.silent_connections; },
          "Connections that have sent nothing yet. One more ends the oldest of them."),
      Integer(
          "limits.write_queue_bytes", 4 * kKiB, 4 * kGiB,
          [](auto& s) -> auto& { return s.limits.write_queue_bytes; },
          "Answers waiting to be read by one client. While there is more, nothing is read from it."),
      Integer(
          "limits.progress_queue_bytes", 4 * kKiB, 4 * kGiB,
          [](auto& s) -> auto& { return s.limits.progress_queue_bytes; },
          "While more waits to be read by one client, its streams pause, and of each request's progress only the newest "
          "value is kept."),
      Integer(
          "limits.first_request_timeout_ms", 100, kDayMs,
          [](auto& s) -> auto& { return s.limits.first_request_timeout; },
          "From the connection to its first request."),
      Integer(
          "limits.header_timeout_ms", 100, kDayMs, [](auto& s) -> auto& { return s.limits.header_timeout; },
          "From a header's first byte to its last."),
      Integer(
          "limits.frame_timeout_ms", 100, kDayMs, [](auto& s) -> auto& { return s.limits.frame_timeout; },
          "From the first byte of a frame (after its header) to its last."),
      Integer(
          "limits.write_timeout_ms", 100, kDayMs, [](auto& s) -> auto& { return s.limits.write_timeout; },
          "How long a client may leave an answer unread."),
      Integer(
          "limits.idle_timeout_ms", 1000, 30 * kDayMs, [](auto& s) -> auto& { return s.limits.idle_timeout; },
          "How long a connection may say nothing while none of its requests runs and it has no subscription."),
      Integer(
          "limits.request_deadline_ms", 100, kDayMs,
          [](auto& s) -> auto& { return s.limits.request_deadline; },
          "From the start of a request to its answer. A later one is answered with DeadlineExceeded."),
      Integer(
          "limits.stop_grace_ms", 0, 10ull * 60 * 1000, [](auto& s) -> auto& { return s.limits.stop_grace; },
          "How long requests may go on when the service is told to stop. Then they are cancelled and "
          "answered."),

      Integer(
          "threads.io", 0, 1024, [](auto& s) -> auto& { return s.threads.io; },
          "Most threads that read requests. 0: as many as processors, but two at least."),
      Integer(
          "threads.handlers", 1, 4096, [](auto& s) -> auto& { return s.threads.handlers; },
          "Most threads that run handlers which may wait."),

      Row(
          "log.level", Kind::kLogLevel, 0, 0, [](auto& s) -> auto& { return s.log.level; },
          "The least important lines that are written to `logs\\service.log`."),
      Integer(
          "log.file_bytes", 64 * kKiB, kGiB, [](auto& s) -> auto& { return s.log.file_bytes; },
          "Size at which a new `service.log` is begun."),
      Integer(
          "log.files", 1, 1000, [](auto& s) -> auto& { return s.log.files; },
          "Older log files that are kept: `service.1.log` is the youngest of them."),

      Boolean(
          "audit.required", [](auto& s) -> auto& { return s.audit.required; },
          "Whether requests are refused (AuditUnavailable) while the audit cannot be written. If not, they go on, and "
          "the log, the event log and `service.status` say so."),
      Integer(
          "audit.file_bytes", 64 * kKiB, 16 * kGiB, [](auto& s) -> auto& { return s.audit.file_bytes; },
          "Size at which a new file of the audit is begun, beside one for each day."),
      Integer(
          "audit.keep_days", 1, 36'500, [](auto& s) -> auto& { return s.audit.keep_days; },
          "Files of the audit of earlier days than so many ago are removed. When a file is begun after days without any, "
          "or after the clock has jumped ahead, that is reckoned from the day after the newest file."),
      Integer(
          "audit.keep_bytes", 128 * kKiB, 1024 * kGiB, [](auto& s) -> auto& { return s.audit.keep_bytes; },
          "Size of all files of the audit together. The oldest are removed for new ones."),
      Integer(
          "audit.anchor_lines", 1, 1'000'000, [](auto& s) -> auto& { return s.audit.anchor_lines; },
          "Lines after which the chain of the audit is anchored in the event log."),
      Integer(
          "audit.anchor_minutes", 1, 1440, [](auto& s) -> auto& { return s.audit.anchor_minutes; },
          "Minutes after which new lines are anchored at the latest."),
      Integer(
          "audit.denials_per_minute", 1, 100'000, [](auto& s) -> auto& { return s.audit.denials_per_minute; },
          "Denials a minute that also go to the event log, and changes of the policy as many. Those beyond are counted "
          "there."),
  };
}

// "section.member" without its section.
std::string_view Member(std::string_view key) { return key.substr(key.find('.') + 1); }
std::string_view Section(std::string_view key) { return key.substr(0, key.find('.')); }

// A key or value of the file inside a message: escaped and short.
std::string Shown(std::string_view text) {
  std::string out;
  AppendEscaped(out, text, Escaping::kLog, 64);
  return out;
}

std::string Found(const Json& value) {
  switch (value.type()) {
    case Json::value_t::object:
      return "an object";
    case Json::value_t::array:
      return "an array";
    case Json::value_t::string:
      return "the string \"" + Shown(value.get_ref<const std::string&>()) + "\"";
    default:
      return Shown(protocol::ToText(value));
  }
}

std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, diagonal + 1, substituted});
    }
  }
  return row.back();
}

// The known key that `key` was most probably meant to be; empty if none is near. A known member in the wrong
// section counts as near.
std::string_view Nearest(std::string_view key) {
  if (key.size() > 128) return {};
  std::string_view nearest;
  std::size_t least = std::numeric_limits<std::size_t>::max();
  for (const SettingRow& row : SettingRows()) {
    const std::size_t whole = EditDistance(key, row.key);
    const std::size_t member = EditDistance(Member(key), Member(row.key)) + 1;
    const std::size_t distance = std::min(whole, member);
    if (distance < least) {
      least = distance;
      nearest = row.key;
    }
  }
  return least <= std::max<std::size_t>(2, key.size() / 4) ? nearest : std::string_view();
}

SettingsFault UnknownKey(std::string_view key) {
  std::string message = "unknown key";
  if (const std::string_view nearest = Nearest(key); !nearest.empty()) {
    message += "; did you mean " + std::string(nearest) + "?";
  } else {
    message += "; docs/settings.md has all of them";
  }
  return {Shown(key), std::move(message)};
}

bool IsPipeName(const std::string& name) {
  const bool printable = std::none_of(name.begin(), name.end(), [](char c) {
    return c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  return printable && !name.empty() && win32::ToWide(name).size() <= kPipeNameUnits;
}

bool Accepts(const SettingRow& row, const Json& value) {
  switch (row.kind) {
    case Kind::kInteger:
      if (value.is_number_unsigned()) {
        const auto number = value.get<std::uint64_t>();
        return number >= row.minimum && number <= row.maximum;
      }
      return false;
    case Kind::kBoolean:
      return value.is_boolean();
    case Kind::kPipeName:
      return value.is_string() && IsPipeName(value.get_ref<const std::string&>());
    case Kind::kLogLevel:
      return value.is_string() && std::find(kLogLevelWords.begin(), kLogLevelWords.end(),
                                            value.get_ref<const std::string&>()) != kLogLevelWords.end();
  }
  return false;
}

const SettingRow* FindRow(std::string_view key) {
  for (const SettingRow& row : SettingRows()) {
    if (row.key == key) return &row;
  }
  return nullptr;
}

bool IsSection(std::string_view name) {
  const auto rows = SettingRows();
  return std::any_of(rows.begin(), rows.end(),
                     [name](const SettingRow& row) { return Section(row.key) == name; });
}

// Settings that are right each by itself and wrong together. A setting that has a fault already says nothing
// here.
void CheckTogether(SettingsResult& result) {
  const auto is_sound = [&result](std::string_view key) {
    return std::none_of(result.faults.begin(), result.faults.end(),
                        [key](const SettingsFault& fault) { return fault.key == key; });
  };
  // `lesser` must be less than `greater`, or at most as large.
  const auto check = [&](std::string_view lesser, std::string_view greater, bool may_be_equal) {
    if (!is_sound(lesser) || !is_sound(greater)) return;
    const auto less = FindRow(lesser)->get(result.settings).get<std::uint64_t>();
    const auto more = FindRow(greater)->get(result.settings).get<std::uint64_t>();
    if (less < more || (may_be_equal && less == more)) return;
    result.faults.push_back({std::string(lesser), std::to_string(less) + " contradicts " +
                                                      std::string(greater) + ", which is " +
                                                      std::to_string(more) + ": it must be " +
                                                      (may_be_equal ? "at most that" : "less than that")});
  };
  check("limits.connections_for_administrators", "limits.connections", false);
  check("limits.header_bytes", "limits.frame_bytes", true);
  check("limits.batch_requests_at_once", "limits.batch_requests", true);
  check("limits.progress_queue_bytes", "limits.write_queue_bytes", false);
  check("audit.file_bytes", "audit.keep_bytes", true);
}

// "line 3, column 14"
std::string Position(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return "line " + std::to_string(line) + ", column " + std::to_string(before.size() - line_start + 1);
}

SettingsResult WholeFileFault(std::string message) {
  SettingsResult result;
  result.faults.push_back({"", std::move(message)});
  return result;
}

}  // namespace

std::span<const SettingRow> SettingRows() {
  static const std::vector<SettingRow> rows = MakeRows();
  return rows;
}

std::string Accepted(const SettingRow& row) {
  switch (row.kind) {
    case Kind::kInteger:
      return "an integer from " + std::to_string(row.minimum) + " to " + std::to_string(row.maximum);
    case Kind::kBoolean:
      return "true or false";
    case Kind::kPipeName:
      return "a name of 1 to " + std::to_string(row.maximum) +
             " characters without backslash or control character";
    case Kind::kLogLevel: {
      std::string words = "one of";
      for (const std::string_view word : kLogLevelWords) {
        words += (words.ends_with("of") ? " \"" : ", \"") + std::string(word) + "\"";
      }
      return words;
    }
  }
  return {};
}

std::string SettingsReference() {
  std::string text = "| key | default | accepted | meaning |\n| --- | --- | --- | --- |\n";
  const Settings defaults;
  for (const SettingRow& row : SettingRows()) {
    text += "| `" + std::string(row.key) + "` | `" + protocol::ToText(row.get(defaults)) + "` | " +
            Accepted(row) + " | " + std::string(row.summary) + " |\n";
  }
  return text;
}

SettingsResult ParseSettings(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) {
    return WholeFileFault("the file begins with a byte order mark (BOM); save it as UTF-8 without BOM");
  }
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    return WholeFileFault("the file is UTF-16; save it as UTF-8 without BOM");
  }
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return {};

  Json root;
  if (const protocol::JsonFault fault = protocol::ParseJson(text, protocol::JsonLimits{}, root)) {
    return WholeFileFault(Position(text, fault.offset) + ": " + fault.Describe());
  }
  if (!root.is_object()) {
    return WholeFileFault("expected an object with the members pipe, limits, threads, log and audit, found " +
                          Found(root));
  }

  SettingsResult result;
  for (const auto& [section, members] : root.items()) {
    if (!IsSection(section)) {
      if (!members.is_object()) {
        result.faults.push_back(UnknownKey(section));
        continue;
      }
    } else if (!members.is_object()) {
      result.faults.push_back({section, "expected an object, found " + Found(members)});
      continue;
    }
    if (members.empty() && !IsSection(section)) result.faults.push_back(UnknownKey(section));
    for (const auto& [member, value] : members.items()) {
      const std::string key = section + "." + member;
      const SettingRow* const row = FindRow(key);
      if (row == nullptr) {
        result.faults.push_back(UnknownKey(key));
      } else if (!Accepts(*row, value)) {
        result.faults.push_back({key, "expected " + Accepted(*row) + ", found " + Found(value)});
      } else {
        row->set(result.settings, value);
      }
    }
  }
  CheckTogether(result);
  return result;
}

SettingsResult ReadSettings(const std::filesystem::path& file) {
  const win32::UniqueFile handle(::CreateFileW(file.c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr,
                                               OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr));
  if (!handle) {
    const DWORD error = ::GetLastError();
    if (error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND) return {};
    return WholeFileFault("the file cannot be opened: " + win32::ErrorMessage(error));
  }
  std::string text;
  std::array<char, 16 * 1024> buffer;
  for (;;) {
    DWORD bytes = 0;
    if (!::ReadFile(handle.get(), buffer.data(), static_cast<DWORD>(buffer.size()), &bytes, nullptr)) {
      return WholeFileFault("the file cannot be read: " + win32::ErrorMessage(::GetLastError()));
    }
    if (bytes == 0) break;
    text.append(buffer.data(), bytes);
    if (text.size() > kFileBytes)
      return WholeFileFault("the file has more than 1 MiB: this is no settings file");
  }
  return ParseSettings(text);
}

std::string CheckConfigReport(const SettingsResult& result, const std::filesystem::path& file) {
  const std::string name = Shown(win32::ToUtf8Lossy(file.filename().native()));
  if (result.faults.empty()) return name + ": ok";
  std::string report;
  for (const SettingsFault& fault : result.faults) {
    if (!report.empty()) report += "\n";
    report += name + ": ";
    if (!fault.key.empty()) report += fault.key + ": ";
    report += fault.message;
  }
  return report;
}

std::string DefaultSettingsText() {
  nlohmann::ordered_json text;
  const Settings defaults;
  for (const SettingRow& row : SettingRows()) {
    text[std::string(Section(row.key))][std::string(Member(row.key))] = row.get(defaults);
  }
  return text.dump(2) + "\n";
}

}  // namespace onbehalf::service
