#include "settings/settings_table.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <type_traits>

#include "onbehalf/protocol/utf8.h"
#include "settings/settings_faults.h"
#include "settings/settings_sections.h"

namespace onbehalf::service {
namespace {

using protocol::Json;
using Kind = SettingRow::Kind;

// In the order of the enumerators.
constexpr std::array<std::string_view, 4> kLogLevelWords = {"debug", "info", "warning", "error"};
constexpr std::array<std::string_view, 2> kIntegrityWords = {"medium", "low"};
constexpr std::span<const std::string_view> WordsOf(LogLevel) { return kLogLevelWords; }
constexpr std::span<const std::string_view> WordsOf(PipeIntegrity) { return kIntegrityWords; }
// CreateNamedPipeW accepts 256 characters in all, of which \\.\pipe\ takes nine.
constexpr std::uint64_t kPipeNameUnits = 247;

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;
constexpr std::uint64_t kWeekMinutes = 7 * 24 * 60;

constexpr std::uint64_t kGiB = 1024 * kMiB;

// Converts a member's type to and from a JSON number or boolean.
template <typename T>
Json FromMember(const T& member) {
  if constexpr (std::is_same_v<T, std::chrono::milliseconds>) {
    return static_cast<std::uint64_t>(member.count());
  } else if constexpr (std::is_same_v<T, std::chrono::minutes>) {
    return static_cast<std::uint64_t>(member.count());
  } else if constexpr (std::is_enum_v<T>) {
    return WordsOf(member)[static_cast<std::size_t>(member)];
  } else {
    return member;
  }
}

template <typename T>
void ToMember(const Json& value, T& member) {
  if constexpr (std::is_same_v<T, std::chrono::milliseconds>) {
    member = std::chrono::milliseconds(value.get<std::int64_t>());
  } else if constexpr (std::is_same_v<T, std::chrono::minutes>) {
    member = std::chrono::minutes(value.get<std::int64_t>());
  } else if constexpr (std::is_enum_v<T>) {
    const std::span<const std::string_view> words = WordsOf(member);
    member = static_cast<T>(std::find(words.begin(), words.end(), value.get<std::string>()) - words.begin());
  } else {
    member = value.get<T>();
  }
}

// `Member` is a stateless lambda from Settings to a reference of one of its members.
template <typename Member>
void CopyMember(const Settings& from, Settings& to) {
  Member{}(to) = Member{}(from);
}

template <typename Member>
SettingRow Row(std::string_view key, Kind kind, std::uint64_t minimum, std::uint64_t maximum, Member,
               std::string_view summary) {
  return {key,
          kind,
          minimum,
          maximum,
          summary,
          [](const Settings& settings) { return FromMember(Member{}(settings)); },
          [](Settings& settings, const Json& value) { ToMember(value, Member{}(settings)); },
          CopyMember<Member>,
          {},
          nullptr};
}

// A setting with its own format: `read` reports what is wrong, and where.
template <typename Member>
SettingRow Own(std::string_view key, Member, Json (*get)(const Settings&),
               void (*read)(const Json&, Settings&, std::vector<SettingsFault>&), std::string_view accepted,
               std::string_view summary) {
  return {key, Kind::kOwn, 0, 0, summary, get, nullptr, CopyMember<Member>, accepted, read};
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

// A setting that is an enumeration.
template <typename Member>
SettingRow Word(std::string_view key, std::span<const std::string_view> words, Member member,
                std::string_view summary) {
  SettingRow row = Row(key, Kind::kWord, 0, 0, member, summary);
  row.words = words;
  return row;
}

std::vector<SettingRow> PipeRows() {
  return {
      Row(
          "pipe.name", Kind::kPipeName, 1, kPipeNameUnits, [](auto& s) -> auto& { return s.pipe.name; },
          "The pipe is `\\\\.\\pipe\\NAME`."),
      Integer(
          "pipe.waiting_instances", 1, 64, [](auto& s) -> auto& { return s.pipe.waiting_instances; },
          "Pipe instances that wait for a client: how many clients can connect at once without finding the pipe busy."),
      Boolean(
          "pipe.remote", [](auto& s) -> auto& { return s.pipe.remote; },
          "Whether clients on other computers may connect (`\\\\HOST\\pipe\\NAME`)."),
      Boolean(
          "pipe.deny_network_logons", [](auto& s) -> auto& { return s.pipe.deny_network_logons; },
          "Whether network logons are refused. Local sessions of WinRM and SSH are network logons too."),
      Word(
          "pipe.integrity", kIntegrityWords, [](auto& s) -> auto& { return s.pipe.integrity; },
          "The lowest integrity level that may connect."),
      Own(
          "pipe.app_packages", [](auto& s) -> auto& { return s.pipe.app_packages; },
          [](const Settings& s) { return Json(s.pipe.app_packages); }, ReadAppPackages,
          "an array of package family names and package SIDs (`S-1-15-2-…`)",
          "The packages whose app containers may connect. What they may call is a matter of the policy (docs/access.md)."),
  };
}

std::vector<SettingRow> LimitRows() {
  return {
      Integer(
          "limits.frame_bytes", 64, kGiB, [](auto& s) -> auto& { return s.limits.frame.frame_bytes; },
          "A frame: one request or a whole batch."),
      Integer(
          "limits.header_bytes", 64, kMiB, [](auto& s) -> auto& { return s.limits.frame.header_bytes; },
          "The header block of a frame, including the blank line."),
      Integer(
          "limits.json_depth", 4, 1000, [](auto& s) -> auto& { return s.limits.json.depth; },
          "Nesting depth of arrays and objects."),
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
          "One response. A larger one is replaced by TooLarge."),
      Integer(
          "limits.batch_requests", 1, 100'000, [](auto& s) -> auto& { return s.limits.batch_requests; },
          "Requests in one batch."),
      Integer(
          "limits.batch_requests_at_once", 1, 10'000,
          [](auto& s) -> auto& { return s.limits.batch_requests_at_once; },
          "Requests of one batch that run at the same time."),
      Integer(
          "limits.requests_per_connection", 1, 10'000,
          [](auto& s) -> auto& { return s.limits.requests_per_connection; },
          "Unanswered requests per connection. Any more are answered with Busy."),
      Integer(
          "limits.handlers_per_account", 1, 10'000,
          [](auto& s) -> auto& { return s.limits.handlers_per_account; },
          "Handlers that run at the same time, per account."),
      Integer(
          "limits.streams_per_account", 1, 10'000,
          [](auto& s) -> auto& { return s.limits.streams_per_account; },
          "Open streams per account. Any more are answered with Busy."),
      Integer(
          "limits.connections_per_account", 1, 100'000,
          [](auto& s) -> auto& { return s.limits.connections_per_account; }, "Connections per account."),
      Integer(
          "limits.connections", 1, 100'000, [](auto& s) -> auto& { return s.limits.connections; },
          "Connections in total."),
      Integer(
          "limits.connections_for_administrators", 0, 10'000,
          [](auto& s) -> auto& { return s.limits.connections_for_administrators; },
          "How many of `limits.connections` are reserved for administrators."),
      Integer(
          "limits.silent_connections", 1, 100'000,
          [](auto& s) -> auto& { return s.limits.silent_connections; },
          "Connections that have sent nothing yet. One more closes the oldest."),
      Integer(
          "limits.write_queue_bytes", 4 * kKiB, 4 * kGiB,
          [](auto& s) -> auto& { return s.limits.write_queue_bytes; },
          "Response bytes that one client has not read yet. Above this, nothing is read from that client."),
      Integer(
          "limits.progress_queue_bytes", 4 * kKiB, 4 * kGiB,
          [](auto& s) -> auto& { return s.limits.progress_queue_bytes; },
          "While a client has more than this to read, its streams pause and only the newest progress value of "
          "each request is kept."),
  };
}

std::vector<SettingRow> TimeLimitRows() {
  return {
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
          "How long a client may leave a response unread."),
      Integer(
          "limits.idle_timeout_ms", 1000, 30 * kDayMs, [](auto& s) -> auto& { return s.limits.idle_timeout; },
          "How long a connection without running requests and subscriptions may be silent."),
      Integer(
          "limits.request_deadline_ms", 100, kDayMs,
          [](auto& s) -> auto& { return s.limits.request_deadline; },
          "From the start of a request to its response. A request that takes longer is answered with DeadlineExceeded."),
      Integer(
          "limits.stop_grace_ms", 0, 10ull * 60 * 1000, [](auto& s) -> auto& { return s.limits.stop_grace; },
          "How long requests may continue when the service is stopping. Then they are cancelled and answered."),
  };
}

std::vector<SettingRow> ThreadRows() {
  return {
      Integer(
          "threads.io", 0, 1024, [](auto& s) -> auto& { return s.threads.io; },
          "Maximum number of threads that read requests. 0: one per processor, but at least two."),
      Integer(
          "threads.handlers", 1, 4096, [](auto& s) -> auto& { return s.threads.handlers; },
          "Maximum number of threads that run handlers which may block."),
  };
}

std::vector<SettingRow> LogRows() {
  return {
      Word(
          "log.level", kLogLevelWords, [](auto& s) -> auto& { return s.log.level; },
          "The lowest level that is written to `logs\\service.log`."),
      Integer(
          "log.file_bytes", 64 * kKiB, kGiB, [](auto& s) -> auto& { return s.log.file_bytes; },
          "Size at which a new `service.log` is started."),
      Integer(
          "log.files", 1, 1000, [](auto& s) -> auto& { return s.log.files; },
          "Number of older log files to keep; `service.1.log` is the newest of them."),
  };
}

std::vector<SettingRow> AuditRows() {
  return {
      Boolean(
          "audit.required", [](auto& s) -> auto& { return s.audit.required; },
          "Whether requests are refused (AuditUnavailable) while the audit cannot be written. If not, they "
          "still run, and the log, the event log and `service.status` say so."),
      Integer(
          "audit.file_bytes", 64 * kKiB, 16 * kGiB, [](auto& s) -> auto& { return s.audit.file_bytes; },
          "Size at which a new audit file is started, in addition to one per day."),
      Integer(
          "audit.keep_days", 1, 36'500, [](auto& s) -> auto& { return s.audit.keep_days; },
          "Audit files older than this many days are deleted. When a file is started after days without any, or "
          "after the clock has jumped ahead, their age counts from the day after the newest file."),
      Integer(
          "audit.keep_bytes", 128 * kKiB, 1024 * kGiB, [](auto& s) -> auto& { return s.audit.keep_bytes; },
          "Total size of all audit files. The oldest are deleted to make room for new ones."),
      Integer(
          "audit.anchor_lines", 1, 1'000'000, [](auto& s) -> auto& { return s.audit.anchor_lines; },
          "Number of lines after which the audit's chain is anchored in the event log."),
      Integer(
          "audit.anchor_minutes", 1, 1440, [](auto& s) -> auto& { return s.audit.anchor_minutes; },
          "Maximum number of minutes before new lines are anchored."),
      Integer(
          "audit.denials_per_minute", 1, 100'000, [](auto& s) -> auto& { return s.audit.denials_per_minute; },
          "Denials per minute that also go to the event log, and separately policy changes per minute. Any more "
          "are only counted there."),
  };
}

std::vector<SettingRow> FileRows() {
  return {
      Own(
          "file.roots", [](auto& s) -> auto& { return s.file.roots; },
          [](const Settings& s) { return Json(s.file.roots); }, ReadFileRoots,
          "an array of folders, each a path with a drive letter",
          "`file.*` works only in these folders and everything below them. Empty: wherever Windows lets the caller."),
      Boolean(
          "file.network_paths", [](auto& s) -> auto& { return s.file.network_paths; },
          "Whether `file.*` accepts `\\\\SERVER\\SHARE` paths. The caller's identity reaches another computer "
          "only with delegation."),
      Boolean(
          "file.alternate_streams", [](auto& s) -> auto& { return s.file.alternate_streams; },
          "Whether `file.*` accepts `FILE:STREAM` paths."),
  };
}

std::vector<SettingRow> DatabaseRows() {
  return {
      Own(
          "database.sources", [](auto& s) -> auto& { return s.database.sources; }, DatabaseSourcesToJson,
          ReadDatabaseSources,
          "an object: for each source its name, and an object that describes it (docs/database.md)",
          "The databases that `database.*` knows, by name."),
      Integer(
          "database.idle_ms", 1000, kDayMs, [](auto& s) -> auto& { return s.database.idle; },
          "How long an unused database connection is kept."),
      Integer(
          "database.connections_per_source", 1, 10'000,
          [](auto& s) -> auto& { return s.database.connections_per_source; },
          "Connections per source, in use or idle. Any more are answered with Busy."),
  };
}

std::vector<SettingRow> ModuleRows() {
  return {
      Own(
          "modules.load", [](auto& s) -> auto& { return s.modules.load; }, ModulesToJson, ReadModules,
          "an object: for each module its name, and an object with its own settings",
          "`NAME.dll` in the installation's `modules` folder is loaded for each NAME (docs/modules.md)."),
      Integer(
          "modules.overdue_calls", 1, 10'000, [](auto& s) -> auto& { return s.modules.overdue_calls; },
          "A module with this many calls still running after their deadline is quarantined."),
  };
}

std::vector<SettingRow> MethodRows() {
  return {
      Own(
          "methods.limits", [](auto& s) -> auto& { return s.methods.limits; }, MethodLimitsToJson,
          ReadMethodLimits,
          "an object: for each method its name, and an object with `deadline_ms`, `handlers` and `handlers_per_account`",
          "Limits of single methods: the deadline replaces `limits.request_deadline_ms`, the others apply in "
          "addition to `limits.handlers_per_account` and `limits.streams_per_account`."),
  };
}

std::vector<SettingRow> ServiceRows() {
  return {
      Integer(
          "service.idle_stop_minutes", 0, kWeekMinutes, [](auto& s) -> auto& { return s.service.idle_stop; },
          "How long a service that starts when a client opens its pipe (`install.cmd /start pipe`) keeps running without a "
          "connection. 0: it never stops by itself. A service that starts in another way never does."),
  };
}

std::vector<SettingRow> HardeningRows() {
  return {
      Boolean(
          "hardening.strict_handles", [](auto& s) -> auto& { return s.hardening.strict_handles; },
          "Whether the use of an invalid handle terminates the service, so that a handle closed twice never "
          "refers to another object. A driver or module with such a bug, which other programs survive, then terminates it."),
      Boolean(
          "hardening.no_dynamic_code", [](auto& s) -> auto& { return s.hardening.no_dynamic_code; },
          "Whether creating or changing code in the service's process is blocked, so that an attacker cannot "
          "inject any. A driver or module that has a just-in-time compiler (.NET, Java, JavaScript) or patches "
          "functions then does not work."),
  };
}

std::vector<SettingRow> AllRows() {
  std::vector<SettingRow> rows;
  for (const auto section : {PipeRows, LimitRows, TimeLimitRows, ThreadRows, LogRows, AuditRows, FileRows,
                             DatabaseRows, ModuleRows, MethodRows, ServiceRows, HardeningRows}) {
    for (const SettingRow& row : section()) rows.push_back(row);
  }
  return rows;
}

bool IsPipeName(const std::string& name) {
  const bool printable = std::none_of(name.begin(), name.end(), [](char c) {
    return c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  return printable && !name.empty() && protocol::Utf16Units(name) <= kPipeNameUnits;
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
    case Kind::kOwn:
      return true;
    case Kind::kWord:
      return value.is_string() && std::find(row.words.begin(), row.words.end(),
                                            value.get_ref<const std::string&>()) != row.words.end();
  }
  return false;
}

// Settings that are read at each use, or have an observer (LiveSettings).
constexpr std::array<std::string_view, 5> kLive = {"limits.", "log.level", "file.", "database.", "methods."};

}  // namespace

std::span<const SettingRow> SettingRows() {
  static const std::vector<SettingRow> rows = AllRows();
  return rows;
}

bool TakesEffectAtReload(const SettingRow& row) {
  return std::any_of(kLive.begin(), kLive.end(),
                     [&](std::string_view live) { return row.key.starts_with(live); });
}

std::string Accepted(const SettingRow& row) {
  switch (row.kind) {
    case Kind::kInteger:
      return "an integer from " + std::to_string(row.minimum) + " to " + std::to_string(row.maximum);
    case Kind::kBoolean:
      return "true or false";
    case Kind::kPipeName:
      return "a name of 1 to " + std::to_string(row.maximum) +
             " characters without backslashes or control characters";
    case Kind::kOwn:
      return std::string(row.accepted);
    case Kind::kWord: {
      std::string words = "one of";
      for (const std::string_view word : row.words) {
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

void ReadSetting(const SettingRow& row, const Json& value, Settings& settings,
                 std::vector<SettingsFault>& faults) {
  if (row.kind == Kind::kOwn) {
    if (value.type() == row.get(Settings()).type()) {
      row.read(value, settings, faults);
    } else {
      faults.push_back({std::string(row.key), "expected " + Accepted(row) + ", found " + FoundKind(value)});
    }
  } else if (!Accepts(row, value)) {
    faults.push_back({std::string(row.key), "expected " + Accepted(row) + ", found " + Found(value)});
  } else {
    row.set(settings, value);
  }
}

}  // namespace onbehalf::service
