#include "registry/registry_listing.h"

#include <string_view>
#include <utility>

#include "onbehalf/win32/unique_handle.h"
#include "onbehalf/win32/win32_error.h"
#include "registry/first_entries.h"
#include "registry/registry_key.h"

namespace onbehalf::service {
namespace {

using win32::Win32Error;

constexpr int kAttempts = 10;
// A value's name has at most 16,383 units, plus a terminator ("Registry Element Size Limits").
constexpr std::size_t kValueNameUnits = 16'384;

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

class Lister {
 public:
  Lister(HKEY key, const std::stop_token& stop) : key_(key), stop_(stop), name_(kValueNameUnits, L'\0') {}

  std::vector<RegistryEntry> Keys(FirstEntries first) {
    return All(std::move(first), "RegEnumKeyExW", [this](DWORD index, DWORD& units, DWORD&) {
      return ::RegEnumKeyExW(key_, index, name_.data(), &units, nullptr, nullptr, nullptr, nullptr);
    });
  }
  std::vector<RegistryEntry> Values(FirstEntries first) {
    return All(std::move(first), "RegEnumValueW", [this](DWORD index, DWORD& units, DWORD& size) {
      return ::RegEnumValueW(key_, index, name_.data(), &units, nullptr, nullptr, nullptr, &size);
    });
  }
  // nullopt: the key has changed.
  std::optional<RegistryPage::Value> ValueAt(RegistryEntry entry, bool with_bytes) {
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
  std::vector<RegistryEntry> All(FirstEntries first, const char* operation, Enumerate enumerate) {
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
    for (RegistryEntry& key :
         lister.Keys({after ? &after->name : nullptr, max_entries, max_bytes, ComesBefore})) {
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
  for (RegistryEntry& value : lister.Values(
           {after && after->in_values ? &after->name : nullptr, max_entries, max_bytes, ComesBefore})) {
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
