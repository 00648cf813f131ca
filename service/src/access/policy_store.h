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

// A policy that was in force, as the history lists it.
struct PolicyVersion {
  std::uint64_t version = 0;
  std::string changed;
  std::string changed_by;
};

// access.json is not what the store last read or wrote: somebody else has changed it in the meantime. Nothing
// was written; a retry after Read can help.
class PolicyConflict : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Another process works on this policy folder.
class PolicyInUse : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The files of the policy, in a folder whose descriptor they inherit:
//
//   access.json                   the policy in force; none: the built-in default
//   access.json.new               a write that is under way, or was cut short
//   access.json.refused           a text with faults that Write or Remove has taken the place of
//   access.lock                   while a process watches or resets the policy
//   history\access-00000007.json  version 7, for people, for a rollback, and as the last good copy
//
// A write makes access.json.new whole, then the history's copy, then lets the first take access.json's place.
// So a process or machine that stops at any point leaves the old policy or the new one, and a copy in the
// history that never came into force is known by an access.json.new of the same text: Load removes both.
//
// Version numbers are the store's: each is given once, also when a file from outside repeats one (an editor
// left the number as it was, an older file was put back): then the document gets the number after the
// history's last. That holds over a restart if the document has been given to Remember.
//
// Any thread, except one that impersonates (then the process ends).
class PolicyStore {
 public:
  static constexpr std::size_t kKeptVersions = 20;

  // Touches no file yet. `files` must outlive the store. `kept`: how many versions the history has, at
  // least 1.
  explicit PolicyStore(std::filesystem::path folder, FileOperations& files = FileOperations::Windows(),
                       std::size_t kept = kKeptVersions);
  // Not in a callback of Watch: it waits for one that is under way.
  ~PolicyStore();
  PolicyStore(const PolicyStore&) = delete;
  PolicyStore& operator=(const PolicyStore&) = delete;

  struct Loaded {
    PolicyDocument document;
    enum class Source {
      kFile,
      kDefault,            // there is no access.json
      kLastGood,           // access.json is refused; this is the newest good version of the history
      kAdministratorsOnly  // access.json is refused, and no version of the history is good
    };
    Source source = Source::kDefault;
    std::vector<PolicyFault> faults;  // why access.json is refused
    std::vector<PolicyFault> warnings;
  };
  // For the start: removes what a write that was cut short has left, and gives the policy to begin with.
  // Never throws for what is on the disk.
  Loaded Load();

  // access.json as it is now. No file: version 0, no nodes. What cannot be read is a fault of the file as a
  // whole.
  PolicyReading Read();

  // Makes `document` the policy on the disk and its version one of the history. Returns when both are on the
  // disk. Throws PolicyConflict when access.json cannot be read or is not what this store last read or wrote
  // (a store that has not read takes a missing file only), Win32Error when Windows refuses,
  // std::invalid_argument for a version below NextVersion(); access.json is as it was then. One with faults
  // is kept as access.json.refused. A version of the history beyond `kept` that cannot be removed stays until
  // the next write.
  void Write(const PolicyDocument& document, const NameOf& name_of);

  // The number for the next document to be written: above all that the history has and the one last loaded,
  // read or written.
  std::uint64_t NextVersion();

  // Puts a document that Load or Read gave into the history, if it is not there yet (the same version with
  // the same nodes; who changed it and when does not count). Version 0 is ignored. Throws Win32Error, and
  // std::invalid_argument when the history has other nodes under this number.
  void Remember(const PolicyDocument& document, const NameOf& name_of = {});

  // Newest first; versions that can no longer be read are left out. Throws Win32Error.
  std::vector<PolicyVersion> History();
  std::optional<PolicyDocument> Find(std::uint64_t version);

  // From now on `on_change` is called on a thread of the process's pool, one call at a time, when access.json
  // has become another than this store last read or wrote (also: removed, made again, unreadable), once for
  // each content, and within a fraction of a second. Several changes may come as one. Not for writes of this
  // store. `on_change` must not throw. Nothing in its place ends the watch: that waits for a call that is
  // under way, so not from within one. Not by two threads at once. Throws PolicyInUse when another process
  // watches or resets the policy, Win32Error when the folder cannot be watched.
  void Watch(std::function<void()> on_change);

  struct Removed {
    bool was_there = false;
    std::optional<std::uint64_t> kept_as;            // the version of the history
    std::optional<std::filesystem::path> kept_file;  // or the file, when it was no policy
  };
  // Removes access.json, so that the built-in default is in force from the next Load on, and keeps what it
  // said
  // (--reset-access). Throws PolicyInUse when another process watches the policy; Win32Error, also for an
  // access.json that cannot be read.
  Removed Remove();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace onbehalf::service
