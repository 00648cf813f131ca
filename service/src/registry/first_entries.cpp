#include "registry/first_entries.h"

#include <algorithm>
#include <utility>

namespace onbehalf::service {
namespace {

// Maximum JSON of an entry, excluding its name and its value.
constexpr std::size_t kEntryBytes = 96;

// Upper bounds: six bytes for each unit of a name ("\u0001"), and as many for two bytes of a text value.
std::size_t NameBytes(const RegistryEntry& entry) { return kEntryBytes + entry.name.size() * 6; }

}  // namespace

bool FitsPage(const RegistryEntry& entry, std::size_t max_bytes) {
  return NameBytes(entry) + std::size_t{entry.size} * 3 <= max_bytes;
}

std::size_t PageBytes(const RegistryEntry& entry, std::size_t max_bytes) {
  return NameBytes(entry) + (FitsPage(entry, max_bytes) ? std::size_t{entry.size} * 3 : 0);
}

void FirstEntries::Offer(std::wstring_view name, std::uint32_t index, std::uint32_t size) {
  if (after_ != nullptr && !comes_before_(*after_, name)) return;
  if (IsEnough(entries_.size(), bytes_) && !comes_before_(name, entries_.front().name)) return;
  entries_.push_back({std::wstring(name), index, size});
  bytes_ += PageBytes(entries_.back(), max_bytes_);
  std::push_heap(entries_.begin(), entries_.end(), ByName());
  while (entries_.size() > 1) {
    const std::size_t without_last = bytes_ - PageBytes(entries_.front(), max_bytes_);
    if (!IsEnough(entries_.size() - 1, without_last)) break;
    std::pop_heap(entries_.begin(), entries_.end(), ByName());
    entries_.pop_back();
    bytes_ = without_last;
  }
}

std::vector<RegistryEntry> FirstEntries::Take() && {
  std::sort_heap(entries_.begin(), entries_.end(), ByName());
  return std::move(entries_);
}

}  // namespace onbehalf::service
