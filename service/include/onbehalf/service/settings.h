// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "onbehalf/protocol/limits.h"

namespace onbehalf::service {

enum class LogLevel { kDebug, kInfo, kWarning, kError };
// The lowest integrity level that may connect.
enum class PipeIntegrity { kMedium, kLow };

// The contents of the settings file (onbehalf.json). Every member has a default, so an absent or empty file is valid.
struct Settings {
  struct Pipe {
    std::string name = "onbehalf";        // of \\.\pipe\NAME
    std::uint32_t waiting_instances = 4;  // instances that wait for a client at the same time
    bool remote = false;                  // false: PIPE_REJECT_REMOTE_CLIENTS
    bool deny_network_logons = false;  // true: denies NETWORK logons, including local WinRM and SSH sessions
    PipeIntegrity integrity = PipeIntegrity::kMedium;
    // Packages whose app containers may connect, whatever the integrity: package family names and package SIDs (S-1-15-2-...).
    std::vector<std::string> app_packages;
  } pipe;
  protocol::Limits limits;
  struct Threads {
    std::uint32_t io = 0;         // maximum threads of the I/O pool; 0: the number of processors, at least 2
    std::uint32_t handlers = 64;  // maximum threads of the pool for handlers that may block
  } threads;
  struct LogFile {
    LogLevel level = LogLevel::kInfo;
    std::uint64_t file_bytes = 10 * 1024 * 1024;
    std::uint32_t files = 5;  // older files kept in addition to the current one
  } log;
  struct Audit {
    bool required = true;  // requests are refused while the audit cannot be written
    std::uint64_t file_bytes = 64 * 1024 * 1024;
    std::uint32_t keep_days = 90;
    std::uint64_t keep_bytes = 1024 * 1024 * 1024;  // total for all files
    std::uint32_t anchor_lines = 1000;      // at most this many lines are not anchored in the event log
    std::uint32_t anchor_minutes = 5;       // and no line for longer than this
    std::uint32_t denials_per_minute = 60;  // maximum events for denials, and the same for policy changes
  } audit;
  struct File {
    std::vector<std::string>
        roots;  // folders that file.* is confined to; none: wherever Windows lets the caller go
    bool network_paths = false;
    bool alternate_streams = false;
  } file;
  struct DatabaseSource {
    std::string connection;  // ODBC connection string: a secret
    bool as_caller = false;  // connections are opened and used as the caller, not as the service
    bool pooled = true;      // connections are reused by later requests of the same account
    std::string access;      // who may use it, an SDDL DACL of GX; empty: all who may call the method
    bool operator==(const DatabaseSource&) const = default;
  };
  struct Database {
    std::map<std::string, DatabaseSource, std::less<>> sources;
    std::chrono::milliseconds idle{60'000};  // how long an unused connection is kept
    std::uint32_t connections_per_source = 64;
  } database;
  struct Modules {
    std::map<std::string, std::string, std::less<>> load;  // module name -> JSON text of its own settings
    std::uint32_t overdue_calls = 3;  // still running after their deadline, before the module is quarantined
  } modules;
  // Members that are not set: the limits that apply to all methods.
  struct MethodLimits {
    std::optional<std::chrono::milliseconds> deadline;
    std::optional<std::size_t> handlers;              // running at the same time
    std::optional<std::size_t> handlers_per_account;  // running at the same time for one account
    bool operator==(const MethodLimits&) const = default;
  };
  struct Methods {
    std::map<std::string, MethodLimits, std::less<>> limits;
  } methods;
  struct Service {
    // How long a service that Windows starts when a client opens its pipe stays without a connection, before it stops itself; 0:
    // for ever.
    std::chrono::minutes idle_stop{10};
  } service;
  // Mitigations of the service process that some drivers or modules may not be compatible with.
  struct Protections {
    bool strict_handles = true;   // using an invalid handle ends the process
    bool no_dynamic_code = true;  // no code can be generated or modified at run time
  } hardening;
};

// One fault in a settings file.
struct SettingsFault {
  std::string key;      // "limits.frame_bytes"; empty for the file as a whole
  std::string message;  // what is wrong and what would be right
};

struct SettingsResult {
  Settings settings;                  // meaningful only without faults
  std::vector<SettingsFault> faults;  // all of them, not only the first
};

// Parses a settings file: a JSON object of objects, in UTF-8, with comments and trailing commas (docs/settings.md lists every
// key). Unknown keys, wrong types, values out of range and settings that contradict each other are faults. Keys that it does not
// have stay as in `defaults`, as all do in text without any value.
SettingsResult ParseSettings(std::string_view text, const Settings& defaults = {});
// The same for a file. A file that does not exist gives the defaults; one that cannot be read or is larger than 1 MiB is a
// fault.
SettingsResult ReadSettings(const std::filesystem::path& file, const Settings& defaults = {});

// The output of --check-config: one line per fault, "onbehalf.json: limits.frame_bytes: ...", or the single line "onbehalf.json:
// ok"; no newline at the end. `file_name` is without its folder, in UTF-8. Neither it nor the contents of the file can break a
// line.
std::string CheckConfigReport(const SettingsResult& result, std::string_view file_name);
// A settings file with every key at its default.
std::string DefaultSettingsText();

// The service's data folder: %ProgramData%\NAME for the service NAME, or the folder given with --data.
struct DataFolders {
  std::filesystem::path root;
  std::filesystem::path SettingsFile() const { return root / L"onbehalf.json"; }
  std::filesystem::path Policy() const { return root / L"policy"; }
  std::filesystem::path Logs() const { return root / L"logs"; }
};

}  // namespace onbehalf::service
