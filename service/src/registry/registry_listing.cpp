#include "registry/registry_listing.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/win32_error.h"
#include "registry/registry_key.h"

namespace onbehalf::service {
namespace {

using win32::Win32Error;

constexpr int kAttempts = 10;
// A value's name has at most 16,383 units, plus a terminator ("Registry Element Size Limits").
constexpr std::size_t kValueNameUnits = 16'384;
// Maximum JSON of an entry, excluding its name and its value.
constexpr std::size_t kEntryBytes = 96;

bool ComesBefore(std::wstring_view a, std::wstring_view b) {
  return ::CompareStringOrdinal(a.data(), static_cast<int>(a.size()), b.data(), static_cast<int>(b.size()),
                                TRUE) == CSTR_LESS_THAN;
}

// Detects whether a key has changed since it was created.
class ChangeMark {
 public:
  explicit ChangeMark(HKEY key) : key_(key), event_(::CreateEventW(nullptr, TRUE, FALSE, nullptr)) {
    if (!event_) win32::ThrowLastError("CreateEventW");
  }
  void Set() {
    if (!::ResetEvent(event_.get())) win32::ThrowLastError("ResetEvent");
    AskForChange(key_, false, event_.get());
  }
  bool HasChanged() const { return ::WaitForSingleObject(event_.get(), 0) != WAIT_TIMEOUT; }

 private:
  const HKEY key_;
  const win32::UniqueObject event_;
};

struct Entry {
  std::wstring name;
  DWORD index = 0;
  DWORD size = 0;  // of a value's data
  friend bool operator<(const Entry& a, const Entry& b) { return ComesBefore(a.name, b.name); }
};

// Upper bounds: six bytes for each unit of a name ("\u0001"), and as many for two bytes of a text value.
std::size_t NameBytes(const Entry& entry) { return kEntryBytes + entry.name.size() * 6; }
bool FitsPage(const Entry& entry, std::size_t max_bytes) {
  return NameBytes(entry) + std::size_t{entry.size} * 3 <= max_bytes;
}
// The bytes of an entry in a page, without its value if that would not fit.
std::size_t PageBytes(const Entry& entry, std::size_t max_bytes) {
  return NameBytes(entry) + (FitsPage(entry, max_bytes) ? std::size_t{entry.size} * 3 : 0);
}

// Of all entries passed to it, keeps the first ones after `after` by name: as many as fit into a page and one more, which shows
// that the page is not the last. Never keeps more, however many the key has.
class FirstEntries {
 public:
  // `after`: borrowed; null for the beginning.
  FirstEntries(const RegistryCursor* after, std::size_t max_entries, std::size_t max_bytes)
      : after_(after), max_entries_(max_entries), max_bytes_(max_bytes) {}

  void Offer(std::wstring_view name, DWORD index, DWORD size) {
    if (after_ != nullptr && !ComesBefore(after_->name, name)) return;
    if (IsEnough(entries_.size(), bytes_) && !ComesBefore(name, entries_.front().name)) return;
    entries_.push_back({std::wstring(name), index, size});
    bytes_ += PageBytes(entries_.back(), max_bytes_);
    std::push_heap(entries_.begin(), entries_.end());
    while (entries_.size() > 1) {
      const std::size_t without_last = bytes_ - PageBytes(entries_.front(), max_bytes_);
      if (!IsEnough(entries_.size() - 1, without_last)) break;
      std::pop_heap(entries_.begin(), entries_.end());
      entries_.pop_back();
      bytes_ = without_last;
    }
  }
  // Sorted.
  std::vector<Entry> Take() && {
    std::sort_heap(entries_.begin(), entries_.end());
    return std::move(entries_);
  }

 private:
  // More than fits into a page, which always takes the first entry.
  bool IsEnough(std::size_t entries, std::size_t bytes) const {
    return entries > max_entries_ || (entries > 1 && bytes > max_bytes_);
  }

  const RegistryCursor* const after_;
  const std::size_t max_entries_;
  const std::size_t max_bytes_;
  std::vector<Entry> entries_;  // a heap with the last name in front
  std::size_t bytes_ = 0;       // in a page
};

class Lister {
 public:
  Lister(HKEY key, const std::stop_token& stop) : key_(key), stop_(stop), name_(kValueNameUnits, L'\0') {}

