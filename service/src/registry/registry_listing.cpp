#include "registry/registry_listing.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/win32_error.h"

namespace onbehalf::service {
namespace {

using win32::Win32Error;

constexpr int kAttempts = 10;
// A value's name has at most 16,383 units, and a terminator ("Registry Element Size Limits").
constexpr std::size_t kValueNameUnits = 16'384;
// Of an entry's JSON, beside its name and its value.
constexpr std::size_t kEntryBytes = 96;

bool ComesBefore(std::wstring_view a, std::wstring_view b) {
  return ::CompareStringOrdinal(a.data(), static_cast<int>(a.size()), b.data(), static_cast<int>(b.size()), TRUE) ==
         CSTR_LESS_THAN;
}

// Says whether a key has changed since it was asked to look. With the notification that a handle has first asked for
// Windows goes on until the handle is closed.
class ChangeMark {
 public:
  explicit ChangeMark(HKEY key) : key_(key), event_(::CreateEventW(nullptr, TRUE, FALSE, nullptr)) {
    if (!event_) win32::ThrowLastError("CreateEventW");
  }
  void Set() {
    if (!::ResetEvent(event_.get())) win32::ThrowLastError("ResetEvent");
    const LSTATUS code = ::RegNotifyChangeKeyValue(
        key_, FALSE, REG_NOTIFY_CHANGE_NAME | REG_NOTIFY_CHANGE_LAST_SET | REG_NOTIFY_THREAD_AGNOSTIC, event_.get(), TRUE);
    if (code != ERROR_SUCCESS) throw Win32Error(static_cast<DWORD>(code), "RegNotifyChangeKeyValue");
  }
  bool HasChanged() const { return ::WaitForSingleObject(event_.get(), 0) != WAIT_TIMEOUT; }

 private:
  const HKEY key_;
  const win32::UniqueObject event_;
};

struct Entry {
  std::wstring name;
  DWORD index = 0;
  DWORD size = 0;  // of a value
  friend bool operator<(const Entry& a, const Entry& b) { return ComesBefore(a.name, b.name); }
};

class Lister {
 public:
  Lister(HKEY key, const std::stop_token& stop) : key_(key), stop_(stop), name_(kValueNameUnits, L'\0') {}

  std::vector<Entry> Keys() {
    return All("RegEnumKeyExW", [this](Entry& entry, DWORD& units) {
      return ::RegEnumKeyExW(key_, entry.index, name_.data(), &units, nullptr, nullptr, nullptr, nullptr);
    });
  }
  std::vector<Entry> Values() {
    return All("RegEnumValueW", [this](Entry& entry, DWORD& units) {
      return ::RegEnumValueW(key_, entry.index, name_.data(), &units, nullptr, nullptr, nullptr, &entry.size);
    });
  }
  // nullopt: it has changed.
  std::optional<RegistryPage::Value> ValueAt(Entry entry, bool with_bytes) {
    RegistryPage::Value found{std::move(entry.name), entry.size, REG_NONE, std::nullopt};
    auto units = static_cast<DWORD>(name_.size());
    DWORD size = entry.size;
    RegistryValue value;
    value.bytes.resize(with_bytes ? size : 0);
    const LSTATUS code = ::RegEnumValueW(key_, entry.index, name_.data(), &units, nullptr, &found.type,
                                         with_bytes ? reinterpret_cast<BYTE*>(value.bytes.data()) : nullptr, &size);
    if (code == ERROR_MORE_DATA || code == ERROR_NO_MORE_ITEMS) return std::nullopt;
    if (code != ERROR_SUCCESS) throw Win32Error(static_cast<DWORD>(code), "RegEnumValueW");
    if (size != entry.size || std::wstring_view(name_).substr(0, units) != found.name) return std::nullopt;
    value.type = found.type;
    if (with_bytes) found.value = std::move(value);
    return found;
  }

 private:
  template <typename Enumerate>
  std::vector<Entry> All(const char* operation, Enumerate enumerate) {
    std::vector<Entry> entries;
    for (Entry entry;; ++entry.index) {
      if (stop_.stop_requested()) throw Win32Error(ERROR_CANCELLED, operation);
      auto units = static_cast<DWORD>(name_.size());
      entry.size = 0;
      const LSTATUS code = enumerate(entry, units);
      if (code == ERROR_NO_MORE_ITEMS) break;
      if (code != ERROR_SUCCESS) throw Win32Error(static_cast<DWORD>(code), operation);
      entry.name.assign(name_, 0, units);
      entries.push_back(entry);
    }
    std::sort(entries.begin(), entries.end());
    return entries;
  }

  const HKEY key_;
  const std::stop_token& stop_;
  std::wstring name_;
};

// At most: six bytes for each unit of a name ("\u0001"), and as many for two bytes of a value that is a text.
std::size_t NameBytes(const Entry& entry) { return kEntryBytes + entry.name.size() * 6; }

std::vector<Entry>::const_iterator Behind(const std::vector<Entry>& entries, const RegistryCursor* after) {
  if (after == nullptr) return entries.begin();
  return std::upper_bound(entries.begin(), entries.end(), Entry{after->name});
}

// nullopt: the key has changed.
std::optional<RegistryPage> TakePage(Lister& lister, const std::optional<RegistryCursor>& after,
                                     std::size_t most_entries, std::size_t most_bytes) {
  RegistryPage page;
  std::size_t entries = 0;
  std::size_t bytes = 0;
  const auto is_full = [&](std::size_t more_bytes) {
    return entries == most_entries || (entries > 0 && bytes + more_bytes > most_bytes);
  };
  if (!after || !after->in_values) {
    const std::vector<Entry> keys = lister.Keys();
    for (auto key = Behind(keys, after ? &*after : nullptr); key != keys.end(); ++key) {
      if (is_full(NameBytes(*key))) {
        page.next = RegistryCursor{false, page.keys.back()};
        return page;
      }
      ++entries;
      bytes += NameBytes(*key);
      page.keys.push_back(key->name);
    }
  }
  const std::vector<Entry> values = lister.Values();
  for (auto value = Behind(values, after && after->in_values ? &*after : nullptr); value != values.end(); ++value) {
    const bool fits_a_page = NameBytes(*value) + std::size_t{value->size} * 3 <= most_bytes;
    const std::size_t value_bytes = NameBytes(*value) + (fits_a_page ? std::size_t{value->size} * 3 : 0);
    if (is_full(value_bytes)) {
      page.next = page.values.empty() ? RegistryCursor{false, page.keys.back()}
                                      : RegistryCursor{true, page.values.back().name};
      return page;
    }
    auto found = lister.ValueAt(*value, fits_a_page);
    if (!found) return std::nullopt;
    ++entries;
    bytes += value_bytes;
    page.values.push_back(*std::move(found));
  }
  return page;
}

}  // namespace

std::optional<RegistryPage> ListRegistryKey(HKEY key, const std::optional<RegistryCursor>& after,
                                            std::size_t most_entries, std::size_t most_bytes,
                                            const std::stop_token& stop) {
  ChangeMark mark(key);
  Lister lister(key, stop);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    mark.Set();
    auto page = TakePage(lister, after, most_entries, most_bytes);
    if (page && !mark.HasChanged()) return page;
  }
  return std::nullopt;
}

}  // namespace onbehalf::service
