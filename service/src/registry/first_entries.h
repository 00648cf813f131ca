#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace onbehalf::service {

// A subkey or value, as enumerated.
struct RegistryEntry {
  std::wstring name;        // of the registry's units, valid UTF-16 or not
  std::uint32_t index = 0;  // in the enumeration
  std::uint32_t size = 0;   // of a value's data, in bytes
};

// Whether an entry fits into a page of so many bytes of JSON with its value.
bool FitsPage(const RegistryEntry& entry, std::size_t max_bytes);
// An upper bound for the bytes of an entry in a page, without its value if that would not fit.
std::size_t PageBytes(const RegistryEntry& entry, std::size_t max_bytes);

// Of all entries passed to it, keeps the first ones after `after` by name: as many as fit into a page and one more, which shows
// that the page is not the last. Never keeps more, however many the key has.
class FirstEntries {
 public:
  // Whether the first name comes before the second.
  using Order = bool (*)(std::wstring_view, std::wstring_view);

  // `after`: borrowed; null for the beginning.
  FirstEntries(const std::wstring* after, std::size_t max_entries, std::size_t max_bytes, Order comes_before)
      : after_(after), max_entries_(max_entries), max_bytes_(max_bytes), comes_before_(comes_before) {}

  void Offer(std::wstring_view name, std::uint32_t index, std::uint32_t size);
  // Sorted.
  std::vector<RegistryEntry> Take() &&;

 private:
  // More than fits into a page, which always takes the first entry.
  bool IsEnough(std::size_t entries, std::size_t bytes) const {
    return entries > max_entries_ || (entries > 1 && bytes > max_bytes_);
  }
  auto ByName() const {
    return [this](const RegistryEntry& a, const RegistryEntry& b) { return comes_before_(a.name, b.name); };
  }

  const std::wstring* const after_;
  const std::size_t max_entries_;
  const std::size_t max_bytes_;
  const Order comes_before_;
  std::vector<RegistryEntry> entries_;  // a heap with the last name in front
  std::size_t bytes_ = 0;               // in a page
};

}  // namespace onbehalf::service
