#include "onbehalf/win32/sid.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <functional>
#include <string>

#include "onbehalf/win32/hash.h"

namespace onbehalf::win32 {
namespace {

bool IsLowerLetter(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// NAME_PUBLISHERID in lower case: 3 to 50 letters, digits, '.' and '-', and 13 digits to the base 32 without i, l, o and u.
bool IsLowerCaseFamilyName(std::string_view text) {
  constexpr std::size_t kPublisherId = 13;
  const std::size_t underscore = text.find('_');
  if (underscore == std::string_view::npos || underscore < 3 || underscore > 50) return false;
  const std::string_view name = text.substr(0, underscore);
  const std::string_view publisher = text.substr(underscore + 1);
  return publisher.size() == kPublisherId &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return IsLowerLetter(c) || IsDigit(c) || c == '.' || c == '-'; }) &&
         std::all_of(publisher.begin(), publisher.end(), [](char c) {
           return IsDigit(c) || (IsLowerLetter(c) && c != 'i' && c != 'l' && c != 'o' && c != 'u');
         });
}

}  // namespace

std::optional<Sid> Sid::FromNumbers(std::string_view text) {
  constexpr std::string_view kBegin = "S-1-";
  constexpr std::uint64_t kMaxAuthority = 0xFFFF'FFFF'FFFF;
  if (!text.starts_with(kBegin)) return std::nullopt;
  text.remove_prefix(kBegin.size());
  // Takes a number off the front of `text`.
  const auto take = [&text](std::uint64_t max) -> std::optional<std::uint64_t> {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number > max) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
  };
  const std::optional<std::uint64_t> authority = take(kMaxAuthority);
  if (!authority) return std::nullopt;
  Sid sid;
  sid.bytes_[0] = std::byte{1};
  for (std::size_t i = 0; i < 6; ++i) sid.bytes_[7 - i] = static_cast<std::byte>(*authority >> (8 * i));
  std::size_t count = 0;
  for (; text.starts_with('-') && count < kMaxParts; ++count) {
    text.remove_prefix(1);
    const std::optional<std::uint64_t> part = take(UINT32_MAX);
    if (!part) return std::nullopt;
    const auto value = static_cast<std::uint32_t>(*part);
    std::memcpy(sid.bytes_.data() + kFixedBytes + count * sizeof(value), &value, sizeof(value));
  }
  sid.bytes_[1] = static_cast<std::byte>(count);
  if (!text.empty() || count == 0) return std::nullopt;
  return sid;
}

std::optional<Sid> Sid::ForPackageFamily(std::string_view family_name) {
  std::string name(family_name);
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (!IsLowerCaseFamilyName(name)) return std::nullopt;
  // A valid name is ASCII.
  std::string utf16;
  for (const char c : name) utf16.append({c, '\0'});
  const Sha256::Digest digest = Sha256().Of({utf16});
  constexpr std::size_t kWords = 7;
  // SECURITY_APP_PACKAGE_AUTHORITY, SECURITY_APP_PACKAGE_BASE_RID.
  return OfDigest(15, 2, std::as_bytes(std::span(digest)).first(kWords * sizeof(std::uint32_t)));
}

Sid Sid::OfDigest(std::uint8_t authority, std::uint32_t base, std::span<const std::byte> digest) {
  Sid sid;
  sid.bytes_[0] = std::byte{1};
  sid.bytes_[1] = static_cast<std::byte>(1 + digest.size() / sizeof(std::uint32_t));
  sid.bytes_[kFixedBytes - 1] = std::byte{authority};
  std::memcpy(sid.bytes_.data() + kFixedBytes, &base, sizeof(base));
  std::memcpy(sid.bytes_.data() + kFixedBytes + sizeof(base), digest.data(), digest.size());
  return sid;
}

std::uint64_t Sid::Authority() const noexcept {
  std::uint64_t authority = 0;
  for (std::size_t i = 2; i < kFixedBytes; ++i) {
    authority = (authority << 8) | std::to_integer<std::uint64_t>(bytes_[i]);
  }
  return authority;
}

std::uint32_t Sid::Part(std::size_t index) const noexcept {
  std::uint32_t part = 0;
  std::memcpy(&part, bytes_.data() + kFixedBytes + index * sizeof(part), sizeof(part));
  return part;
}

bool operator==(const Sid& a, const Sid& b) noexcept {
  return a.size() == b.size() && std::memcmp(a.bytes_.data(), b.bytes_.data(), a.size()) == 0;
}

std::strong_ordering operator<=>(const Sid& a, const Sid& b) noexcept {
  const int order = std::memcmp(a.bytes_.data(), b.bytes_.data(), std::min(a.size(), b.size()));
  if (order != 0) return order <=> 0;
  return a.size() <=> b.size();
}

std::size_t SidHash::operator()(const Sid& sid) const noexcept {
  const auto bytes = sid.bytes();
  return std::hash<std::string_view>{}(
      std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

}  // namespace onbehalf::win32
