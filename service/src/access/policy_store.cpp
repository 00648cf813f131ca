#include "access/policy_store.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <string_view>
#include <utility>

#include "access/folder_watch.h"
#include "access/policy_reading.h"
#include "onbehalf/pipe/impersonation.h"
#include "onbehalf/win32/lean_windows.h"
#include "onbehalf/win32/lock.h"
#include "onbehalf/win32/utf.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

using std::chrono::milliseconds;
using std::filesystem::path;
using win32::Win32Error;

// The largest integer that a JSON number holds exactly (RFC 8259, 6). A larger one in a file from outside is not accepted.
constexpr std::uint64_t kMaxVersion = (std::uint64_t{1} << 53) - 1;

// A program that writes access.json may lock it until it is done. on_change is called only if it stays locked.
constexpr milliseconds kLockedPause{100};
constexpr int kMaxLockedLooks = 20;
// Windows may not report that a file was closed.
constexpr milliseconds kUnreadablePause{1'000};

constexpr std::wstring_view kVersionBegin = L"access-";
constexpr std::wstring_view kVersionEnd = L".json";
constexpr std::wstring_view kUnfinishedEnd = L".new";

std::wstring VersionName(std::uint64_t version) {
  std::wstring digits = std::to_wstring(version);
  if (digits.size() < 8) digits.insert(0, 8 - digits.size(), L'0');
  return std::wstring(kVersionBegin) + digits + std::wstring(kVersionEnd);
}

// nullopt for a name that is not a VersionName.
std::optional<std::uint64_t> VersionOf(std::wstring_view name) {
  if (!name.starts_with(kVersionBegin) || !name.ends_with(kVersionEnd)) return std::nullopt;
  // The two cannot overlap: they share no letters where they could.
  const auto digits =
      name.substr(kVersionBegin.size(), name.size() - kVersionBegin.size() - kVersionEnd.size());
  std::uint64_t version = 0;
  for (const wchar_t digit : digits) {
    if (digit < L'0' || digit > L'9' || version > kMaxVersion / 10) return std::nullopt;
    version = version * 10 + static_cast<std::uint64_t>(digit - L'0');
  }
  if (version == 0 || VersionName(version) != name) return std::nullopt;
  return version;
}

// The state of access.json. Compared by its whole text, because different texts can have the same size and time.
struct OnDisk {
  enum class Kind { kMissing, kText, kUnreadable } kind = Kind::kMissing;
  std::string text;            // or the reason it cannot be read
  DWORD code = ERROR_SUCCESS;  // if unreadable
  friend bool operator==(const OnDisk&, const OnDisk&) = default;
};

PolicyFault FileFault(std::string message) { return {"", "", std::move(message)}; }

}  // namespace

struct PolicyStore::State {
  State(path folder_path, FileOperations& operations, std::size_t kept_versions)
      : folder(std::move(folder_path)), files(operations), kept(std::max<std::size_t>(kept_versions, 1)) {}

  const path folder;
  FileOperations& files;
  const std::size_t kept;

  const path current = folder / L"access.json";
  const path unfinished = folder / L"access.json.new";
  const path refused = folder / L"access.json.refused";
  const path lock_file = folder / L"access.lock";
  const path history = folder / L"history";

  win32::Lock mutex;
  OnDisk known;                    // as last read or written
  bool known_is_refused = false;   // its text has faults
  std::uint64_t version = 0;       // of the document last loaded, read or written
  std::optional<OnDisk> reported;  // the state on_change was last called for, unless `known` is newer

  std::function<void()> on_change;
  int locked_looks = 0;  // consecutive looks that found access.json locked; used by the watch's thread only
  win32::UniqueFile in_use;
  std::unique_ptr<FolderWatch> watch;  // last: it must end before the members it uses

  path VersionFile(std::uint64_t number) const { return history / VersionName(number); }

  // All functions below: under `mutex`.

  OnDisk Look() {
    try {
      // One byte more than a policy may have, so that a text that is too long is recognized as such.
      std::optional<std::string> text = files.Read(current, kMaxPolicyBytes + 1);
      if (!text) return {};
      return {OnDisk::Kind::kText, std::move(*text), ERROR_SUCCESS};
    } catch (const Win32Error& error) {
      return {OnDisk::Kind::kUnreadable, error.what(), error.win32_code()};
    }
  }

