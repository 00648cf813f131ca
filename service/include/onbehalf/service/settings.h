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

// What the settings file (onbehalf.json) holds. Every member has a default, so an absent or empty file is a
// valid one.
struct Settings {
  struct Pipe {
    std::string name = "onbehalf";        // of \\.\pipe\NAME
    std::uint32_t waiting_instances = 4;  // instances that wait for a client at the same time
    bool remote = false;                  // false: PIPE_REJECT_REMOTE_CLIENTS
    bool deny_network_logons =
        false;  // true: NETWORK logons are denied, local WinRM and SSH sessions with them
  } pipe;
  protocol::Limits limits;
  struct Threads {
    std::uint32_t io = 0;  // most threads of the pool that reads; 0: the number of processors, at least 2
    std::uint32_t handlers = 64;  // most threads of the pool for handlers that may block
  } threads;
  struct LogFile {
    LogLevel level = LogLevel::kInfo;
    std::uint64_t file_bytes = 10 * 1024 * 1024;
    std::uint32_t files = 5;  // older files that are kept beside the current one
  } log;
  struct Audit {
    bool required = true;  // requests are refused while the audit cannot be written
    std::uint64_t file_bytes = 64 * 1024 * 1024;
    std::uint32_t keep_days = 90;
    std::uint64_t keep_bytes = 1024 * 1024 * 1024;  // of all files together
    std::uint32_t anchor_lines = 1000;              // at most so many lines are not anchored in the event log
    std::uint32_t anchor_minutes = 5;               // nor any for longer than this
    std::uint32_t denials_per_minute = 60;          // events of denials, and as many of changes of the policy
  } audit;
  struct File {
    std::vector<std::string>
        roots;  // folders that file.* stays in; none: it goes wherever Windows lets the caller
    bool network_paths = false;
    bool alternate_streams = false;
  } file;
  struct DatabaseSource {
    std::string connection;  // ODBC's connection string: a secret
    bool as_caller = false;  // connections are opened and used as the caller, not as the service
    bool pooled = true;      // connections are kept for the next request of the same account
    std::string access;      // who may use it, an SDDL DACL of GX; empty: whoever may call the method
    bool operator==(const DatabaseSource&) const = default;
  };
  struct Database {
    std::map<std::string, DatabaseSource, std::less<>> sources;
    std::chrono::milliseconds idle{60'000};  // how long a connection that nobody uses is kept
    std::uint32_t connections_per_source = 64;
  } database;
  struct Modules {
    std::map<std::string, std::string, std::less<>>
        load;  // a module's name and the JSON text of its own settings
    std::uint32_t overdue_calls =
        3;  // that have not ended after their deadline, until the module is quarantined
  } modules;
  // What is not set is as for all methods.
  struct MethodLimits {
    std::optional<std::chrono::milliseconds> deadline;
    std::optional<std::size_t> handlers;              // that run at the same time
    std::optional<std::size_t> handlers_per_account;  // of one account
    bool operator==(const MethodLimits&) const = default;
  };
  struct Methods {
    std::map<std::string, MethodLimits, std::less<>> limits;
  } methods;
  // Of the service's process: those that a driver or module may not be able to live with.
  struct Protections {
    bool strict_handles = true;   // the use of an invalid handle ends the process
    bool no_dynamic_code = true;  // no code is made or changed at run time
  } hardening;
};

// One thing wrong with a settings file.
struct SettingsFault {
  std::string key;      // "limits.frame_bytes"; empty for the file as a whole
  std::string message;  // what is wrong and what would be right
};

struct SettingsResult {
  Settings settings;                  // meaningful only without faults
  std::vector<SettingsFault> faults;  // all of them, not only the first
};

// Reads the text of a settings file: a JSON object of objects, in UTF-8 (docs/settings.md has every key).
// Unknown keys, wrong types, values out of range and settings that contradict one another are faults. An
// empty text gives the defaults.
SettingsResult ParseSettings(std::string_view text);
// The same of a file. A file that does not exist gives the defaults; one that cannot be read is a fault, and
// so is one of more than 1 MiB.
SettingsResult ReadSettings(const std::filesystem::path& file);

// What --check-config prints: one line a fault, "onbehalf.json: limits.frame_bytes: ...", or the one line
// "onbehalf.json: ok"; no newline at the end. Nothing of the file can break a line.
std::string CheckConfigReport(const SettingsResult& result, const std::filesystem::path& file);
// A settings file with every key at its default.
std::string DefaultSettingsText();

// Where the service keeps things: %ProgramData%\OnBehalf, or the folder given with --data.
struct DataFolders {
  std::filesystem::path root;
  std::filesystem::path SettingsFile() const { return root / L"onbehalf.json"; }
  std::filesystem::path Policy() const { return root / L"policy"; }
  std::filesystem::path Logs() const { return root / L"logs"; }
};

}  // namespace onbehalf::service
