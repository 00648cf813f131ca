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
  // The SID of a package, which its app containers have in their tokens: S-1-15-2- and the first seven 32-bit words of the SHA-256
  // of the lower-case family name in UTF-16LE, as from DeriveAppContainerSidFromAppContainerName. The package need not be
  // installed. nullopt for a text that is not a package family name: NAME_PUBLISHERID, case-insensitive ("Package identity
  // overview"). Portable.
  static std::optional<Sid> ForPackageFamily(std::string_view family_name);
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

  // SIDs that only app containers have in their tokens ("App container SID constants", winnt.h): S-1-15-2-... is a package, or a
  // container within one, S-1-15-3-... a capability.
  bool IsPackage() const noexcept { return IsAppSid(2); }
  bool IsCapability() const noexcept { return IsAppSid(3); }
  // ALL APPLICATION PACKAGES (S-1-15-2-1) and ALL RESTRICTED APPLICATION PACKAGES (S-1-15-2-2).
  bool IsEveryPackage() const noexcept {
    return IsPackage() && PartCount() == 2 && (Part(1) == 1 || Part(1) == 2);
  }

  // Equality as in EqualSid; the order by bytes is only for containers.
  friend bool operator==(const Sid& a, const Sid& b) noexcept;
  friend std::strong_ordering operator<=>(const Sid& a, const Sid& b) noexcept;

 private:
  // Revision, number of parts, six bytes of authority, most significant first ([MS-DTYP] 2.4.2.2).
  static constexpr std::size_t kFixedBytes = 8;
  static constexpr std::size_t kMaxParts = 15;  // SID_MAX_SUB_AUTHORITIES

  Sid() = default;
  // S-1-AUTHORITY-BASE- and the 32-bit words of `digest`, of which there are at most kMaxParts - 1.
  static Sid OfDigest(std::uint8_t authority, std::uint32_t base, std::span<const std::byte> digest);
  // `base` is SECURITY_APP_PACKAGE_BASE_RID or SECURITY_CAPABILITY_BASE_RID.
  bool IsAppSid(std::uint32_t base) const noexcept {
    constexpr std::uint64_t kAppPackageAuthority = 15;
    return PartCount() >= 2 && Authority() == kAppPackageAuthority && Part(0) == base;
  }
  alignas(std::uint32_t) std::array<std::byte, kFixedBytes + kMaxParts * sizeof(std::uint32_t)> bytes_{};
};

struct SidHash {
  std::size_t operator()(const Sid& sid) const noexcept;
};

}  // namespace onbehalf::win32
