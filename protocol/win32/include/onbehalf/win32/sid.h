// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace onbehalf::win32 {

// A security identifier, by value (at most 68 bytes, no allocation). The header needs no windows.h, so that portable
// code can compare SIDs; functions that call Windows are in windows_sid.cpp and exist only on Windows.
class Sid {
 public:
  // "S-1-5-18" in decimal; nullopt for any other text, including aliases. Portable.
  static std::optional<Sid> FromNumbers(std::string_view text);

  // Copies the SID that a PSID points to. Throws Win32Error(ERROR_INVALID_SID) if IsValidSid refuses it.
  static Sid FromPsid(const void* sid);
  // "S-1-5-18", or an SDDL alias such as "BA". nullopt if it is neither.
  static std::optional<Sid> FromString(std::string_view text);
  // `type` is a WELL_KNOWN_SID_TYPE.
  static Sid FromWellKnown(int type);
  // The service SID of the named service: S-1-5-80- and the five 32-bit words of the SHA-1 of the upper-case name in
  // UTF-16LE (as `sc.exe showsid` prints it). Computed, because LookupAccountName knows only installed services.
  static Sid ForService(std::string_view service_name);

  std::string ToString() const;  // "S-1-5-18"
  // For Windows functions that take a PSID without writing to it.
  void* get() const noexcept { return const_cast<std::byte*>(bytes_.data()); }
  std::size_t size() const noexcept { return kFixedBytes + sizeof(std::uint32_t) * PartCount(); }
  std::span<const std::byte> bytes() const noexcept { return {bytes_.data(), size()}; }

  // S-1-AUTHORITY-PART0-PART1...
  std::uint64_t Authority() const noexcept;
  std::size_t PartCount() const noexcept { return std::to_integer<std::size_t>(bytes_[1]); }
  std::uint32_t Part(std::size_t index) const noexcept;

  // Equality as in EqualSid; the order by bytes is only for containers.
  friend bool operator==(const Sid& a, const Sid& b) noexcept;
  friend std::strong_ordering operator<=>(const Sid& a, const Sid& b) noexcept;

 private:
  // Revision, number of parts, six bytes of authority, most significant first ([MS-DTYP] 2.4.2.2).
  static constexpr std::size_t kFixedBytes = 8;
  static constexpr std::size_t kMaxParts = 15;  // SID_MAX_SUB_AUTHORITIES

  Sid() = default;
  alignas(std::uint32_t) std::array<std::byte, kFixedBytes + kMaxParts * sizeof(std::uint32_t)> bytes_{};
};

struct SidHash {
  std::size_t operator()(const Sid& sid) const noexcept;
};

}  // namespace onbehalf::win32