  // Ascending.
  std::vector<std::uint64_t> Versions() {
    std::vector<std::uint64_t> versions;
    for (const std::wstring& name : files.List(history)) {
      if (const auto number = VersionOf(name)) versions.push_back(*number);
    }
    std::sort(versions.begin(), versions.end());
    return versions;
  }

  std::uint64_t LastVersion() {
    const std::vector<std::uint64_t> versions = Versions();
    return versions.empty() ? 0 : versions.back();
  }

  // nullopt if it does not exist or has faults.
  std::optional<PolicyDocument> Version(std::uint64_t number) {
    const std::optional<std::string> text = files.Read(VersionFile(number), kMaxPolicyBytes + 1);
    if (!text) return std::nullopt;
    PolicyReading reading = ParsePolicy(*text);
    if (!reading.faults.empty()) return std::nullopt;
    reading.document.version = number;
    return std::move(reading.document);
  }

  // The version number of a document in access.json (see the class).
  std::uint64_t NumberOf(const PolicyDocument& document) {
    const std::uint64_t last = LastVersion();
    if (document.version > last && document.version <= kMaxVersion) return document.version;
    const std::optional<PolicyDocument> newest = last == 0 ? std::nullopt : Version(last);
    return newest && newest->nodes == document.nodes ? last : last + 1;
  }

  PolicyReading ReadKnown() {
    PolicyReading reading;
    switch (known.kind) {
      case OnDisk::Kind::kMissing:
        version = 0;
        break;
      case OnDisk::Kind::kUnreadable:
        reading.faults.push_back(FileFault("access.json cannot be read: " + known.text));
        break;
      case OnDisk::Kind::kText:
        reading = ParsePolicy(known.text);
        known_is_refused = !reading.faults.empty();
        if (known_is_refused) break;
        try {
          reading.document.version = NumberOf(reading.document);
          version = reading.document.version;
        } catch (const Win32Error& error) {
          reading.faults.push_back(FileFault("the history cannot be read: " + std::string(error.what())));
        }
        break;
    }
    return reading;
  }

  void Know(OnDisk disk) {
    known = std::move(disk);
    known_is_refused = false;
    reported.reset();
  }

  // An existing file was left by an interrupted write.
  void WriteNew(const path& file, std::string_view text) {
    files.Delete(file);
    win32::UniqueFile opened = files.Create(file);
    files.Write(opened.get(), text);
    files.Flush(opened.get());
    files.Close(std::move(opened));
  }

  void WriteVersion(std::uint64_t number, std::string_view text) {
    files.MakeFolder(history);
    const path file = VersionFile(number);
    path half = file;
    half += kUnfinishedEnd;
    try {
      WriteNew(half, text);
      files.Replace(half, file);
    } catch (const Win32Error&) {
      DeleteIfPossible(half);
      throw;
    }
  }

  // If this fails, the next Load removes the file: the caller must see the original error.
  bool DeleteIfPossible(const path& file) {
    try {
      files.Delete(file);
      return true;
    } catch (const Win32Error&) {
      return false;
    }
  }

  // What remains is removed by the next Prune: the policy has been written, so this must not look like a failure.
  void Prune() {
    try {
      const std::vector<std::uint64_t> versions = Versions();
      const std::size_t too_many = versions.size() - std::min(versions.size(), kept);
      for (std::size_t i = 0; i < too_many; ++i) files.Delete(VersionFile(versions[i]));
    } catch (const Win32Error&) {
    }
  }

  // access.json.new last, because it identifies the version in the history that never came into force.
  void RemoveLeftovers() {
    for (const std::wstring& name : files.List(history)) {
      if (name.starts_with(kVersionBegin) && name.ends_with(kUnfinishedEnd)) files.Delete(history / name);
    }
    const std::optional<std::string> left = files.Read(unfinished, kMaxPolicyBytes + 1);
    if (!left) return;
    const std::uint64_t last = LastVersion();
    if (last != 0 && files.Read(VersionFile(last), kMaxPolicyBytes + 1) == left && Look().text != *left) {
      files.Delete(VersionFile(last));
    }
    files.Delete(unfinished);
  }

