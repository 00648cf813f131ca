// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "onbehalf/win32/lean_windows.h"

namespace onbehalf::win32 {

// A security identifier, by value (at most SECURITY_MAX_SID_SIZE = 68 bytes, no allocation).
class Sid {
 public:
  // Copies. Throws Win32Error(ERROR_INVALID_SID) if IsValidSid refuses it.
  static Sid FromPsid(PSID sid);
  // "S-1-5-18", or an SDDL alias such as "BA". nullopt if it is neither.
  static std::optional<Sid> FromString(std::string_view text);
  static Sid FromWellKnown(WELL_KNOWN_SID_TYPE type);
  // The service SID of the named service: S-1-5-80- and the five 32-bit words of the SHA-1 of the upper-case
  // name in UTF-16LE (what `sc.exe showsid` prints). Computed, because LookupAccountName knows only installed
  // services.
  static Sid ForService(std::string_view service_name);

  std::string ToString() const;  // "S-1-5-18"
  // For Windows functions that take a PSID and do not write to it.
  PSID get() const noexcept { return const_cast<std::byte*>(bytes_.data()); }
  std::size_t size() const noexcept;
  std::span<const std::byte> bytes() const noexcept { return {bytes_.data(), size()}; }

  // Equal as EqualSid says; ordered by their bytes, which serves containers and means nothing else.
  friend bool operator==(const Sid& a, const Sid& b) noexcept;
  friend std::strong_ordering operator<=>(const Sid& a, const Sid& b) noexcept;

 private:
  Sid() = default;
  alignas(DWORD) std::array<std::byte, SECURITY_MAX_SID_SIZE> bytes_{};
};

struct SidHash {
  std::size_t operator()(const Sid& sid) const noexcept;
};

}  // namespace onbehalf::win32