  std::vector<Entry> Keys(FirstEntries first) {
    return All(std::move(first), "RegEnumKeyExW", [this](DWORD index, DWORD& units, DWORD&) {
      return ::RegEnumKeyExW(key_, index, name_.data(), &units, nullptr, nullptr, nullptr, nullptr);
    });
  }
  std::vector<Entry> Values(FirstEntries first) {
    return All(std::move(first), "RegEnumValueW", [this](DWORD index, DWORD& units, DWORD& size) {
      return ::RegEnumValueW(key_, index, name_.data(), &units, nullptr, nullptr, nullptr, &size);
    });
  }
  // nullopt: the key has changed.
  std::optional<RegistryPage::Value> ValueAt(Entry entry, bool with_bytes) {
    RegistryPage::Value found{std::move(entry.name), entry.size, REG_NONE, std::nullopt};
    auto units = static_cast<DWORD>(name_.size());
    DWORD size = entry.size;
    RegistryValue value;
    value.bytes.resize(with_bytes ? size : 0);
    const LSTATUS code =
        ::RegEnumValueW(key_, entry.index, name_.data(), &units, nullptr, &found.type,
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
  std::vector<Entry> All(FirstEntries first, const char* operation, Enumerate enumerate) {
    for (DWORD index = 0;; ++index) {
      if (stop_.stop_requested()) throw Win32Error(ERROR_CANCELLED, operation);
      auto units = static_cast<DWORD>(name_.size());
      DWORD size = 0;
      const LSTATUS code = enumerate(index, units, size);
      if (code == ERROR_NO_MORE_ITEMS) return std::move(first).Take();
      if (code != ERROR_SUCCESS) throw Win32Error(static_cast<DWORD>(code), operation);
      first.Offer(std::wstring_view(name_).substr(0, units), index, size);
    }
  }

  const HKEY key_;
  const std::stop_token& stop_;
  std::wstring name_;
};

// nullopt: the key has changed.
std::optional<RegistryPage> TakePage(Lister& lister, const std::optional<RegistryCursor>& after,
                                     std::size_t max_entries, std::size_t max_bytes) {
  RegistryPage page;
  std::size_t entries = 0;
  std::size_t bytes = 0;
  const auto is_full = [&](std::size_t more_bytes) {
    return entries == max_entries || (entries > 0 && bytes + more_bytes > max_bytes);
  };
  if (!after || !after->in_values) {
    for (Entry& key : lister.Keys({after ? &*after : nullptr, max_entries, max_bytes})) {
      const std::size_t key_bytes = PageBytes(key, max_bytes);
      if (is_full(key_bytes)) {
        page.next = RegistryCursor{false, page.keys.back()};
        return page;
      }
      ++entries;
      bytes += key_bytes;
      page.keys.push_back(std::move(key.name));
    }
  }
  for (Entry& value :
       lister.Values({after && after->in_values ? &*after : nullptr, max_entries, max_bytes})) {
    const std::size_t value_bytes = PageBytes(value, max_bytes);
    if (is_full(value_bytes)) {
      page.next = page.values.empty() ? RegistryCursor{false, page.keys.back()}
                                      : RegistryCursor{true, page.values.back().name};
      return page;
    }
    const bool with_bytes = FitsPage(value, max_bytes);
    auto found = lister.ValueAt(std::move(value), with_bytes);
    if (!found) return std::nullopt;
    ++entries;
    bytes += value_bytes;
    page.values.push_back(*std::move(found));
  }
  return page;
}

}  // namespace

std::optional<RegistryPage> ListRegistryKey(HKEY key, const std::optional<RegistryCursor>& after,
                                            std::size_t max_entries, std::size_t max_bytes,
                                            const std::stop_token& stop) {
  ChangeMark mark(key);
  Lister lister(key, stop);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    mark.Set();
    auto page = TakePage(lister, after, max_entries, max_bytes);
    if (page && !mark.HasChanged()) return page;
  }
  return std::nullopt;
}

}  // namespace onbehalf::service