  // Held open by the process that watches or resets the policy; Windows deletes the file when that process ends in any way.
  win32::UniqueFile TakeFolder() {
    win32::UniqueFile taken(::CreateFileW(lock_file.c_str(), GENERIC_READ | DELETE, 0, nullptr, OPEN_ALWAYS,
                                          FILE_FLAG_DELETE_ON_CLOSE | FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
    if (taken) return taken;
    const DWORD code = ::GetLastError();
    const std::string name = win32::ToUtf8Lossy(lock_file.native());
    if (code == ERROR_SHARING_VIOLATION) {
      throw PolicyInUse("another process of the service is using this policy: it has " + name + " open");
    }
    throw Win32Error(code, "CreateFileW", name);
  }

  // For FolderWatch: not under `mutex`. Returns the time until the next look if nothing changes.
  milliseconds LookForChange() {
    OnDisk now;
    {
      const std::lock_guard lock(mutex);
      now = Look();
      locked_looks = now.code == ERROR_SHARING_VIOLATION ? locked_looks + 1 : 0;
      if (locked_looks > 0 && locked_looks < kMaxLockedLooks) return kLockedPause;
      const milliseconds again = now.kind == OnDisk::Kind::kUnreadable ? kUnreadablePause : milliseconds(0);
      if (now == known) {
        reported.reset();
        return again;
      }
      if (reported == now) return again;
      reported = now;
    }
    on_change();
    return now.kind == OnDisk::Kind::kUnreadable ? kUnreadablePause : milliseconds(0);
  }
};

PolicyStore::PolicyStore(path folder, FileOperations& files, std::size_t kept)
    : state_(std::make_unique<State>(std::move(folder), files, kept)) {}

PolicyStore::~PolicyStore() = default;

PolicyStore::Loaded PolicyStore::Load() {
  pipe::AssertNotImpersonating();
  const std::lock_guard lock(state_->mutex);
  Loaded loaded;
  try {
    // Only with the lock: the leftovers may be another process's write in progress.
    const win32::UniqueFile taken = state_->in_use ? win32::UniqueFile() : state_->TakeFolder();
    state_->RemoveLeftovers();
  } catch (const std::runtime_error& error) {
    loaded.warnings.push_back(
        FileFault("leftovers of an interrupted write could not be removed: " + std::string(error.what())));
  }
  state_->Know(state_->Look());
  PolicyReading reading = state_->ReadKnown();
  loaded.warnings.insert(loaded.warnings.end(), reading.warnings.begin(), reading.warnings.end());
  if (reading.faults.empty()) {
    loaded.document = std::move(reading.document);
    loaded.source =
        state_->known.kind == OnDisk::Kind::kMissing ? Loaded::Source::kDefault : Loaded::Source::kFile;
    return loaded;
  }
  loaded.faults = std::move(reading.faults);
  loaded.source = Loaded::Source::kAdministratorsOnly;
  loaded.document.administrators_only = true;
  try {
    const std::vector<std::uint64_t> versions = state_->Versions();
    for (auto number = versions.rbegin(); number != versions.rend(); ++number) {
      if (auto document = state_->Version(*number)) {
        loaded.document = std::move(*document);
        loaded.source = Loaded::Source::kLastGood;
        break;
      }
    }
  } catch (const Win32Error& error) {
    loaded.faults.push_back(FileFault("the history cannot be read: " + std::string(error.what())));
  }
  state_->version = loaded.document.version;
  return loaded;
}

PolicyReading PolicyStore::Read() {
  pipe::AssertNotImpersonating();
  const std::lock_guard lock(state_->mutex);
  state_->Know(state_->Look());
  return state_->ReadKnown();
}

void PolicyStore::Write(const PolicyDocument& document, const NameOf& name_of) {
  pipe::AssertNotImpersonating();
  // Before the lock: looking up names may take seconds.
  const std::string text = ToText(document, name_of);
  const std::lock_guard lock(state_->mutex);
  const auto refuse_conflict = [this] {
    if (state_->Look() != state_->known) {
      throw PolicyConflict("access.json was changed from outside since it was last read");
    }
  };
  refuse_conflict();
  if (state_->known.kind == OnDisk::Kind::kUnreadable) {
    throw PolicyConflict("access.json cannot be read: " + state_->known.text);
  }
  if (document.version <= std::max(state_->version, state_->LastVersion())) {
    throw std::invalid_argument("version " + std::to_string(document.version) +
                                " of the policy is already in use");
  }
  try {
    // Somebody may be editing it.
    if (state_->known_is_refused) state_->WriteNew(state_->refused, state_->known.text);
    state_->WriteNew(state_->unfinished, text);
    state_->WriteVersion(document.version, text);
    // Checked again, because the writing took a while.
    refuse_conflict();
    state_->files.Replace(state_->unfinished, state_->current);
  } catch (...) {
    // In this order: while the version exists, access.json.new says that it never came into force.
    if (state_->DeleteIfPossible(state_->VersionFile(document.version)))
      state_->DeleteIfPossible(state_->unfinished);
    throw;
  }
  state_->Know({OnDisk::Kind::kText, text, ERROR_SUCCESS});
  state_->version = document.version;
  state_->Prune();
}

std::uint64_t PolicyStore::NextVersion() {
  pipe::AssertNotImpersonating();
  const std::lock_guard lock(state_->mutex);
  return std::max(state_->version, state_->LastVersion()) + 1;
}

void PolicyStore::Remember(const PolicyDocument& document, const NameOf& name_of) {
  pipe::AssertNotImpersonating();
  if (document.version == 0) return;
  const std::string text = ToText(document, name_of);
  const std::lock_guard lock(state_->mutex);
  const std::vector<std::uint64_t> versions = state_->Versions();
  if (std::binary_search(versions.begin(), versions.end(), document.version)) {
    const std::optional<PolicyDocument> there = state_->Version(document.version);
    if (there && there->nodes == document.nodes) return;
    if (there) {
      throw std::invalid_argument("the history already has a different version " +
                                  std::to_string(document.version));
    }
  }
  state_->WriteVersion(document.version, text);
  state_->Prune();
}

std::vector<PolicyVersion> PolicyStore::History() {
  pipe::AssertNotImpersonating();
  const std::lock_guard lock(state_->mutex);
  std::vector<PolicyVersion> history;
  const std::vector<std::uint64_t> versions = state_->Versions();
  for (auto number = versions.rbegin(); number != versions.rend(); ++number) {
    if (auto document = state_->Version(*number)) {
      history.push_back({*number, std::move(document->changed), std::move(document->changed_by)});
    }
  }
  return history;
}

std::optional<PolicyDocument> PolicyStore::Find(std::uint64_t version) {
  pipe::AssertNotImpersonating();
  const std::lock_guard lock(state_->mutex);
  const std::vector<std::uint64_t> versions = state_->Versions();
  if (!std::binary_search(versions.begin(), versions.end(), version)) return std::nullopt;
  return state_->Version(version);
}

void PolicyStore::Watch(std::function<void()> on_change) {
  pipe::AssertNotImpersonating();
  state_->watch.reset();
  state_->in_use.reset();
  state_->on_change = std::move(on_change);
  if (!state_->on_change) return;
  state_->in_use = state_->TakeFolder();
  state_->watch = std::make_unique<FolderWatch>(state_->folder,
                                                [state = state_.get()] { return state->LookForChange(); });
}

PolicyStore::Removed PolicyStore::Remove() {
  pipe::AssertNotImpersonating();
  const std::lock_guard lock(state_->mutex);
  const win32::UniqueFile taken = state_->in_use ? win32::UniqueFile() : state_->TakeFolder();
  state_->RemoveLeftovers();
  Removed removed;
  const std::optional<std::string> text = state_->files.Read(state_->current, kMaxPolicyBytes + 1);
  if (!text) return removed;
  removed.was_there = true;
  const PolicyReading reading = ParsePolicy(*text);
  if (reading.faults.empty()) {
    const std::uint64_t number = state_->NumberOf(reading.document);
    const std::vector<std::uint64_t> versions = state_->Versions();
    // Unchanged, with its comments.
    if (!std::binary_search(versions.begin(), versions.end(), number)) state_->WriteVersion(number, *text);
    state_->files.Delete(state_->current);
    removed.kept_as = number;
  } else {
    state_->files.Replace(state_->current, state_->refused);
    removed.kept_file = state_->refused;
  }
  state_->Know({});
  state_->version = 0;
  return removed;
}

}  // namespace onbehalf::service
