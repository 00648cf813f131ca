#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "access/policy_document.h"
#include "access/policy_text.h"
#include "storage/file_operations.h"

namespace onbehalf::service {

// A policy version in the history.
struct PolicyVersion {
  std::uint64_t version = 0;
  std::string changed;
  std::string changed_by;
};

// access.json is not what the store last read or wrote: it was changed from outside. Nothing was written; a retry after Read can
// help.
class PolicyConflict : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Another process uses this policy folder.
class PolicyInUse : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The files of the policy, in a folder whose descriptor they inherit:
//
//   access.json                   the policy in force; if missing, the built-in default
//   access.json.new               a write in progress or interrupted
//   access.json.refused           an invalid text that Write or Remove replaced
//   access.lock                   exists while a process watches or resets the policy
//   history\access-00000007.json  version 7, for people, for a rollback, and as a last good copy
//
// A write first writes all of access.json.new, then the copy in the history, then renames the first to access.json. So a process
// or machine that stops at any point leaves either the old policy or the new one. A copy in the history that never came into
// force is recognized by an access.json.new with the same text: Load removes both.
//
// The store assigns version numbers: each is used once, even if a file from outside repeats one (an editor left the number
// unchanged, an older file was restored): the document then gets the number after the history's last. This holds across a
// restart if the document was given to Remember.
//
// Any thread, except one that impersonates (then the process ends).
class PolicyStore {
 public:
  static constexpr std::size_t kKeptVersions = 20;

  // Does not access any file yet. `files` must outlive the store. `kept`: number of versions in the history, at least 1.
  explicit PolicyStore(std::filesystem::path folder, FileOperations& files = FileOperations::Windows(),
                       std::size_t kept = kKeptVersions);
  // Must not run in a callback of Watch: it waits for a running one.
  ~PolicyStore();
  PolicyStore(const PolicyStore&) = delete;
  PolicyStore& operator=(const PolicyStore&) = delete;

  struct Loaded {
    PolicyDocument document;
    enum class Source {
      kFile,
      kDefault,            // there is no access.json
      kLastGood,           // access.json is refused; this is the newest good version of the history
      kAdministratorsOnly  // access.json is refused, and the history has no good version
    };
    Source source = Source::kDefault;
    std::vector<PolicyFault> faults;  // why access.json is refused
    std::vector<PolicyFault> warnings;
  };
  // For the start: removes the leftovers of an interrupted write and returns the initial policy. Never throws because of what is
  // on the disk.
  Loaded Load();

  // The current access.json. If there is no file: version 0, no nodes. An unreadable file is a fault of the file as a whole.
  PolicyReading Read();

  // Writes `document` as the policy and as a version of the history. Returns when both are on the disk. Throws PolicyConflict
  // when access.json cannot be read or is not what this store last read or wrote (a store that has not read accepts only a
  // missing file), Win32Error when Windows refuses, std::invalid_argument for a version below NextVersion(); access.json is then
  // unchanged. An access.json with faults is kept as access.json.refused. A version beyond `kept` that cannot be removed stays
  // until the next write.
  void Write(const PolicyDocument& document, const NameOf& name_of);

  // The number for the next document to write: above all versions in the history and the one last loaded, read or written.
  std::uint64_t NextVersion();

  // Adds a document from Load or Read to the history unless it is already there (the same version with the same nodes; who
  // changed it and when is ignored). Version 0 is ignored. Throws Win32Error, and std::invalid_argument if the history has other
  // nodes under this number.
  void Remember(const PolicyDocument& document, const NameOf& name_of = {});

  // Newest first; omits versions that can no longer be read. Throws Win32Error.
  std::vector<PolicyVersion> History();
  std::optional<PolicyDocument> Find(std::uint64_t version);

  // From now on `on_change` is called on a thread of the process's pool, one call at a time, when access.json differs from what
  // this store last read or wrote (also when removed, recreated or unreadable), once for each content, within a fraction of a
  // second. Several changes may be reported as one; writes by this store are not reported. `on_change` must not throw. An empty
  // function ends the watch: this waits for a running call, so it must not be done from within one. Not by two threads at once.
  // Throws PolicyInUse if another process watches or resets the policy, Win32Error if the folder cannot be watched.
  void Watch(std::function<void()> on_change);

  struct Removed {
    bool was_there = false;
    std::optional<std::uint64_t> kept_as;            // the version of the history
    std::optional<std::filesystem::path> kept_file;  // or the file, if it was not a valid policy
  };
  // Removes access.json, so that the built-in default is in force from the next Load on, and keeps its content (--reset-access).
  // Throws PolicyInUse if another process watches the policy; Win32Error, also for an access.json that cannot be read.
  Removed Remove();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace onbehalf::service
